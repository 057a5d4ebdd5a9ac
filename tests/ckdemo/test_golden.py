"""The golden transcripts as a whole: every entry of the menu has succeeded in one, and has failed in one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.ckdemo import program
from hsmshell.engine.appliance.policies import Profile
from hsmshell.transcript.log import Section, parse

from .answering import CHOICE
from .conftest import GOOD

FOLDER = Path(__file__).parents[2] / "transcripts" / "ckdemo"
FAILED = "Status: Operation failed (CKR_"
SILENT = {0}
"""Ends the program, without a status."""
NEVER_FAILS = {10, 98}
"""Nothing that is asked there can be refused."""
NEVER_SUCCEEDS = {67}
"""The library computes on named curves only."""
LOGIN_ERRORS = {
    "CKR_PIN_INCORRECT",
    "CKR_SESSION_HANDLE_INVALID",
    "CKR_USER_PIN_NOT_INITIALIZED",
    "CKR_USER_ALREADY_LOGGED_IN",
    "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
    "CKR_USER_TYPE_INVALID",
    "CKR_USER_LOCKED_OUT",
    "CKR_SO_LOGIN_FAILURE_THRESHOLD",
}


class Action(NamedTuple):
    """One choice from the main menu with what followed."""

    number: str
    text: str


def actions(section: Section) -> Iterator[Action]:
    """The choices of a section."""
    number, lines = "", []  # type: str, list[str]
    for line in section.lines:
        if not line.text.startswith(CHOICE):
            lines.append(line.text)
            continue
        yield Action(number, "\n".join(lines))
        number, lines = line.text.removeprefix(CHOICE).strip(), []
    yield Action(number, "\n".join(lines))


ACTIONS = [
    action
    for path in sorted(FOLDER.glob("*.transcript"))
    for section in parse(path.read_text("utf-8"), str(path)).sections
    for action in actions(section)
]
NUMBERS = [entry.number for entry in program.ENTRIES if entry.number not in SILENT]


def shows(number: int, text: str) -> bool:
    return any(action.number == str(number) and text in action.text for action in ACTIONS)


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in NEVER_SUCCEEDS])
def test_every_entry_succeeds_in_a_transcript(number: int) -> None:
    assert shows(number, GOOD)


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in NEVER_FAILS])
def test_every_entry_fails_in_a_transcript(number: int) -> None:
    assert shows(number, FAILED)


@pytest.mark.parametrize("name", sorted(LOGIN_ERRORS))
def test_every_error_of_a_login_is_in_a_transcript(name: str) -> None:
    assert shows(3, f"Status: Operation failed ({name})")


@pytest.mark.parametrize("profile", Profile)
def test_the_menu_of_each_generation_is_in_a_transcript(profile: Profile) -> None:
    menu = program.menu(profile).split()
    assert any(" ".join(menu) in " ".join(action.text.split()) for action in ACTIONS)
