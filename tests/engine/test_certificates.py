"""A cluster's certificates: who signs whom, whose they are, and that there is one set of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import NameOID

from hsmshell.engine.certificates import PLANS, Blank, CertificateKind, issue, needed
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.encodings import encode_public, public_of
from hsmshell.engine.errors import FunctionNotSupported, NodeUnavailable
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Certificate
from hsmshell.engine.services import Services
from tests.conftest import KEYS, NOON, pooled_services, private_key
from tests.engine.driving import set_state

ROOT, HARDWARE, CUSTOMER, CLUSTER, CHAINED = CertificateKind

TWO_CLUSTERS = f"""
[[cluster]]
name = "{"ü" * 40}"
  [[cluster.hsm]]
  id = "hsm-aaaaaaaaaaa"
  address = "10.0.0.1"
[[cluster]]
name = "second"
  [[cluster.hsm]]
  id = "hsm-bbbbbbbbbbb"
  address = "10.0.0.2"
"""


def get(cluster: Cluster, kind: CertificateKind, number: int = 0) -> x509.Certificate:
    return x509.load_der_x509_certificate(cluster.certificates.certificate(cluster.nodes()[number], kind))


def name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def stored(lab: Lab) -> dict[tuple[str, CertificateKind], Certificate]:
    """All certificates of the lab with one cluster of two HSMs."""
    scopes = ["lab", "device:1", "container:1", "container:2"]
    with lab.store.reading():
        rows = {(scope, kind): lab.store.certificate(scope, kind.value) for scope in scopes for kind in CertificateKind}
    return {key: row for key, row in rows.items() if row is not None}


# who signs whom


@pytest.mark.parametrize(
    ("kind", "issuer"),
    [(ROOT, ROOT), (HARDWARE, ROOT), (CUSTOMER, CUSTOMER), (CLUSTER, CUSTOMER), (CHAINED, HARDWARE)],
)
def test_each_is_signed_by_its_issuer_and_by_no_other(lab: Lab, kind: CertificateKind, issuer: CertificateKind) -> None:
    cluster = lab.cluster()
    certificate = get(cluster, kind)  # made before its issuer is asked for
    certificate.verify_directly_issued_by(get(cluster, issuer))
    for other in {ROOT, HARDWARE, CUSTOMER} - {issuer}:
        with pytest.raises((ValueError, InvalidSignature)):
            certificate.verify_directly_issued_by(get(cluster, other))


def test_both_certificates_of_the_cluster_certify_one_key_and_no_other_has_it(lab: Lab) -> None:
    keys = {kind: encode_public(get(lab.cluster(), kind).public_key()) for kind in CertificateKind}
    assert keys[CLUSTER] == keys[CHAINED]
    assert len(set(keys.values())) == 4


def test_authorities_may_issue_and_the_cluster_may_not(lab: Lab) -> None:
    for kind in CertificateKind:
        extensions = get(lab.cluster(), kind).extensions
        authority = kind in (ROOT, HARDWARE, CUSTOMER)
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        assert (constraints.critical, constraints.value.ca) == (True, authority)
        assert (usage.critical, usage.value.key_cert_sign) == (True, authority)
        assert usage.value.digital_signature is not authority


def test_key_identifiers_lead_to_the_issuer(lab: Lab) -> None:
    for kind in CertificateKind:
        certificate, issuer = get(lab.cluster(), kind), get(lab.cluster(), PLANS[kind].issuer)
        parent = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        assert parent.key_identifier == own.key_identifier == own.from_public_key(issuer.public_key()).digest


def test_names_say_that_they_are_simulated(lab: Lab) -> None:
    for kind in CertificateKind:
        certificate = get(lab.cluster(), kind)
        for one in (certificate.subject, certificate.issuer):
            (attribute,) = one
            assert str(attribute.value).startswith("hsmshell simulated ")
    assert name(get(lab.cluster(), HARDWARE, 1)) == "hsmshell simulated HSM 3.0A0101-ICM000002"


def test_validity_begins_at_the_labs_time(lab: Lab) -> None:
    certificate = get(lab.cluster(), CHAINED)
    begin = datetime.datetime.fromtimestamp(NOON, datetime.UTC)
    assert certificate.not_valid_before_utc == begin
    assert certificate.not_valid_after_utc == begin.replace(year=2027)


# whose they are


def test_what_the_hsms_of_a_cluster_share(lab: Lab) -> None:
    cluster = lab.cluster()
    same = {kind for kind in CertificateKind if get(cluster, kind, 0) == get(cluster, kind, 1)}
    assert same == {ROOT, CUSTOMER, CLUSTER}
    for number in (0, 1):
        get(cluster, CHAINED, number).verify_directly_issued_by(get(cluster, HARDWARE, number))
    assert get(cluster, CHAINED, 0).public_key() == get(cluster, CHAINED, 1).public_key()


def test_one_manufacturer_and_a_customer_for_each_cluster(lab_from: Callable[[str], Lab]) -> None:
    first, second = lab_from(TWO_CLUSTERS).clusters()
    assert get(first, ROOT) == get(second, ROOT)
    for kind in (HARDWARE, CUSTOMER, CLUSTER, CHAINED):
        assert get(first, kind) != get(second, kind)
    get(second, CHAINED).verify_directly_issued_by(get(second, HARDWARE))


def test_a_long_name_is_cut_and_an_hsm_without_serial_has_its_id(lab_from: Callable[[str], Lab]) -> None:
    cluster = lab_from(TWO_CLUSTERS).clusters()[0]
    assert name(get(cluster, CLUSTER)) == "hsmshell simulated cluster " + "ü" * 18, "63 bytes, and no half letter"
    assert name(get(cluster, HARDWARE)) == "hsmshell simulated HSM hsm-aaaaaaaaaaa"


def test_a_private_key_is_kept_once(lab: Lab) -> None:
    for number in (0, 1):
        for kind in CertificateKind:
            get(lab.cluster(), kind, number)
    rows = stored(lab)
    assert len(rows) == 7
    assert {kind for (_, kind), row in rows.items() if not row.private_key} == {CHAINED}
    for row in rows.values():
        if row.private_key:
            own = x509.load_der_x509_certificate(row.certificate).public_key()
            assert load_der_private_key(row.private_key, None).public_key() == own


# one set


def test_only_what_is_needed_is_made(lab: Lab) -> None:
    get(lab.cluster(), HARDWARE)
    assert set(stored(lab)) == {("lab", ROOT), ("container:1", HARDWARE)}
    assert needed(CHAINED) == [ROOT, HARDWARE, CUSTOMER, CLUSTER, CHAINED]


def test_asked_again_and_in_a_lab_opened_again_they_are_the_same(lab: Lab) -> None:
    def refuse(bits: int, exponent: int) -> bytes:
        raise AssertionError("a key was made")

    first = [get(lab.cluster(), kind) for kind in CertificateKind]
    again = Lab.open(lab.directory, Services(rsa_key=refuse))
    assert [get(again.cluster(), kind) for kind in CertificateKind] == first
    again.close()


@pytest.mark.parametrize("earlier", CertificateKind)
@pytest.mark.parametrize("kind", CertificateKind)
def test_two_that_ask_at_once_get_one_set(lab: Lab, kind: CertificateKind, earlier: CertificateKind) -> None:
    """While one makes its keys, the other comes first and stores what it needs."""
    other = Lab.open(lab.directory, pooled_services())
    came: list[bytes] = []
    supply = pooled_services()
    for _ in range(3):  # no key of the one is a key of the other
        supply.rsa_key(2048, 65537)

    def rsa_key(bits: int, exponent: int) -> bytes:
        if not came:
            came.append(other.cluster().certificates.certificate(other.cluster().nodes()[0], earlier))
        return supply.rsa_key(bits, exponent)

    lab.services = supply._replace(rsa_key=rsa_key)
    certificate = get(lab.cluster(), kind)
    assert came
    for one in CertificateKind:
        assert get(lab.cluster(), one) == get(other.cluster(), one)
        get(lab.cluster(), one).verify_directly_issued_by(get(lab.cluster(), PLANS[one].issuer))
    assert get(lab.cluster(), kind) == certificate
    assert get(lab.cluster(), earlier) == x509.load_der_x509_certificate(came[0])
    other.close()


# refusals


def test_an_hsm_that_is_down_has_none_to_give(lab: Lab) -> None:
    set_state(lab, 0, "down")
    with pytest.raises(NodeUnavailable):
        get(lab.cluster(), ROOT)
    assert stored(lab) == {}
    assert name(get(lab.cluster(), HARDWARE, 1)) == "hsmshell simulated HSM 3.0A0101-ICM000002"


def test_what_only_the_customer_could_sign_is_not_made_up(lab: Lab) -> None:
    """A root from outside comes without its private key."""
    root = get(lab.cluster(), ROOT)
    with lab.store.transaction():
        lab.store.put_certificate(Certificate("device:1", CUSTOMER.value, root.public_bytes(Encoding.DER), b""))
    before = stored(lab)
    assert get(lab.cluster(), CUSTOMER) == root
    for kind in (CLUSTER, CHAINED):
        with pytest.raises(FunctionNotSupported):
            get(lab.cluster(), kind)
    assert stored(lab) == before


# signing


def test_an_issuer_without_identifier_is_named_by_its_key() -> None:
    first, second = (private_key(path) for path in sorted(KEYS.glob("*.pem"))[:2])
    signer = load_der_private_key(first, None)
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "somebody's own root")])
    begin = datetime.datetime.fromtimestamp(NOON, datetime.UTC)
    root = (
        x509.CertificateBuilder(subject, subject, signer.public_key(), 7, begin, begin.replace(year=2030))  # type: ignore[arg-type]
        .sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    )  # fmt: skip
    blank = Blank("leaf", public_of(second), 8, NOON, authority=False)
    leaf = x509.load_der_x509_certificate(issue(blank, first, root.public_bytes(Encoding.DER)))
    leaf.verify_directly_issued_by(root)
    parent = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert parent.key_identifier == x509.SubjectKeyIdentifier.from_public_key(root.public_key()).digest


@pytest.mark.parametrize(("byte", "serial"), [(0, 1), (255, (1 << 159) - 1)])
def test_serial_numbers_are_positive_and_not_too_long(lab: Lab, byte: int, serial: int) -> None:
    lab.services = lab.services._replace(random_bytes=lambda count: bytes([byte]) * count)
    assert get(lab.cluster(), ROOT).serial_number == serial
