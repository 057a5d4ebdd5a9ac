"""``cmu getattribute`` and ``cmu delete``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.attributes import Attribute

from .conftest import MENU, Desk

TABLE = """\
Handler Label
120     Generated AES Key
131     Master Key
137     Generated RSA Public Key
138     Generated RSA Private Key
Enter handler (or 0 for exit): """

PRIVATE_KEY = """\
class=privateKey
token=true
private=true
label=Generated RSA Private Key
keytype=RSA
subject=
id=
sensitive=true
decrypt=true
unwrap=false
sign=true
derive=false
startdate=
enddate=
modulus={modulus}
modulusbits=2048
publicexponent=010001
extractable=true
local=true
neverextractable=false
alwayssensitive=true
modifiable=true
"""

PUBLIC_KEY = """\
class=publicKey
token=true
private=true
label=Generated RSA Public Key
keytype=RSA
subject=
id=
encrypt=true
wrap=false
verify=true
derive=false
startdate=
enddate=
modulus={modulus}
modulusbits=2048
publicexponent=010001
local=true
modifiable=true
"""

SECRET_KEY = """\
class=secretKey
token=true
private=true
label=Generated AES Key
keytype=AES
id=
sensitive=true
encrypt=true
decrypt=true
wrap=true
unwrap=true
sign=true
verify=true
derive=true
startdate=
enddate=
valuelen=32
extractable=true
local=true
neverextractable=false
alwayssensitive=true
modifiable=true
"""


def modulus(desk: Desk) -> str:
    value = desk.objects()[3][0].attributes[Attribute.MODULUS]
    assert isinstance(value, bytes)
    return value.hex()


@pytest.mark.parametrize("number, expected", [(120, SECRET_KEY), (137, PUBLIC_KEY), (138, PRIVATE_KEY)])
def test_getattribute(desk: Desk, number: int, expected: str) -> None:
    text = expected.format(modulus=modulus(desk))
    assert desk.play("getattribute", f"-handle={number}", "-slot=1") == (0, text)
    interactive = desk.play("GETATTR", answers=("1", str(number)))
    assert interactive == (0, f"{MENU}1\nSelect object to query\n{TABLE}{number}\n{text}")


def test_zero_leaves(desk: Desk) -> None:
    before = desk.objects()
    for function, verb in (("getattribute", "query"), ("delete", "delete")):
        played = desk.play(function, "-slot=1", answers=("0",))
        assert played == (0, f"Select object to {verb}\n{TABLE}0\n")
    assert desk.objects() == before


@pytest.mark.parametrize("word", ["999", "abc", "", "-1", "9999999999999999999", "4294967416"])
@pytest.mark.parametrize("function", ["getattribute", "delete"])
def test_a_handle_that_is_none(desk: Desk, function: str, word: str) -> None:
    before = desk.objects()
    played = desk.play(function, "-slot=1", answers=(word,))
    assert played.code == 1
    assert played.text.splitlines()[-1] == "Error: CKR_OBJECT_HANDLE_INVALID (0x00000082)"
    assert desk.objects() == before


@pytest.mark.parametrize("answer", ["n", "N", "", "no", "x", "yy"])
def test_delete_keeps_the_object_without_a_yes(desk: Desk, answer: str) -> None:
    before = desk.objects()
    played = desk.play("delete", "-handle=120", "-slot=1", answers=(answer,))
    assert played == (0, f"handle=120\tlabel=Generated AES Key\nDelete this object (y/n) ? {answer}\n")
    assert desk.objects() == before


@pytest.mark.parametrize("words, answers", [([], ("y",)), ([], (" Yes",)), (["-force"], ()), (["-f"], ())])
def test_delete(desk: Desk, words: list[str], answers: tuple[str, ...]) -> None:
    assert desk.play("delete", "-handle", "120", *words, "-slot=1", answers=answers).code == 0
    assert [item.handle for item, _ in desk.objects()] == [131, 137, 138]


def test_force_asks_nothing(desk: Desk) -> None:
    assert desk.play("delete", "-handle=120", "-force", "-slot=1") == (0, "")
    again = desk.play("delete", "-handle=120", "-force", "-slot=1")
    assert again == (1, "Error: CKR_OBJECT_HANDLE_INVALID (0x00000082)\n")


@pytest.mark.parametrize("word", ["-force=T", "-force=t", "-force=True", "-FORCE=TRUE", "-force=1", "-f=1", "--force"])
def test_force_with_a_yes_asks_nothing(desk: Desk, word: str) -> None:
    assert desk.play("delete", word, "-handle=120", "-slot=1") == (0, "")
    assert [item.handle for item, _ in desk.objects()] == [131, 137, 138]


@pytest.mark.parametrize("word", ["-force=F", "-force=f", "-force=False", "-FORCE=FALSE", "-force=0", "-f=0"])
def test_force_with_a_no_asks(desk: Desk, word: str) -> None:
    question = "handle=120\tlabel=Generated AES Key\nDelete this object (y/n) ? "
    before = desk.objects()
    assert desk.play("delete", word, "-handle=120", "-slot=1", answers=("n",)) == (0, f"{question}n\n")
    assert desk.objects() == before
    assert desk.play("delete", word, "-handle=120", "-slot=1", answers=("y",)) == (0, f"{question}y\n")
    assert [item.handle for item, _ in desk.objects()] == [131, 137, 138]


NO_BOOLEAN = "Bad value for option -force: not one of T, F, True, False, 1, 0"


@pytest.mark.parametrize(
    "words, message",
    [
        (["-force="], NO_BOOLEAN),
        (["-force=yes"], NO_BOOLEAN),
        (["-force=2"], NO_BOOLEAN),
        (["-f=T=F"], NO_BOOLEAN),
        (["-force=T "], NO_BOOLEAN),
        (["-force", "T"], "Unknown option T"),
        (["-force", "-force"], "Option -force is given twice"),
        (["-force=F", "-f"], "Option -f is given twice"),
        (["-force", "-force=F"], "Option -force is given twice"),
        (["force"], "Unknown option force"),
        (["-forced"], "Unknown option -forced"),
    ],
)
def test_force_with_anything_else_is_an_error(desk: Desk, words: list[str], message: str) -> None:
    before = desk.objects()
    assert desk.play("delete", "-handle=120", "-slot=1", *words) == (1, f"Error: {message}\n")
    assert desk.objects() == before


@pytest.mark.parametrize("words", [["-password", "-force"], ["-pass", "-force=T"]])
def test_a_value_that_looks_like_force_is_a_value(desk: Desk, words: list[str]) -> None:
    before = desk.objects()
    played = desk.play("delete", "-handle=120", "-slot=1", *words)
    assert played == (1, "Error: CKR_PIN_INCORRECT (0x000000a0)\n")
    assert desk.objects() == before


FORCE_PASSWORD = """\
[[appliance]]
[[appliance.partition]]
slot = 1
label = "partition1"
crypto_officer_pin = "-force"
"""


def test_a_password_is_not_spelled_out(desk_from: Callable[[str], Desk]) -> None:
    desk = desk_from(FORCE_PASSWORD)
    assert desk.play("delete", "-password", "-force", "-slot=1", answers=("0",)).code == 0
    assert desk.failures() == [0]
