"""Attribute dumps against the published ones, and check values against the published vectors."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from commands.key_mgmt_util.constants import ATTRIBUTES
from hsmshell.console import Generation
from hsmshell.engine import crypto, encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, interactive

V2 = (
    "bb9301cc362c1d9724eb93da8adab0364296bde7124a241087d9436b9be57e4f7780040df03c2c"
    "1c0fe6e3b61aa83c205280119452868f66541bbbffacbbe787b8284fc81deaeef2b8ec0ba25a077d"
    "6983c77a1de7b17cbe8e15b203868704c6452c2810344a7f2736012424cf0703cf15a37183a1d2d0"
    "97240829f8f90b063dd3a41171402b162578d581980976653935431da0c1260bfe756d85dca63857"
    "d9f27a541676cb9c7def0ef6a2a89c9b9304bcac16fdf8183c0a555421f9ad5dfeb534cf26b65873"
    "970cdf1a07484f1c128b53e10209cc6f7ac308669112968c81a5de408e7f644fe58b1a9ae1286fec"
    "b3e4203294a96fae06f8f0db7982cb5d7f"
)
"""The modulus of the guide's RSA public key, whose published check value is c51c18."""

V1 = (
    "044a0f9d01d10f7437d9fa20995f0cc742552e5ba16d3d7e9a65a33e20ad3e569e"
    "68eb62477a9960a87911e6121d112b698e469a0329a665eba74ee5ac55eae9f5"
)
"""The point of the guide's P-256 key, whose published check value is bbb32a."""


def dump(text: str) -> dict[str, str]:
    """Name -> value; a modulus that was broken over lines is put together again."""
    values: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("OBJ_ATTR_"):
            name = line
            values[name] = ""
        else:
            values[name] += line
    return values


def test_published_check_values() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = rsa.RSAPublicNumbers(65537, int(V2, 16)).public_key()
    assert crypto.public_check_value(encodings.encode_public(key)).hex() == "c51c18"
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(V1))
    assert crypto.public_check_value(encodings.encode_public(point)).hex() == "bbb32a"


@pytest.mark.parametrize(("generation", "size", "count"), [(Generation.CLASSIC, 444, 17), (Generation.LATE, 514, 23)])
def test_secret_key(lab: Lab, tmp_path: Path, generation: Generation, size: int, count: int) -> None:
    (tmp_path / "key.bin").write_bytes(bytes(range(32)))
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l aes256 -id test_01",
        "imSymKey -f key.bin -w 407 -t 31 -l known",
        "getAttribute -o 407 -a 512 -out full",
        "getAttribute -o 408 -a 371 -out kcv",
        generation=generation,
    )
    sizes = {f"got all attributes of size {size} attr cnt {count}", f"Attribute size: {size}, count: {count}"}
    assert len(sizes & set(ran.text.splitlines())) == 1
    lines = (tmp_path / "full").read_text().splitlines()
    assert len(lines) == 2 * count
    late = generation is Generation.LATE
    absent = {"OBJ_ATTR_MODULUS", "OBJ_ATTR_MODULUS_BITS", "OBJ_ATTR_PUBLIC_EXPONENT"}
    assert lines[::2] == [row.name for row in ATTRIBUTES if (late or not row.late_only) and row.name not in absent]
    values = dict(zip(lines[::2], lines[1::2], strict=True))
    assert values["OBJ_ATTR_KEY_TYPE"] == "0x1f"
    assert values["OBJ_ATTR_WRAP"] == "0x01"
    assert values["OBJ_ATTR_SIGN"] == "0x00"
    assert values["OBJ_ATTR_LABEL"] == "aes256"
    assert values["OBJ_ATTR_ID"] == "test_01"
    assert values["OBJ_ATTR_VALUE_LEN"] == "0x00000020"
    expected = crypto.zero_block_check_value(KeyType.AES, bytes(range(32))).hex()
    assert (tmp_path / "kcv").read_text() == f"OBJ_ATTR_KCV\n0x{expected}\n"


def test_check_value_agrees_with_openssl_on_a_known_key() -> None:
    """FIPS 197's 00 01 .. 1f key over a zero block, as `openssl enc -aes-256-ecb` gives it."""
    assert crypto.zero_block_check_value(KeyType.AES, bytes(range(32))).hex() == "f29000"


@pytest.mark.parametrize(("generation", "size", "count"), [(Generation.CLASSIC, 731, 20), (Generation.LATE, 801, 26)])
def test_rsa_pair(lab: Lab, tmp_path: Path, generation: Generation, size: int, count: int) -> None:
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genRSAKeyPair -m 2048 -e 65537 -l rsa_test",
        "exportPubKey -k 407 -out public.pem",
        "getAttribute -o 407 -a 512 -out public",
        "getAttribute -o 408 -a 512 -out private",
        generation=generation,
    )
    assert re.search(rf"size:? {size}(,| attr) c", ran.text)
    text = (tmp_path / "public").read_text()
    public, private = dump(text), dump((tmp_path / "private").read_text())
    assert len(public) == count
    der = encodings.read_public_pem((tmp_path / "public.pem").read_bytes())
    modulus, bits, _ = encodings.rsa_numbers(der)
    prefix = "0x" if generation is Generation.LATE else ""
    assert public["OBJ_ATTR_MODULUS"] == private["OBJ_ATTR_MODULUS"] == prefix + modulus.hex()
    assert public["OBJ_ATTR_MODULUS_BITS"] == f"0x{bits:08x}" == "0x00000800"
    assert public["OBJ_ATTR_PUBLIC_EXPONENT"] == "0x010001"
    assert public["OBJ_ATTR_VALUE_LEN"] == "0x00000200"
    assert public["OBJ_ATTR_KCV"] == private["OBJ_ATTR_KCV"] == "0x" + hashlib.sha1(der).hexdigest()[:6]
    assert (public["OBJ_ATTR_WRAP"], private["OBJ_ATTR_WRAP"]) == ("0x01", "0x00")
    assert (public["OBJ_ATTR_UNWRAP"], private["OBJ_ATTR_UNWRAP"]) == ("0x00", "0x01")
    assert (public["OBJ_ATTR_SENSITIVE"], private["OBJ_ATTR_SENSITIVE"]) == ("0x00", "0x01")
    block = text.split("OBJ_ATTR_MODULUS\n")[1].split("\nOBJ_ATTR_MODULUS_BITS")[0].split("\n")
    assert {len(line) for line in block[:-1]} == {80}
    assert 0 < len(block[-1]) <= 80


def test_one_attribute_prints_four_bytes(lab: Lab, tmp_path: Path) -> None:
    interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 21 -s 24 -l x", "getAttribute -o 407 -a 256 -out type",
        "getAttribute -o 407 -a 258 -out id",
    )  # fmt: skip
    assert (tmp_path / "type").read_text() == "OBJ_ATTR_KEY_TYPE\n0x00000015\n"
    assert (tmp_path / "id").read_text() == "OBJ_ATTR_ID\n\n"


def test_non_extractable_and_session_flags(lab: Lab, tmp_path: Path) -> None:
    interactive(
        lab, tmp_path, LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l x -nex -sess",
        "getAttribute -o 407 -a 512 -out public", "getAttribute -o 408 -a 512 -out private",
        generation=Generation.LATE,
    )  # fmt: skip
    public, private = dump((tmp_path / "public").read_text()), dump((tmp_path / "private").read_text())
    assert (public["OBJ_ATTR_EXTRACTABLE"], private["OBJ_ATTR_EXTRACTABLE"]) == ("0x01", "0x00")
    assert (public["OBJ_ATTR_NEVER_EXTRACTABLE"], private["OBJ_ATTR_NEVER_EXTRACTABLE"]) == ("0x00", "0x01")
    assert public["OBJ_ATTR_TOKEN"] == private["OBJ_ATTR_TOKEN"] == "0x00"


def test_ec_key_shows_point_and_curve(lab: Lab, tmp_path: Path) -> None:
    """A P-256 key that comes in wrapped: 529 bytes and 19 attributes, as published."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

    kek = bytes(range(32))
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "kek.bin").write_bytes(kek)
    (tmp_path / "ec.wrapped").write_bytes(aes_key_wrap_with_padding(kek, encodings.encode_private(key)))
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        "genSymKey -t 31 -s 32 -l first",
        "imSymKey -f kek.bin -w 407 -t 31 -l kek",
        "unWrapKey -f ec.wrapped -w 408 -m 6 -noheader -l ec2 -kc 3 -kt 3",
        "getAttribute -o 409 -a 512 -out dump",
    )
    assert "got all attributes of size 529 attr cnt 19" in ran.text
    values = dump((tmp_path / "dump").read_text())
    assert values["OBJ_ATTR_MODULUS"].startswith("04")
    assert len(values["OBJ_ATTR_MODULUS"]) == 130
    assert values["OBJ_ATTR_MODULUS_BITS"] == "0x0000019f"
    assert values["OBJ_ATTR_VALUE_LEN"] == "0x0000008a"
    assert values["OBJ_ATTR_SIGN"] == "0x01"
