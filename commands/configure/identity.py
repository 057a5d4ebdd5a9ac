"""The host's own key and certificate: whether they belong together, and whether the trust anchor vouches for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.client_files import ClientFileError
from hsmshell.console.host_files import CUSTOMER_CA

if TYPE_CHECKING:
    from cryptography import x509


def check(key_path: str, key: bytes, certificate_path: str, certificate: bytes, anchor: bytes) -> None:
    """Raise ``ClientFileError`` unless the key is that of the certificate, which chains to the anchor. All are PEM.

    The file of the certificate may hold the certificates between the two, each behind the one that it signed.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ClientFileError(f"{key_path}: it is no private key in PEM form without a password") from None
    chain = _certificates(certificate_path, certificate)
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    try:
        fits = private.public_key().public_bytes(*form) == chain[0].public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        fits = False
    if not fits:
        raise ClientFileError(f"{key_path}: it is not the key of {certificate_path}")
    for issued, issuer in zip(chain, [*chain[1:], _certificates(CUSTOMER_CA, anchor)[0]], strict=True):
        if not _issued(issued, issuer):
            raise ClientFileError(f"{certificate_path}: it does not chain to {CUSTOMER_CA}")


def _certificates(path: str, data: bytes) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise ClientFileError(f"{path}: it is no certificate in PEM form") from None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if certificate == issuer:
        return True
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
