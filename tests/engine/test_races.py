"""Two processes that want the same at once: each gets its own, or one of them is refused and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hsmshell.engine.cluster.backups import backups
from hsmshell.engine.cluster.lifecycle import create
from hsmshell.engine.cluster.phase import Phase
from hsmshell.engine.lab import Lab

RACER = """
import json, sys
from hsmshell.engine.cluster.lifecycle import create, restore
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
lab = Lab.open(sys.argv[1])
def of(name):
    return next(cluster for cluster in lab.clusters() if cluster.name == name).lifecycle
print("ready", flush=True)
sys.stdin.readline()
said = []
for n in range(3):
    try:
        said.append(str({action}))
    except LabError as problem:
        said.append(f"! {{problem}}")
print(json.dumps(said))
lab.close()
"""


def race(lab: Lab, action: str) -> list[list[str]]:
    """What two processes got that did the same thing three times, ``n`` being 0, 1 and 2."""
    command = [sys.executable, "-c", RACER.format(action=action), lab.directory]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in "ab"]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return [json.loads(output) for output in outputs]


def test_hsms_that_two_add(lab: Lab) -> None:
    said = race(lab, "of('cluster-migration').add_hsm().number")
    assert sorted(number for numbers in said for number in numbers) == ["2", "3", "4", "5", "6", "7"]
    nodes = lab.cluster().nodes()
    for values in ({node.name for node in nodes}, {node.address for node in nodes}, {node.serial for node in nodes}):
        assert len(values) == 8


def test_the_first_hsm_is_born_once(lab: Lab) -> None:
    cluster = create(lab, "second")
    said = race(lab, "of('second').add_hsm().number")
    assert sorted(one for words in said for one in words if not one.startswith("!")) == ["0"]
    (node,) = cluster.nodes()
    assert [user.name for user in cluster.users(node)] == ["admin", "app_user"]
    assert cluster.lifecycle.phase() is Phase.UNINITIALIZED
    assert cluster.lifecycle.request()


def test_an_address_is_given_once(lab: Lab) -> None:
    said = race(lab, "of('cluster-migration').add_hsm(f'10.9.9.{n}').address")
    given = [one for words in said for one in words if not one.startswith("!")]
    assert sorted(given) == ["10.9.9.0", "10.9.9.1", "10.9.9.2"]
    assert len(lab.cluster().nodes()) == 5
    assert len(backups(lab)) == 3, "what was refused has left no backup"


@pytest.mark.parametrize("action", ["create(lab, f'clone-{n}').name", "restore(lab, lab_backup, f'clone-{n}').name"])
def test_a_name_is_given_once(lab: Lab, action: str) -> None:
    backup = lab.cluster().lifecycle.backup().id
    said = race(lab, action.replace("lab_backup", repr(backup)))
    given = [one for words in said for one in words if not one.startswith("!")]
    assert sorted(given) == ["clone-0", "clone-1", "clone-2"]
    assert [cluster.name for cluster in lab.clusters()] == ["cluster-migration", *sorted(given)]
