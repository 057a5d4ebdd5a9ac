"""Certificates (RFC 5280) and requests (RFC 2986) from outside, as files hold them: PEM or DER."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hsmshell.engine import encodings
from hsmshell.engine.certificate_terms import SERIAL_BITS
from hsmshell.engine.der import integer
from hsmshell.engine.errors import DataInvalid

if TYPE_CHECKING:
    from cryptography import x509

LONGEST = 1 << 16
"""The bytes that a certificate or a request may have."""

_Loaded = TypeVar("_Loaded")


def load_request(der: bytes) -> x509.CertificateSigningRequest:
    """A request whose signature fits its key. Raises ``DataInvalid``."""
    from cryptography import x509

    request = _from_outside(lambda: x509.load_der_x509_csr(der), der, "not a certificate request")
    if not _from_outside(lambda: request.is_signature_valid, der, "a request for a key of no known type"):
        raise DataInvalid("the request's signature does not fit its key")
    return request


def read_request(data: bytes) -> bytes:
    """The DER of a request in PEM (RFC 7468 section 7) or DER, whose signature is checked. Raises ``DataInvalid``."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if b"-----BEGIN" in data:
        request = _from_outside(lambda: x509.load_pem_x509_csr(data), data, "not a certificate request")
        data = request.public_bytes(Encoding.DER)
    load_request(data)
    return data


def read_certificate(data: bytes) -> bytes:
    """The DER of a certificate in PEM (RFC 7468 section 5; the first, when there are several) or DER.

    Raises ``DataInvalid``.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if b"-----BEGIN" in data:
        loaded = _from_outside(lambda: x509.load_pem_x509_certificate(data), data, "not a certificate")
    else:
        loaded = load_certificate(data)
    return loaded.public_bytes(Encoding.DER)


def certified_key(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo DER of a certificate's key. Raises ``DataInvalid`` for a key of no known type."""
    loaded = load_certificate(certificate)
    return _from_outside(lambda: encodings.encode_public(loaded.public_key()), certificate, "a key of no known type")


class Names(NamedTuple):
    """What PKCS#11 says of a certificate beside its value (v3.0 4.6.3), all DER."""

    subject: bytes
    issuer: bytes
    serial: bytes


def names(certificate: bytes) -> Names:
    """Subject, issuer and serial number of a certificate's DER. Raises ``DataInvalid``."""
    loaded = load_certificate(certificate)

    def encoded() -> Names:
        if loaded.serial_number.bit_length() > SERIAL_BITS + 8:
            raise ValueError("a longer serial number than RFC 5280 allows")
        return Names(loaded.subject.public_bytes(), loaded.issuer.public_bytes(), integer(loaded.serial_number))

    return _from_outside(encoded, certificate, "not a certificate")


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate. Raises ``DataInvalid``."""
    from cryptography import x509

    return _from_outside(lambda: x509.load_der_x509_certificate(der), der, "not a certificate")


def _from_outside(load: Callable[[], _Loaded], data: bytes, what: str) -> _Loaded:
    if len(data) > LONGEST:
        raise DataInvalid(f"{len(data)} bytes")
    return encodings.loaded(load, what)
