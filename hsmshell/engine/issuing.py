"""Requests for certificates (PKCS#10, RFC 2986) and certificates (X.509, RFC 5280), made and signed.

All is done with the ``cryptography`` library. Keys come in their stored form, see ``encodings``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hsmshell.engine import encodings
from hsmshell.engine.certificate_files import load_certificate, load_request
from hsmshell.engine.certificate_terms import Terms, extensions
from hsmshell.engine.crypto import hash_algorithm
from hsmshell.engine.errors import DataInvalid, KeySizeRange, KeyTypeInconsistent, MechanismInvalid
from hsmshell.engine.mechanisms import Hash
from hsmshell.engine.subjects import Subject, subject_name

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import (
        CertificateIssuerPrivateKeyTypes,
        CertificatePublicKeyTypes,
    )

_Made = TypeVar("_Made")


def make_request(private_key: bytes, subject: Subject, hash_function: Hash) -> bytes:
    """A request's DER, signed with the key that it is for.

    Raises ``DataInvalid``, ``MechanismInvalid`` or ``KeySizeRange``.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = x509.CertificateSigningRequestBuilder().subject_name(subject_name(subject))
    request = _signed(lambda key: builder.sign(key, _algorithm(hash_function)), private_key)
    return request.public_bytes(Encoding.DER)


def self_sign(private_key: bytes, subject: Subject, terms: Terms, hash_function: Hash) -> bytes:
    """The DER of a certificate whose own key signs it. Raises what ``make_request`` raises."""
    public = encodings.load_private(private_key).public_key()
    return _certificate(private_key, subject_name(subject), public, terms, hash_function)  # type: ignore[arg-type]


def certify(private_key: bytes, issuer: bytes, request: bytes, terms: Terms, hash_function: Hash) -> bytes:
    """The DER of a certificate for a request (DER), by the authority of whose certificate (DER) this is the key.

    Raises ``DataInvalid``, also for a certificate of another key, ``MechanismInvalid`` and ``KeySizeRange``.
    """
    parent, wanted = load_certificate(issuer), load_request(request)
    if encodings.encode_public(parent.public_key()) != encodings.public_of(private_key):
        raise DataInvalid("the certificate is not that of the signing key")
    return _certificate(private_key, wanted.subject, wanted.public_key(), terms, hash_function, parent)


def _certificate(
    private_key: bytes,
    subject: x509.Name,
    public: CertificatePublicKeyTypes,
    terms: Terms,
    hash_function: Hash,
    parent: x509.Certificate | None = None,
) -> bytes:
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if terms.end < terms.start:
        raise DataInvalid("the validity ends before it begins")
    midnight = datetime.time(tzinfo=datetime.UTC)
    last = datetime.time(23, 59, 59, tzinfo=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject if parent else subject)
        .public_key(public)
        .serial_number(terms.serial)
        .not_valid_before(datetime.datetime.combine(terms.start, midnight))
        .not_valid_after(datetime.datetime.combine(terms.end, last))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if parent:
        builder = builder.add_extension(_authority_identifier(parent), critical=False)
    for extension, critical in extensions(terms):
        builder = builder.add_extension(extension, critical)
    return _signed(lambda key: builder.sign(key, _algorithm(hash_function)), private_key).public_bytes(Encoding.DER)


def _authority_identifier(parent: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """RFC 5280 4.2.1.1: the subject key identifier of the issuer's certificate, else one made of its key."""
    from cryptography import x509

    try:
        known = parent.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (x509.ExtensionNotFound, ValueError):
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)


def _algorithm(hash_function: Hash) -> x509.base._AllowedHashTypes:
    """The library's form of the hash. Raises ``MechanismInvalid`` for SHA-1, with which it signs no certificates."""
    if hash_function is Hash.SHA1:
        raise MechanismInvalid(hash_function.value)
    return hash_algorithm(hash_function)  # type: ignore[return-value]


def _signed(sign: Callable[[CertificateIssuerPrivateKeyTypes], _Made], private_key: bytes) -> _Made:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = encodings.load_private(private_key)
    if not isinstance(key, (rsa.RSAPrivateKey, dsa.DSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise KeyTypeInconsistent("no key that signs certificates")
    try:
        return sign(key)
    except ValueError as problem:
        raise KeySizeRange("the hash does not fit the modulus") from problem
