"""Keys and signatures across: what ckdemo wraps and signs, SoftHSM and OpenSSL open and verify, and the other way."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.lab import Lab
from hsmshell.engine.objects import Traits, private_traits, public_traits
from tests.softhsm import SoftToken, soft_token

from .conftest import FLAGS, GOOD, NEWER_SCENARIO, Desk
from .test_program import failed

KEK = bytes(range(32))
"""The wrapping key that both sides know; in the partition it has the handle 120."""
TARGET = bytes(range(100, 116))
"""The key that moves: 121 in the partition."""
DATA = b"signed by one, verified by the other"
AS_AES = ["9", *FLAGS]


def created(value: bytes) -> list[str]:
    """What makes an AES key of these bytes in entry 20."""
    flags = [word for number in ("1", "14", "15", "16", "17", "43") for word in ("1", number, "1")]
    return ["20", "1", "0", "4", "1", "10", "31", "1", "5", value.hex(), *flags, "0"]


@pytest.fixture
def partition(lab_from: Callable[[str], Lab], work: Path) -> Desk:
    desk = Desk(lab_from(NEWER_SCENARIO), work)
    assert desk.logged_in(*created(KEK), *created(TARGET)).statuses[2:] == [GOOD, GOOD]
    return desk


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory, judge: Callable[[str], str]) -> SoftToken:
    """One token for all tests of this file: making one takes a while."""
    made = soft_token(tmp_path_factory.mktemp("softhsm"), judge)
    made.add_key("10", KEK)
    made.add_key("11", TARGET)
    made.tool("--keypairgen", "--key-type", "EC:prime256v1", "--id", "02", "--label", "curve")
    return made


def put(desk: Desk, material: bytes, traits: Traits, *flags: Attribute) -> int:
    session = desk.session()
    return desk.application._new(
        session, material, traits, {Attribute.TOKEN: True, **dict.fromkeys(flags, True)}, local=False
    )


def pair(desk: Desk, bits: int = 2048) -> tuple[int, int]:
    """An RSA pair of the partition's."""
    der = desk.lab.services.rsa_key(bits, 65537)
    public = encodings.public_of(der)
    return (
        put(desk, public, public_traits(public), Attribute.WRAP, Attribute.VERIFY),
        put(desk, der, private_traits(der), Attribute.UNWRAP, Attribute.SIGN),
    )


def openssl(judge: Callable[[str], str], *arguments: str) -> bytes:
    return subprocess.run([judge("openssl"), *arguments], check=True, capture_output=True).stdout


def wrapped(desk: Desk) -> bytes:
    return (desk.directory / "wrapped.key").read_bytes()


# wrapping under AES

AES_WRAPS = {"30": "AES-KEY-WRAP", "31": "0x210A"}
"""The menu's numbers, and what pkcs11-tool calls the mechanisms; the second is CKM_AES_KEY_WRAP_PAD, RFC 5649."""


@pytest.mark.parametrize("number", AES_WRAPS)
def test_softhsm_unwraps_under_aes(partition: Desk, token: SoftToken, number: str) -> None:
    assert partition.logged_in("60", number, "0", "120", "121").statuses[-1] == GOOD
    assert token.unwrap(AES_WRAPS[number], "10", wrapped(partition)) == TARGET


@pytest.mark.parametrize("number", AES_WRAPS)
def test_what_softhsm_wraps_under_aes_comes_in(partition: Desk, token: SoftToken, number: str) -> None:
    (partition.directory / "theirs").write_bytes(token.wrap(AES_WRAPS[number], "10", "11"))
    length = ["1", "16"] if number == "30" else ["16"]
    played = partition.logged_in("61", number, "0", *AS_AES, "120", *length, "theirs")
    assert played.statuses[-1] == GOOD
    assert partition.material(122) == TARGET


def test_softhsm_decrypts_what_aes_cbc_pad_wrapped(partition: Desk, token: SoftToken) -> None:
    iv = "0f" * 16
    assert partition.logged_in("60", "21", "1", iv, "120", "121").statuses[-1] == GOOD
    name = token.put("sealed", wrapped(partition))
    words = ("-m", "AES-CBC-PAD", "--iv", iv, "--id", "10", "--input-file", name, "--output-file", "clear")
    token.tool("--decrypt", *words)
    assert token.get("clear") == TARGET


def test_what_softhsm_encrypts_with_aes_cbc_pad_comes_in(partition: Desk, token: SoftToken) -> None:
    iv = "0f" * 16
    name = token.put("clear", TARGET)
    words = ("-m", "AES-CBC-PAD", "--iv", iv, "--id", "10", "--input-file", name, "--output-file", "sealed")
    token.tool("--encrypt", *words)
    (partition.directory / "theirs").write_bytes(token.get("sealed"))
    assert partition.logged_in("61", "21", "1", iv, *AS_AES, "120", "16", "theirs").statuses[-1] == GOOD
    assert partition.material(122) == TARGET


# wrapping under RSA


def test_softhsm_opens_what_pkcs1_wrapped(partition: Desk, token: SoftToken) -> None:
    public = encodings.read_public_pem(token.public_pem())
    handle = put(partition, public, public_traits(public), Attribute.WRAP)
    assert partition.logged_in("60", "9", str(handle), "121").statuses[-1] == GOOD
    assert token.unwrap("RSA-PKCS", "01", wrapped(partition)) == TARGET


def test_what_softhsm_wraps_with_pkcs1_comes_in(partition: Desk, token: SoftToken) -> None:
    public, private = pair(partition)
    name = token.put("ours.der", partition.material(public))
    token.tool("--write-object", name, "--type", "pubkey", "--id", "05", "--usage-wrap")
    (partition.directory / "theirs").write_bytes(token.wrap("RSA-PKCS", "05", "11"))
    assert partition.logged_in("61", "9", *AS_AES, str(private), "16", "theirs").statuses[-1] == GOOD
    assert partition.material(private + 1) == TARGET


@pytest.mark.parametrize("number, name", [("1", "sha1"), ("3", "sha256")])
def test_what_openssl_wraps_with_oaep_comes_in(
    partition: Desk, judge: Callable[[str], str], number: str, name: str
) -> None:
    public, private = pair(partition)
    (partition.directory / "public.pem").write_bytes(encodings.public_pem(partition.material(public)))
    (partition.directory / "clear").write_bytes(TARGET)
    options = [
        f"rsa_{what}:{value}" for what, value in (("padding_mode", "oaep"), ("oaep_md", name), ("mgf1_md", name))
    ]
    (partition.directory / "theirs").write_bytes(
        openssl(
            judge, "pkeyutl", "-encrypt", "-pubin", "-inkey", str(partition.directory / "public.pem"),
            "-in", str(partition.directory / "clear"), *(word for option in options for word in ("-pkeyopt", option)),
        )
    )  # fmt: skip
    typed = ["98", "17", "0", "61", "26", number, "0", *AS_AES, str(private), "16", "theirs"]
    assert partition.logged_in(*typed).statuses[-1] == GOOD
    assert partition.material(private + 1) == TARGET
    other = {"1": "3", "3": "1"}[number]
    typed[5] = other
    assert partition.logged_in(*typed).statuses[-1] == failed("CKR_WRAPPED_KEY_INVALID")


# signatures

SIGNATURES = {"3": "SHA1-RSA-PKCS", "5": "SHA256-RSA-PKCS", "7": "SHA512-RSA-PKCS", "10": "SHA256-RSA-PKCS-PSS"}


def test_softhsm_verifies_what_rsa_signed(partition: Desk, token: SoftToken) -> None:
    public, private = pair(partition)
    name = token.put("ours.der", partition.material(public))
    token.tool("--write-object", name, "--type", "pubkey", "--id", "06")
    (partition.directory / "data").write_bytes(DATA)
    for number, mechanism in SIGNATURES.items():
        assert partition.logged_in("42", number, "data", str(private)).statuses[-1] == GOOD
        assert token.verifies(mechanism, "06", DATA, (partition.directory / "SIGN.BIN").read_bytes())


def test_what_softhsm_signs_with_rsa_verifies(partition: Desk, token: SoftToken) -> None:
    public = encodings.read_public_pem(token.public_pem())
    handle = str(put(partition, public, public_traits(public), Attribute.VERIFY))
    (partition.directory / "data").write_bytes(DATA)
    (partition.directory / "other").write_bytes(DATA + b".")
    for number, mechanism in SIGNATURES.items():
        (partition.directory / "theirs").write_bytes(token.sign(mechanism, "01", DATA))
        played = partition.logged_in("43", number, "data", "theirs", handle, "43", number, "other", "theirs", handle)
        assert played.statuses[2:] == [GOOD, failed("CKR_SIGNATURE_INVALID")]


def test_what_softhsm_signs_with_ecdsa_verifies(partition: Desk, token: SoftToken) -> None:
    public = encodings.read_public_pem(token.public_pem("02"))
    handle = str(put(partition, public, public_traits(public), Attribute.VERIFY))
    digest = hashlib.sha256(DATA).digest()
    for name, content in (("data", DATA), ("digest", digest), ("theirs", token.sign("ECDSA", "02", digest))):
        (partition.directory / name).write_bytes(content)
    played = partition.logged_in(
        *["43", "13", "digest", "theirs", handle, "43", "16", "data", "theirs", handle],
        *["43", "17", "data", "theirs", handle],
    )
    assert played.statuses[2:] == [GOOD, GOOD, failed("CKR_SIGNATURE_INVALID")]


@pytest.mark.parametrize("number, digest", [("13", "sha256"), ("16", "sha256"), ("18", "sha512")])
def test_openssl_verifies_what_ecdsa_signed(
    partition: Desk, judge: Callable[[str], str], number: str, digest: str
) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    key = openssl(judge, "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-outform", "PEM")
    der = encodings.read_private_pem(key)
    private = put(partition, der, private_traits(der), Attribute.SIGN)
    (partition.directory / "public.pem").write_bytes(encodings.public_pem(encodings.public_of(der)))
    (partition.directory / "data").write_bytes(DATA)
    (partition.directory / "digest").write_bytes(hashlib.sha256(DATA).digest())
    assert partition.logged_in("42", number, "digest" if number == "13" else "data", str(private)).statuses[-1] == GOOD
    raw = (partition.directory / "SIGN.BIN").read_bytes()
    halves = int.from_bytes(raw[: len(raw) // 2], "big"), int.from_bytes(raw[len(raw) // 2 :], "big")
    (partition.directory / "signature.der").write_bytes(encode_dss_signature(*halves))
    said = openssl(
        judge, "dgst", f"-{digest}", "-verify", str(partition.directory / "public.pem"),
        "-signature", str(partition.directory / "signature.der"), str(partition.directory / "data"),
    )  # fmt: skip
    assert said == b"Verified OK\n"
