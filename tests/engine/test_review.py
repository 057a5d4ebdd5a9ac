"""Rules that once were broken without anyone noticing."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from hsmshell.engine.access import Role, hash_password
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.errors import (
    ActionProhibited,
    AttributeValueInvalid,
    DataInvalid,
    LabConflict,
    LabError,
    ScenarioError,
    UserNotAuthorized,
    UserNotLoggedIn,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.lab import DATABASE, HOSTS, Lab, destroy
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.objects import secret_traits
from hsmshell.engine.records import StoredObject, User
from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import Services
from hsmshell.engine.store import Store
from tests.engine.driving import login, open_partition


def test_shares_follow_the_user_where_hsms_number_them_differently(lab: Lab) -> None:
    cluster = lab.cluster()
    first, second = cluster.nodes()
    officer = login(cluster, "admin", "CO")
    cluster.create_user(officer, second, "CU", "extra", "extra1234")
    for node in (first, second):
        cluster.create_user(officer, node, "CU", "carol", "carol1234")
    (handle,) = cluster.generate_secret_key(login(cluster), KeyType.AES, 32, KeySpec("k", shares=(5,))).handles
    with lab.store.reading():
        shares = [lab.store.object(node.id, handle).shares for node in (first, second)]  # type: ignore[union-attr]
    assert shares == [frozenset({5}), frozenset({6})]


def test_a_second_object_of_a_handle_is_a_conflict(lab: Lab) -> None:
    with pytest.raises(LabConflict), lab.store.transaction():
        container = lab.appliance().partitions()[0].id
        lab.store.add_object(StoredObject(container, 120, {Attribute.CLASS: int(ObjectClass.DATA)}, 0))


@pytest.mark.parametrize("key_type", [KeyType.RSA, KeyType.DSA, KeyType.DH, KeyType.EC])
def test_no_secret_key_has_an_asymmetric_type(key_type: KeyType) -> None:
    with pytest.raises(DataInvalid):
        secret_traits(key_type, bytes(32))


def test_only_the_private_half_unwraps(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    public, private = cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair")).handles
    for node in cluster.nodes():
        cluster.set_attribute(session, node, public, Attribute.UNWRAP, True)
    with pytest.raises(WrappingKeyTypeInconsistent):
        cluster.unwrap_key(
            session, public, bytes(256), Mechanism.RSA_PKCS_OAEP, ObjectClass.SECRET_KEY, KeyType.AES, KeySpec("x")
        )
    (target,) = cluster.generate_secret_key(session, KeyType.AES, 16, KeySpec("t")).handles
    for node in cluster.nodes():
        cluster.set_attribute(session, node, private, Attribute.WRAP, True)
    _, wrapped = cluster.wrap_key(session, private, target, Mechanism.RSA_PKCS_OAEP)
    created = cluster.unwrap_key(
        session, private, wrapped, Mechanism.RSA_PKCS_OAEP, ObjectClass.SECRET_KEY, KeyType.AES, KeySpec("x")
    )
    assert lab.fingerprint(cluster.read_key(session, created.handles[0])) == lab.fingerprint(
        cluster.read_key(session, target)
    )


def add_role(lab: Lab, role: Role, pin: str) -> None:
    with lab.store.transaction():
        partition = lab.appliance().partitions()[0]
        lab.store.add_user(User(partition.id, 9, role.name, role.name, hash_password(pin, b"salt", 2)))


def test_a_crypto_user_wraps_nothing(lab: Lab) -> None:
    add_role(lab, Role.CRYPTO_USER, "reader")
    application = lab.application()
    session = application.open_session(1)
    application.login(session, Role.CRYPTO_USER, "reader")
    assert application.read(session, 120).label == "Generated AES Key"
    with pytest.raises(UserNotAuthorized):
        application.wrap(session, Mechanism.AES_CBC_PAD, 120, 120)


def test_a_login_that_could_not_be_noted_is_none(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    application = lab.application()
    session = application.open_session(1)

    def full(*arguments: object) -> int:
        raise LabError("the disk is full")

    monkeypatch.setattr(lab, "add_session", full)
    with pytest.raises(LabError):
        application.login(session, Role.CRYPTO_OFFICER, "password")
    assert application.role(session) is None


def test_making_a_lab_leaves_a_folder_that_happens_to_be_there(tmp_path: Path, services: Services) -> None:
    for name in (HOSTS, "hosts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "inventory").write_text("precious")
    create_lab(str(tmp_path), services=services).close()
    assert (tmp_path / HOSTS / "inventory").read_text() == "precious"
    assert (tmp_path / "hosts" / "inventory").read_text() == "precious"


def test_a_labs_hosts_go_with_it(lab_directory: Path, services: Services) -> None:
    for again in range(2):
        (lab_directory / HOSTS / "luna-client").mkdir(parents=True)
        (lab_directory / HOSTS / "luna-client" / "wrapped.key").write_bytes(b"x")
        if again:
            assert destroy(str(lab_directory)) == []
        else:
            create_lab(str(lab_directory), services=services, force=True).close()
            assert not (lab_directory / HOSTS).exists()
    assert not lab_directory.exists()


def test_a_lab_that_was_removed_is_not_written_to(lab: Lab, lab_directory: Path) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    (lab_directory / DATABASE).unlink()
    with pytest.raises(LabError, match="removed or replaced; start the tool again"):
        cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("lost"))


def test_a_key_is_deleted_only_where_its_owner_is_logged_in(lab: Lab) -> None:
    cluster = lab.cluster()
    first, second = cluster.nodes()
    (handle,) = cluster.generate_secret_key(login(cluster), KeyType.AES, 32, KeySpec("k")).handles
    officer = cluster.login("CO", "admin", "admin1234", [second]).session
    with lab.store.transaction():
        for row in lab.store.sessions():
            if row.user_name == "crypto_user":
                lab.store.delete_session(row.id)
    cluster.change_password(officer, second, "CU", "crypto_user", "another1234")
    session = cluster.login("CU", "crypto_user", "user1234", [first, second]).session
    outcomes = cluster.delete_key(session, handle)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), UserNotLoggedIn]
    with lab.store.reading():
        assert [lab.store.object(node.id, handle) is None for node in (first, second)] == [True, False]


def test_a_key_that_is_not_destroyable_stays(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    (handle,) = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("k")).handles
    for node in cluster.nodes():
        cluster.set_attribute(session, node, handle, Attribute.DESTROYABLE, False)
    with pytest.raises(ActionProhibited):
        cluster.delete_key(session, handle)
    assert cluster.read_key(session, handle).handle == handle


def test_a_label_is_no_longer_than_a_new_keys(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    (handle,) = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("k")).handles
    node = cluster.nodes()[0]
    cluster.set_attribute(session, node, handle, Attribute.LABEL, "x" * 127)
    with pytest.raises(AttributeValueInvalid):
        cluster.set_attribute(session, node, handle, Attribute.LABEL, "x" * 128)


@pytest.mark.parametrize(
    "damage",
    [
        "update device set settings='xx'",
        "update container set settings='['",
        "update object set attributes='zzz'",
        "update object set attributes='{\"99999\":1}'",
        "update user set verifier='zzz'",
    ],
)
def test_damaged_rows_are_told_in_a_sentence(lab_directory: Path, damage: str) -> None:
    with contextlib.closing(sqlite3.connect(lab_directory / DATABASE)) as database, database:
        database.execute(damage)
    lab = Lab.open(str(lab_directory))
    try:
        with pytest.raises(LabError, match="cannot be read; make a new"):
            login(lab.cluster())
            application, session = open_partition(lab)
            application.objects(session)
    finally:
        lab.close()


def test_a_full_disk_leaves_the_old_lab_as_it_was(
    lab_directory: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (lab_directory / DATABASE).read_bytes()

    def full(store: Store) -> None:
        raise LabError("the disk is full; free some space and repeat the command")

    monkeypatch.setattr(Store, "settle", full)
    with pytest.raises(LabError, match="disk is full"):
        create_lab(str(lab_directory), services=services, force=True)
    assert (lab_directory / DATABASE).read_bytes() == before
    assert sorted(path.name for path in lab_directory.iterdir()) == [DATABASE]


def test_a_database_that_is_a_folder_is_no_lab(tmp_path: Path, services: Services) -> None:
    (tmp_path / DATABASE).mkdir()
    for force in (False, True):
        with pytest.raises(LabError, match="is no file; move it away"):
            create_lab(str(tmp_path), services=services, force=force)


def test_brackets_without_end_are_no_scenario(tmp_path: Path, services: Services) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("title=" + "[" * 5000 + "]" * 5000)
    with pytest.raises(ScenarioError, match="too many brackets"):
        create_lab(str(tmp_path / "lab"), str(path), services=services)
