"""Displaying objects."""

from __future__ import annotations

import hashlib

import pytest

from commands.ckdemo import run
from hsmshell.console import Context, Files, Kind, Value
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.attributes import Attribute

from .conftest import LOGIN, VALUE_KEY, Desk

KEY_120 = """\
27
Enter handle of object to display (-1 to list available objects) : 120
Object handle=120
CKA_CLASS=00000004
CKA_TOKEN=01
CKA_PRIVATE=01
CKA_LABEL=Generated AES Key
CKA_KEY_TYPE=0000001f
CKA_ID=
CKA_SENSITIVE=01
CKA_ENCRYPT=01
CKA_DECRYPT=01
CKA_WRAP=01
CKA_UNWRAP=01
CKA_SIGN=01
CKA_VERIFY=01
CKA_DERIVE=01
CKA_START_DATE=
CKA_END_DATE=
CKA_VALUE_LEN=00000020
CKA_LOCAL=01
CKA_MODIFIABLE=01
CKA_EXTRACTABLE=01
CKA_ALWAYS_SENSITIVE=01
CKA_NEVER_EXTRACTABLE=00
CKA_CCM_PRIVATE=00
CKA_FINGERPRINT_SHA1={sha1}
CKA_OUID=01000002010000005e850700
CKA_EKM_UID=
CKA_GENERIC_1=
CKA_GENERIC_2=
CKA_GENERIC_3=
CKA_FINGERPRINT_SHA256={sha256}

Status: Doing great, no errors (CKR_OK)

"""

NAMES = {
    137: "CLASS TOKEN PRIVATE LABEL KEY_TYPE SUBJECT ID ENCRYPT WRAP VERIFY VERIFY_RECOVER DERIVE START_DATE END_DATE "
    "MODULUS MODULUS_BITS PUBLIC_EXPONENT LOCAL MODIFIABLE CCM_PRIVATE FINGERPRINT_SHA1 OUID EKM_UID GENERIC_1 "
    "GENERIC_2 GENERIC_3 FINGERPRINT_SHA256",
    138: "CLASS TOKEN PRIVATE LABEL KEY_TYPE SUBJECT ID SENSITIVE DECRYPT UNWRAP SIGN SIGN_RECOVER DERIVE START_DATE "
    "END_DATE MODULUS MODULUS_BITS PUBLIC_EXPONENT LOCAL MODIFIABLE EXTRACTABLE ALWAYS_SENSITIVE NEVER_EXTRACTABLE "
    "CCM_PRIVATE FINGERPRINT_SHA1 OUID X9_31_GENERATED EKM_UID GENERIC_1 GENERIC_2 GENERIC_3 FINGERPRINT_SHA256",
}


def test_display_of_the_guides_key(desk: Desk) -> None:
    key = desk.material(120)
    digests = {"sha1": hashlib.sha1(key).hexdigest(), "sha256": hashlib.sha256(key).hexdigest()}
    assert desk.logged_in("27", "120").last == KEY_120.format(**digests)


@pytest.mark.parametrize("number", sorted(NAMES))
def test_display_of_the_other_classes(desk: Desk, number: int) -> None:
    lines = desk.logged_in("27", str(number)).last.splitlines()
    names = [line.partition("=")[0] for line in lines if line.startswith("CKA_")]
    assert names == [f"CKA_{name}" for name in NAMES[number].split()]


def test_display_shows_a_value_that_is_no_secret(desk: Desk) -> None:
    played = desk.logged_in("20", *VALUE_KEY, "1", "13", "0", "1", "43", "1", "0", "27", "149")
    assert "\nCKA_LABEL=\nCKA_VALUE=00112233445566778899aabbccddeeff\nCKA_KEY_TYPE=0000001f\n" in played.last


def test_values_go_out_with_their_kind(desk: Desk) -> None:
    console = ScriptedConsole([*LOGIN, "27", "137", "0"])
    run((), Context(desk.lab, console, Files()))
    kinds = {
        before: part.kind
        for before, part in zip(console.parts, console.parts[1:], strict=False)
        if isinstance(before, str) and isinstance(part, Value)
    }
    assert kinds["Object handle="] is Kind.OBJECT
    assert kinds["CKA_OUID="] is Kind.SERIAL
    assert {kinds[f"CKA_{name}="] for name in ("MODULUS", "FINGERPRINT_SHA1", "FINGERPRINT_SHA256")} == {Kind.HEX}
    assert "CKA_PUBLIC_EXPONENT=" not in kinds


@pytest.mark.parametrize("label", ["\x1b]0;owned\x07", "a\rb", "\x9bm", "\udc9b", "\u202eevil"])
def test_control_characters_in_labels_are_shown_as_escapes(desk: Desk, label: str) -> None:
    session = desk.session()
    desk.application.set_attributes(session, 120, {Attribute.LABEL: label})
    played = desk.logged_in("27", "-1", "120", "24", "120", "3", "26", "0")
    escaped = label.encode("unicode_escape").decode()
    assert f"Handle 120 - {escaped}\n" in played.text
    assert played.text.count(f"CKA_LABEL={escaped}\n") == 2
    assert label not in played.text
