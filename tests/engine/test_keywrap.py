"""RFC 3394 composed of AES blocks, against the library where the library can, and against itself where it cannot."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap, aes_key_wrap_with_padding
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.engine import keywrap
from hsmshell.engine.errors import KeySizeRange, MechanismParamInvalid, WrappedKeyInvalid, WrappedKeyLenRange

KEYS = st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
BLOCKS = st.integers(1, 12).flatmap(lambda count: st.binary(min_size=8 * count, max_size=8 * count))
IVS = st.binary(min_size=8, max_size=8)


@given(key=KEYS, data=st.integers(2, 12).flatmap(lambda n: st.binary(min_size=8 * n, max_size=8 * n)))
def test_the_rounds_are_those_of_the_library(key: bytes, data: bytes) -> None:
    wrapped = aes_key_wrap(key, data)
    assert keywrap._rounds(key, keywrap.DEFAULT_IV, data) == wrapped
    assert keywrap._rounds_back(key, wrapped) == (keywrap.DEFAULT_IV, data)
    assert keywrap.wrap(key, data) == keywrap.wrap(key, data, keywrap.DEFAULT_IV) == wrapped


@given(key=KEYS, data=BLOCKS, iv=IVS)
def test_any_initial_value_and_a_single_block(key: bytes, data: bytes, iv: bytes) -> None:
    wrapped = keywrap.wrap(key, data, iv)
    assert len(wrapped) == len(data) + 8
    assert keywrap.unwrap(key, wrapped, iv) == data
    with pytest.raises(WrappedKeyInvalid):
        keywrap.unwrap(key, wrapped, bytes([iv[0] ^ 1]) + iv[1:])


@given(key=KEYS, data=BLOCKS, iv=IVS, place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_bit_is_enough_to_refuse(key: bytes, data: bytes, iv: bytes, place: int, bit: int) -> None:
    wrapped = bytearray(keywrap.wrap(key, data, iv))
    wrapped[place % len(wrapped)] ^= 1 << bit
    with pytest.raises(WrappedKeyInvalid):
        keywrap.unwrap(key, bytes(wrapped), iv)


@pytest.mark.parametrize("length", [0, 1, 7, 9, 15])
def test_what_is_no_whole_block(length: int) -> None:
    with pytest.raises(KeySizeRange):
        keywrap.wrap(bytes(16), bytes(length))
    with pytest.raises(WrappedKeyLenRange):
        keywrap.unwrap(bytes(16), bytes(length))


@pytest.mark.parametrize("length", [1, 7, 9, 16])
def test_an_initial_value_is_one_block(length: int) -> None:
    with pytest.raises(MechanismParamInvalid):
        keywrap.wrap(bytes(16), bytes(16), bytes(length))
    with pytest.raises(MechanismParamInvalid):
        keywrap.unwrap(bytes(16), bytes(24), bytes(length))


# with padding

DATA = st.binary(min_size=1, max_size=80)
HALVES = st.binary(min_size=4, max_size=4)


@given(key=KEYS, data=DATA)
def test_the_composed_padding_is_that_of_the_library(key: bytes, data: bytes) -> None:
    wrapped = aes_key_wrap_with_padding(key, data)
    assert keywrap._wrap_padded(key, keywrap.PADDING_IV, data) == wrapped
    assert keywrap._unwrap_padded(key, keywrap.PADDING_IV, wrapped) == data
    assert keywrap.wrap_with_padding(key, data) == keywrap.wrap_with_padding(key, data, keywrap.PADDING_IV) == wrapped


@given(key=KEYS, data=DATA, iv=HALVES, place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_half_of_an_initial_value(key: bytes, data: bytes, iv: bytes, place: int, bit: int) -> None:
    wrapped = bytearray(keywrap.wrap_with_padding(key, data, iv))
    assert keywrap.unwrap_with_padding(key, bytes(wrapped), iv) == data
    with pytest.raises(WrappedKeyInvalid):
        keywrap.unwrap_with_padding(key, bytes(wrapped), bytes([iv[0] ^ 1]) + iv[1:])
    wrapped[place % len(wrapped)] ^= 1 << bit
    with pytest.raises(WrappedKeyInvalid):
        keywrap.unwrap_with_padding(key, bytes(wrapped), iv)


@pytest.mark.parametrize("length", [1, 3, 5, 8])
def test_the_half_has_four_bytes(length: int) -> None:
    with pytest.raises(MechanismParamInvalid):
        keywrap.wrap_with_padding(bytes(16), bytes(16), bytes(length))
    with pytest.raises(MechanismParamInvalid):
        keywrap.unwrap_with_padding(bytes(16), bytes(24), bytes(length))


@pytest.mark.parametrize("length", [0, 8, 17])
def test_what_is_no_padded_wrap(length: int) -> None:
    with pytest.raises(WrappedKeyInvalid):
        keywrap.unwrap_with_padding(bytes(16), bytes(length), bytes(4))
