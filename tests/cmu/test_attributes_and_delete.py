"""``cmu getattribute`` and ``cmu delete``."""

from __future__ import annotations

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
