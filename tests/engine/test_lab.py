"""A lab and the processes that use it: what a dead one leaves is swept, what a live one holds stays."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hsmshell.engine.errors import LabError, LabForeign, LabMissing, UserIsLoggedIn
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import DATABASE, Lab, destroy, require_lab
from tests.engine.driving import aes_key, login, open_partition

WORKER = """
import sys
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.lab import Lab
lab = Lab.open(sys.argv[1])
cluster = lab.cluster()
session = cluster.login("CU", "bob", "user1234", cluster.nodes()).session
made = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("for now", session_only=True))
kept = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("for good"))
print(made.handles[0], kept.handles[0], flush=True)
sys.stdin.readline()
lab.close()
"""


@contextmanager
def worker(lab: Lab) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """Another process with a session key, and a token key: the process and their handles."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, lab.directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        made, kept = map(int, process.stdout.readline().split())
        yield process, made, kept
    finally:
        process.kill()
        process.communicate()


def handles(lab: Lab) -> set[int]:
    """The handles on the first HSM after the dead were swept."""
    return {key.handle for key in take(lab).clusters[0].nodes[0].keys}


def test_a_killed_processs_session_keys_vanish(lab: Lab) -> None:
    with worker(lab) as (process, made, kept):
        assert handles(lab) == {made, kept}
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert handles(lab) == {kept}
        with lab.store.reading():
            assert lab.store.sessions() == []
    assert [name for name in os.listdir(lab.directory) if name.startswith("process-")] == []


def test_a_live_processs_session_keys_stay(lab: Lab) -> None:
    with worker(lab) as (_, made, kept), worker(lab) as (_, second, third):
        for _ in range(3):
            with lab.store.transaction():
                assert len(lab.live_sessions()) == 2
        assert handles(lab) == {made, kept, second, third}


def test_a_process_that_ends_takes_its_session_keys_along(lab: Lab) -> None:
    with worker(lab) as (process, _, kept):
        process.communicate("go on\n")
        assert process.returncode == 0
        assert handles(lab) == {kept}


def test_a_dead_processs_user_is_not_at_work(lab: Lab) -> None:
    cluster = lab.cluster()
    officer, node = login(cluster, "admin", "CO"), cluster.nodes()[0]
    with worker(lab) as (process, _, _):
        with pytest.raises(UserIsLoggedIn):
            cluster.change_password(officer, node, "CU", "bob", "newpass77")
        process.kill()
        process.wait()
        cluster.change_password(officer, node, "CU", "bob", "newpass77")


def test_two_labs_of_one_process_are_apart(lab: Lab) -> None:
    other = Lab.open(lab.directory)
    session = login(lab.cluster())
    key = aes_key(lab.cluster(), session, session_only=True)
    login(other.cluster(), "bob")
    with other.store.transaction():
        assert len(other.live_sessions()) == 2
    other.close()
    assert lab.cluster().read_key(session, key)


def test_closing_a_lab_whose_files_are_gone(lab_directory: Path) -> None:
    lab = Lab.open(str(lab_directory))
    open_partition(lab)
    destroy(str(lab_directory))
    lab.close()
    assert not lab_directory.exists()


# removing


def test_destroying_leaves_what_is_not_ours(lab_directory: Path) -> None:
    (lab_directory / "notes.txt").write_text("mine")
    (lab_directory / "history-shell").write_text("ours")
    (lab_directory / "draft-999").mkdir()
    (lab_directory / "draft-999" / DATABASE).touch()
    assert destroy(str(lab_directory)) == ["notes.txt"]
    assert os.listdir(lab_directory) == ["notes.txt"]


def test_what_may_be_destroyed(tmp_path: Path, lab_directory: Path) -> None:
    require_lab(str(lab_directory))
    with pytest.raises(LabMissing):
        require_lab(str(tmp_path))
    with pytest.raises(LabMissing):
        require_lab(str(tmp_path / "nowhere"))
    (tmp_path / DATABASE).touch()
    require_lab(str(tmp_path))  # a file that never became a lab
    (tmp_path / DATABASE).unlink()
    sqlite3.connect(tmp_path / DATABASE).execute("CREATE TABLE theirs (x)").connection.close()
    with pytest.raises(LabForeign):
        require_lab(str(tmp_path))


def test_no_cluster_and_no_appliance(tmp_path: Path) -> None:
    lab = Lab.create(str(tmp_path / "lab"))
    for missing in (lab.cluster, lab.appliance):
        with pytest.raises(LabMissing, match="hsmshell lab scenarios"):
            missing()
    lab.close()
    with pytest.raises(LabError):
        Lab.create(str(tmp_path / "lab"))
