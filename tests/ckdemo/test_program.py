"""The main prompt, sessions and logins."""

from __future__ import annotations

import pytest

from commands.ckdemo import run
from hsmshell.console import Answer, Ask, Context, Files, Kind
from hsmshell.console.scripted import ScriptedConsole

from .conftest import FLAGS, GOOD, LOGIN, Desk
from .test_tables import MAIN_MENU

APPENDIX_LOGIN = """\
Enter your choice : 1

Slots available:
slot#1 - LunaNet Slot
slot#2 - LunaNet Slot
Select a slot: 1

SO[0], normal user[1], or audit user[2]? 1

Status: Doing great, no errors (CKR_OK)

Enter your choice : 3
Security Officer[0]
Crypto-Officer  [1]
Crypto-User     [2]:
Audit-User      [3]: 1
Enter PIN          : password

Status: Doing great, no errors (CKR_OK)

Enter your choice : 0
"""


def failed(name: str) -> str:
    return f"Status: Operation failed ({name})"


def test_open_and_login_as_in_the_guide(desk: Desk) -> None:
    assert desk.play(*LOGIN, "0").text.endswith(f"\n\n{APPENDIX_LOGIN}")


@pytest.mark.parametrize("word", ["", "?", "help", "1x", "\x1b[A", "１"])
def test_a_choice_that_is_no_number_shows_the_menu(desk: Desk, word: str) -> None:
    played = desk.play(word, "0")
    assert played.text.count(MAIN_MENU) == 1
    assert played.statuses == []


@pytest.mark.parametrize("number", ["16", "19", "52", "68", "99", "210", "-1", "9999999999999999999"])
def test_a_number_that_is_not_offered(desk: Desk, number: str) -> None:
    played = desk.play(number, "0")
    assert played.statuses == [failed("CKR_FUNCTION_NOT_SUPPORTED")]
    assert MAIN_MENU not in played.text


@pytest.mark.parametrize(
    "answers, status",
    [
        (["1", "7", "1"], failed("CKR_SLOT_ID_INVALID")),
        (["1", "no", "1"], failed("CKR_SLOT_ID_INVALID")),
        (["1", "1", "3"], failed("CKR_ARGUMENTS_BAD")),
        (["1", "1", "0"], GOOD),
        (["1", "2", "2"], GOOD),
        (["2"], failed("CKR_SESSION_HANDLE_INVALID")),
        (["3", "1", "password"], failed("CKR_SESSION_HANDLE_INVALID")),
        (["4"], failed("CKR_SESSION_HANDLE_INVALID")),
        (["13"], failed("CKR_SESSION_HANDLE_INVALID")),
    ],
)
def test_without_a_session(desk: Desk, answers: list[str], status: str) -> None:
    assert desk.play(*answers, "0").statuses == [status]


@pytest.mark.parametrize(
    "answers, status",
    [
        (["3", "1", "Password"], failed("CKR_PIN_INCORRECT")),
        (["3", "0", "password"], failed("CKR_PIN_INCORRECT")),
        (["3", "2", "password"], failed("CKR_USER_PIN_NOT_INITIALIZED")),
        (["3", "3", "password"], failed("CKR_USER_TYPE_INVALID")),
        (["3", "4"], failed("CKR_USER_TYPE_INVALID")),
        (["3", "crypto officer"], failed("CKR_USER_TYPE_INVALID")),
        (["4"], failed("CKR_USER_NOT_LOGGED_IN")),
    ],
)
def test_login_errors(desk: Desk, answers: list[str], status: str) -> None:
    assert desk.play("1", "1", "1", *answers, "0").statuses == [GOOD, status]


def test_a_second_login(desk: Desk) -> None:
    assert desk.logged_in("3", "1", "password").statuses[-1] == failed("CKR_USER_ALREADY_LOGGED_IN")
    assert desk.logged_in("3", "0", "password").statuses[-1] == failed("CKR_USER_ANOTHER_ALREADY_LOGGED_IN")


def test_ten_wrong_pins_lock_the_role_across_runs(desk: Desk) -> None:
    for _ in range(2):
        wrong = desk.play("1", "1", "1", *["3", "1", "guess"] * 5, "0")
        assert wrong.statuses[1:] == [failed("CKR_PIN_INCORRECT")] * 5
    assert desk.play(*LOGIN, "0").statuses[-1] == failed("CKR_USER_LOCKED_OUT")
    other = desk.play("1", "2", "1", "3", "1", "password", "0")
    assert other.statuses[-1] == GOOD


def test_a_good_pin_resets_the_counter(desk: Desk) -> None:
    desk.play("1", "1", "1", *["3", "1", "guess"] * 9, "3", "1", "password", "0")
    desk.play("1", "1", "1", *["3", "1", "guess"] * 9, "0")
    assert desk.play(*LOGIN, "0").statuses[-1] == GOOD


def test_the_newest_session_is_current(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "1", "2", "1", "13", "2", "2", "2", "13", "2", "13", "0")
    slots = [line for line in played.text.splitlines() if line.startswith("Slot  ")]
    assert slots == ["Slot                : 2", "Slot                : 1"]
    assert played.statuses == [GOOD] * 6 + [failed("CKR_SESSION_HANDLE_INVALID")]
    listed = "\nSessions open:\nsession#1 - slot#1\nsession#2 - slot#2 (current)\n"
    assert f"{listed}Select a session: 2\n" in played.text
    assert f"{listed}Select a session (-1 for all): 2\n" in played.text


def test_session_info_chooses_the_current_session(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "1", "2", "1", "13", "1", "3", "1", "password", "27", "120", "0")
    assert played.statuses == [GOOD] * 5
    assert "CKA_LABEL=Generated AES Key" in played.last


def test_a_session_that_is_not_there_changes_nothing(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "1", "2", "1", "13", "-1", "13", "7", "13", "x", "2", "x", "13", "2", "0")
    assert played.statuses[2:] == [failed("CKR_SESSION_HANDLE_INVALID")] * 4 + [GOOD]
    assert played.text.count("session#2 - slot#2 (current)\n") == 5


def test_all_sessions_are_closed_at_once(desk: Desk) -> None:
    played = desk.play(*LOGIN, "1", "1", "1", "1", "2", "1", "2", "-1", "13", "0")
    assert played.statuses[-2:] == [GOOD, failed("CKR_SESSION_HANDLE_INVALID")]
    assert desk.lab.store.sessions() == []


def test_closing_the_current_session_leaves_the_newest_of_the_others(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "1", "2", "1", "1", "1", "1", "13", "1", "2", "1", "13", "3", "0")
    assert "session#3 - slot#1 (current)" in played.last


def test_closing_a_session_that_is_not_there(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "1", "2", "1", "2", "9", "0")
    assert played.statuses[-1] == failed("CKR_SESSION_HANDLE_INVALID")


def test_closing_the_last_session_of_a_slot_ends_its_login(desk: Desk) -> None:
    played = desk.logged_in("2", "1", "1", "1", "27", "120")
    assert played.statuses[-1] == failed("CKR_OBJECT_HANDLE_INVALID")


@pytest.mark.parametrize(
    "answers, state",
    [
        ([], "2 (CKS_RW_PUBLIC_SESSION)"),
        (["3", "1", "password"], "3 (CKS_RW_USER_FUNCTIONS)"),
        (["3", "1", "password", "4"], "2 (CKS_RW_PUBLIC_SESSION)"),
    ],
)
def test_session_info(desk: Desk, answers: list[str], state: str) -> None:
    played = desk.play("1", "1", "1", *answers, "13", "0")
    assert played.last == (
        "13\n\nSession handle      : 1\nSlot                : 1\n"
        f"State               : {state}\n"
        "Flags               : 00000006 (CKF_RW_SESSION, CKF_SERIAL_SESSION)\nDevice error        : 0\n\n"
        f"{GOOD}\n\n"
    )


def test_library_slot_and_token_info(desk: Desk) -> None:
    played = desk.play("10", "11", "1", "12", "1", "12", "5", "0")
    assert played.statuses == [GOOD, GOOD, GOOD, failed("CKR_SLOT_ID_INVALID")]
    for line in (
        "Library description : Chrystoki",
        "Slot description    : LunaNet Slot",
        "Flags               : 00000007 (CKF_TOKEN_PRESENT, CKF_REMOVABLE_DEVICE, CKF_HW_SLOT)",
        "Token label         : partition1",
        "Serial number       : 492894008",
        "Firmware version    : 6.10.9",
    ):
        assert f"\n{line}\n" in played.text


ENDINGS = [*LOGIN, "25", "120", "1", "16", "1"]


@pytest.mark.parametrize("length", range(len(ENDINGS) + 1))
def test_the_input_may_end_anywhere(desk: Desk, length: int) -> None:
    before = desk.objects()
    played = desk.play(*ENDINGS[:length])
    assert played.code == 0
    assert played.text.endswith("\n")
    assert desk.objects() == before
    assert desk.lab.store.sessions() == []


def test_an_interrupt_leaves_no_session(desk: Desk) -> None:
    class Interrupted(ScriptedConsole):
        def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
            if prompt.startswith("Enter handle"):
                raise KeyboardInterrupt
            return super().ask(prompt, kind, answer)

    with pytest.raises(KeyboardInterrupt):
        run((), Context(desk.lab, Interrupted([*LOGIN, "27"]), Files(str(desk.directory))))
    assert desk.lab.store.sessions() == []


UNWRAP = ["61", "21", "9", *FLAGS, "120", "32", "missing"]


def test_prompts_say_what_they_ask_for(desk: Desk) -> None:
    asked: dict[str, tuple[Ask, Kind | None]] = {}

    class Watching(ScriptedConsole):
        def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
            asked[prompt] = (kind, answer)
            return super().ask(prompt, kind, answer)

    console = Watching([*LOGIN, "27", "120", "60", "26", "0", "1", "1", "25", "120", "0", *UNWRAP, "0"])
    run((), Context(desk.lab, console, Files(str(desk.directory))))
    hint = " (-1 to list available objects) : "
    assert asked["Enter your choice : "] == (Ask.MENU, None)
    assert asked["Enter PIN          : "] == (Ask.PIN, None)
    assert asked["Select mechanism for wrapping: "] == (Ask.MENU, None)
    for question in (
        "Enter handle of object to display",
        "Enter handle of wrapping key",
        "Enter handle of key to wrap",
        "Enter handle of unwrapping key",
        "Which object do you want to modify",
    ):
        assert asked[question + hint] == (Ask.LINE, Kind.OBJECT)
    assert asked["Select type of key to unwrap: "] == (Ask.MENU, None)
    assert asked["Enter Key Length in bytes (16, 24, 32): "] == (Ask.LINE, None)
