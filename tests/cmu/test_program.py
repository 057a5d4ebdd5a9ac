"""Functions and options by name, tokens, passwords, and the end of the input."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands.cmu.program import usage

from .conftest import MENU, Desk

USAGE = usage()
"""The transcripts have it word for word."""

HELP_DELETE = """\
cmu delete: deletes an object
  -handle=<handle>            the object's handle
  -label=<label>              the object's label, in place of its handle
  -force                      do not ask first
  -slot=<slot>                the token's slot; asked for when absent
  -password=<password>        the crypto officer's PIN
"""


def test_help_and_no_arguments(desk: Desk) -> None:
    assert desk.play() == (1, USAGE)
    assert desk.play("help") == (0, USAGE)
    assert desk.play("HELP", "del") == (0, HELP_DELETE)
    assert desk.play("help", "nothing") == (1, "Error: Unknown function nothing\n")


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["-h", "list"], ["--help", "nothing"]])
def test_help_words_in_place_of_a_function(desk: Desk, words: list[str]) -> None:
    assert desk.play(*words) == (0, USAGE)


@pytest.mark.parametrize("function", ["delete", "getattribute", "help", "import", "list", "DEL"])
@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_words_after_a_function(desk: Desk, function: str, word: str) -> None:
    explained = desk.play("help", function)
    assert explained.code == 0
    assert desk.play(function, word) == explained


@pytest.mark.parametrize(
    "words",
    [
        ["-handle=120", "-force", "-slot=1", "-h"],
        ["--help", "-handle=120", "-force", "-slot=1"],
        ["-h", "120", "-force", "-slot=1"],
        ["-colour=red", "-h"],
        ["-password", "-h"],
    ],
)
def test_where_help_is_asked_for_nothing_is_done(desk: Desk, words: list[str]) -> None:
    before = desk.objects()
    assert desk.play("delete", *words) == (0, HELP_DELETE)
    assert desk.objects() == before


def test_help_of_a_function_that_is_not_there(desk: Desk) -> None:
    assert desk.play("nothing", "-h") == (1, "Error: Unknown function nothing\n")


@pytest.mark.parametrize("words", [["-h=120"], ["-ha=120"], ["-ha", "120"], ["--h=120"], ["-H=120"], ["-H", "120"]])
def test_longer_words_than_the_help_words_abbreviate_handle(desk: Desk, words: list[str]) -> None:
    assert desk.play("list", "-slot=1", *words) == (0, "handle=120\tlabel=Generated AES Key\n")
    assert desk.play("import", *words) == (1, f"Error: Unknown option {words[0].partition('=')[0]}\n")


@pytest.mark.parametrize("word", ["list", "LIST", "l", "Lis"])
def test_functions_may_be_abbreviated(desk: Desk, word: str) -> None:
    assert desk.play(word, "-slot=1", "-handle=120") == (0, "handle=120\tlabel=Generated AES Key\n")


@pytest.mark.parametrize(
    "words, message",
    [
        (["frobnicate"], "Unknown function frobnicate"),
        (["lists"], "Unknown function lists"),
        ([""], "Unknown function "),
        (["\x1b[2J"], "Unknown function \\x1b[2J"),
        (["list", "-colour=red"], "Unknown option -colour"),
        (["list", "handle=120"], "Unknown option handle"),
        (["list", "–label", "x"], "Unknown option –label"),
        (["list", "-labels=x"], "Unknown option -labels"),
        (["import", "-i=x"], "Ambiguous option -i: inputFile, id"),
        (["list", "-slot=1", "-SLOT=2"], "Option -SLOT is given twice"),
        (["list", "-label"], "Option -label needs a value"),
        (["list", "-slot=one"], "Bad value for option -slot: not a number"),
        (["list", "-slot="], "Bad value for option -slot: not a number"),
        (["list", "-handle=-1"], "Bad value for option -handle: less than 0"),
        (["list", "-id=xyz"], "Bad value for option -id: not hexadecimal bytes"),
        (["import", "-inputFile="], "Bad value for option -inputFile: not a file name"),
        (["list", "-slot=9"], "CKR_SLOT_ID_INVALID (0x00000003)"),
        (["list", "-slot=4294967295"], "CKR_SLOT_ID_INVALID (0x00000003)"),
    ],
)
def test_words_that_make_no_sense(desk: Desk, words: list[str], message: str) -> None:
    before = desk.objects()
    assert desk.play(*words) == (1, f"Error: {message}\n")
    assert desk.objects() == before


def test_a_bad_boolean_names_the_option(desk: Desk) -> None:
    played = desk.play("import", "-inputFile=wrapping_public.pem", "-slot=1", "-private=maybe")
    assert played.code == 1
    assert played.text.startswith("Error: Bad value for option -private: not one of T, F")


@pytest.mark.parametrize("choice", ["3", "", "x", "-1", "99999999999999999999"])
def test_a_token_that_is_not_there(desk: Desk, choice: str) -> None:
    assert desk.play("list", answers=(choice,)) == (1, f"{MENU}{choice}\nError: CKR_SLOT_ID_INVALID (0x00000003)\n")


def test_a_password_is_checked_even_where_none_is_asked_for(desk: Desk) -> None:
    assert desk.play("list", "-slot=2", "-password=password") == (0, "")
    assert desk.play("list", "-slot=1", "-password=wrong") == (1, "Error: CKR_PIN_INCORRECT (0x000000a0)\n")
    assert desk.failures() == [1, 0]


ASKING = """\
[[appliance]]
cmu_password_prompt = true
[[appliance.partition]]
slot = 1
label = "partition1"
crypto_officer_pin = "password"
"""


@pytest.fixture
def asking(desk_from: Callable[[str], Desk]) -> Desk:
    """A lab whose cmu asks for the password."""
    return desk_from(ASKING)


ONE_TOKEN = "Select token\n[1] Token Label: partition1\nEnter choice: 1\n"
PROMPT = "Please enter password for token in slot 1 : "


def test_the_password_prompt(asking: Desk) -> None:
    words = ("import", "-inputFile=wrapping_public.pem", "-label=x")
    assert asking.play(*words, answers=("1", "wrong")) == (
        1,
        f"{ONE_TOKEN}{PROMPT}*****\nError: CKR_PIN_INCORRECT (0x000000a0)\n",
    )
    assert asking.objects() == []
    assert asking.play(*words, answers=("1", "password")) == (0, f"{ONE_TOKEN}{PROMPT}********\n")
    assert len(asking.objects()) == 1
    assert asking.play("list", "-slot=1", "-password=password") == (0, "handle=1\tlabel=x\n")


def test_ten_wrong_passwords_lock_the_role(asking: Desk) -> None:
    for _ in range(10):
        asking.play("list", "-slot=1", answers=("wrong",))
    assert asking.play("list", "-slot=1", answers=("password",)) == (
        1,
        f"{PROMPT}********\nError: CKR_USER_LOCKED_OUT (0x80000007)\n",
    )


@pytest.mark.parametrize(
    "words, answers",
    [
        (["list"], ()),
        (["import"], ()),
        (["import", "-inputFile=wrapping_public.pem"], ()),
        (["getattribute", "-slot=1"], ()),
        (["delete", "-slot=1"], ()),
        (["delete", "-slot=1", "-handle=120"], ()),
        (["delete"], ("1", "120")),
    ],
)
def test_the_input_may_end_anywhere(desk: Desk, words: list[str], answers: tuple[str, ...]) -> None:
    before = desk.objects()
    played = desk.play(*words, answers=answers)
    assert played.code == 1
    assert "Error" not in played.text
    assert desk.objects() == before


def test_the_end_of_the_input_at_the_password(asking: Desk) -> None:
    assert asking.play("list", "-slot=1") == (1, f"{PROMPT}\n")
    assert asking.failures() == [0]
