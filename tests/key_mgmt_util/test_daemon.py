"""Without its client daemon the tool does not start, and while it runs every command that needs an HSM says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commands.cloudhsm_mgmt_util import run as run_management
from commands.key_mgmt_util.explain import help_block
from commands.key_mgmt_util.listing import every_command
from hsmshell.console import Context, Files, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, interactive, single
from tests.key_mgmt_util.outages import ALONE, DOWN, LINES, MADE, UP, Fault, contents, play

NO_DAEMON = """\
Cfm3Initialize() returned app id : 01000000

\tsession_handle 1000000

\tCfm3GetPartitionInfo returned: 0x40000040

LIQUIDSECURITY: Daemon socket connection error
"""

REFUSED = "returned: 0x40000040 : LIQUIDSECURITY: Daemon socket connection error\n"


# at the start


def test_it_does_not_start(lab: Lab, tmp_path: Path) -> None:
    lab.cluster().faults.set_client(up=False)
    assert interactive(lab, tmp_path, "help") == (1, NO_DAEMON)
    assert interactive(lab, tmp_path, generation=Generation.LATE) == (1, NO_DAEMON)
    assert single(lab, tmp_path, f"{LOGIN} findKey") == (1, NO_DAEMON)
    assert single(lab, tmp_path, "help") == (1, NO_DAEMON)
    lab.cluster().faults.set_client(up=True)
    assert single(lab, tmp_path, f"{LOGIN} findKey").status == 0


# while it runs


def test_every_command_is_walked() -> None:
    assert sorted([*LINES, *ALONE]) == sorted(every_command())


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("name", LINES)
def test_commands_that_need_an_hsm(lab: Lab, tmp_path: Path, name: str, generation: Generation) -> None:
    (tmp_path / "data").write_bytes(bytes(16))
    before = sorted(os.listdir(tmp_path))
    line = f"{name} {LINES[name]}".strip()
    *_, got, after, status = play(lab, tmp_path, LOGIN, *MADE, DOWN, line, "findKey", generation=generation)
    if name == "getCert":  # the form of its own that the guide shows
        assert got == "\nCfm3GetCert() returned 1073741888 :LIQUIDSECURITY: Daemon socket connection error\n"
    else:
        assert got.startswith("\n\t")
        assert got.endswith(REFUSED)
        assert len(got.splitlines()) == 2, "no cluster block: no HSM was asked"
    assert after.endswith(REFUSED)
    assert status == "0"
    assert sorted(os.listdir(tmp_path)) == before
    assert contents(lab) == [[(407, False), (408, False), (409, False)]] * 2


@pytest.mark.parametrize("name", LINES)
def test_nor_do_they_when_nobody_was_logged_in(lab: Lab, tmp_path: Path, name: str) -> None:
    (tmp_path / "data").write_bytes(bytes(16))
    got, status = play(lab, tmp_path, DOWN, f"{name} {LINES[name]}".strip())
    if name == "getCert":
        assert "returned 0" not in got
    else:
        assert got.endswith(REFUSED)
    assert status == "0"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("help", "Help Commands Available:"),
        ("Error2String -r 0x40000040", "maps to LIQUIDSECURITY: Daemon socket connection error\n"),
        ("listAttributes", "OBJ_ATTR_KCV"),
        ("listECCCurveIds", "NID_X9_62_prime256v1"),
        ("nonsense", "Error: Invalid command nonsense\n"),
        ("deleteKey", "Error: Key handle (-k) is missing.\n"),
        ("genSymKey -t 31 -s 17 -l x", "Error: Invalid key size (-s) for this key type.\n"),
    ],
)
def test_what_needs_none_goes_on(lab: Lab, tmp_path: Path, line: str, text: str) -> None:
    for logged_in in ([], [LOGIN]):
        *_, got, status = play(lab, tmp_path, *logged_in, DOWN, line)
        assert text in got
        assert "0x40000040 :" not in got
        assert status == "0"
        lab.cluster().faults.set_client(up=True)


@pytest.mark.parametrize("name", sorted(every_command()))
def test_help_goes_on(lab: Lab, tmp_path: Path, name: str) -> None:
    got, _ = play(lab, tmp_path, DOWN, f"{name} -h")
    assert got == help_block(every_command()[name])


@pytest.mark.parametrize("word", ["exit", "quit"])
def test_it_can_be_left(lab: Lab, tmp_path: Path, word: str) -> None:
    assert play(lab, tmp_path, LOGIN, DOWN, word, "findKey")[-1] == "0"


# when it is up again


def test_the_old_login_is_gone_and_its_session_keys(lab: Lab, tmp_path: Path) -> None:
    *_, status, find, logout, again, found, _ = play(
        lab, tmp_path, LOGIN, *MADE, DOWN, UP, "loginStatus", "findKey", "logoutHSM", LOGIN, "findKey"
    )
    assert status == "\n\tNo user is logged in\n"
    assert find == "\n\tCfm3FindKey returned: 0xe0 : HSM Error: No user is logged in to do this operation\n"
    assert "Cfm3LogoutHSM returned: 0xe0 : " in logout
    assert "Cfm3LoginHSM returned: 0x00 : " in again
    assert "\n407, 408, 409\n" in found
    with lab.store.reading():
        assert lab.store.sessions() == []


def test_a_lost_login_is_noticed_although_the_daemon_was_up_all_the_time_the_tool_looked(
    lab: Lab, tmp_path: Path
) -> None:
    *_, made, again, _ = play(lab, tmp_path, LOGIN, "findKey", DOWN, UP, "genSymKey -t 31 -s 32 -l x -sess", LOGIN)
    assert "Cfm3GenerateSymmetricKey returned: 0xe0 : " in made
    assert "Cfm3LoginHSM returned: 0x00 : " in again, "no user is in the way of a new login"
    assert contents(lab) == [[], []]


def test_no_key_is_left_behind_when_the_daemon_stops_while_it_is_made(lab: Lab) -> None:
    """The login is looked at in the transaction that writes the key, not only before it."""
    from hsmshell.engine.cluster import KeySpec
    from hsmshell.engine.errors import ClientUnavailable, UserNotLoggedIn

    cluster = lab.cluster().through_client()
    session = cluster.login("CU", "bob", "user1234", cluster.nodes()).session
    assert session is not None
    generate = lab.services.ec_key
    for up_again, error in ((False, ClientUnavailable), (True, UserNotLoggedIn)):

        def stopping(curve: object, up_again: bool = up_again) -> bytes:
            lab.cluster().faults.set_client(up=False)
            lab.cluster().faults.set_client(up=up_again)
            return generate(curve)  # type: ignore[arg-type]

        lab.services = lab.services._replace(ec_key=stopping)
        with pytest.raises(error):
            cluster.generate_ec_pair(session, "prime256v1", KeySpec("x", session_only=True))
        lab.cluster().faults.set_client(up=True)
        session = cluster.login("CU", "bob", "user1234", cluster.nodes()).session
    assert contents(lab) == [[], []]


def test_a_cluster_of_one_hsm(tmp_path: Path, lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(
        '[[cluster]]\nname = "one"\n\n[[cluster.hsm]]\nid = "hsm-one"\naddress = "10.0.0.1"\nserial = "1"\n\n'
        '[[cluster.user]]\nid = 3\ntype = "CU"\nname = "crypto_user"\npassword = "user1234"\n'
    )
    login, made, status, *_ = play(lab, tmp_path, LOGIN, MADE[2], DOWN, UP, "loginStatus")
    assert "returned: 0x00" in login
    assert "returned: 0x00" in made
    assert status == "\n\tNo user is logged in\n"
    assert contents(lab) == [[]]


# the other tool, and the HSMs


def test_the_management_tool_does_without_the_daemon(lab: Lab, tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield "loginHSM CO admin admin1234"
        lab.cluster().faults.set_client(up=False)
        yield from ("listUsers", "createUser CU new user1234", "y", "quit")

    console = ScriptedConsole(lines())
    run_management([], Context(lab, console, Files(str(tmp_path))))
    assert "createUser success on server 1(10.0.3.11)" in console.text
    assert "Number of users found:4" in console.text
    assert [user.name for user in lab.cluster().users(lab.cluster().nodes()[1])][-1] == "new"


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize(
    ("before", "after"), [((), (0,)), ((), (1,)), ((), (0, 1)), ((0,), ()), ((1,), ()), ((0,), (1,)), ((0, 1), ())]
)
def test_nothing_breaks_when_hsms_come_and_go(
    lab: Lab, tmp_path: Path, before: tuple[int, ...], after: tuple[int, ...], generation: Generation
) -> None:
    """These are down at the login, those afterwards, and at last none; each line is typed in both states."""
    (tmp_path / "data").write_bytes(bytes(16))
    lines = [f"{name} {line}".strip() for name, line in LINES.items() if name not in ("loginHSM", "logoutHSM")]
    script: list[str | Fault] = [
        *(Fault(number, False) for number in before), LOGIN, *MADE,
        *(Fault(number, number not in after) for number in (0, 1)), *lines,
        *(Fault(number, True) for number in (0, 1)), *lines, "logoutHSM",
    ]  # fmt: skip
    *answers, status = play(lab, tmp_path, *script, generation=generation)
    assert len(answers) == 2 * len(lines) + len(MADE) + 2
    assert all(answers)
    assert status == "0"
    with lab.store.reading():
        assert lab.store.sessions() == []
    assert not [key for node in contents(lab) for key in node if key[1]]


def test_a_login_with_a_wrong_password_says_so_although_one_hsm_is_down(lab: Lab, tmp_path: Path) -> None:
    got, again, _ = play(
        lab, tmp_path, Fault(0, False), "loginHSM -u CU -s bob -p wrong_one", Fault(1, False), LOGIN
    )  # fmt: skip
    assert "Cfm3LoginHSM returned: 0x40000049 : LIQUIDSECURITY: API login failed\n" in got
    assert "Node id 0 and err state 0x30000085 : " in got
    assert "Node id 1 and err state 0x000000a3 : " in got
    assert "Cfm3LoginHSM returned: 0x30000085 : " in again
