"""The life of a cluster: created, initialized, activated; HSMs that come and go."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hsmshell.engine.certificates import CertificateKind
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.cluster.backups import backups
from hsmshell.engine.cluster.lifecycle import create
from hsmshell.engine.cluster.phase import Phase
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import FunctionNotSupported, LabError, NodeUnavailable
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, StoredObject
from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import Services
from tests.engine.customer import Customer, activate, add_user
from tests.engine.driving import aes_key, login, quorum_signature, set_state
from tests.engine.quorum import PRIVATE, World
from tests.engine.test_interruption import Interrupted

NEW = """
password_cost = 2
[[cluster]]
name = "new"
initialized = false
"""
ROOT, HARDWARE, CUSTOMER, CLUSTER, CHAINED = CertificateKind


@pytest.fixture
def customer(judge: Callable[[str], str], tmp_path: Path) -> Customer:
    return Customer(judge("openssl"), tmp_path)


@pytest.fixture
def new(tmp_path: Path, services: Services) -> Iterator[Cluster]:
    """A new cluster without HSMs, in the present: openssl's certificates begin now."""
    path = tmp_path / "new.toml"
    path.write_text(NEW)
    lab = create_lab(str(tmp_path / "lab"), str(path), services=services._replace(clock=time.time))
    yield lab.cluster()
    lab.close()


def users(cluster: Cluster, node: Container) -> list[tuple[int, str, str]]:
    return [(user.number, user.type, user.name) for user in cluster.users(node)]


def reasons(lab: Lab) -> list[str]:
    return [backup.reason for backup in backups(lab)]


# the first day


def test_a_new_cluster_has_nothing(lab: Lab) -> None:
    cluster = create(lab, "second", "eu-west-1")
    assert cluster.nodes() == ()
    assert cluster.lifecycle.phase() is Phase.UNINITIALIZED
    assert [one.name for one in lab.clusters()] == ["cluster-migration", "second"]
    assert cluster.device.secret != lab.cluster().device.secret
    assert lab.cluster().lifecycle.phase() is Phase.ACTIVE


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "tab\there", "-x", "b\udcff", "cluster-migration"])
def test_names_that_no_cluster_can_have(lab: Lab, name: str) -> None:
    with pytest.raises(LabError):
        create(lab, name)
    assert len(lab.clusters()) == 1


@pytest.mark.parametrize("region", ["", "US-EAST-1", "us east", "us--east", "\x1b[31m"])
def test_regions_that_are_none(lab: Lab, region: str) -> None:
    with pytest.raises(LabError):
        create(lab, "second", region)


def test_the_first_hsm_is_born_with_its_first_officer(new: Cluster) -> None:
    node = new.lifecycle.add_hsm()
    assert users(new, node) == [(1, "PRECO", "admin"), (2, "AU", "app_user")]
    assert re.fullmatch(r"hsm-[a-z2-7]{11}", node.name)
    assert (node.number, node.serial) == (0, "3.0A0101-ICM000001")
    assert new.lifecycle.phase() is Phase.UNINITIALIZED
    assert reasons(new.lab) == []


def test_nobody_logs_in_before_the_cluster_is_initialized(new: Cluster, customer: Customer) -> None:
    new.lifecycle.add_hsm()
    answer = new.login("PRECO", "admin", "password", new.nodes())
    assert answer.session is None
    assert isinstance(answer.outcomes[0].error, NodeUnavailable)
    customer.initialize(new)
    assert new.login("PRECO", "admin", "password", new.nodes()).session is not None, "also for who was there before"


def test_the_request_is_the_same_each_time_and_goes_with_its_hsm(new: Cluster, customer: Customer) -> None:
    node = new.lifecycle.add_hsm()
    request = new.lifecycle.request()
    assert new.lifecycle.request() == request
    read = x509.load_der_x509_csr(request)
    assert read.is_signature_valid
    assert [part.value for part in read.subject] == [
        "US", "CA", "Cavium", "N3FIPS", "SanJose", f"HSM:{node.name}:PARTN:1, for FIPS mode"
    ]  # fmt: skip
    assert new.lifecycle.remove_hsm(node) is None
    with pytest.raises(LabError, match="add-hsm"):
        new.lifecycle.request()
    other = new.lifecycle.add_hsm()
    assert (other.number, users(new, other)[0][1]) == (1, "PRECO")
    assert new.lifecycle.request() != request
    customer.initialize(new)
    with pytest.raises(LabError, match="initialized already"):
        new.lifecycle.request()


def test_the_customers_certificates_are_not_made_up(new: Cluster) -> None:
    node = new.lifecycle.add_hsm()
    for kind in (CUSTOMER, CLUSTER):
        with pytest.raises(FunctionNotSupported):
            new.certificates.certificate(node, kind)
    chained = x509.load_der_x509_certificate(new.certificates.certificate(node, CHAINED))
    assert chained.public_key() == x509.load_der_x509_csr(new.lifecycle.request()).public_key()
    for kind in (CUSTOMER, CLUSTER):
        with pytest.raises(FunctionNotSupported):
            new.certificates.certificate(node, kind)


def test_the_whole_first_day_with_openssl_as_the_customer(new: Cluster, customer: Customer) -> None:
    first = new.lifecycle.add_hsm()
    request = x509.load_der_x509_csr(new.lifecycle.request())
    customer.initialize(new)
    assert new.lifecycle.phase() is Phase.INITIALIZED
    with pytest.raises(LabError, match="first officer"):
        new.lifecycle.add_hsm()
    activate(new)
    assert new.lifecycle.phase() is Phase.ACTIVE
    assert users(new, first)[0] == (1, "CO", "admin")
    assert reasons(new.lab) == ["activation"]
    add_user(new, "crypto_user")
    key = aes_key(new, login(new))
    second = new.lifecycle.add_hsm()
    assert reasons(new.lab) == ["activation", "add-hsm"]
    assert new.users(first) == tuple(user._replace(container=first.id) for user in new.users(second))
    assert new.read_key(login(new), key).label == "key"
    for number, node in enumerate((first, second)):
        for kind in CertificateKind:
            certificate = x509.load_der_x509_certificate(new.certificates.certificate(node, kind))
            pem = certificate.public_bytes(Encoding.PEM)
            (customer.folder / f"{list(CertificateKind).index(kind)}-{number}.pem").write_bytes(pem)
            assert kind not in (CLUSTER, CHAINED) or certificate.public_key() == request.public_key()
        assert (customer.folder / f"2-{number}.pem").read_bytes() == (customer.folder / "ca.pem").read_bytes()
        for words in (f"2-{number}.pem 3-{number}.pem", f"0-{number}.pem 1-{number}.pem"):
            assert customer.run("verify", "-CAfile", *words.split()).endswith(": OK\n")
        untrusted = ("-untrusted", f"1-{number}.pem", f"4-{number}.pem")
        assert customer.run("verify", "-CAfile", f"0-{number}.pem", *untrusted).endswith(": OK\n")


def test_another_first_officer_does_not_take_an_active_cluster_back(lab: Lab) -> None:
    cluster = lab.cluster()
    officer = login(cluster, "admin", "CO")
    for node in cluster.nodes():
        cluster.create_user(officer, node, "PRECO", "second", "user1234")
    cluster.logout(officer)
    assert cluster.lifecycle.phase() is Phase.ACTIVE
    session = login(cluster, "second", "PRECO", "user1234")
    for node in cluster.nodes():
        cluster.change_password(session, node, "PRECO", "second", "user4321")
    assert reasons(lab) == []


# HSMs that come


def test_a_new_hsm_has_everything_that_stays(world: World) -> None:
    cluster = world.cluster
    world.register("admin", "crypto_user", "bob")
    user = world.login()
    kept = world.quorum_key(user)
    session_key = aes_key(cluster, user, session_only=True)
    world.raise_services(Service.USER_MGMT)
    cluster.quorum.get_token(user, Service.KEY_USE, kept)
    with world.lab.store.transaction():
        admin = world.lab.store.user_named(world.nodes[0].id, "second")
        assert admin is not None
        world.lab.store.replace_user(admin._replace(second_factor=public_of(PRIVATE["bob"]), failures=2))
    node = cluster.lifecycle.add_hsm()
    first = world.nodes[0]
    with world.lab.store.reading():
        store = world.lab.store
        assert [one._replace(container=first.id) for one in store.users(node.id)] == store.users(first.id)
        there = {key.handle: key._replace(container=first.id) for key in store.objects(node.id)}
        assert there == {key.handle: key for key in store.objects(first.id) if key.handle != session_key}
        assert there[kept].shares == {4}
        assert store.tokens(first.id)
        assert store.tokens(node.id) == []
    assert cluster.quorum.quorum_value(node, Service.USER_MGMT) == 2
    assert cluster.quorum.quorum_value(node, Service.MISC_CO) == 1


def test_user_numbers_go_on_alike_on_all_hsms(lab: Lab) -> None:
    cluster = lab.cluster()
    officer = login(cluster, "admin", "CO")
    for node in cluster.nodes():
        cluster.create_user(officer, node, "CU", "short_lived", "user1234")
        cluster.delete_user(officer, node, "CU", "short_lived")
    cluster.logout(officer)
    cluster.lifecycle.add_hsm()
    add_user(cluster, "carol")
    assert {users(cluster, node)[-1] for node in cluster.nodes()} == {(6, "CU", "carol")}


def test_handles_of_a_new_hsm_are_nobody_elses(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handles = [aes_key(cluster, session, f"{number}") for number in range(3)]
    third = cluster.lifecycle.add_hsm()
    cluster.logout(session)
    for node in cluster.nodes()[:2]:
        cluster.lifecycle.remove_hsm(node)
    session = login(cluster)
    assert cluster.nodes() == (third,)
    assert aes_key(cluster, session) == 2 * 0x40000 + 6
    assert len({*handles, *(key.handle for key in lab_objects(lab, third))}) == 4


def lab_objects(lab: Lab, node: Container) -> list[StoredObject]:
    with lab.store.reading():
        return lab.store.objects(node.id)


def test_node_numbers_are_never_given_again(lab: Lab) -> None:
    lifecycle = lab.cluster().lifecycle
    numbers = []
    for _ in range(3):
        last = lab.cluster().nodes()[-1]
        lifecycle.remove_hsm(last)
        numbers.append(lifecycle.add_hsm().number)
    assert numbers == [2, 3, 4]


def test_twenty_eight_hsms_and_no_more(lab: Lab) -> None:
    lifecycle = lab.cluster().lifecycle
    for _ in range(26):
        lifecycle.add_hsm()
    nodes = lab.cluster().nodes()
    for values in ({node.name for node in nodes}, {node.address for node in nodes}, {node.serial for node in nodes}):
        assert len(values) == 28
    before = len(backups(lab))
    with pytest.raises(LabError, match="28"):
        lifecycle.add_hsm()
    assert (len(lab.cluster().nodes()), len(backups(lab))) == (28, before)


@pytest.mark.parametrize("address", ["10.0.2.9", "10.0.2", "::1", "10.0.2.09", "hsm.example", "\x1b[31m"])
def test_addresses_that_an_hsm_cannot_have(lab: Lab, address: str) -> None:
    with pytest.raises(LabError):
        create(lab, "second").lifecycle.add_hsm(address)
    assert lab.clusters()[1].nodes() == ()
    assert lab.clusters()[1].lifecycle.add_hsm("10.0.2.10").address == "10.0.2.10"


def test_free_addresses_are_free_in_the_whole_lab(lab: Lab) -> None:
    second = create(lab, "second")
    second.lifecycle.add_hsm("10.0.4.9")
    assert lab.cluster().lifecycle.add_hsm().address == "10.0.4.10"


# HSMs that go


def test_a_removed_hsm_leaves_nothing_behind_but_its_backup(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    aes_key(cluster, session)
    second = cluster.nodes()[1]
    own = cluster.login("CU", "bob", "user1234", [second]).session
    assert own is not None
    backup = cluster.lifecycle.remove_hsm(second)
    assert backup is not None
    assert (backup.reason, backup.users, backup.keys) == ("remove-hsm", 4, 1)
    assert [node.number for node in cluster.nodes()] == [0]
    assert not cluster.is_open(own)
    assert cluster.is_open(session)
    with lab.store.reading():
        assert lab.store.users(second.id) == []
        assert lab.store.objects(second.id) == []
    with pytest.raises(LabError, match="any more"):
        cluster.lifecycle.remove_hsm(second)


def test_who_was_logged_in_to_a_removed_hsm_is_not_to_its_successor(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    second = cluster.nodes()[1]
    cluster.lifecycle.remove_hsm(second)
    successor = cluster.lifecycle.add_hsm()
    assert successor.id not in session.numbers
    assert aes_key(cluster, session) == 407
    assert lab_objects(lab, successor) == []


def test_a_cluster_that_lost_its_last_hsm_gets_it_back_from_the_backup(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    key = aes_key(cluster, session, "kept")
    cluster.logout(session)
    for node in cluster.nodes():
        cluster.lifecycle.remove_hsm(node)
    assert cluster.nodes() == ()
    assert cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session is None
    assert cluster.lifecycle.phase() is Phase.ACTIVE
    with pytest.raises(LabError, match="nothing to back up"):
        cluster.lifecycle.backup()
    node = cluster.lifecycle.add_hsm()
    assert (node.number, cluster.lifecycle.phase()) == (2, Phase.ACTIVE)
    assert cluster.read_key(login(cluster), key).label == "kept"


def test_what_is_down_cannot_be_backed_up(lab: Lab) -> None:
    cluster = lab.cluster()
    set_state(lab, 0, "down")
    assert cluster.lifecycle.remove_hsm(cluster.nodes()[0]) is not None, "the other one is backed up"
    set_state(lab, 1, "down")
    for action in (cluster.lifecycle.add_hsm, cluster.lifecycle.backup):
        with pytest.raises(LabError, match="lab fault hsm-lgavqitns2a up"):
            action()
    with pytest.raises(LabError, match="up"):
        cluster.lifecycle.remove_hsm(cluster.nodes()[0])
    assert len(cluster.nodes()) == 1


@pytest.mark.parametrize(
    ("verb", "beginning"),
    [
        ("add", "INSERT INTO device"),
        ("add", "INSERT INTO container"),
        ("add", "\nINSERT INTO share"),
        ("add", "DELETE FROM counter"),
        ("remove", "INSERT INTO container"),
        ("remove", "DELETE FROM object"),
        ("remove", "DELETE FROM container"),
    ],
)
def test_an_interrupted_change_never_began(
    lab: Lab, verb: str, beginning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = lab.cluster()
    key = aes_key(cluster, login(cluster))
    before = cluster.nodes()
    with monkeypatch.context() as patch:
        patch.setattr(lab.store, "_db", Interrupted(lab.store._db, beginning))
        with pytest.raises(KeyboardInterrupt):
            if verb == "add":
                cluster.lifecycle.add_hsm()
            else:
                cluster.lifecycle.remove_hsm(before[1])
    assert cluster.nodes() == before
    assert backups(lab) == ()
    assert [[one.handle for one in lab_objects(lab, node)] for node in before] == [[key], [key]]
    assert cluster.lifecycle.add_hsm().number == 2


def test_a_signature_of_the_kept_quorum_key_still_counts(world: World) -> None:
    """What the new HSM took over is used, not only stored."""
    world.register("crypto_user", "bob")
    user = world.login()
    key = world.quorum_key(user)
    world.cluster.logout(user)
    node = world.cluster.lifecycle.add_hsm()
    bob = world.cluster.login("CU", "bob", "user1234", [node]).session
    stored = next(one for one in world.cluster.users(node) if one.name == "bob")
    assert stored.quorum_key == public_of(PRIVATE["bob"])
    again = quorum_signature(PRIVATE["bob"], b"again")
    world.cluster.quorum.register_quorum_key(bob, node, "CU", "bob", b"again", again, public_of(PRIVATE["bob"]))
    assert world.cluster.read_key(bob, key).quorum == 2


@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_an_anchor_that_is_signed_with_an_old_digest(
    lab: Lab, judge: Callable[[str], str], tmp_path: Path, digest: str
) -> None:
    customer = Customer(judge("openssl"), tmp_path)
    customer.run("req", "-x509", "-key", "ca.key", "-out", "ca.pem", "-subj", "/CN=old", digest)
    new = create(lab, "old-fashioned")
    new.lifecycle.add_hsm()
    with pytest.raises(LabError, match="the trust anchor must be signed with SHA-256"):
        customer.initialize(new)
