"""NIST key wrap vectors (SP 800-38F) through the commands: a file goes in, a key comes out, and wraps to the file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cryptography_vectors
import pytest

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


def vectors(name: str) -> list[Vector]:
    found: list[Vector] = []
    taken: Counter[int] = Counter()
    length = 0
    for block in (FOLDER / name).read_text("ascii").replace("\r", "").split("\n\n"):
        if match := re.search(r"PLAINTEXT LENGTH = (\d+)", block):
            length = int(match.group(1))
        fields = dict(re.findall(r"^([KCP]) = ([0-9a-f]+)$", block, re.MULTILINE))
        if "K" not in fields or taken[length] >= PER_LENGTH:
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
    interactive(lab, tmp_path, *wraps)
    for number in made:
        assert (tmp_path / f"w{number}").read_bytes() == cases[number].wrapped
        # Mechanism 4, by which exSymKey moves keys, cannot carry less than 8 bytes (RFC 3394 wants two blocks).
        if len(cases[number].plain or b"") >= 8:
            assert (tmp_path / f"p{number}").read_bytes() == cases[number].plain
