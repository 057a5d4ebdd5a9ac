"""``cmu setattribute``, the options of ``cmu getattribute``, and ``cmu delete`` by label."""

from __future__ import annotations

import pytest

from commands.cmu.names import CLASSES, KEY_TYPES, NAMED, option_name
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass

from .conftest import Desk


def value(desk: Desk, handle: int, name: str) -> AttributeValue:
    return next(item.attributes[Attribute[name]] for item, _ in desk.objects() if item.handle == handle)


@pytest.mark.parametrize(
    "word, name, expected",
    [
        ("-label=new name", "LABEL", "new name"),
        ("-LAB=x", "LABEL", "x"),
        ("-id=0a0B", "ID", b"\x0a\x0b"),
        ("-id=", "ID", b""),
        ("-sign=F", "SIGN", False),
        ("-SIGN=0", "SIGN", False),
        ("-derive=true", "DERIVE", True),
        ("-startDate=20240229", "START_DATE", "20240229"),
        ("-endDate=", "END_DATE", ""),
        ("-extractable=F", "EXTRACTABLE", False),
        ("-subject=3000", "SUBJECT", b"\x30\x00"),
        ("-ekmUid=e", "EKM_UID", "e"),
        ("-generic2=g", "GENERIC_2", "g"),
    ],
)
def test_an_attribute_by_its_option(desk: Desk, word: str, name: str, expected: AttributeValue) -> None:
    assert desk.play("setattribute", "-handle=138", word, "-slot=1") == (0, "")
    assert value(desk, 138, name) == expected


def test_several_attributes_change_together_or_not_at_all(desk: Desk) -> None:
    assert desk.play("setattr", "-handle=138", "-label=x", "-sign=F", "-unwrap=T", "-slot=1") == (0, "")
    assert [value(desk, 138, name) for name in ("LABEL", "SIGN", "UNWRAP")] == ["x", False, True]
    before = desk.objects()
    refused = (1, "Error: CKR_ATTRIBUTE_READ_ONLY (0x00000010)\n")
    assert desk.play("setattr", "-handle=138", "-label=y", "-sensitive=F", "-slot=1") == refused
    assert desk.objects() == before


READ_ONLY, TYPE = "CKR_ATTRIBUTE_READ_ONLY (0x00000010)", "CKR_ATTRIBUTE_TYPE_INVALID (0x00000012)"


@pytest.mark.parametrize(
    "words, message",
    [
        (["-handle=120", "-sensitive=F"], READ_ONLY),
        (["-handle=131", "-extractable=T"], READ_ONLY),
        (["-handle=120", "-local=F"], READ_ONLY),
        (["-handle=120", "-class=data"], READ_ONLY),
        (["-handle=120", "-keyType=RSA"], READ_ONLY),
        (["-handle=120", "-ouid=00"], READ_ONLY),
        (["-handle=120", "-modulus=00"], TYPE),
        (["-handle=137", "-sensitive=T"], TYPE),
        (["-handle=999", "-label=x"], "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
        (["-handle=120", "-startDate=20250230"], "Bad value for option -startDate: no day of the calendar"),
        (["-handle=120", "-sign=maybe"], "Bad value for option -sign: not one of T, F, True, False, 1, 0"),
        (["-handle=120", "-id=0"], "Bad value for option -id: not hexadecimal bytes"),
        (["-handle=120", "-colour=red"], "Unknown option -colour"),
    ],
)
def test_what_does_not_change(desk: Desk, words: list[str], message: str) -> None:
    before = desk.objects()
    assert desk.play("setattribute", *words, "-slot=1") == (1, f"Error: {message}\n")
    assert desk.objects() == before


def test_questions_in_place_of_options(desk: Desk) -> None:
    played = desk.play("setattribute", "-slot=1", answers=("137", "wrap", "T"))
    assert played.code == 0
    assert played.text.startswith("Select object to modify\nHandler Label\n")
    assert played.text.endswith(
        "Enter handler (or 0 for exit): 137\nEnter attribute name (or 0 for exit): wrap\nEnter attribute value: T\n"
    )
    assert value(desk, 137, "WRAP") is True


@pytest.mark.parametrize(
    "answers, code, error",
    [
        (("0",), 0, ""),
        (("120", "0"), 0, ""),
        (("120",), 1, ""),
        (("120", "label"), 1, ""),
        (("120", "colour"), 1, "Error: Unknown attribute colour\n"),
        (
            ("120", "s"),
            1,
            "Error: Ambiguous attribute s: serialNumber, subject, sensitive, sign, startDate, subprime\n",
        ),
        (("120", "sign", "2"), 1, "Error: Bad value for option -sign: not one of T, F, True, False, 1, 0\n"),
    ],
)
def test_answers_that_change_nothing(desk: Desk, answers: tuple[str, ...], code: int, error: str) -> None:
    before = desk.objects()
    played = desk.play("setattribute", "-slot=1", answers=answers)
    assert played.code == code
    assert played.text.endswith(error)
    assert ("Error" in played.text) == bool(error)
    assert desk.objects() == before


def test_only_the_attributes_that_were_named(desk: Desk) -> None:
    words = ("getattribute", "-handle=120", "-attributes=LABEL,valueLen,modulus,keytype", "-slot=1")
    told = "label=Generated AES Key\nvaluelen=32\nkeytype=AES\n"
    assert desk.play(*words) == (0, told)
    assert desk.play(*words, "-outputFile=told.txt") == (0, "")
    assert (desk.directory / "told.txt").read_text() == told
    hidden = desk.play("getattribute", "-handle=120", "-attributes=label,value", "-slot=1")
    assert hidden == (1, "Error: CKR_ATTRIBUTE_SENSITIVE (0x00000011)\n")
    bad = desk.play("getattribute", "-handle=120", "-attributes=label,colour", "-slot=1")
    assert bad.code == 1
    assert bad.text.startswith("Error: Bad value for option -attributes: not one of class, token")


def test_a_label_names_what_is_deleted(desk: Desk) -> None:
    assert desk.play("delete", "-label=Master Key", "-force", "-slot=1") == (0, "")
    assert [item.handle for item, _ in desk.objects()] == [120, 137, 138]
    missing = (1, "Error: No object with label Master Key\n")
    assert desk.play("delete", "-label=Master Key", "-force", "-slot=1") == missing
    wrong = (1, "Error: CKR_OBJECT_HANDLE_INVALID (0x00000082)\n")
    assert desk.play("delete", "-label=x", "-handle=120", "-force", "-slot=1") == wrong


def test_of_several_with_the_label_one_is_picked(desk: Desk) -> None:
    for handle in (137, 138):
        desk.play("setattribute", f"-handle={handle}", "-label=pair", "-slot=1")
    played = desk.play("delete", "-label=pair", "-force", "-slot=1", answers=("138",))
    table = "Select object to delete\nHandler Label\n137     pair\n138     pair\n"
    assert played == (0, f"{table}Enter handler (or 0 for exit): 138\n")
    assert [item.handle for item, _ in desk.objects()] == [120, 131, 137]


def test_every_class_and_type_has_a_name() -> None:
    assert set(CLASSES) == set(ObjectClass)
    assert set(KEY_TYPES) == set(KeyType)
    assert option_name(Attribute.NEVER_EXTRACTABLE) == "neverExtractable"
    assert NAMED["startDate"] is Attribute.START_DATE


@pytest.mark.parametrize("function", ["getpkc", "verifypkc", "verifyhsm"])
def test_proofs_of_a_real_hsm_are_not_made(desk: Desk, function: str) -> None:
    assert desk.play(function) == (1, "Error: CKR_FUNCTION_NOT_SUPPORTED (0x00000054)\n")
