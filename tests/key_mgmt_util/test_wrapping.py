"""Keys that cross the border: OpenSSL and the tool open each other's bytes."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, interactive

Judge = Callable[[str], None]

HASHES = {"2": "sha1", "3": "sha256", "4": "sha384", "5": "sha512", "6": "sha224"}


def openssl(*words: str, folder: Path) -> bytes:
    return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize(("size", "number"), list(itertools.product((16, 24, 32), HASHES)))
def test_unwraps_what_openssl_wrapped(lab: Lab, tmp_path: Path, judge: Judge, size: int, number: str) -> None:
    judge("openssl")
    secret = bytes(range(size))
    (tmp_path / "secret.bin").write_bytes(secret)
    interactive(lab, tmp_path, LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l pair", "exportPubKey -k 407 -out public.pem")
    options = [f"rsa_padding_mode:oaep rsa_oaep_md:{HASHES[number]} rsa_mgf1_md:{HASHES[number]}"][0].split()
    openssl(
        "pkeyutl", "-encrypt", "-pubin", "-inkey", "public.pem", "-in", "secret.bin", "-out", "wrapped.key",
        *itertools.chain.from_iterable(("-pkeyopt", option) for option in options),
        folder=tmp_path,
    )  # fmt: skip
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        f"unWrapKey -f wrapped.key -w 408 -m 8 -t {number} -noheader -l arrived -kc 4 -kt 31",
        "genSymKey -t 31 -s 32 -l kek",
        "exSymKey -k 409 -w 410 -out arrived.bin",
    )
    assert "Key Unwrapped.  Key Handle: 409" in ran.text
    assert (tmp_path / "arrived.bin").read_bytes() == secret


@pytest.mark.parametrize("number", HASHES)
def test_openssl_opens_what_was_wrapped(lab: Lab, tmp_path: Path, judge: Judge, number: str) -> None:
    judge("openssl")
    secret = bytes(range(32))
    (tmp_path / "secret.bin").write_bytes(secret)
    interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l kek",
        "imSymKey -f secret.bin -w 407 -t 31 -l known",
        "genRSAKeyPair -m 2048 -e 65537 -l pair",
        f"wrapKey -k 408 -w 409 -out wrapped.key -m 8 -t {number} -noheader",
        "wrapKey -k 410 -w 407 -out private.wrapped -m 6 -noheader",
        "exSymKey -k 407 -w 407 -out kek.bin",
    )
    kek = (tmp_path / "kek.bin").read_bytes().hex()
    # RFC 5649 by OpenSSL: the private key leaves as PKCS#8.
    openssl(
        "enc", "-d", "-id-aes256-wrap-pad", "-K", kek, "-iv", "a65959a6", "-in", "private.wrapped", "-out", "p8.der",
        folder=tmp_path,
    )  # fmt: skip
    opened = openssl(
        "pkeyutl", "-decrypt", "-inkey", "p8.der", "-keyform", "DER", "-in", "wrapped.key",
        "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", f"rsa_oaep_md:{HASHES[number]}",
        "-pkeyopt", f"rsa_mgf1_md:{HASHES[number]}",
        folder=tmp_path,
    )  # fmt: skip
    assert opened == secret


@pytest.mark.parametrize(
    ("number", "key", "length"),
    [("4", 408, 48), ("5", 408, 40), ("6", 408, 40), ("4", 409, 40), ("5", 409, 32), ("6", 409, 32)],
)
def test_aes_mechanisms_have_their_lengths_and_come_back(
    lab: Lab, tmp_path: Path, number: str, key: int, length: int
) -> None:
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l kek",
        "genSymKey -t 31 -s 32 -l aes",
        "genSymKey -t 21 -s 24 -l des3",
        f"wrapKey -k {key} -w 407 -out bare -m {number} -noheader",
        f"wrapKey -k {key} -w 407 -out full -m {number}",
        f"unWrapKey -f full -w 407 -m {number}",
        f"unWrapKey -f bare -w 407 -m {number} -noheader -l bare -kc 4 -kt {31 if key == 408 else 21}",
        f"exSymKey -k {key} -w 407 -out first",
        "exSymKey -k 410 -w 407 -out second",
        "exSymKey -k 411 -w 407 -out third",
    )
    assert f'"bare" length {length}\n' in ran.text
    assert f'"full" length {length + 267}\n' in ran.text
    first = (tmp_path / "first").read_bytes()
    assert first == (tmp_path / "second").read_bytes() == (tmp_path / "third").read_bytes()


def test_header_carries_label_id_and_uses(lab: Lab, tmp_path: Path) -> None:
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l kek",
        'genRSAKeyPair -m 2048 -e 65537 -l "two words" -id ident',
        "wrapKey -k 409 -w 407 -out private -m 4",
        "deleteKey -k 408",
        "deleteKey -k 409",
        "unWrapKey -f private -w 407 -m 4",
        "getAttribute -o 410 -a 512 -out dump",
    )
    size = (tmp_path / "private").stat().st_size
    assert f'"private" length {size}\n' in ran.text
    lines = (tmp_path / "dump").read_text().splitlines()
    dump = dict(zip(lines[::2], lines[1::2], strict=False))
    expected = {
        "OBJ_ATTR_CLASS": "0x03",
        "OBJ_ATTR_LABEL": "two words",
        "OBJ_ATTR_ID": "ident",
        "OBJ_ATTR_LOCAL": "0x00",
        "OBJ_ATTR_DECRYPT": "0x01",
        "OBJ_ATTR_SIGN": "0x01",
        "OBJ_ATTR_WRAP": "0x00",
    }
    assert {name: dump[name] for name in expected} == expected


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:267],
        lambda data: b"x" + data[1:],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"",
        lambda data: data[:33] + b"\xff\xff" + data[35:],
    ],
)
def test_damaged_files_change_nothing(lab: Lab, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "wrapKey -k 407 -w 407 -out wrapped -m 4")
    good = (tmp_path / "wrapped").read_bytes()
    (tmp_path / "wrapped").write_bytes(damage(good))
    ran = interactive(lab, tmp_path, LOGIN, "unWrapKey -f wrapped -w 407 -m 4", "findKey")
    assert "Cfm3UnWrapKey returned: 0xe8 : HSM Error: Unwrap failed" in ran.text
    assert "Total number of keys present 1\n" in ran.text


def test_wrapping_key_file_replaces_one_side(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "kek.bin").write_bytes(bytes(range(32)))
    (tmp_path / "other.bin").write_bytes(bytes(32))
    (tmp_path / "secret.bin").write_bytes(bytes(range(16)))
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l first",
        "imSymKey -f kek.bin -w 407 -t 31 -l kek",
        "imSymKey -f secret.bin -w 408 -wk kek.bin -t 31 -l secret",
        "exSymKey -k 409 -w 408 -wk kek.bin -out out.bin",
        "imSymKey -f secret.bin -w 408 -wk other.bin -t 31 -l never",
        "exSymKey -k 409 -w 408 -wk other.bin -out never.bin",
        "findKey -l never",
    )
    assert (tmp_path / "out.bin").read_bytes() == bytes(range(16))
    assert "Cfm3UnWrapKey returned: 0xe8" in ran.text
    assert "Cfm3UnWrapHostKey returned: 0xe8" in ran.text
    assert not (tmp_path / "never.bin").exists()
    assert "Total number of keys present 0\n" in ran.text


def test_oaep_payload_limit_is_the_standards(lab: Lab, tmp_path: Path) -> None:
    """RFC 8017 7.1.1: modulus less two hashes less two bytes; 2048 bits and SHA-1 leave 214."""
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genRSAKeyPair -m 2048 -e 65537 -l pair",
        "genSymKey -t 16 -s 214 -l fits",
        "genSymKey -t 16 -s 215 -l toolong",
        "wrapKey -k 409 -w 407 -out fits -m 8 -noheader",
        "wrapKey -k 410 -w 407 -out toolong -m 8 -noheader",
    )
    assert '"fits" length 256' in ran.text
    assert "Cfm2WrapKey returned: 0xef" in ran.text
    assert not (tmp_path / "toolong").exists()
