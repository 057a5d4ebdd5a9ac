"""The golden transcripts as a whole: every command has succeeded in one, in global and in server mode, and every error
that is published, or that is ours where nothing is published, has been met.

What needs a signature within the session that asked for it is in the procedures, which show a second window; what needs
two processes at once no transcript can show: the tests at the end have that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.cloudhsm_mgmt_util.dialogs import CAUTION as BOX
from commands.cloudhsm_mgmt_util.listing import COMMANDS
from hsmshell.engine.records import FULL
from hsmshell.grammar import AmbiguousName, UnknownName, resolve
from hsmshell.transcript.log import parse

from .conftest import OFFICER, USER, Desk
from .refusals import OUR_ERRORS, POLICY, PUBLISHED_ERRORS, RIA, START
from .screens import CAUTION, twice

FOLDER = Path(__file__).parents[2] / "transcripts" / "cloudhsm_mgmt_util"
PROCEDURES = FOLDER / "procedures"
GLOBAL = "aws-cloudhsm"
PROMPT = re.compile(rf"({GLOBAL}|server\d+)>")
GLOBAL_ONLY = {"info", "quit", "server"}
SERVER_ONLY = {"exit", "getCert", "syncKey", "syncUser"}
OTHER_SUCCESS = {
    "enable_e2e": "E2E enabled on server ",
    "exit": "",
    "getAttribute": "\nAttribute Value on server ",
    "getCert": "getCert Success\n",
    "getClusterInfo": "Cluster info from server ",
    "getHSMInfo": "\tFirmware ID          :",
    "getKeyInfo": "\tOwned by user ",
    "getMValue": "MValue of service ",
    "help": "\nlistUsers\n",
    "info": "LoginState\n",
    "listAttributes": "      OBJ_ATTR_ALL                    = 512\n",
    "listTokens": "listTokens success\n",
    "listUsers": "Number of users found:",
    "quit": "disconnecting from servers, please wait...\n",
    "server": "\nServer is in 'E2E' mode...\n",
}
"""What a success shows of a command that says it otherwise than most."""
SIGNED = {"approveToken"}
"""Commands that succeed only with what was signed after the session began."""


class Answer(NamedTuple):
    """What followed a command, dialogs included."""

    command: str
    """Its full name; the word itself where it names none."""
    in_server_mode: bool
    text: str


def full_name(word: str) -> str:
    try:
        return resolve(word, list(COMMANDS))
    except (UnknownName, AmbiguousName):
        return word


def answers(lines_of_log: Iterable[str]) -> Iterator[Answer]:
    command, in_server_mode, lines = START, False, []  # type: str, bool, list[str]
    for line in lines_of_log:
        prompt = PROMPT.match(line)
        if prompt is None:
            lines.append(f"{line}\n")
            continue
        yield Answer(command, in_server_mode, "".join(lines))
        words = line[prompt.end() :].split()
        command, in_server_mode, lines = full_name(words[0]) if words else "", prompt[1] != GLOBAL, []
    yield Answer(command, in_server_mode, "".join(lines))


ANSWERS = [
    answer
    for path in sorted(FOLDER.glob("*.transcript"))
    for section in parse(path.read_text("utf-8"), str(path)).sections
    if section.tool == "cloudhsm_mgmt_util"
    for answer in answers(line.text for line in section.lines)
]
PLAYED = [
    answer
    for path in sorted(PROCEDURES.glob("*.transcript"))
    for answer in answers(path.read_text("utf-8").splitlines())
]


def succeeded(command: str, *, in_server_mode: bool, where: Iterable[Answer] = ()) -> bool:
    mark = OTHER_SUCCESS.get(command, f"{command} success" + ("\n" if in_server_mode else " on server 0(10.0.2.9)\n"))
    return any(
        one.command == command and one.in_server_mode is in_server_mode and mark in one.text and (mark or not one.text)
        for one in where or ANSWERS
    )


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - SERVER_ONLY - SIGNED))
def test_every_command_succeeds_in_a_transcript(command: str) -> None:
    assert succeeded(command, in_server_mode=False)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - GLOBAL_ONLY - SIGNED))
def test_it_does_so_in_server_mode_too(command: str) -> None:
    assert succeeded(command, in_server_mode=True)


@pytest.mark.parametrize("in_server_mode", [False, True])
@pytest.mark.parametrize("command", sorted(SIGNED))
def test_what_has_to_be_signed_succeeds_in_a_procedure(command: str, in_server_mode: bool) -> None:
    assert succeeded(command, in_server_mode=in_server_mode, where=PLAYED)


def test_what_is_refused_to_a_user_with_a_second_factor_is_in_a_procedure() -> None:
    for command, why in (("registerQuorumPubKey", POLICY), ("loginHSM", "HSM Error: RET_USER_LOGIN_FAILURE")):
        assert any(one.command == command and f"{command} failed: {why}\n" in one.text for one in PLAYED)


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(command, text) for command, texts in table.items() for text in texts]


@pytest.mark.parametrize(("command", "text"), [*pairs(PUBLISHED_ERRORS), *pairs(OUR_ERRORS)])
def test_every_error_is_in_a_transcript(command: str, text: str) -> None:
    assert any(one.command == command and text in one.text for one in ANSWERS)


@pytest.mark.parametrize(
    "command",
    sorted(
        {
            "changePswd",
            "createUser",
            "registerMofnPubKey",
            "registerQuorumPubKey",
            "setAttribute",
            "setMValue",
            "shareKey",
        }
    ),
)
def test_these_commands_ask_before_they_change_anything(command: str) -> None:
    done = [one.text for one in ANSWERS if one.command == command and f"{command} success" in one.text]
    assert done and all(BOX in text and "Do you want to continue(y/n)?y\n" in text for text in done)


@pytest.mark.parametrize(
    "command",
    sorted({"approveToken", "deleteUser", "delToken", "enable_e2e", "getToken", "loginHSM", "syncKey", "syncUser"}),
)
def test_these_do_not(command: str) -> None:
    assert not [one for one in ANSWERS if one.command == command and BOX in one.text]


# what takes two processes, or a full HSM


@pytest.mark.parametrize(
    ("line", "second"),
    [
        ("changePswd CU bob fresh1234", "Changing password on node 0(10.0.2.9) failed"),
        ("deleteUser CU bob", "deleteUser failed on server 0(10.0.2.9)"),
    ],
)
def test_a_user_who_is_logged_in_elsewhere(desk: Desk, elsewhere: Desk, line: str, second: str) -> None:
    elsewhere.login("CU", "bob", "user1234")
    before = desk.everything()
    command = line.split()[0]
    reply = desk.reply(OFFICER, line, *(["y", "A"] if command == "changePswd" else ["I", "I"]))
    reason = "HSM Error: Deletion or Changing password of a logged in User is denied"
    assert f" on 2 nodes\n{command} failed: {reason}\n{second}\n\n" in reply
    assert desk.everything() == before


def test_no_room_for_a_user(desk: Desk) -> None:
    desk.power(0, FULL)
    assert desk.reply(OFFICER, "createUser CU carol carol1234", "y", "I") == CAUTION + (
        "y\nCreating User carol(CU) on 2 nodes\ncreateUser failed: HSM Error: Max number of users reached\n"
        f"creating user on server 0(10.0.2.9) failed\n\n{RIA}I\ncreateUser success on server 1(10.0.3.11)\n"
    )


def test_a_locked_user_is_told_no_more_than_a_wrong_password(desk: Desk) -> None:
    desk.play(*["loginHSM CU crypto_user wrong1234"] * 5)
    assert desk.reply(USER) == twice("loginHSM", "HSM Error: RET_USER_LOGIN_FAILURE")
    assert [user.failures for user in (desk.user("crypto_user", 0), desk.user("crypto_user", 1)) if user] == [5, 5]
