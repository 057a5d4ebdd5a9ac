"""A lab that an older version made is brought up to date when it is opened, with everything that is in it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.cli.lab_json import document
from hsmshell.engine.cluster.backups import backups
from hsmshell.engine.cluster.daily import DAY
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Certificate
from hsmshell.engine.schema import VERSION
from hsmshell.engine.services import Services
from hsmshell.engine.store import Store
from tests.conftest import NOON
from tests.engine.audited import Scene
from tests.engine.driving import aes_key, login
from tests.key_mgmt_util.driving import LOGIN, interactive

MISSING = {1: ("token", "certificate", "audit"), 2: ("audit",)}
"""The tables that a version did not have."""


def make_old(directory: Path, version: int) -> None:
    """Take from a lab what that version did not have; nobody counted the days either."""
    database = sqlite3.connect(directory / "lab.db")
    for table in MISSING[version]:
        database.execute(f"DROP TABLE {table}")
    database.execute("DELETE FROM meta WHERE name LIKE 'backed up:%' OR name = 'next daily backup'")
    database.execute(f"PRAGMA user_version={version}")
    database.commit()
    database.close()


@pytest.fixture
def old(scene: Scene, tmp_path: Path) -> Callable[[int], Path]:
    """A lab of that version: users, keys, a shared one, a session key, a quorum token, and the sessions of a process
    that was killed.
    """

    def make(version: int) -> Path:
        scene.begin()
        scene.raise_services(Service.USER_MGMT)
        scene.cluster.quorum.get_token(scene.officer, Service.USER_MGMT)
        scene.lab.store.settle()
        # Nobody holds the copy of a process's lock: it died.
        copy = Path(shutil.copytree(scene.lab.directory, tmp_path / "old"))
        make_old(copy, version)
        return copy

    return make


@pytest.mark.parametrize("version", MISSING)
def test_everything_is_still_there(old: Callable[[int], Path], version: int, services: Services) -> None:
    lab = Lab.open(str(old(version)), services)
    with lab.store.reading():
        assert len(lab.store.sessions()) == 2
        assert [len(lab.store.tokens(node.id)) for node in lab.cluster().nodes()] == [version - 1] * 2
    (cluster,) = json.loads(document(take(lab)))["clusters"]
    for node in cluster["hsms"]:
        assert [user["name"] for user in node["users"]] == ["admin", "app_user", "crypto_user", "bob", "second"]
        assert [key["handle"] for key in node["keys"]] == [407, 408, 409], "the session key went with its process"
    assert backups(lab) == ()
    with lab.store.reading():
        assert (lab.store.sessions(), lab.store.tokens(1)) == ([], [])
    lab.close()


@pytest.mark.parametrize("version", MISSING)
def test_its_tools_work_and_its_logs_begin_at_nothing(
    old: Callable[[int], Path], version: int, services: Services, work: Path
) -> None:
    lab = Lab.open(str(old(version)), services)
    assert lab.cluster().audit() == []
    ran = interactive(lab, work, LOGIN, "genSymKey -t 31 -s 32 -l new", "exit")
    assert "Symmetric Key Created.  Key Handle: 411" in ran.text
    for node in lab.cluster().nodes():
        rows = [row for row in lab.cluster().audit() if row.hsm == node.name]
        assert [row.sequence for row in rows] == list(range(len(rows)))
        assert len(rows) > 2
    lab.close()


@pytest.mark.parametrize("version", MISSING)
def test_its_days_are_counted_from_the_first_change(
    old: Callable[[int], Path], version: int, services: Services
) -> None:
    now = NOON + 100 * DAY
    lab = Lab.open(str(old(version)), services._replace(clock=lambda: now))
    login(lab.cluster())
    now += DAY - 1
    login(lab.cluster())
    assert backups(lab) == ()
    now += 1
    login(lab.cluster())
    assert [(one.reason, one.created) for one in backups(lab)] == [("daily", int(NOON) + 101 * DAY)]
    lab.close()


def test_what_was_brought_up_to_date_stays_so(lab_directory: Path) -> None:
    lab = Lab.open(str(lab_directory))
    handle = aes_key(lab.cluster(), login(lab.cluster()))
    lab.close()
    make_old(lab_directory, 1)
    lab = Lab.open(str(lab_directory))
    with lab.store.transaction():
        lab.store.put_certificate(Certificate("lab", "root", b"der", b""))
    cluster = lab.cluster()
    assert [key.handle for key in cluster.find(login(cluster))] == [handle]
    lab.close()
    database = sqlite3.connect(lab_directory / "lab.db")
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()
    again = Lab.open(str(lab_directory))
    with again.store.reading():
        assert again.store.certificate("lab", "root") == Certificate("lab", "root", b"der", b"")
    again.close()


@pytest.mark.parametrize("version", MISSING)
def test_the_second_of_two_processes_that_saw_an_old_lab_has_nothing_to_do(lab_directory: Path, version: int) -> None:
    make_old(lab_directory, version)
    first, second = (Store(str(lab_directory / "lab.db")) for _ in range(2))
    for store in (first, second):
        store._migrate()
        with store.transaction():
            store.put_certificate(Certificate("lab", "root", b"der", b""))
    with second.reading():
        assert second.certificate("lab", "root") is not None
        assert second.audit(1) == []
    for store in (first, second):
        store.close()
