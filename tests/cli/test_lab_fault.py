"""``hsmshell lab fault``: what goes down, who says so, and what comes back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.cli.running import Ran, is_one_sentence, run
from tests.engine.driving import aes_key

TWO_CLUSTERS = """
[[cluster]]
name = "one"

[[cluster.hsm]]
id = "hsm-one"
address = "10.0.0.1"
serial = "1"

[[cluster]]
name = "two"

[[cluster.hsm]]
id = "hsm-two"
address = "10.0.0.2"
serial = "2"
"""


def fault(home: Path, lab: Lab | Path, *words: str) -> Ran:
    return lab_verb(home, lab, "fault", *words)


def lab_verb(home: Path, lab: Lab | Path, *words: str) -> Ran:
    return run(home, "--lab", lab.directory if isinstance(lab, Lab) else str(lab), "lab", *words)


def states(home: Path, lab: Lab | Path) -> tuple[str, list[str]]:
    """The client's state and that of each HSM, as the JSON document has them."""
    cluster = json.loads(lab_verb(home, lab, "show", "--json").out)["clusters"][0]
    return cluster["client_daemon"], [node["state"] for node in cluster["hsms"]]


def test_the_client_goes_down_and_up(tmp_path: Path, lab_directory: Path) -> None:
    assert states(tmp_path, lab_directory) == ("up", ["up", "up"])
    assert "\n\nclient daemon of cluster-migration: up\n" in lab_verb(tmp_path, lab_directory, "show").out
    ran = fault(tmp_path, lab_directory, "client", "down")
    assert ran == Ran(0, "hsmshell: the client daemon of cluster-migration is down\n", "")
    assert states(tmp_path, lab_directory) == ("down", ["up", "up"])
    assert "\n\nclient daemon of cluster-migration: down; " in lab_verb(tmp_path, lab_directory, "show").out
    assert fault(tmp_path, lab_directory, "client", "down") == ran, "again changes nothing"
    ran = fault(tmp_path, lab_directory, "client", "up")
    assert ran == Ran(0, "hsmshell: the client daemon of cluster-migration is up\n", "")
    assert states(tmp_path, lab_directory) == ("up", ["up", "up"])


@pytest.mark.parametrize("word", ["1", "hsm-lgavqitns2a"])
def test_an_hsm_goes_down_and_up(tmp_path: Path, lab_directory: Path, word: str) -> None:
    ran = fault(tmp_path, lab_directory, word, "down")
    assert ran == Ran(0, "hsmshell: node 1, hsm-lgavqitns2a, of cluster-migration is down\n", "")
    assert states(tmp_path, lab_directory) == ("up", ["up", "down"])
    ran = fault(tmp_path, lab_directory, word, "up")
    assert ran == Ran(0, "hsmshell: node 1, hsm-lgavqitns2a, of cluster-migration is up\n", "")
    assert states(tmp_path, lab_directory) == ("up", ["up", "up"])


def test_what_is_down_is_listed_with_the_way_back(tmp_path: Path, lab_directory: Path) -> None:
    ran = fault(tmp_path, lab_directory)
    assert (ran.code, ran.err) == (0, "")
    assert is_one_sentence(ran.out)
    assert "nothing is wrong" in ran.out
    fault(tmp_path, lab_directory, "client", "down")
    fault(tmp_path, lab_directory, "0", "down")
    lines = fault(tmp_path, lab_directory).out.splitlines()
    assert len(lines) == 2
    for line in lines:
        _, told, way = line.partition("bring it up with: hsmshell lab ")
        assert told
        assert lab_verb(tmp_path, lab_directory, *way.split()).code == 0
    assert "nothing is wrong" in fault(tmp_path, lab_directory).out


def test_sessions_that_end_with_the_client_are_counted(tmp_path: Path, lab: Lab) -> None:
    cluster = lab.cluster().through_client()
    for name in ("bob", "crypto_user"):
        session = cluster.login("CU", name, "user1234", cluster.nodes()).session
        assert session is not None
        aes_key(cluster, session, session_only=True)
    ran = fault(tmp_path, lab, "client", "down")
    assert ran == Ran(
        0, "hsmshell: the client daemon of cluster-migration is down; sessions that ended with it: 2\n", ""
    )
    assert "(session)" not in lab_verb(tmp_path, lab, "show").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["client"], 2),
        (["0"], 2),
        (["client", "sideways"], 2),
        (["client", "DOWN"], 2),
        (["nothing", "sideways"], 2),
        (["2", "down"], 1),
        (["-1", "down"], 1),
        (["hsm-nowhere", "up"], 1),
        (["Client", "down"], 1),
        (["wild\x1b[31m", "down"], 1),
        (["0", "wild\x1b[31m"], 2),
    ],
)
def test_wrong_words(tmp_path: Path, lab_directory: Path, words: list[str], code: int) -> None:
    ran = fault(tmp_path, lab_directory, *words)
    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err
    assert is_one_sentence(ran.err)
    assert states(tmp_path, lab_directory) == ("up", ["up", "up"])


def test_one_word_too_many(tmp_path: Path, lab_directory: Path) -> None:
    ran = fault(tmp_path, lab_directory, "client", "down", "now")
    assert (ran.code, ran.out) == (2, "")
    assert states(tmp_path, lab_directory) == ("up", ["up", "up"])


def test_a_lab_with_several_clusters(tmp_path: Path, lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO_CLUSTERS)
    assert "node 0, hsm-two, of two is down" in fault(tmp_path, lab, "hsm-two", "down").out
    assert "node 0, hsm-one, of one is down" in fault(tmp_path, lab, "0", "down").out
    assert "client daemon of one is down" in fault(tmp_path, lab, "client", "down").out
    assert [cluster.client_up() for cluster in lab.clusters()] == [False, True]
    assert len(fault(tmp_path, lab).out.splitlines()) == 3


def test_a_lab_without_a_cluster(tmp_path: Path, lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from('[[appliance]]\nname = "luna"\n\n[[appliance.partition]]\nslot = 1\nlabel = "p"\nserial = "1"\n')
    assert "nothing is wrong" in fault(tmp_path, lab).out
    for target in ("client", "0"):
        ran = fault(tmp_path, lab, target, "down")
        assert (ran.code, ran.out) == (1, "")
        assert is_one_sentence(ran.err)


def test_it_is_imported_when_it_is_used_and_not_before(tmp_path: Path, lab_directory: Path) -> None:
    code = (
        "import sys\nfrom hsmshell.cli.main import main\nmain(sys.argv[1:])\n"
        "print('hsmshell.cli.lab_fault' in sys.modules)"
    )
    for verb, used in (("scenarios", "False"), ("fault", "True")):
        ran = run(tmp_path, "--lab", str(lab_directory), "lab", verb, command=(sys.executable, "-c", code))
        assert ran.out.splitlines()[-1] == used


def test_an_hsm_that_is_full_or_loses_copies(tmp_path: Path, lab: Lab) -> None:
    said = fault(tmp_path, lab, "1", "full").out
    assert said == (
        "hsmshell: node 1, hsm-lgavqitns2a, of cluster-migration is full: it takes no new key and no new user\n"
    )
    fault(tmp_path, lab, "10.0.2.9", "drop-sync")
    listed = fault(tmp_path, lab).out.splitlines()
    assert [line.rsplit("; ", 1)[1] for line in listed] == [
        "bring it up with: hsmshell lab fault hsm-udw0tkfg1ab up",
        "bring it up with: hsmshell lab fault hsm-lgavqitns2a up",
    ]
    assert "misses keys that are made on others" in listed[0]
    assert [node.state for node in lab.cluster().nodes()] == ["drop-sync", "full"]
    fault(tmp_path, lab, "1", "up")
    fault(tmp_path, lab, "0", "up")
    assert "nothing is wrong" in fault(tmp_path, lab).out


def test_the_client_is_up_or_down_and_nothing_else(tmp_path: Path, lab: Lab) -> None:
    ran = fault(tmp_path, lab, "client", "full")
    assert (ran.code, ran.out) == (2, "")
    assert '"full" is not one of up, down; ' in ran.err


def test_an_appliance_or_a_partition_goes_down_and_up(tmp_path: Path, lab: Lab) -> None:
    down = fault(tmp_path, lab, "luna-sa5", "down")
    assert (down.code, down.out.count(" is down")) == (0, 2)
    assert lab.application().slots() == ()
    listed = fault(tmp_path, lab).out
    assert "slot 2, the partition partition2, is down; bring it up with: hsmshell lab fault 492894009 up" in listed
    assert fault(tmp_path, lab, "492894009", "up").out == "hsmshell: slot 2, the partition partition2, is up\n"
    assert [slot.label for slot in lab.application().slots()] == ["partition2"]
    assert fault(tmp_path, lab, "partition1", "up").code == 0
    assert fault(tmp_path, lab, "partition1", "full").code == 2
    assert len(lab.application().slots()) == 2
