"""Files encrypted, signed and hashed by entries 40 to 46, as OpenSSL and published vectors have it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from hsmshell.engine.attributes import Attribute

from .conftest import FLAGS, GOOD, LOGIN, Desk
from .test_program import failed

OUTPUTS = {"40": "ENCRYPT.BIN", "41": "DECRYPT.BIN", "42": "SIGN.BIN", "44": "HASH.BIN", "46": "HASH.BIN"}
KNOWN = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
CREATED = ["20", "1", "0", "4", "1", "10", "31", "1", "5", KNOWN, "1", "14", "1", "1", "15", "1", "0"]
"""Creates the AES key 149 of SP 800-38A F.2.5 from its bytes."""


def outputs(desk: Desk) -> dict[str, bytes]:
    return {name: (desk.directory / name).read_bytes() for name in {*OUTPUTS.values()}}


def test_nist_s_cbc_example_through_the_dialog(desk: Desk) -> None:
    """SP 800-38A F.2.5."""
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    (desk.directory / "plain").write_bytes(plain)
    iv = "000102030405060708090a0b0c0d0e0f"
    played = desk.logged_in(*CREATED, "40", "20", "1", iv, "plain", "149", "41", "20", "1", iv, "ENCRYPT.BIN", "149")
    assert played.statuses[2:] == [GOOD] * 3
    sealed = (desk.directory / "ENCRYPT.BIN").read_bytes()
    assert sealed.hex() == "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
    assert (desk.directory / "DECRYPT.BIN").read_bytes() == plain


@pytest.mark.parametrize(
    "number, cipher, key",
    [
        ("21", "aes-256-cbc", ["45", "16", "32"]),
        ("19", "aes-128-ecb", ["45", "16", "16"]),
        ("11", "des-ede3-cbc", ["45", "3"]),
        ("32", "aes-192-ctr", ["45", "16", "24"]),
    ],
)
def test_openssl_decrypts_a_file(
    desk: Desk, judge: Callable[[str], str], number: str, cipher: str, key: list[str]
) -> None:
    openssl = judge("openssl")
    data = bytes(range(256)) + (b"" if number == "19" else b"odd")
    (desk.directory / "data").write_bytes(data)
    iv = [] if number == "19" else ["0"]
    assert desk.logged_in(*key, *FLAGS, "40", number, *iv, "data", "149").statuses[-1] == GOOD
    words = [openssl, "enc", "-d", f"-{cipher}", "-K", desk.material(149).hex(), "-iv", "00" * 16]
    words += ["-in", str(desk.directory / "ENCRYPT.BIN"), *(["-nopad"] if number == "19" else [])]
    assert subprocess.run(words, check=True, capture_output=True).stdout == data


ENDINGS = {
    "no such mechanism": (["99", "data", "120"], "CKR_MECHANISM_INVALID"),
    "no such key": (["19", "data", "999"], "CKR_KEY_HANDLE_INVALID"),
    "a data file that is missing": (["19", "missing"], "CKR_FUNCTION_FAILED"),
    "the wrong kind of key": (["19", "data", "138"], "CKR_KEY_TYPE_INCONSISTENT"),
}


@pytest.mark.parametrize("entry", ["40", "41"])
@pytest.mark.parametrize("what", ENDINGS)
def test_a_failure_leaves_every_file_alone(desk: Desk, entry: str, what: str) -> None:
    for name in OUTPUTS.values():
        (desk.directory / name).write_bytes(b"from before")
    (desk.directory / "data").write_bytes(bytes(16))
    before = outputs(desk)
    answers, status = ENDINGS[what]
    played = desk.logged_in(entry, *answers)
    assert played.statuses[-1] == failed(status)
    assert ("Unable to read file missing" in played.text) == (what == "a data file that is missing")
    assert outputs(desk) == before


@pytest.mark.parametrize(
    "answers", [["42", "5", "data", "137"], ["42", "99", "data", "138"], ["44", "9", "data"], ["46", "3", "137"]]
)
def test_no_file_comes_of_a_failure(desk: Desk, answers: list[str]) -> None:
    (desk.directory / "data").write_bytes(b"data")
    assert desk.logged_in(*answers).statuses[-1].startswith("Status: Operation failed")
    assert [path.name for path in desk.directory.iterdir()] == ["data"]


@pytest.mark.parametrize("entry", OUTPUTS)
def test_a_file_that_cannot_be_written(desk: Desk, entry: str) -> None:
    (desk.directory / OUTPUTS[entry]).mkdir()
    (desk.directory / "data").write_bytes(bytes(16))
    typed = {"40": ["19", "data", "120"], "41": ["19", "data", "120"], "42": ["32", "data", "120"], "44": ["3", "data"]}
    played = desk.logged_in(entry, *typed.get(entry, ["3", "120"]))
    assert f"Unable to write file {OUTPUTS[entry]}\n" in played.last
    assert played.statuses[-1] == failed("CKR_FUNCTION_FAILED")


DIALOGS = {
    "40": ["33", "1", "00" * 12, "0", "data", "120"],
    "41": ["21", "0", "data", "120"],
    "42": ["5", "data", "138"],
    "43": ["5", "data", "data", "137"],
    "44": ["3", "data"],
    "46": ["3", "120"],
    "60": ["26", "0", "137", "120"],
    "61": ["21", "9", *FLAGS, "120", "32", "data"],
    "62": ["8"],
    "66": ["seed"],
    "98": ["17"],
}


@pytest.mark.parametrize("entry", DIALOGS)
def test_the_end_of_the_input_in_any_dialog_ends_the_program(desk: Desk, entry: str) -> None:
    (desk.directory / "data").write_bytes(bytes(32))
    before = desk.objects()
    for count in range(len(DIALOGS[entry])):
        played = desk.play(*LOGIN, entry, *DIALOGS[entry][:count])
        assert played.code == 0
        assert played.statuses == [GOOD, GOOD]
    assert desk.objects() == before
    assert [path.name for path in desk.directory.iterdir()] == ["data"]


def test_a_crypto_user_uses_keys_and_moves_none(desk_from: Callable[[str], Desk]) -> None:
    desk = desk_from(
        '[[appliance]]\n[[appliance.partition]]\nslot = 1\nlabel = "p"\ncrypto_officer_pin = "password"\n'
        'crypto_user_pin = "reader"\n[[appliance.partition.object]]\nhandle = 120\ntype = "AES"\nsize = 32\n'
        'extractable = true\nusage = "all"\n'
    )
    (desk.directory / "data").write_bytes(bytes(32))
    played = desk.play(
        *["1", "1", "1", "3", "2", "reader", "40", "19", "data", "120", "41", "19", "ENCRYPT.BIN", "120"],
        *["42", "32", "data", "120", "43", "32", "data", "SIGN.BIN", "120", "46", "3", "120"],
        *["60", "19", "120", "120", "61", "19", "9", *FLAGS, "120", "32", "data", "0"],
    )
    assert played.statuses[2:] == [GOOD] * 5 + [failed("CKR_USER_NOT_AUTHORIZED")] * 2
    assert (desk.directory / "DECRYPT.BIN").read_bytes() == bytes(32)
    assert not (desk.directory / "wrapped.key").exists()


def test_random_numbers_come_in_rows(desk: Desk) -> None:
    lines = desk.logged_in("62", "70").last.split("\n\n")[2].splitlines()
    assert [len(line) for line in lines] == [64, 64, 12]
    assert desk.logged_in("62", "32").last != desk.logged_in("62", "32").last


def test_an_empty_seed_is_none(desk: Desk) -> None:
    assert desk.logged_in("66", "").statuses[-1] == failed("CKR_ARGUMENTS_BAD")


def test_data_are_never_taken_from_a_key(desk: Desk) -> None:
    """A handle where a file is asked for is a file's name."""
    played = desk.logged_in("40", "19", "120", "40", "19", "131", "42", "5", "120")
    assert played.statuses[2:] == [failed("CKR_FUNCTION_FAILED")] * 3
    assert played.text.count("Unable to read file 1") == 3
    assert desk.attributes(131)[Attribute.EXTRACTABLE] is False
