"""The customer's part in a cluster: a certificate signing request (RFC 2986), and checks of what comes back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.encodings import load_private
from hsmshell.engine.errors import LabError

if TYPE_CHECKING:
    from cryptography import x509

ANCHOR_BITS = (2048, 4096)
"""The RSA keys that a trust anchor may have."""

_PARTITION = 1
"""The partition's number in a request's subject; ours."""


class Signed(NamedTuple):
    """What the customer brings, as DER."""

    anchor: bytes
    certificate: bytes


def make_request(hsm: str, private_key: bytes) -> bytes:
    """The DER of a request for a cluster's certificate, with the subject of the published sample.

    ``private_key`` is an RSA key as PKCS#8 DER.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    private = load_private(private_key)
    assert isinstance(private, rsa.RSAPrivateKey)
    parts = (
        (NameOID.COUNTRY_NAME, "US"),
        (NameOID.STATE_OR_PROVINCE_NAME, "CA"),
        (NameOID.ORGANIZATION_NAME, "Cavium"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "N3FIPS"),
        (NameOID.LOCALITY_NAME, "SanJose"),
        (NameOID.COMMON_NAME, f"HSM:{hsm}:PARTN:{_PARTITION}, for FIPS mode"),
    )
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.DER)


def request_pem(der: bytes) -> bytes:
    """A request as PEM (RFC 7468 section 7)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)


def check_signed(request: bytes, certificate: bytes, anchor: bytes, now: float) -> Signed:
    """What the customer made of a request (DER): a certificate and the trust anchor that signed it, both PEM.

    ``now`` are Unix seconds. Raises ``LabError`` with what is wrong.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    root = _loaded(anchor, "the trust anchor")
    _check_digest(root, "the trust anchor")
    _check_anchor(root)
    _check_validity(root, "the trust anchor", moment)
    signed = _loaded(certificate, "the signed certificate")
    _check_digest(signed, "the signed certificate")
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if _public_bytes(signed) != x509.load_der_x509_csr(request).public_key().public_bytes(*form):
        raise LabError("the signed certificate is not of the key in the cluster's request; sign the latest request")
    if not _is_issued(signed, root):
        raise LabError("the signed certificate was not issued by the trust anchor; give the anchor that signed it")
    _check_validity(signed, "the signed certificate", moment)
    return Signed(root.public_bytes(Encoding.DER), signed.public_bytes(Encoding.DER))


def _loaded(pem: bytes, what: str) -> x509.Certificate:
    """The one certificate in a PEM file, which ``cryptography`` can read to its end."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificates = x509.load_pem_x509_certificates(pem)
        for certificate in certificates:
            certificate.public_key()
            tuple(certificate.extensions)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion):
        certificates = []
    if len(certificates) != 1:
        raise LabError(f"{what} must be one X.509 certificate in a PEM file; see what it is with: openssl x509 -text")
    return certificates[0]


def _check_digest(certificate: x509.Certificate, what: str) -> None:
    """SHA-1 and older are refused (NIST SP 800-131A), as is what the library does not know."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    if digest is None or isinstance(digest, hashes.SHA1 | hashes.MD5):
        raise LabError(f"{what} must be signed with SHA-256 or a longer digest; make a new one with -sha256")


def _check_anchor(root: x509.Certificate) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = root.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in ANCHOR_BITS:
        sizes = " or ".join(map(str, ANCHOR_BITS))
        raise LabError(f"the trust anchor's key must be RSA with {sizes} bits; make a new one with openssl req -x509")
    if not _is_issued(root, root):
        raise LabError("the trust anchor must be self-signed; give the root of your chain, made with openssl req -x509")
    if not len(root.extensions):
        return
    try:
        authority = root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if not authority:
        raise LabError("the trust anchor must have Basic Constraints CA:TRUE; make a new one with openssl req -x509")


def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and signature are on it."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check_validity(certificate: x509.Certificate, what: str, moment: datetime.datetime) -> None:
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise LabError(f"{what} is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d}, not now; issue a new one")


def _public_bytes(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
