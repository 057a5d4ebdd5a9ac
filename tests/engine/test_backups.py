"""Backups: what is in them, what a restored cluster shares with its origin, and when they are taken."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.certificates import CertificateKind
from hsmshell.engine.cluster.backups import backups, copy_backup
from hsmshell.engine.cluster.daily import DAY, daily
from hsmshell.engine.cluster.lifecycle import create, restore
from hsmshell.engine.cluster.phase import Phase
from hsmshell.engine.errors import LabError, MaskedObjectInvalid, ObjectHandleInvalid
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.engine.services import Services
from tests.conftest import NOON
from tests.engine.customer import add_user
from tests.engine.driving import aes_key, login, set_state

MANY = 3500


def rows(lab: Lab, table: str) -> int:
    with contextlib.closing(sqlite3.connect(Path(lab.directory) / DATABASE)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# restoring


def test_a_deleted_key_is_back_in_a_restored_cluster(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    key = aes_key(cluster, session, "precious", shares=(4,))
    before = cluster.read_key(session, key)
    backup = cluster.lifecycle.backup()
    assert (backup.users, backup.keys, backup.reason) == (4, 1, "on demand")
    cluster.delete_key(session, key)
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(session, key)
    restored = restore(lab, backup.id, "restored")
    assert restored.lifecycle.phase() is Phase.ACTIVE
    (node,) = restored.nodes()
    assert restored.read_key(login(restored), key) == before._replace(container=node.id)
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(session, key)


def test_the_bytes_of_a_deleted_key_stay_as_long_as_a_backup_has_them(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    key = aes_key(cluster, session)
    row = cluster.read_key(session, key).material
    backup = cluster.lifecycle.backup()
    cluster.delete_key(session, key)
    with lab.store.transaction():
        assert len(lab.store.material(row)) == 32
        device = next(one for one in lab.store.devices("backup") if one.name == backup.id)
        (contents,) = lab.store.containers(device.id)
        lab.store.delete_container(contents.id)
        assert lab.store.material(row) == b""


def test_new_keys_of_a_restored_cluster_have_handles_of_their_own(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    kept = [aes_key(cluster, session, f"{number}") for number in range(2)]
    gone = aes_key(cluster, session)
    cluster.delete_key(session, gone)
    restored = restore(lab, cluster.lifecycle.backup().id, "restored")
    assert (kept, aes_key(restored, login(restored))) == ([407, 408], 410), "the counter is in the backup"
    # From a backup of node 1, on which the keys of node 0 are, too.
    backup = cluster.lifecycle.remove_hsm(cluster.nodes()[1])
    assert backup is not None
    other = restore(lab, backup.id, "other")
    assert aes_key(other, login(other)) == 409


def test_masked_objects_travel_in_the_family_and_nowhere_else(lab: Lab) -> None:
    cluster = lab.cluster()
    restored = restore(lab, cluster.lifecycle.backup().id, "restored")
    copy = copy_backup(lab, restored.lifecycle.backup().id, "eu-west-1")
    grandchild = restore(lab, copy.id, "grandchild")
    family = [cluster, restored, grandchild]
    for here in family:
        session = login(here)
        handle = aes_key(here, session, f"from {here.name}")
        masked = here.masking.extract_masked_object(session, handle)
        for there in family:
            created = there.masking.insert_masked_object(login(there), masked)
            assert there.read_key(login(there), created.handles[0]).label == f"from {here.name}"
    stranger = create(lab, "stranger")
    with lab.store.reading():
        assert stranger.device.secret not in {one.device.secret for one in family}
    with pytest.raises(MaskedObjectInvalid):
        stranger.masking._opened(masked)


def test_a_family_has_the_certificates_of_its_first_cluster(lab: Lab) -> None:
    cluster = lab.cluster()
    restored = restore(lab, cluster.lifecycle.backup().id, "restored")
    for kind in CertificateKind:
        ours = cluster.certificates.certificate(cluster.nodes()[0], kind)
        theirs = restored.certificates.certificate(restored.nodes()[0], kind)
        shared = kind not in (CertificateKind.HARDWARE, CertificateKind.CLUSTER_BY_HARDWARE)
        assert (ours == theirs) is shared


def test_users_and_keys_drift_apart_after_a_restoration(lab: Lab) -> None:
    cluster = lab.cluster()
    restored = restore(lab, cluster.lifecycle.backup().id, "restored")
    add_user(cluster, "carol")
    aes_key(cluster, login(cluster))
    assert [user.name for user in restored.users(restored.nodes()[0])] == ["admin", "app_user", "crypto_user", "bob"]
    assert take(lab).clusters[1].nodes[0].keys == ()


def test_a_backup_is_restored_in_its_own_region(lab: Lab) -> None:
    backup = lab.cluster().lifecycle.backup()
    with pytest.raises(LabError, match=f"copy-backup {backup.id} eu-west-1"):
        restore(lab, backup.id, "clone", "eu-west-1")
    copy = copy_backup(lab, backup.id, "eu-west-1")
    assert (copy.copied_from, copy.source_region, copy.region) == (backup.id, "us-east-1", "eu-west-1")
    assert copy == backup._replace(id=copy.id, region=copy.region, copied_from=backup.id, source_region="us-east-1")
    clone = restore(lab, copy.id, "clone", "eu-west-1", "10.9.9.9")
    assert clone.device.settings["region"] == "eu-west-1"
    assert clone.nodes()[0].address == "10.9.9.9"


def test_what_cannot_be_restored_changes_nothing(lab: Lab) -> None:
    backup = lab.cluster().lifecycle.backup()
    before = take(lab)
    for words in (
        ("nothing", "a"),
        (backup.id, backup.id),
        (backup.id, "cluster-migration"),
        ("cluster-migration", "a"),
    ):
        with pytest.raises(LabError):
            restore(lab, *words)
    with pytest.raises(LabError, match=r"10\.0\.2\.9 is the address of hsm-udw0tkfg1ab"):
        restore(lab, backup.id, "a", address="10.0.2.9")
    with pytest.raises(LabError, match="us-east-1 already"):
        copy_backup(lab, backup.id, "us-east-1")
    assert take(lab) == before


def test_a_copy_elsewhere_is_not_the_clusters_latest_backup(lab: Lab) -> None:
    cluster = lab.cluster()
    early = cluster.lifecycle.backup()
    session = login(cluster)
    key = aes_key(cluster, session)
    cluster.logout(session)
    for node in cluster.nodes():
        cluster.lifecycle.remove_hsm(node)
    copy_backup(lab, early.id, "eu-west-1")
    cluster.lifecycle.add_hsm()
    assert cluster.read_key(login(cluster), key).handle == key


# a backup is no cluster


def test_backups_are_seen_as_backups_only(lab: Lab) -> None:
    before = take(lab)
    backup = lab.cluster().lifecycle.backup()
    assert [cluster.name for cluster in lab.clusters()] == ["cluster-migration"]
    assert take(lab) == before._replace(backups=(backup,))
    assert backups(lab, "cluster-migration") == (backup,)
    assert backups(lab, "another") == ()


def test_thousands_of_keys_are_copied_without_being_read(lab: Lab) -> None:
    """No key's bytes are doubled, and what no program can decode is copied like the rest."""
    cluster = lab.cluster()
    session = login(cluster)
    key = cluster.read_key(session, aes_key(cluster, session))
    with lab.store.transaction():
        for number in range(1, MANY):
            row = lab.store.add_material(bytes(32))
            for node in cluster.nodes():
                lab.store.add_object(
                    key._replace(container=node.id, handle=1000 + number, material=row, shares=frozenset({4}))
                )
    with contextlib.closing(sqlite3.connect(Path(lab.directory) / DATABASE)) as database, database:
        database.execute("UPDATE object SET attributes = 'what nobody can read' WHERE handle = 1001")
    materials = rows(lab, "material")
    cluster.lifecycle.add_hsm()
    (backup,) = backups(lab)
    assert backup.keys == MANY
    assert rows(lab, "material") == materials
    assert rows(lab, "object") == 4 * MANY + 4, "two HSMs, a backup, a new HSM; and the partitions' own"
    assert rows(lab, "share") == 4 * (MANY - 1)
    cluster.lifecycle.remove_hsm(cluster.nodes()[1])
    assert rows(lab, "material") == materials


def test_a_session_key_is_in_no_backup(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    aes_key(cluster, session, session_only=True)
    aes_key(cluster, session)
    assert cluster.lifecycle.backup().keys == 1


# daily


@pytest.fixture
def clock(lab: Lab) -> list[float]:
    """The lab's time, which can be set."""
    moment = [NOON]
    lab.services = lab.services._replace(clock=lambda: moment[0])
    daily(lab)
    return moment


def taken(lab: Lab) -> list[tuple[str, float]]:
    """The reasons of the backups, and the days since noon as of which they are."""
    return [(backup.reason, (backup.created - NOON) / DAY) for backup in backups(lab)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, []), (0.99, []), (1, [1]), (1.5, [1]), (2, [2]), (30.7, [30]), (-5, [])],
)
def test_a_daily_backup_is_as_of_its_due_time(lab: Lab, clock: list[float], days: float, expected: list[float]) -> None:
    clock[0] = NOON + days * DAY
    daily(lab)
    daily(lab)
    assert taken(lab) == [("daily", day) for day in expected]


def test_the_day_begins_again_with_any_backup(lab: Lab, clock: list[float]) -> None:
    clock[0] = NOON + 0.5 * DAY
    lab.cluster().lifecycle.backup()
    clock[0] = NOON + 1.4 * DAY
    daily(lab)
    assert taken(lab) == [("on demand", 0.5)]
    clock[0] = NOON + 1.6 * DAY
    daily(lab)
    assert taken(lab) == [("on demand", 0.5), ("daily", 1.5)]


def test_it_has_what_was_there_before_the_change(lab: Lab, clock: list[float]) -> None:
    clock[0] = NOON + DAY
    lab.cluster().lifecycle.remove_hsm(lab.cluster().nodes()[0])
    assert taken(lab) == [("daily", 1), ("remove-hsm", 1)]
    early = backups(lab)[0]
    assert restore(lab, early.id, "early").nodes()[0].number == 0


def test_nothing_is_written_when_none_is_due(lab: Lab, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.store, "transaction", lambda: pytest.fail("a transaction was begun"))
    clock[0] = NOON + DAY - 1
    daily(lab)


def test_it_goes_back_with_the_change_that_fails_and_is_taken_then(lab: Lab, clock: list[float]) -> None:
    clock[0] = NOON + DAY
    with pytest.raises(LabError):
        lab.cluster().lifecycle.add_hsm("10.0.2.9")
    assert taken(lab) == []
    daily(lab)
    assert taken(lab) == [("daily", 1)]


def test_it_waits_for_an_hsm_that_is_up(lab: Lab, clock: list[float]) -> None:
    for number in (0, 1):
        set_state(lab, number, "down")
    clock[0] = NOON + 1.5 * DAY
    daily(lab)
    assert taken(lab) == []
    set_state(lab, 1, "up")
    daily(lab)
    assert taken(lab) == [("daily", 1)]


def test_each_cluster_has_its_own_days_and_a_new_one_has_nothing_to_keep(lab: Lab, clock: list[float]) -> None:
    clock[0] = NOON + 0.5 * DAY
    create(lab, "new").lifecycle.add_hsm()
    restored = restore(lab, lab.cluster().lifecycle.backup().id, "restored")
    clock[0] = NOON + 1.25 * DAY
    lab.cluster().lifecycle.backup()
    clock[0] = NOON + 1.75 * DAY
    daily(lab)
    assert [(one.cluster, one.reason) for one in backups(lab)[2:]] == [(restored.name, "daily")]
    clock[0] = NOON + 2.3 * DAY
    daily(lab)
    assert [(one.cluster, one.reason) for one in backups(lab)[3:]] == [("cluster-migration", "daily")]


def test_a_lab_without_clusters_has_no_backups(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from('title = "empty"\n')
    daily(lab)
    daily(lab)
    assert backups(lab) == ()


def test_two_processes_take_one(lab: Lab, clock: list[float], services: Services) -> None:
    clock[0] = NOON + DAY
    other = Lab.open(lab.directory, services._replace(clock=lambda: clock[0]))
    daily(lab)
    daily(other)
    other.close()
    assert taken(lab) == [("daily", 1)]


def test_attributes_of_a_copied_key_can_be_changed_apart(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    key = aes_key(cluster, session, "before")
    restored = restore(lab, cluster.lifecycle.backup().id, "restored")
    for node in cluster.nodes():
        cluster.set_attribute(session, node, key, Attribute.LABEL, "after")
    assert cluster.read_key(session, key).label == "after"
    assert restored.read_key(login(restored), key).label == "before"
