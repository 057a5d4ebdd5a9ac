"""Simple key generation."""

from __future__ import annotations

import pytest

from hsmshell.engine.attributes import Attribute

from .conftest import FLAGS, GOOD, Desk
from .test_program import failed
from .test_tables import KEY_TYPES


def test_simple_generate_as_published(desk: Desk) -> None:
    played = desk.logged_in("45", "16", "32", *FLAGS)
    start = (
        f"45\n{KEY_TYPES}> 16\n\nEnter Key Length in bytes (16, 24, 32): 32\n\nEnter Is Token Attribute [0-1]: 1\n\n"
    )
    assert played.last.startswith(start)
    assert played.last.endswith(
        "\n\nEnter Is Derive Attribute [0-1]: 1\n\nGenerated AES Key: 149 (0x00000095)\n\n" + f"{GOOD}\n\n"
    )
    same = {key: value for key, value in desk.attributes(149).items() if "FINGERPRINT" not in key.name}
    guide = {key: value for key, value in desk.attributes(120).items() if "FINGERPRINT" not in key.name}
    del same[Attribute.OUID], guide[Attribute.OUID]
    assert same == guide


def test_generate_rsa_pair(desk: Desk) -> None:
    played = desk.logged_in("45", "7", "2048", "65537", "1", "x", "1", "0", "1", "0", "1", "1", "0", "0")
    assert played.last.endswith(
        f"Generated Public Key: 149 (0x00000095)\nGenerated Private Key: 150 (0x00000096)\n\n{GOOD}\n\n"
    )
    public, private = desk.attributes(149), desk.attributes(150)
    assert public[Attribute.LABEL] == "Generated RSA Public Key"
    assert private[Attribute.LABEL] == "Generated RSA Private Key"
    assert (public[Attribute.ENCRYPT], public[Attribute.VERIFY], public[Attribute.WRAP]) == (True, True, False)
    assert (private[Attribute.DECRYPT], private[Attribute.SIGN], private[Attribute.UNWRAP]) == (True, True, False)
    assert (private[Attribute.PRIVATE], private[Attribute.EXTRACTABLE]) == (False, False)


@pytest.mark.parametrize(
    "answers, status",
    [
        (["5"], "CKR_MECHANISM_INVALID"),
        (["4"], "CKR_MECHANISM_INVALID"),
        (["AES"], "CKR_MECHANISM_INVALID"),
        (["16", "17", *FLAGS], "CKR_KEY_SIZE_RANGE"),
        (["16", "long", *FLAGS], "CKR_KEY_SIZE_RANGE"),
        (["6", "0", *FLAGS], "CKR_KEY_SIZE_RANGE"),
        (["6", "4294967295", *FLAGS], "CKR_KEY_SIZE_RANGE"),
        (["7", "512", "65537", *FLAGS], "CKR_KEY_SIZE_RANGE"),
        (["7", "2048", "4", *FLAGS], "CKR_ATTRIBUTE_VALUE_INVALID"),
        (["7", "2048", "4294967297", *FLAGS], "CKR_ATTRIBUTE_VALUE_INVALID"),
    ],
)
def test_generate_errors(desk: Desk, answers: list[str], status: str) -> None:
    before = desk.objects()
    assert desk.logged_in("45", *answers).statuses[-1] == failed(status)
    assert desk.objects() == before
