"""X.509 certificates (RFC 5280), made with the ``cryptography`` library: which there are, and how each comes about."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.encodings import load_private, load_public

if TYPE_CHECKING:
    from cryptography import x509

RSA_BITS, RSA_EXPONENT = 2048, 65537
"""The size and the public exponent of the keys that are certified."""

SERIAL_BYTES = 20
"""The longest serial number (RFC 5280 4.1.2.2)."""

DAYS = 3652
"""Ten years: how long a certificate is valid."""

_LONGEST_NAME = 64
"""The longest common name (RFC 5280 appendix A.1, ub-common-name)."""


class CertificateKind(enum.Enum):
    """The certificates that an HSM of a cluster has."""

    MANUFACTURER_ROOT = "manufacturer root"
    HARDWARE = "manufacturer hardware"
    CUSTOMER_ROOT = "customer root"
    CLUSTER = "cluster, signed by the customer root"
    CLUSTER_BY_HARDWARE = "cluster, chained to the manufacturer root"


CUSTOMERS = frozenset({CertificateKind.CUSTOMER_ROOT, CertificateKind.CLUSTER})
"""The kinds that come from the customer, where a cluster has one."""

REQUEST = "cluster, requested"
"""What stands in the place of a kind for a request (PKCS#10) that waits for the customer, with its private key."""


class Owner(enum.Enum):
    """Whose a certificate is: everybody's, one HSM's, or that of one cluster and those restored from its backups."""

    LAB = "lab"
    DEVICE = "device"
    CONTAINER = "container"


class Plan(NamedTuple):
    """How a certificate comes about."""

    owner: Owner
    subject: str
    """The common name; ``{cluster}`` and ``{serial}`` stand for those of the HSM that has it."""
    issuer: CertificateKind
    """The kind whose key signs it; its own for a self-signed one."""
    key: CertificateKind
    """The kind whose private key it certifies."""
    authority: bool
    """Whether it may issue others."""


_K = CertificateKind

PLANS: dict[CertificateKind, Plan] = {
    _K.MANUFACTURER_ROOT: Plan(
        Owner.LAB, "hsmshell simulated manufacturer root", _K.MANUFACTURER_ROOT, _K.MANUFACTURER_ROOT, authority=True
    ),
    _K.HARDWARE: Plan(
        Owner.CONTAINER, "hsmshell simulated HSM {serial}", _K.MANUFACTURER_ROOT, _K.HARDWARE, authority=True
    ),
    _K.CUSTOMER_ROOT: Plan(
        Owner.DEVICE,
        "hsmshell simulated customer root of {cluster}",
        _K.CUSTOMER_ROOT,
        _K.CUSTOMER_ROOT,
        authority=True,
    ),
    _K.CLUSTER: Plan(
        Owner.DEVICE, "hsmshell simulated cluster {cluster}", _K.CUSTOMER_ROOT, _K.CLUSTER, authority=False
    ),
    _K.CLUSTER_BY_HARDWARE: Plan(
        Owner.CONTAINER, "hsmshell simulated cluster {cluster}", _K.HARDWARE, _K.CLUSTER, authority=False
    ),
}


def needed(kind: CertificateKind) -> list[CertificateKind]:
    """The kinds that must be there for this one, and this one, each after those that it needs itself."""
    before = [other for other in (PLANS[kind].issuer, PLANS[kind].key) if other is not kind]
    return list(dict.fromkeys([*(one for other in before for one in needed(other)), kind]))


class Blank(NamedTuple):
    """A certificate before it is signed."""

    subject: str
    """The common name; what is longer than X.509 allows is cut."""
    public_key: bytes
    """SubjectPublicKeyInfo DER."""
    serial: int
    start: float
    """Seconds since the epoch."""
    authority: bool


def issue(blank: Blank, signing_key: bytes, issuer: bytes = b"") -> bytes:
    """The certificate's DER, signed with an RSA key (PKCS#8 DER) and SHA-256.

    ``issuer`` is the DER of the certificate of the signing key; without it, the new certificate is self-signed.
    """
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    private = load_private(signing_key)
    public = load_public(blank.public_key)
    assert isinstance(private, rsa.RSAPrivateKey)
    assert isinstance(public, rsa.RSAPublicKey)
    parent = x509.load_der_x509_certificate(issuer) if issuer else None
    name = blank.subject.encode()[:_LONGEST_NAME].decode(errors="ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.fromtimestamp(int(blank.start), datetime.UTC)
    own_identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    identifier = _identifier(parent) if parent else own_identifier
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject if parent else subject)
        .public_key(public)
        .serial_number(blank.serial)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=blank.authority, path_length=None), critical=True)
        .add_extension(_key_usage(blank.authority), critical=True)
        .add_extension(own_identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.DER)


def _key_usage(authority: bool) -> x509.KeyUsage:
    """RFC 5280 4.2.1.3: an authority signs certificates and lists of revoked ones; others sign and receive keys."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _identifier(certificate: x509.Certificate) -> x509.SubjectKeyIdentifier:
    """The key identifier that a certificate names, or the one of its key when it names none (RFC 5280 4.2.1.1)."""
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())


def pem(der: bytes) -> bytes:
    """A certificate as PEM (RFC 7468 section 5)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
