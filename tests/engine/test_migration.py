"""A lab that an older version made is brought up to date when it is opened, with everything that is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Certificate
from hsmshell.engine.schema import VERSION
from hsmshell.engine.store import Store
from tests.engine.driving import aes_key, login


def make_old(directory: Path) -> None:
    """Take from a lab what version 1 did not have."""
    database = sqlite3.connect(directory / "lab.db")
    database.executescript("DROP TABLE token; DROP TABLE certificate; DROP TABLE audit; PRAGMA user_version=1;")
    database.close()


def test_a_lab_of_version_1_is_brought_up_to_date(lab_directory: Path) -> None:
    lab = Lab.open(str(lab_directory))
    handle = aes_key(lab.cluster(), login(lab.cluster()))
    lab.close()
    make_old(lab_directory)
    lab = Lab.open(str(lab_directory))
    with lab.store.transaction():
        assert lab.store.tokens(1) == []
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


def test_the_second_of_two_processes_that_saw_an_old_lab_has_nothing_to_do(lab_directory: Path) -> None:
    make_old(lab_directory)
    first, second = (Store(str(lab_directory / "lab.db")) for _ in range(2))
    for store in (first, second):
        store._migrate()
        with store.transaction():
            store.put_certificate(Certificate("lab", "root", b"der", b""))
    with second.reading():
        assert second.certificate("lab", "root") is not None
    for store in (first, second):
        store.close()
