"""Reading, changing, creating, copying, finding and destroying objects."""

from __future__ import annotations

import pytest

from hsmshell.engine.attributes import Attribute

from .conftest import GOOD, VALUE_KEY, Desk
from .test_program import failed
from .test_tables import ATTRIBUTES

EDIT = "(1) Add Attribute (2) Remove Attribute (0) Accept Template :"


def test_minus_one_lists_and_asks_again(desk: Desk) -> None:
    played = desk.logged_in("27", "-1", "-1", "120")
    listing = (
        "Handle 120 - Generated AES Key\nHandle 131 - Master Key\n"
        "Handle 137 - Generated RSA Public Key\nHandle 138 - Generated RSA Private Key\n"
    )
    prompt = "Enter handle of object to display (-1 to list available objects) : "
    assert f"{prompt}-1\n{listing}{prompt}-1\n{listing}{prompt}120\nObject handle=120\n" in played.text


@pytest.mark.parametrize(
    "word", ["149", "0", "", "key", "-2", "99999999999999999999", "9999999999999999999", "4294967416"]
)
def test_handles_that_are_none(desk: Desk, word: str) -> None:
    assert desk.logged_in("27", word).statuses[-1] == failed("CKR_OBJECT_HANDLE_INVALID")


def test_private_objects_are_not_seen_without_login(desk: Desk) -> None:
    played = desk.play("1", "1", "1", "27", "-1", "120", "26", "0", "0")
    assert "Generated" not in played.text
    assert "\nFound 0 objects\n" in played.text
    assert played.statuses == [GOOD, failed("CKR_OBJECT_HANDLE_INVALID"), GOOD]


NO_SESSION, NO_LOGIN = "CKR_SESSION_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN"


@pytest.mark.parametrize(
    "answers, without_login",
    [
        (["20", *VALUE_KEY, "0"], NO_LOGIN),
        (["20", "0"], NO_LOGIN),
        (["21", "120", "0"], NO_LOGIN),
        (["22", "120"], NO_LOGIN),
        (["23", "120"], "CKR_OBJECT_HANDLE_INVALID"),
        (["24", "120", "3"], "CKR_OBJECT_HANDLE_INVALID"),
        (["25", "120", "1", "3", "x", "0"], NO_LOGIN),
        (["27", "120"], "CKR_OBJECT_HANDLE_INVALID"),
    ],
)
def test_every_entry_needs_a_session_and_a_login(desk: Desk, answers: list[str], without_login: str) -> None:
    before = desk.objects()
    assert desk.play(*answers, "0").statuses == [failed(NO_SESSION)]
    assert desk.play("1", "1", "1", *answers, "0").statuses[-1] == failed(without_login)
    assert desk.objects() == before


def test_set_attribute_as_in_the_guide(desk: Desk) -> None:
    played = desk.logged_in("25", "137", "1", "16", "1", "0")
    assert played.last == (
        "25\n\nWhich object do you want to modify (-1 to list available objects) : 137\n\n"
        f"Edit template for set attribute operation.\n\n{EDIT}1\n{ATTRIBUTES}"
        f"Select which one: 16\nEnter boolean value: 1\n\nCKA_WRAP=01\n\n{EDIT}0\n\n{GOOD}\n\n"
    )
    assert desk.attributes(137)[Attribute.WRAP] is True


@pytest.mark.parametrize(
    "number, answers, attribute, value",
    [
        ("3", ["new label"], Attribute.LABEL, "new label"),
        ("3", [""], Attribute.LABEL, ""),
        ("12", ["xyz", "0a0B"], Attribute.ID, b"\x0a\x0b"),
        ("12", [""], Attribute.ID, b""),
        ("14", ["yes", "2", "", "0"], Attribute.ENCRYPT, False),
        ("23", ["2024-01-01", "20241301", "2024W011", "20240229"], Attribute.START_DATE, "20240229"),
        ("24", [""], Attribute.END_DATE, ""),
        ("54", ["uid"], Attribute.EKM_UID, "uid"),
    ],
)
def test_values_are_asked_for_by_kind(
    desk: Desk, number: str, answers: list[str], attribute: Attribute, value: object
) -> None:
    played = desk.logged_in("25", "120", "1", number, *answers, "0")
    assert played.statuses[-1] == GOOD
    assert desk.attributes(120)[attribute] == value


@pytest.mark.parametrize(
    "number, answer, status",
    [
        ("0", "3", "CKR_ATTRIBUTE_READ_ONLY"),
        ("38", "16", "CKR_ATTRIBUTE_READ_ONLY"),
        ("48", "00", "CKR_ATTRIBUTE_READ_ONLY"),
        ("13", "0", "CKR_ATTRIBUTE_READ_ONLY"),
        ("40", "0", "CKR_ATTRIBUTE_READ_ONLY"),
        ("5", "00112233445566778899aabbccddeeff", "CKR_ATTRIBUTE_READ_ONLY"),
        ("11", "30", "CKR_ATTRIBUTE_TYPE_INVALID"),
        ("26", "0x800", "CKR_ATTRIBUTE_TYPE_INVALID"),
    ],
)
def test_changes_that_are_refused_change_nothing(desk: Desk, number: str, answer: str, status: str) -> None:
    before = desk.objects()
    played = desk.logged_in("25", "120", "1", "3", "other", "1", number, answer, "0")
    assert played.statuses[-1] == failed(status)
    assert desk.objects() == before


def test_extractable_never_comes_back(desk: Desk) -> None:
    played = desk.logged_in("25", "131", "1", "43", "1", "0")
    assert played.statuses[-1] == failed("CKR_ATTRIBUTE_READ_ONLY")
    assert desk.attributes(131)[Attribute.EXTRACTABLE] is False


def test_an_empty_template_is_fine_for_an_object_that_is_there(desk: Desk) -> None:
    before = desk.objects()
    assert desk.logged_in("25", "120", "0", "25", "999", "0").statuses[2:] == [
        GOOD,
        failed("CKR_OBJECT_HANDLE_INVALID"),
    ]
    assert desk.objects() == before


def test_editor_shows_removes_and_asks_again(desk: Desk) -> None:
    played = desk.logged_in(
        "25", "120", "7", "", "2", "1", "99", "abc", "16", "0", "1", "3", "name", "1", "12", "01", "2", "14", "16", "0"
    )
    whole = "\nCKA_LABEL=name\nCKA_ID=01\nCKA_WRAP=00\n\n"
    menu = "3 - CKA_LABEL                      12 - CKA_ID\n16 - CKA_WRAP\nSelect which one: 14\nSelect which one: 16\n"
    assert f"{whole}{EDIT}2\n{menu}\nCKA_LABEL=name\nCKA_ID=01\n\n{EDIT}0\n" in played.text
    assert f"{EDIT}7\n\n{EDIT}\n\n{EDIT}2\n\n{EDIT}1\n" in played.text
    assert "Select which one: 99\nSelect which one: abc\nSelect which one: 16\n" in played.text
    assert desk.attributes(120)[Attribute.WRAP] is True
    assert desk.attributes(120)[Attribute.LABEL] == "name"


def test_an_integer_may_be_hexadecimal(desk: Desk) -> None:
    played = desk.logged_in("26", "1", "10", "31x", "0x1ffffffff", "-1", "0x1F", "1", "13", "1", "0")
    assert "\nCKA_KEY_TYPE=0000001f\nCKA_SENSITIVE=01\n" in played.text
    assert "\nFound 2 objects\nHandle 120 - Generated AES Key\nHandle 131 - Master Key\n" in played.text


def test_the_name_that_is_no_attribute(desk: Desk) -> None:
    assert desk.logged_in("25", "120", "1", "6").statuses[-1] == failed("CKR_ATTRIBUTE_TYPE_INVALID")
    assert desk.logged_in("24", "120", "6").statuses[-1] == failed("CKR_ATTRIBUTE_TYPE_INVALID")


@pytest.mark.parametrize(
    "handle, number, line",
    [
        ("120", "38", "CKA_VALUE_LEN=00000020"),
        ("120", "3", "CKA_LABEL=Generated AES Key"),
        ("137", "27", "CKA_PUBLIC_EXPONENT=010001"),
        ("120", "5", failed("CKR_ATTRIBUTE_SENSITIVE")),
        ("138", "28", failed("CKR_ATTRIBUTE_SENSITIVE")),
        ("120", "25", failed("CKR_ATTRIBUTE_TYPE_INVALID")),
        ("120", "53", failed("CKR_ATTRIBUTE_TYPE_INVALID")),
    ],
)
def test_get_attribute(desk: Desk, handle: str, number: str, line: str) -> None:
    played = desk.logged_in("24", handle, number)
    assert f"Select which one: {number}\n\n{line}\n" in played.last


def test_size(desk: Desk) -> None:
    assert "\nObject size=" in desk.logged_in("23", "120").last
    assert desk.logged_in("23", "1").statuses[-1] == failed("CKR_OBJECT_HANDLE_INVALID")


def test_create_a_key_and_a_data_object(desk: Desk) -> None:
    played = desk.logged_in(
        *["20", *VALUE_KEY, "1", "1", "1", "1", "3", "known", "0"],
        *["20", "1", "0", "0", "1", "1", "1", "1", "4", "app", "1", "5", "cafe", "0"],
    )
    assert played.statuses[2:] == [GOOD, GOOD]
    assert "\nObject handle=149\n" in played.text
    assert "\nObject handle=150\n" in played.text
    assert desk.material(149) == bytes.fromhex("00112233445566778899aabbccddeeff")
    assert desk.attributes(149)[Attribute.LOCAL] is False
    assert desk.attributes(150)[Attribute.APPLICATION] == "app"


@pytest.mark.parametrize(
    "template, status",
    [
        ([], "CKR_TEMPLATE_INCOMPLETE"),
        (["1", "0", "4"], "CKR_TEMPLATE_INCOMPLETE"),
        (["1", "0", "9"], "CKR_ATTRIBUTE_VALUE_INVALID"),
        (["1", "0", "4", "1", "10", "99", "1", "5", "00"], "CKR_ATTRIBUTE_VALUE_INVALID"),
        (["1", "0", "4", "1", "10", "31", "1", "5", "00"], "CKR_KEY_SIZE_RANGE"),
        ([*VALUE_KEY, "1", "38", "32"], "CKR_TEMPLATE_INCONSISTENT"),
        ([*VALUE_KEY, "1", "11", "30"], "CKR_ATTRIBUTE_TYPE_INVALID"),
    ],
)
def test_create_errors(desk: Desk, template: list[str], status: str) -> None:
    before = desk.objects()
    assert desk.logged_in("20", *template, "0").statuses[-1] == failed(status)
    assert desk.objects() == before


def test_copy_and_destroy(desk: Desk) -> None:
    played = desk.logged_in("21", "120", "1", "3", "copy", "0")
    assert "\nObject handle=149\n" in played.last
    assert desk.material(149) == desk.material(120)
    assert desk.attributes(149)[Attribute.LABEL] == "copy"
    assert desk.attributes(149)[Attribute.OUID] != desk.attributes(120)[Attribute.OUID]
    assert desk.logged_in("22", "120").statuses[-1] == GOOD
    assert [item.handle for item, _ in desk.objects()] == [131, 137, 138, 149]
    assert desk.logged_in("22", "120").statuses[-1] == failed("CKR_OBJECT_HANDLE_INVALID")


def test_a_copy_cannot_be_less_protected(desk: Desk) -> None:
    before = desk.objects()
    assert desk.logged_in("21", "131", "1", "43", "1", "0").statuses[-1] == failed("CKR_ATTRIBUTE_READ_ONLY")
    assert desk.objects() == before


def test_a_session_object_ends_with_the_session(desk: Desk) -> None:
    played = desk.logged_in("20", *VALUE_KEY, "0", "27", "149")
    assert "\nObject handle=149\n" in played.last
    assert [item.handle for item, _ in desk.objects()] == [120, 131, 137, 138]
