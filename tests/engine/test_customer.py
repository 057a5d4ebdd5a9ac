"""What a customer hands in for a cluster, and what of it is refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import NameOID

from hsmshell.engine.certificates import Blank, CertificateKind, issue, pem
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.cluster.lifecycle import create
from hsmshell.engine.cluster.phase import Phase
from hsmshell.engine.customer import make_request
from hsmshell.engine.encodings import encode_public, public_of
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from tests.conftest import KEYS, NOON, private_key

YEAR = 365 * 86400
OWN, OTHER = (private_key(KEYS / f"{number}.pem") for number in (5, 6))
"""The keys of the customer's authority, and of another one."""


PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key(der: bytes) -> rsa.RSAPrivateKey:
    key = load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def anchor(key: bytes = OWN, start: float = NOON, *, authority: bool = True) -> bytes:
    """A self-signed certificate, DER."""
    return issue(Blank("our root", public_of(key), 1, start, authority), key)


def signed(public: bytes, key: bytes = OWN, start: float = NOON, root: bytes = b"") -> bytes:
    """A certificate for a public key, DER."""
    return issue(Blank("leaf", public, 2, start, authority=False), key, root or anchor(key))


def plain(key: PrivateKey, *, usage: bool = False) -> bytes:
    """A self-signed certificate with no extension, or with one that says nothing of an authority; DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "our root")])
    begin = datetime.datetime.fromtimestamp(NOON, datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, begin.replace(year=2030))
    if usage:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("root.example")]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture
def new(lab: Lab) -> Cluster:
    cluster = create(lab, "new")
    cluster.lifecycle.add_hsm()
    return cluster


@pytest.fixture
def public(new: Cluster) -> bytes:
    """The cluster's public key."""
    return encode_public(x509.load_der_x509_csr(new.lifecycle.request()).public_key())


Case = Callable[[bytes], tuple[bytes, bytes]]
"""From the cluster's public key to the certificate and the anchor that are handed in, PEM."""


def of(certificate: Callable[[bytes], bytes], root: Callable[[], bytes]) -> Case:
    return lambda public: (pem(certificate(public)), pem(root()))


REFUSED: dict[str, tuple[Case, str]] = {
    "an anchor that is no PEM": (lambda public: (pem(signed(public)), b"nonsense"), "the trust anchor must be one"),
    "an anchor that is a DER file": (lambda public: (pem(signed(public)), anchor()), "the trust anchor must be one"),
    "a block that holds no certificate": (
        lambda public: (pem(signed(public)), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "the trust anchor must be one",
    ),
    "a chain in the anchor's place": (
        lambda public: (pem(signed(public)), pem(anchor()) * 2),
        "the trust anchor must be one",
    ),
    "an anchor with an RSA key of another size": (
        of(signed, lambda: plain(rsa_key(private_key(KEYS.parent / "rsa-3072.pem")))),
        "RSA with 2048 or 4096 bits",
    ),
    "an anchor with an EC key": (
        of(signed, lambda: plain(ec.generate_private_key(ec.SECP256R1()))),
        "RSA with 2048 or 4096 bits",
    ),
    "an anchor that somebody else signed": (
        of(signed, lambda: issue(Blank("our root", public_of(OWN), 1, NOON, authority=True), OTHER, anchor(OTHER))),
        "must be self-signed",
    ),
    "an anchor that is no authority": (of(signed, lambda: anchor(authority=False)), "CA:TRUE"),
    "an anchor that does not say that it is one": (
        of(signed, lambda: plain(rsa_key(OWN), usage=True)),
        "CA:TRUE",
    ),
    "an anchor that has ended": (of(signed, lambda: anchor(start=NOON - 11 * YEAR)), "the trust anchor is valid from"),
    "an anchor of tomorrow": (of(signed, lambda: anchor(start=NOON + 86400)), "the trust anchor is valid from"),
    "no certificate": (lambda public: (b"", pem(anchor())), "the signed certificate must be one"),
    "a certificate for another key": (of(lambda public: signed(public_of(OTHER)), anchor), "not of the key"),
    "the anchor itself": (of(lambda public: anchor(), anchor), "not of the key"),
    "a certificate of another authority": (of(lambda public: signed(public, OTHER), anchor), "was not issued by"),
    "a certificate that has ended": (
        of(lambda public: signed(public, start=NOON - 11 * YEAR), anchor),
        "the signed certificate is valid from",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_nothing(new: Cluster, public: bytes, name: str) -> None:
    case, expected = REFUSED[name]
    request = new.lifecycle.request()
    with pytest.raises(LabError, match=expected) as raised:
        new.lifecycle.initialize(*case(public))
    assert "\n" not in str(raised.value)
    assert new.lifecycle.phase() is Phase.UNINITIALIZED
    assert new.lifecycle.request() == request


@pytest.mark.parametrize(
    "root",
    [anchor, lambda: plain(rsa_key(OWN))],
    ids=["with extensions", "without extensions"],
)
def test_what_is_taken(lab: Lab, new: Cluster, public: bytes, root: Callable[[], bytes]) -> None:
    der = root()
    certificate = signed(public, root=der)
    new.lifecycle.initialize(pem(certificate), pem(der))
    cluster = lab.clusters()[-1]
    assert cluster.lifecycle.phase() is Phase.INITIALIZED
    (node,) = cluster.nodes()
    assert cluster.certificates.certificate(node, CertificateKind.CUSTOMER_ROOT) == der
    assert cluster.certificates.certificate(node, CertificateKind.CLUSTER) == certificate
    with lab.store.reading():
        row = lab.store.certificate(f"device:{cluster.device.id}", CertificateKind.CUSTOMER_ROOT.value)
    assert row is not None
    assert row.private_key == b""


def test_an_anchor_of_4096_bits_is_taken(new: Cluster, public: bytes) -> None:
    key = private_key(KEYS.parent / "rsa-4096.pem")
    new.lifecycle.initialize(pem(signed(public, key)), pem(anchor(key)))
    assert new.lifecycle.phase() is Phase.INITIALIZED


def test_a_request_is_signed_by_the_key_that_it_names() -> None:
    request = x509.load_der_x509_csr(make_request("hsm-x", OWN))
    assert request.is_signature_valid
    assert encode_public(request.public_key()) == public_of(OWN)
