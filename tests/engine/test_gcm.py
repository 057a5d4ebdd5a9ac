"""AES-GCM as a way to wrap, against NIST's vectors, with tags of every length that the tools take."""

from __future__ import annotations

from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.engine import ciphers
from hsmshell.engine.errors import WrappedKeyInvalid, WrappedKeyLenRange
from hsmshell.engine.mechanisms import MechanismParameters

FOLDER = Path(cryptography_vectors.__file__).parent / "ciphers" / "AES" / "GCM"
TAGS = st.integers(8, 16)


def vectors(name: str) -> list[dict[str, bytes]]:
    """The vectors with a 96-bit IV and some plaintext; ``FAIL`` is a key of those that must be refused."""
    found = []
    for block in (FOLDER / name).read_text("ascii").replace("\r", "").split("\n\n"):
        fields: dict[str, bytes] = {}
        for line in block.splitlines():
            word, equals, value = line.partition(" = ")
            if line.strip() == "FAIL":
                fields["FAIL"] = b""
            elif equals and not word.startswith(("[", "Count")):
                fields[word] = bytes.fromhex(value)
            elif line.endswith(" ="):
                fields[line[:-2]] = b""
        if len(fields.get("IV", b"")) == 12 and fields.get("CT") and len(fields["Tag"]) >= 8:
            found.append(fields)
    return found


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_nist_vectors(bits: int) -> None:
    good = [one for one in vectors(f"gcmEncryptExtIV{bits}.rsp") if one["PT"]][::40]
    mixed = vectors(f"gcmDecrypt{bits}.rsp")[::40]
    assert good
    assert any("FAIL" in one for one in mixed)
    for one in good:
        parameters = MechanismParameters(additional=one["AAD"], tag_length=len(one["Tag"]))
        sealed = ciphers.gcm_wrap(one["Key"], one["PT"], parameters, lambda length, iv=one["IV"]: iv[:length])
        assert sealed == one["IV"] + one["CT"] + one["Tag"]
        assert ciphers.gcm_unwrap(one["Key"], sealed, parameters) == one["PT"]
    for one in mixed:
        parameters = MechanismParameters(additional=one["AAD"], tag_length=len(one["Tag"]))
        sealed = one["IV"] + one["CT"] + one["Tag"]
        if "FAIL" in one:
            with pytest.raises(WrappedKeyInvalid):
                ciphers.gcm_unwrap(one["Key"], sealed, parameters)
        else:
            assert ciphers.gcm_unwrap(one["Key"], sealed, parameters) == one["PT"]


@given(data=st.binary(min_size=1, max_size=80), additional=st.binary(max_size=20), tag=TAGS)
def test_a_short_tag_is_the_beginning_of_the_whole_one(data: bytes, additional: bytes, tag: int) -> None:
    key = bytes(range(32))
    parameters = MechanismParameters(additional=additional, tag_length=tag)
    sealed = ciphers.gcm_wrap(key, data, parameters, bytes)
    whole = AESGCM(key).encrypt(bytes(12), data, additional)
    assert sealed == bytes(12) + whole[: len(data) + tag]
    assert ciphers.gcm_unwrap(key, sealed, parameters) == data


@given(data=st.binary(min_size=1, max_size=40), tag=TAGS, place=st.integers(0, 1000))
def test_one_byte_is_enough_to_refuse(data: bytes, tag: int, place: int) -> None:
    parameters = MechanismParameters(tag_length=tag)
    sealed = bytearray(ciphers.gcm_wrap(bytes(16), data, parameters, bytes))
    sealed[place % len(sealed)] ^= 0x40
    with pytest.raises(WrappedKeyInvalid):
        ciphers.gcm_unwrap(bytes(16), bytes(sealed), parameters)


@pytest.mark.parametrize("length", [0, 11, 12, 27, 28])
def test_what_is_too_short(length: int) -> None:
    with pytest.raises(WrappedKeyLenRange):
        ciphers.gcm_unwrap(bytes(16), bytes(length), MechanismParameters())
