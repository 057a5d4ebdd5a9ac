"""The layout of the fake PEM private key."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.key_mgmt_util import fake_pem

P256 = bytes.fromhex("06082a8648ce3d030107")
POINT = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The base point of P-256."""


def test_the_published_bytes() -> None:
    """A sister build's dump for handle 262169 = 0x40019, in the form of RFC 5915."""
    pem = fake_pem.encode_ec(P256, POINT, 262169).decode("ascii")
    lines = pem.splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----")
    assert pem.endswith("\n")
    assert [len(line) for line in lines[1:-1]] == [64, 64, 36]
    der = base64.b64decode("".join(lines[1:-1]))
    assert der.hex() == (
        "3077020101"
        "0420eafcfcee1900040000000000eafcfceeeafcfceeeafcfceeeafcfceeeafcfcee"
        "a00a06082a8648ce3d030107"
        "a144034200" + POINT.hex()
    )


@pytest.mark.parametrize("handle", [0, 1, 0xFF, 0x100, 262169, 0xEEFCFCEA, 2**32 - 1, 2**64 - 1])
def test_every_handle_comes_back(handle: int) -> None:
    assert fake_pem.decode(fake_pem.encode_ec(P256, POINT, handle)) == handle
    for size in (256, 288, 512):
        assert fake_pem.decode(fake_pem.encode_rsa(b"\xc5" * size, b"\1\0\1", handle)) == handle


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"Bag Attributes\n    friendlyName: key\n" + pem,
        lambda pem: b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + pem,
        lambda pem: b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n" + pem,
        lambda pem: b"\n\n" + pem.rstrip(b"\n"),
    ],
    ids=["CRLF", "text before it", "parameters before it", "nonsense before it", "empty lines"],
)
def test_what_may_surround_the_key(change: Callable[[bytes], bytes]) -> None:
    assert fake_pem.decode(change(fake_pem.encode_ec(P256, POINT, 408))) == 408


def test_damaged_files_have_no_handle_or_another_one() -> None:
    """Every byte changed, and every length cut off."""
    for pem in (fake_pem.encode_ec(P256, POINT, 408), fake_pem.encode_rsa(b"\xc5" * 256, b"\1\0\1", 408)):
        der = next(fake_pem._private_keys(pem))
        for at in range(len(der)):
            for bit in (0x01, 0x80):
                bad = der[:at] + bytes([der[at] ^ bit]) + der[at + 1 :]
                fake_pem.decode(fake_pem._pem("PRIVATE KEY", bad))
            assert fake_pem.decode(fake_pem._pem("PRIVATE KEY", der[:at])) is None
    for at in range(4):
        for start in (7, 7 + 12):  # both markers of the EC file
            der = bytearray(next(fake_pem._private_keys(fake_pem.encode_ec(P256, POINT, 408))))
            der[start + at] ^= 1
            assert fake_pem.decode(fake_pem._pem("EC PRIVATE KEY", bytes(der))) is None


@given(st.binary(max_size=64))
def test_no_bytes_do_harm(der: bytes) -> None:
    fake_pem.decode(der)
    fake_pem.decode(fake_pem._pem("PRIVATE KEY", der))
    fake_pem.decode(fake_pem._pem("PRIVATE KEY", b"\x30\x82" + len(der).to_bytes(2, "big") + der))


def test_keys_in_keys_in_keys_end_somewhere() -> None:
    """PKCS#8 around PKCS#8 is no key, however often."""
    der = next(fake_pem._private_keys(fake_pem.encode_ec(P256, POINT, 408)))
    for depth in range(3000):
        if depth < 3:
            assert fake_pem.decode(fake_pem._pem("PRIVATE KEY", der)) == (408 if depth < 2 else None)
        der = fake_pem._tlv(0x30, b"\2\1\0\x30\0", fake_pem._tlv(0x04, der))
    assert fake_pem.decode(fake_pem._pem("PRIVATE KEY", der)) is None
