"""The client daemon: which cluster it serves, and what ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from tests.cli.running import Ran, is_one_sentence, run
from tests.client_host import CLIENT, INFO, TWO_CLUSTERS, Host, Make, add_hsm, document, put

LOGIN_ONE = ["loginHSM", "-u", "CU", "-s", "one_user", "-p", "user1234"]
LOGIN_TWO = ["loginHSM", "-u", "CU", "-s", "two_user", "-p", "user1234"]
STOPPED = "cloudhsm_client: is stopped\n"


@pytest.fixture
def two(lab_from: Callable[[str], Lab], context: Make) -> Host:
    """A lab with two clusters of one HSM each, which have different users."""
    return Host(lab_from(TWO_CLUSTERS), context)


def fault(home: Path, lab: Lab, *words: str) -> Ran:
    return run(home, "--lab", lab.directory, "lab", "fault", *words)


def test_stop_start_and_status(host: Host) -> None:
    runs = "cloudhsm_client: runs for cluster-migration\n"
    assert host.daemon("status") == (0, runs)
    assert host.daemon("stop") == (0, STOPPED)
    assert host.daemon("status") == (1, "cloudhsm_client: is stopped; start it with: cloudhsm_client start\n")
    assert host.keys("findKey")[0] == 1
    assert host.daemon("stop") == (0, STOPPED)
    assert host.daemon() == (0, runs)
    assert host.daemon("start") == (0, "cloudhsm_client: runs already, for cluster-migration\n")
    assert host.daemon("restart") == (0, STOPPED + runs)
    assert host.daemon("status") == (0, runs)


def test_the_list_of_hsms_is_written_at_the_start(host: Host) -> None:
    cluster = host.lab.cluster()
    cluster.faults.set_node(cluster.nodes()[1], "down")
    host.daemon("start")
    assert document(host.lab, INFO) == [
        {"hostname": "10.0.2.9", "node_id": 0, "port": 2223},
        {"hostname": "10.0.3.11", "node_id": 1, "port": 2223},
    ]
    add_hsm(host.lab, "10.0.4.4")
    host.daemon("start")
    assert len(document(host.lab, INFO)) == 2
    host.daemon("restart")
    assert len(document(host.lab, INFO)) == 3


def test_another_cluster_is_served_after_a_restart(two: Host) -> None:
    two.configure("-a", "10.0.0.2")
    assert two.keys(*LOGIN_ONE)[0] == 0, "until the restart it is as it was"
    assert two.daemon("restart") == (0, STOPPED + "cloudhsm_client: runs for two\n")
    assert two.keys(*LOGIN_ONE)[0] == 1
    assert two.keys(*LOGIN_TWO)[0] == 0
    assert [entry["hostname"] for entry in document(two.lab, INFO)] == ["10.0.0.2"]
    assert [cluster.client_up() for cluster in two.lab.clusters()] == [False, True]
    two.configure("-a", "10.0.0.1")
    two.daemon("restart")
    assert two.keys(*LOGIN_ONE)[0] == 0


def test_without_an_hsm_that_answers_it_does_not_start(two: Host) -> None:
    two.configure("-a", "10.0.0.9")
    complaint = f"cloudhsm_client: {CLIENT}: no HSM answers at 10.0.0.9; write another with: configure -a IP\n"
    assert two.daemon("restart") == (1, STOPPED + complaint)
    assert two.daemon("status")[0] == 1
    assert "Daemon socket connection error" in two.keys(*LOGIN_ONE)[1]
    two.configure("-a", "10.0.0.2")
    cluster = two.lab.clusters()[1]
    cluster.faults.set_node(cluster.nodes()[0], "down")
    assert two.daemon("start")[0] == 1
    cluster.faults.set_node(cluster.nodes()[0], "up")
    assert two.daemon("start") == (0, "cloudhsm_client: runs for two\n")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"server": 1}', b'{"server": {"hostname": 1}}'])
def test_a_configuration_that_is_none(host: Host, content: bytes) -> None:
    put(host.lab, CLIENT, content)
    code, text = host.daemon("restart")
    assert code == 1
    assert text.splitlines()[1].startswith(f"cloudhsm_client: {CLIENT}: ")
    assert not host.lab.cluster().client_up()


def test_a_configuration_of_one_s_own(two: Host, tmp_path: Path) -> None:
    (tmp_path / "my.cfg").write_text('{"server": {"hostname": "10.0.0.2"}, "client": {"daemon_id": 3}}')
    two.daemon("stop")
    assert two.daemon("absent.cfg")[0] == 1
    assert two.daemon("my.cfg") == (0, "cloudhsm_client: runs for two\n")
    assert document(two.lab, INFO.replace("/1/", "/3/"))[0]["hostname"] == "10.0.0.2"


@pytest.mark.parametrize("words", [("-x",), ("start", "now"), ("a", "b")])
def test_wrong_words(host: Host, words: tuple[str, ...]) -> None:
    code, text = host.daemon(*words)
    assert (code, text.splitlines()[0]) == (1, "usage: cloudhsm_client [CONFIGURATION-FILE]")
    assert host.lab.cluster().client_up()


def test_sessions_end_with_it_and_when_it_goes_to_another_cluster(two: Host, tmp_path: Path) -> None:
    from commands.key_mgmt_util import run as key_mgmt_util

    def lines() -> Iterator[str]:
        yield " ".join(LOGIN_ONE)
        assert len(two.lab.live_sessions()) == 1
        two.configure("-a", "10.0.0.2")
        two.daemon("restart")
        assert two.lab.live_sessions() == []
        yield "exit"

    key_mgmt_util([], Context(two.lab, ScriptedConsole(lines()), Files(str(tmp_path))))


def test_a_fault_starts_it_as_the_tool_does(two: Host, tmp_path: Path) -> None:
    two.configure("-a", "10.0.0.2")
    assert fault(tmp_path, two.lab, "client", "down").out == "hsmshell: the client daemon of one is down\n"
    assert fault(tmp_path, two.lab, "client", "up") == Ran(0, "hsmshell: the client daemon of two is up\n", "")
    assert "nothing is wrong" in fault(tmp_path, two.lab).out
    assert [entry["hostname"] for entry in document(two.lab, INFO)] == ["10.0.0.2"]
    assert "node 0, hsm-two, of two is down" in fault(tmp_path, two.lab, "0", "down").out
    fault(tmp_path, two.lab, "client", "down")
    ran = fault(tmp_path, two.lab, "client", "up")
    assert (ran.code, ran.out) == (1, "")
    assert is_one_sentence(ran.err)
    assert "no HSM answers at 10.0.0.2" in ran.err
    assert "client daemon of two is down" in fault(tmp_path, two.lab).out


def test_the_lab_shows_whom_the_daemon_serves(two: Host, tmp_path: Path) -> None:
    def shown() -> list[str]:
        lines = run(tmp_path, "--lab", two.lab.directory, "lab", "show").out.splitlines()
        return [line.split(";")[0] for line in lines if line.startswith("client daemon")]

    assert shown() == ["client daemon of one: up", "client daemon of two: down"]
    two.configure("-a", "10.0.0.2")
    two.daemon("restart")
    assert shown() == ["client daemon of one: down", "client daemon of two: up"]


def test_the_larger_minimum_of_hsms_counts(host: Host) -> None:
    host.configure("-a", "10.0.2.9")
    changed = document(host.lab, CLIENT)
    changed["client"]["create_object_minimum_nodes"] = 2
    put(host.lab, CLIENT, changed)
    make = ("loginHSM", "-u", "CU", "-s", "crypto_user", "-p", "user1234", "genSymKey", "-t", "31", "-s", "32", "-l")
    cluster = host.lab.cluster()
    cluster.faults.set_node(cluster.nodes()[1], "down")
    assert "Key Handle" in host.keys(*make, "before", "-min_srv", "1")[1]
    host.daemon("restart")
    code, text = host.keys(*make, "after", "-min_srv", "1")
    assert (code, "0x30000085 : HSM CLUSTER ERROR: Server in cluster is unavailable" in text) == (1, True)
    assert "Key Handle" in host.keys(*make, "session", "-sess")[1]
    cluster.faults.set_node(cluster.nodes()[1], "up")
    assert "Key Handle" in host.keys(*make, "again")[1]
