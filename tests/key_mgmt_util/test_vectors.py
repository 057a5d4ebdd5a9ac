"""NIST key wrap vectors (SP 800-38F) through the commands: a file goes in, a key comes out, and wraps to the file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cryptography_vectors
import pytest

from hsmshell.engine import keywrap
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive

FOLDER = Path(cryptography_vectors.__file__).parent / "keywrap" / "kwtestvectors"
PER_LENGTH = 12
"""How many vectors of each plaintext length are taken."""


class Vector(NamedTuple):
    key: bytes
    wrapped: bytes
    plain: bytes | None
    """``None`` where the wrapped bytes must be refused."""


def vectors(name: str, per_length: int = PER_LENGTH) -> list[Vector]:
    found: list[Vector] = []
    taken: Counter[int] = Counter()
    length = 0
    for block in (FOLDER / name).read_text("ascii").replace("\r", "").split("\n\n"):
        if match := re.search(r"PLAINTEXT LENGTH = (\d+)", block):
            length = int(match.group(1))
        fields = dict(re.findall(r"^([KCP]) = ([0-9a-f]+)$", block, re.MULTILINE))
        if "K" not in fields or taken[length] >= per_length:
            continue
        taken[length] += 1
        plain = None if "FAIL" in block else bytes.fromhex(fields["P"])
        found.append(Vector(bytes.fromhex(fields["K"]), bytes.fromhex(fields["C"]), plain))
    return found


@pytest.mark.parametrize(
    ("name", "mechanism"),
    [(f"{family}_AD_{bits}.txt", number) for family, number in (("KW", 5), ("KWP", 6)) for bits in (128, 192, 256)],
)
def test_key_wrap(lab: Lab, tmp_path: Path, name: str, mechanism: int) -> None:
    cases = vectors(name)
    assert any(case.plain is None for case in cases)
    assert any(case.plain is not None for case in cases)
    lines = [LOGIN, "genSymKey -t 31 -s 32 -l first"]
    for number, case in enumerate(cases):
        (tmp_path / f"k{number}").write_bytes(case.key)
        (tmp_path / f"c{number}").write_bytes(case.wrapped)
        lines.append(f"imSymKey -f k{number} -w 407 -t 31 -l kek{number}")
    for number, _ in enumerate(cases):
        lines.append(f"unWrapKey -f c{number} -w {408 + number} -m {mechanism} -noheader -l key{number} -kc 4 -kt 16")
    ran = interactive(lab, tmp_path, *lines)
    wraps, made = [LOGIN], {}
    for number, case in enumerate(cases):
        told = answer(ran, lines[2 + len(cases) + number])
        if case.plain is None:
            assert "Cfm2UnWrapWithTemplate3 returned: 0xe8 : HSM Error: Unwrap failed" in told
            continue
        handle = re.search(r"Key Unwrapped\.  Key Handle: (\d+)\n", told)
        assert handle, f"vector {number}: {told}"
        made[number] = int(handle.group(1))
        wraps.append(f"wrapKey -k {made[number]} -w {408 + number} -out w{number} -m {mechanism} -noheader")
        wraps.append(f"exSymKey -k {made[number]} -w 407 -out p{number}")
    ran = interactive(lab, tmp_path, *wraps, "findKey")
    assert f"Total number of keys present {1 + len(cases) + len(made)}\n" in ran.text
    for number in made:
        assert (tmp_path / f"w{number}").read_bytes() == cases[number].wrapped
        assert (tmp_path / f"p{number}").read_bytes() == cases[number].plain


def is_padded(plain: bytes) -> bool:
    """Whether the bytes end as PKCS#5 ends them; about one of two hundred and fifty does."""
    return 1 <= plain[-1] <= keywrap.BLOCK and plain.endswith(bytes([plain[-1]]) * plain[-1])


def test_key_wrap_of_files(lab: Lab, tmp_path: Path) -> None:
    """aesWrapUnwrap pads what it wraps: of the good vectors those pass of which the plaintext is padded."""
    files = [f"KW_{half}_{bits}.txt" for half in ("AD", "AE") for bits in (128, 192, 256)]
    every = [case for name in files for case in vectors(name, 1000)]
    padded = [case for case in every if case.plain is not None and is_padded(case.plain)]
    unpadded = [case for case in every if case.plain is not None and not is_padded(case.plain)][:20]
    bad = [case for case in every if case.plain is None][::50]
    assert len(padded) > 8
    assert bad
    lines = [LOGIN, "genSymKey -t 31 -s 32 -l first"]
    for number, case in enumerate([*padded, *unpadded, *bad]):
        (tmp_path / f"k{number}").write_bytes(case.key)
        (tmp_path / f"c{number}").write_bytes(case.wrapped)
        lines.append(f"imSymKey -f k{number} -w 407 -t 31 -l kek{number}")
        lines.append(f"aesWrapUnwrap -m 0 -f c{number} -w {408 + number} -out p{number}")
        lines.append(f"aesWrapUnwrap -m 1 -f p{number} -w {408 + number} -out w{number}")
    ran = interactive(lab, tmp_path, *lines, "findKey")
    for number, case in enumerate(padded):
        assert case.plain is not None
        assert (tmp_path / f"p{number}").read_bytes() == case.plain[: -case.plain[-1]]
        assert (tmp_path / f"w{number}").read_bytes() == case.wrapped
    for number in range(len(padded), len(padded) + len(unpadded) + len(bad)):
        told = answer(ran, f"aesWrapUnwrap -m 0 -f c{number} -w {408 + number} -out p{number}")
        assert told == "\n\tCfm3UnWrapHostKey returned: 0xe8 : HSM Error: Unwrap failed\n"
        assert (tmp_path / f"p{number}").read_bytes() == b""
    assert f"Total number of keys present {1 + len(padded) + len(unpadded) + len(bad)}\n" in ran.text


@pytest.mark.parametrize(
    ("kek", "plain", "wrapped", "mechanism"),
    [
        ("000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
         "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5", 5),
        ("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
         "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D", 5),
        ("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF",
         "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7", 5),
        ("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF0001020304050607",
         "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2", 5),
        ("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
         "00112233445566778899AABBCCDDEEFF0001020304050607",
         "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1", 5),
        ("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
         "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
         "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21", 5),
        ("5840DF6E29B02AF1AB493B705BF16EA1AE8338F4DCC176A8", "C37B7E6492584340BED12207808941155068F738",
         "138BDEAA9B8FA7FC61F97742E72248EE5AE6AE5360D1AE6A5F54F373FA543B6A", 6),
        ("5840DF6E29B02AF1AB493B705BF16EA1AE8338F4DCC176A8", "466F7250617369", "AFBEB0F07DFBF5419200F2CCB50BB24F", 6),
    ],
)  # fmt: skip
def test_examples_of_rfc_3394_and_rfc_5649(
    lab: Lab, tmp_path: Path, kek: str, plain: str, wrapped: str, mechanism: int
) -> None:
    """RFC 3394 4.1 to 4.6 and RFC 5649 6."""
    (tmp_path / "kek").write_bytes(bytes.fromhex(kek))
    (tmp_path / "theirs").write_bytes(bytes.fromhex(wrapped))
    damaged = bytearray(bytes.fromhex(wrapped))
    damaged[-1] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    bare = f"-m {mechanism} -noheader"
    ran = interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l first", "imSymKey -f kek -w 407 -t 31 -l kek",
        f"unWrapKey -f theirs -w 408 {bare} -l x -kc 4 -kt 16", f"wrapKey -k 409 -w 408 {bare} -out ours",
        "exSymKey -k 409 -w 407 -out plain", f"unWrapKey -f damaged -w 408 {bare} -l x -kc 4 -kt 16", "findKey",
    )  # fmt: skip
    assert (tmp_path / "ours").read_bytes() == bytes.fromhex(wrapped)
    assert (tmp_path / "plain").read_bytes() == bytes.fromhex(plain)
    assert "Cfm2UnWrapWithTemplate3 returned: 0xe8 : HSM Error: Unwrap failed" in ran.text
    assert "Total number of keys present 3\n" in ran.text
