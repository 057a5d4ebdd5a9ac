"""Keys wrapped out, opened by OpenSSL, and unwrapped again; option 98."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.objects import Traits

from .conftest import FLAGS, GOOD, Desk
from .test_program import failed
from .test_tables import WRAP_MENU

OAEP_120 = ["60", "26", "0", "137", "120"]
WRAP_ON = ["25", "137", "1", "16", "1", "0"]
"""Lets the public key 137 wrap."""
TYPES = "DES[1]  DES2[2]  DES3[3]  CAST5[5]  Generic[6]  SEED[7]  AES[9]  RSA[10]  DSA[11]  ECDSA[12]"
AS_AES = ["9", *FLAGS]
"""Says of a wrapped key that it is an AES key."""
FLAG_NAMES = [
    "Token",
    "Sensitive",
    "Private",
    "Modifiable",
    "Extractable",
    "Encrypt/Decrypt",
    "Sign/Verify",
    "Wrap/Unwrap",
    "Derive",
]


@pytest.fixture(scope="module")
def openssl_key(tmp_path_factory: pytest.TempPathFactory, judge: Callable[[str], str]) -> Path:
    """A private key made by OpenSSL, with ``public.pem`` beside it; making one takes a while."""
    openssl = judge("openssl")
    key = tmp_path_factory.mktemp("openssl") / "rsa.pem"
    subprocess.run([openssl, "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    public = [openssl, "rsa", "-in", str(key), "-pubout", "-out", str(key.with_name("public.pem"))]
    subprocess.run(public, check=True, capture_output=True)
    return key


def import_wrapping_key(desk: Desk, pem: Path) -> int:
    session = desk.session()
    template: Traits = {Attribute.TOKEN: True, Attribute.WRAP: True, Attribute.LABEL: "from openssl"}
    return desk.application.import_public_key(session, encodings.read_public_pem(pem.read_bytes()), template)


def opened(desk: Desk, key: Path, *options: str) -> bytes:
    """What OpenSSL finds in wrapped.key."""
    words = ["openssl", "pkeyutl", "-decrypt", "-inkey", str(key), "-in", str(desk.directory / "wrapped.key")]
    for option in ("rsa_padding_mode:oaep", *options):
        words += ["-pkeyopt", option]
    return subprocess.run(words, check=True, capture_output=True).stdout


@pytest.mark.parametrize("size", ["16", "24", "32"])
def test_openssl_opens_what_oaep_wrapped(desk: Desk, openssl_key: Path, size: str) -> None:
    wrapping = import_wrapping_key(desk, openssl_key.with_name("public.pem"))
    played = desk.logged_in("45", "16", size, *FLAGS, "60", "26", "0", str(wrapping), "150")
    assert played.statuses[2:] == [GOOD, GOOD]
    assert len(desk.material(150)) == int(size)
    assert opened(desk, openssl_key) == desk.material(150)


@pytest.mark.parametrize(
    "number, name", [("1", "sha1"), ("2", "sha224"), ("3", "sha256"), ("4", "sha384"), ("5", "sha512")]
)
def test_option_17_asks_for_the_hash(desk: Desk, openssl_key: Path, number: str, name: str) -> None:
    wrapping = import_wrapping_key(desk, openssl_key.with_name("public.pem"))
    played = desk.logged_in("98", "17", "0", "60", "26", number, "0", str(wrapping), "120")
    assert played.statuses[2:] == [GOOD, GOOD]
    assert f"Select hash for OAEP: {number}\n\nEnter filename of OAEP Source Data [0 for none]: 0\n" in played.text
    assert opened(desk, openssl_key, f"rsa_oaep_md:{name}", f"rsa_mgf1_md:{name}") == desk.material(120)


def test_source_data_are_the_label(desk: Desk, openssl_key: Path) -> None:
    wrapping = import_wrapping_key(desk, openssl_key.with_name("public.pem"))
    (desk.directory / "source.bin").write_bytes(b"\xca\xfe")
    assert desk.logged_in("60", "26", "source.bin", str(wrapping), "120").statuses[-1] == GOOD
    assert opened(desk, openssl_key, "rsa_oaep_label:cafe") == desk.material(120)


def test_pkcs1_wraps_too(desk: Desk, openssl_key: Path) -> None:
    wrapping = import_wrapping_key(desk, openssl_key.with_name("public.pem"))
    assert desk.logged_in("60", "9", str(wrapping), "120").statuses[-1] == GOOD
    assert opened(desk, openssl_key, "rsa_padding_mode:pkcs1") == desk.material(120)


def test_wrap_as_in_the_guide(desk: Desk) -> None:
    played = desk.logged_in(*WRAP_ON, *OAEP_120)
    hint = " (-1 to list available objects) : "
    assert played.last == (
        f"60\n{WRAP_MENU}Select mechanism for wrapping: 26\n\n"
        "Enter filename of OAEP Source Data [0 for none]: 0\n\n"
        f"Enter handle of wrapping key{hint}137\n\nEnter handle of key to wrap{hint}120\n"
        f"Wrapped key was saved in file wrapped.key\n\n{GOOD}\n\n"
    )
    assert len((desk.directory / "wrapped.key").read_bytes()) == 256


def options(*, menu: bool, hashes: bool) -> str:
    words = {False: "not selected", True: "selected"}
    return (
        f"\n 0 - Finished\n 1 - Menu Printing ({words[menu]})\n17 - OAEP Hash Params ({words[hashes]})\n\n"
        "Enter option : "
    )


def test_options_dialog(desk: Desk) -> None:
    played = desk.play("98", "17", "5", "17", "0", "0")
    on, off = options(menu=False, hashes=True), options(menu=False, hashes=False)
    assert played.last == f"98\n{off}17\n{on}5\n{on}17\n{off}0\n\n{GOOD}\n\n"


def test_option_1_prints_the_menu_after_every_action(desk: Desk) -> None:
    played = desk.play("98", "1", "0", "14", "98", "1", "0", "14", "0")
    actions = played.text.split("Enter your choice : ")
    assert f"1\n{options(menu=True, hashes=False)}0\n" in actions[1]
    assert [f"{GOOD}\n\nTOKEN\n" in action for action in actions] == [False, True, True, False, False, False]


@pytest.mark.parametrize(
    "answers, status",
    [
        (["10", "137", "120"], "CKR_MECHANISM_INVALID"),
        (["27", "0", "999", "999"], "CKR_MECHANISM_INVALID"),
        (["5", "999", "999"], "CKR_MECHANISM_INVALID"),
        (["x", "137", "120"], "CKR_MECHANISM_INVALID"),
        (["26", "0", "999", "999"], "CKR_WRAPPING_KEY_HANDLE_INVALID"),
        (["21", "137", "999"], "CKR_WRAPPING_KEY_TYPE_INCONSISTENT"),
        (["26", "0", "120", "131"], "CKR_WRAPPING_KEY_TYPE_INCONSISTENT"),
        (["11", "120", "131"], "CKR_WRAPPING_KEY_TYPE_INCONSISTENT"),
        (["26", "0", "137", "999"], "CKR_KEY_FUNCTION_NOT_PERMITTED"),
        (["21", "120", "999"], "CKR_KEY_HANDLE_INVALID"),
        (["21", "120", "131"], "CKR_KEY_UNEXTRACTABLE"),
        (["21", "120", "138"], "CKR_KEY_NOT_WRAPPABLE"),
        (["26", "missing.bin", "137", "120"], "CKR_FUNCTION_FAILED"),
    ],
)
def test_a_wrap_that_fails_leaves_everything_alone(desk: Desk, answers: list[str], status: str) -> None:
    (desk.directory / "wrapped.key").write_bytes(b"from before")
    before = desk.objects()
    played = desk.play("1", "1", "1", "3", "1", "password", "60", *answers)
    assert played.statuses[2] == failed(status)
    assert "was saved" not in played.text
    assert (desk.directory / "wrapped.key").read_bytes() == b"from before"
    assert desk.objects() == before


def test_wrap_needs_a_session_and_a_login(desk: Desk) -> None:
    assert desk.play(*OAEP_120, "0").statuses == [failed("CKR_SESSION_HANDLE_INVALID")]
    assert desk.play("1", "1", "1", *OAEP_120, "0").statuses[-1] == failed("CKR_USER_NOT_LOGGED_IN")


def test_a_key_that_does_not_fit(desk: Desk) -> None:
    played = desk.logged_in("45", "16", "24", *FLAGS, "60", "20", "120", "149", "60", "19", "120", "149")
    assert played.statuses[-2:] == [failed("CKR_KEY_SIZE_RANGE")] * 2


def test_oaep_holds_only_so_much(desk: Desk) -> None:
    played = desk.logged_in(*WRAP_ON, "45", "6", "215", *FLAGS, "60", "26", "0", "137", "149")
    assert played.statuses[-1] == failed("CKR_KEY_SIZE_RANGE")


def test_a_bad_hash(desk: Desk) -> None:
    assert desk.logged_in("98", "17", "0", "60", "26", "9").statuses[-1] == failed("CKR_MECHANISM_PARAM_INVALID")


@pytest.mark.parametrize("name", ["missing.bin", "", ".", "a\0b", "\ud800"])
def test_a_file_that_cannot_be_read(desk: Desk, name: str) -> None:
    played = desk.logged_in("60", "26", name)
    assert played.statuses[-1] == failed("CKR_FUNCTION_FAILED")
    assert "\nUnable to read file " in played.last


def test_a_file_that_cannot_be_written(desk: Desk) -> None:
    (desk.directory / "wrapped.key").mkdir()
    played = desk.logged_in(*WRAP_ON, *OAEP_120)
    assert "\nUnable to write file wrapped.key\n" in played.last
    assert played.statuses[-1] == failed("CKR_FUNCTION_FAILED")


@pytest.mark.parametrize("mechanism, kind, wrapper", [("21", "16", ["32"]), ("11", "3", []), ("20", "16", ["16"])])
def test_block_ciphers_wrap_and_unwrap(desk: Desk, mechanism: str, kind: str, wrapper: list[str]) -> None:
    played = desk.logged_in(
        *["45", kind, *wrapper, *FLAGS],
        *["60", mechanism, "149", "120"],
        *["61", mechanism, "9", *FLAGS, "149", "32", "wrapped.key"],
    )
    assert played.statuses[2:] == [GOOD] * 3
    assert "\nKey was unwrapped, handle=150\n" in played.last
    assert desk.material(150) == desk.material(120)
    attributes = desk.attributes(150)
    assert attributes[Attribute.LABEL] == "Unwrapped AES Key"
    assert [attributes[name] for name in (Attribute.LOCAL, Attribute.ALWAYS_SENSITIVE)] == [False, False]
    assert attributes[Attribute.NEVER_EXTRACTABLE] is False


@pytest.mark.parametrize(
    "mechanism, kind, cipher, padded",
    [
        ("21", ["16", "32"], "aes-256-cbc", True),
        ("20", ["16", "16"], "aes-128-cbc", False),
        ("19", ["16", "24"], "aes-192-ecb", False),
        ("11", ["3"], "des-ede3-cbc", True),
        ("4", ["3"], "des-ede3-cbc", False),
        ("3", ["3"], "des-ede3", False),
    ],
)
def test_openssl_opens_what_a_block_cipher_wrapped(
    desk: Desk, judge: Callable[[str], str], mechanism: str, kind: list[str], cipher: str, padded: bool
) -> None:
    openssl = judge("openssl")
    assert desk.logged_in("45", *kind, *FLAGS, "60", mechanism, "149", "120").statuses[-1] == GOOD
    words = [openssl, "enc", "-d", f"-{cipher}", "-K", desk.material(149).hex(), "-iv", "00" * 16]
    words += ["-in", str(desk.directory / "wrapped.key"), *([] if padded else ["-nopad"])]
    assert subprocess.run(words, check=True, capture_output=True).stdout == desk.material(120)


def test_oaep_round_trip_in_the_partition(desk: Desk) -> None:
    played = desk.logged_in(
        *WRAP_ON, *["25", "138", "1", "17", "1", "0"], *OAEP_120, "61", "26", "0", *AS_AES, "138", "32", "wrapped.key"
    )
    assert played.statuses[-1] == GOOD
    assert desk.material(149) == desk.material(120)


@pytest.mark.parametrize(
    "answers, status",
    [
        (["26", "0", *AS_AES, "138", "32", "wrapped.key"], "CKR_KEY_FUNCTION_NOT_PERMITTED"),
        (["26", "0", *AS_AES, "999", "32", "wrapped.key"], "CKR_UNWRAPPING_KEY_HANDLE_INVALID"),
        (["26", "0", *AS_AES, "120", "32", "wrapped.key"], "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT"),
        (["22", *AS_AES, "120", "32", "wrapped.key"], "CKR_MECHANISM_INVALID"),
        (["21", *AS_AES, "120", "32", "wrapped.key"], "CKR_WRAPPED_KEY_LEN_RANGE"),
        (["21", "8"], "CKR_MECHANISM_INVALID"),
        (["21", "9", "1", "0", *FLAGS[2:], "120", "32", "wrapped.key"], "CKR_TEMPLATE_INCONSISTENT"),
        (["20", "10", *FLAGS, "120", "wrapped.key"], "CKR_TEMPLATE_INCONSISTENT"),
        (["21", *AS_AES, "120", "32", "missing"], "CKR_FUNCTION_FAILED"),
    ],
)
def test_unwrap_errors(desk: Desk, answers: list[str], status: str) -> None:
    (desk.directory / "wrapped.key").write_bytes(b"not a wrap")
    before = desk.objects()
    played = desk.play("1", "1", "1", "3", "1", "password", "61", *answers)
    assert played.statuses[2] == failed(status)
    assert desk.objects() == before


QUESTIONS = {
    "3": ("DES3", ""),
    "6": ("Generic", "Enter Key Length in bytes: {}\n\n"),
    "9": ("AES", "Enter Key Length in bytes (16, 24, 32): {}\n\n"),
}
"""A type's number in entry 61 -> its name, and the question about the length."""
GENERATED = {"3": ["3"], "6": ["6", "20"], "9": ["16", "24"]}
"""What entry 45 is answered for a key of that type."""


@pytest.mark.parametrize("number, length", [("3", []), ("6", ["20"]), ("9", ["24"])])
def test_the_questions_of_unwrap_in_their_order(desk: Desk, number: str, length: list[str]) -> None:
    played = desk.logged_in(
        *["45", *GENERATED[number], *FLAGS, "60", "21", "120", "149"],
        *["61", "21", number, *FLAGS, "120", *length, "wrapped.key"],
    )
    name, question = QUESTIONS[number]
    assert played.last == (
        f"61\n{WRAP_MENU}Select mechanism for unwrapping: 21\n\n"
        f"{TYPES}\nSelect type of key to unwrap: {number}\n\n"
        + "".join(f"Enter Is {flag} Attribute [0-1]: 1\n\n" for flag in FLAG_NAMES)
        + "Enter handle of unwrapping key (-1 to list available objects) : 120\n\n"
        + question.format(*length)
        + f"Enter filename of wrapped key: wrapped.key\n\nKey was unwrapped, handle=150\n\n{GOOD}\n\n"
    )
    assert desk.material(150) == desk.material(149)
    assert desk.attributes(150)[Attribute.LABEL] == f"Unwrapped {name} Key"


@pytest.mark.parametrize(
    "number, length",
    [
        ("9", ["16"]),
        ("9", ["33"]),
        ("9", ["0"]),
        ("9", ["-1"]),
        ("9", ["long"]),
        ("9", [""]),
        ("9", ["4294967328"]),
        ("6", ["31"]),
        ("6", ["0"]),
        ("3", []),
    ],
)
def test_a_length_that_the_wrapped_key_does_not_have(desk: Desk, number: str, length: list[str]) -> None:
    before = desk.objects()
    played = desk.logged_in("60", "21", "120", "120", "61", "21", number, *FLAGS, "120", *length, "wrapped.key")
    assert played.statuses[2:] == [GOOD, failed("CKR_WRAPPED_KEY_INVALID")]
    assert desk.objects() == before
