"""Published vectors through ckdemo's own dialogs, and the menus of both generations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from commands.ckdemo import mechanisms
from commands.ckdemo.signing import SIGNING
from hsmshell.engine import encodings
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.appliance.signing import key_types
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.objects import public_traits

from .conftest import FLAGS, GOOD, NEWER_SCENARIO, Desk
from .test_program import failed
from .test_tables import WRAP_MENU

AES, GENERIC = "31", "16"


@pytest.fixture
def luna7(lab_from: Callable[[str], Lab], work: Path) -> Desk:
    return Desk(lab_from(NEWER_SCENARIO), work)


def created(key_type: str, value: str) -> list[str]:
    """What makes a key of these bytes in entry 20."""
    flags = [word for number in ("14", "15", "16", "17", "43") for word in ("1", number, "1")]
    return ["20", "1", "0", "4", "1", "10", key_type, "1", "5", value, *flags, "0"]


@pytest.mark.parametrize(
    "number, wrapping, key_type, value, wrapped",
    [
        (  # RFC 3394 4.6
            "30", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            AES, "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        ),
        (  # RFC 5649 6
            "31", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8",
            GENERIC, "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        (
            "31", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8",
            GENERIC, "466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f",
        ),
    ],
)  # fmt: skip
def test_key_wrap_is_that_of_the_rfcs(
    luna7: Desk, number: str, wrapping: str, key_type: str, value: str, wrapped: str
) -> None:
    length = str(len(value) // 2)
    kind = ["9", *FLAGS] if key_type == AES else ["6", *FLAGS]
    stated = ["1", length] if number == "30" else [length]
    luna7.logged_in(
        *created(AES, wrapping), *created(key_type, value), "60", number, "0", "120", "121",
        *["61", number, "0", *kind, "120", *stated, "wrapped.key"],
    )  # fmt: skip
    assert (luna7.directory / "wrapped.key").read_bytes().hex() == wrapped
    assert luna7.material(122).hex() == value


def test_gcm_of_the_specification(luna7: Desk) -> None:
    """The GCM specification's test case 4."""
    data = (
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
        "ba637b39"
    )
    (luna7.directory / "data").write_bytes(bytes.fromhex(data))
    (luna7.directory / "more").write_bytes(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    iv = "cafebabefacedbaddecaf888"
    played = luna7.logged_in(
        *created(AES, "feffe9928665731c6d6a8f9467308308"),
        *["40", "33", "1", iv, "more", "data", "120", "41", "33", "1", iv, "more", "ENCRYPT.BIN", "120"],
        *["41", "33", "1", iv, "data", "ENCRYPT.BIN", "120"],
    )
    assert played.statuses[2:] == [GOOD] * 3 + [failed("CKR_ENCRYPTED_DATA_INVALID")]
    assert (luna7.directory / "ENCRYPT.BIN").read_bytes()[-16:].hex() == "5bc94fbc3221a5db94fae95ae7121a47"
    assert (luna7.directory / "DECRYPT.BIN").read_bytes().hex() == data


def test_ecdsa_of_rfc_6979(luna7: Desk) -> None:
    """A.2.5: P-256, SHA-256, the message "sample"."""
    numbers = ec.EllipticCurvePublicNumbers(
        0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
        0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
        ec.SECP256R1(),
    )
    der = encodings.encode_public(numbers.public_key())
    session = luna7.session()
    template = {Attribute.TOKEN: True, Attribute.VERIFY: True}
    handle = str(luna7.application._new(session, der, public_traits(der), template, local=False))
    signature = (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )
    (luna7.directory / "sample").write_bytes(b"sample")
    (luna7.directory / "signature").write_bytes(bytes.fromhex(signature))
    (luna7.directory / "short").write_bytes(bytes.fromhex(signature)[1:])
    played = luna7.logged_in(
        *["43", "16", "sample", "signature", handle, "43", "17", "sample", "signature", handle],
        *["43", "16", "sample", "short", handle],
    )
    assert played.statuses[2:] == [GOOD, failed("CKR_SIGNATURE_INVALID"), failed("CKR_SIGNATURE_LEN_RANGE")]


def test_eddsa_of_rfc_8032(luna7: Desk) -> None:
    """7.1, test 2: one byte."""
    seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    point = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    curve = ["1", "10", "64", "1", "41", "06032b6570"]
    (luna7.directory / "message").write_bytes(b"r")
    played = luna7.logged_in(
        *["20", "1", "0", "3", *curve, "1", "1", "1", "1", "5", seed, "1", "18", "1", "0"],
        *["20", "1", "0", "2", *curve, "1", "1", "1", "1", "42", f"0420{point}", "1", "20", "1", "0"],
        *["42", "33", "message", "120", "43", "33", "message", "SIGN.BIN", "121"],
        *[
            "43",
            "33",
            "SIGN.BIN",
            "SIGN.BIN",
            "121",
            "43",
            "33",
            "message",
            "message",
            "121",
            "42",
            "13",
            "message",
            "120",
        ],
    )
    assert (luna7.directory / "SIGN.BIN").read_bytes().hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    refused = ["CKR_SIGNATURE_INVALID", "CKR_SIGNATURE_LEN_RANGE", "CKR_KEY_TYPE_INCONSISTENT"]
    assert played.statuses[2:] == [GOOD] * 4 + [failed(code) for code in refused]


def test_luna_7_offers_more() -> None:
    assert mechanisms.WRAPPING.text(Profile.LUNA7) == f"{WRAP_MENU}[30]AES-KW      [31]AES-KWP\n"
    assert "[34]RSA-PKCS\n" in mechanisms.CIPHERING.text(Profile.LUNA7)
    assert "[34]" not in mechanisms.CIPHERING.text(Profile.LUNA5)


def test_luna_5_has_no_key_wrap_and_asks_for_no_iv(desk: Desk) -> None:
    for number in ("30", "31"):
        assert desk.logged_in("60", number, "120", "120").statuses[-1] == failed("CKR_MECHANISM_INVALID")
    assert "external IV" not in desk.logged_in("60", "21", "120", "120").text


def test_the_menu_for_signing_has_every_mechanism_that_signs() -> None:
    assert {row.mechanism for row in SIGNING.rows} == {mechanism for mechanism in Mechanism if key_types(mechanism)}
    assert [row.number for row in SIGNING.rows] == list(range(1, 34))


@pytest.mark.parametrize("menu", [mechanisms.WRAPPING, mechanisms.CIPHERING, SIGNING])
@pytest.mark.parametrize("profile", Profile)
def test_a_menu_has_each_number_and_each_mechanism_once(menu: mechanisms.Menu, profile: Profile) -> None:
    rows = menu.offered(profile)
    known = [row.mechanism for row in rows if row.mechanism is not None]
    assert len({row.number for row in rows}) == len(rows)
    assert len(set(known)) == len(known)
