"""AES key wrap: RFC 3394 and RFC 5649 by the ``cryptography`` library, and both with another initial value.

The library has no way to choose the initial value, and refuses a single block, as RFC 3394 itself does. The CloudHSM
tools do both and ckdemo the first, so for these the rounds of RFC 3394 2.2.1 and 2.2.2 are composed here of AES in ECB
mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine.errors import KeySizeRange, MechanismParamInvalid, WrappedKeyInvalid, WrappedKeyLenRange

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_IV = bytes.fromhex("a6a6a6a6a6a6a6a6")
"""RFC 3394 2.2.3.1."""

BLOCK = 8
"""The length in bytes of what RFC 3394 calls a block."""

PADDING_IV = bytes.fromhex("a65959a6")
"""RFC 5649 3: the half of the initial value that does not depend on the data."""

_HALF = 4
_ROUNDS = 6


def wrap(key: bytes, data: bytes, iv: bytes = b"") -> bytes:
    """RFC 3394 2.2.1; an empty ``iv`` is the default one.

    Raises ``KeySizeRange`` for data that are not one or more whole blocks, ``MechanismParamInvalid`` for an IV that is
    no block.
    """
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    iv = _checked(iv)
    if not data or len(data) % BLOCK:
        raise KeySizeRange(f"{len(data)} bytes are not whole blocks")
    if iv == DEFAULT_IV and len(data) > BLOCK:
        return aes_key_wrap(key, data)
    return _rounds(key, iv, data)


def unwrap(key: bytes, wrapped: bytes, iv: bytes = b"") -> bytes:
    """RFC 3394 2.2.2.

    Raises ``WrappedKeyLenRange`` for bytes that ``wrap`` never makes, ``WrappedKeyInvalid`` when the integrity check
    fails, ``MechanismParamInvalid``.
    """
    from cryptography.hazmat.primitives.constant_time import bytes_eq
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    iv = _checked(iv)
    if len(wrapped) < 2 * BLOCK or len(wrapped) % BLOCK:
        raise WrappedKeyLenRange(f"{len(wrapped)} bytes are no wrapped blocks")
    if iv == DEFAULT_IV and len(wrapped) > 2 * BLOCK:
        try:
            return aes_key_unwrap(key, wrapped)
        except InvalidUnwrap as problem:
            raise WrappedKeyInvalid("RFC 3394 integrity check failed") from problem
    found, data = _rounds_back(key, wrapped)
    if not bytes_eq(found, iv):
        raise WrappedKeyInvalid("RFC 3394 integrity check failed")
    return data


def wrap_with_padding(key: bytes, data: bytes, iv: bytes = b"") -> bytes:
    """RFC 5649 4.1; ``iv`` is the first half of the initial value of section 3, empty for the usual one.

    Raises ``KeySizeRange`` for no data at all, ``MechanismParamInvalid`` for an ``iv`` that is no half.
    """
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

    first = _checked_half(iv)
    if not data:
        raise KeySizeRange("nothing to wrap")
    return aes_key_wrap_with_padding(key, data) if first == PADDING_IV else _wrap_padded(key, first, data)


def _wrap_padded(key: bytes, first: bytes, data: bytes) -> bytes:
    """RFC 5649 4.1, steps 1 and 2."""
    initial = first + len(data).to_bytes(_HALF, "big")
    padded = data + bytes(-len(data) % BLOCK)
    if len(padded) == BLOCK:
        return _block_cipher(key, encrypt=True)(initial + padded)
    return _rounds(key, initial, padded)


def unwrap_with_padding(key: bytes, wrapped: bytes, iv: bytes = b"") -> bytes:
    """RFC 5649 4.2. Raises ``WrappedKeyInvalid`` or ``MechanismParamInvalid``."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

    first = _checked_half(iv)
    if first == PADDING_IV:
        try:
            return aes_key_unwrap_with_padding(key, wrapped)
        except InvalidUnwrap as problem:
            raise WrappedKeyInvalid("RFC 5649 integrity check failed") from problem
    return _unwrap_padded(key, first, wrapped)


def _unwrap_padded(key: bytes, first: bytes, wrapped: bytes) -> bytes:
    """RFC 5649 4.2 and 3."""
    from cryptography.hazmat.primitives.constant_time import bytes_eq

    if len(wrapped) < 2 * BLOCK or len(wrapped) % BLOCK:
        raise WrappedKeyInvalid(f"{len(wrapped)} bytes are no wrapped blocks")
    if len(wrapped) == 2 * BLOCK:
        whole = _block_cipher(key, encrypt=False)(wrapped)
        found, padded = whole[:BLOCK], whole[BLOCK:]
    else:
        found, padded = _rounds_back(key, wrapped)
    size = int.from_bytes(found[_HALF:], "big")
    # RFC 5649 3: the known half, a length that leaves less than a block, and zeros after it.
    fits = len(padded) - BLOCK < size <= len(padded)
    if not (bytes_eq(found[:_HALF], first) and fits and not any(padded[size:])):
        raise WrappedKeyInvalid("RFC 5649 integrity check failed")
    return padded[:size]


def _checked_half(iv: bytes) -> bytes:
    if iv and len(iv) != _HALF:
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes")
    return iv or PADDING_IV


def _checked(iv: bytes) -> bytes:
    if iv and len(iv) != BLOCK:
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes")
    return iv or DEFAULT_IV


def _rounds(key: bytes, iv: bytes, data: bytes) -> bytes:
    """RFC 3394 2.2.1, step 2, in the index-based form."""
    encrypt = _block_cipher(key, encrypt=True)
    a, blocks = iv, _blocks(data)
    for turn in range(_ROUNDS):
        for i, block in enumerate(blocks):
            whole = encrypt(a + block)
            a = _with_counter(whole[:BLOCK], turn * len(blocks) + i + 1)
            blocks[i] = whole[BLOCK:]
    return a + b"".join(blocks)


def _rounds_back(key: bytes, wrapped: bytes) -> tuple[bytes, bytes]:
    """RFC 3394 2.2.2, step 2: the initial value as it was found, and the data."""
    decrypt = _block_cipher(key, encrypt=False)
    a, blocks = wrapped[:BLOCK], _blocks(wrapped[BLOCK:])
    for turn in reversed(range(_ROUNDS)):
        for i in reversed(range(len(blocks))):
            whole = decrypt(_with_counter(a, turn * len(blocks) + i + 1) + blocks[i])
            a, blocks[i] = whole[:BLOCK], whole[BLOCK:]
    return a, b"".join(blocks)


def _blocks(data: bytes) -> list[bytes]:
    return [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]


def _with_counter(a: bytes, counter: int) -> bytes:
    return (int.from_bytes(a, "big") ^ counter).to_bytes(BLOCK, "big")


def _block_cipher(key: bytes, *, encrypt: bool) -> Callable[[bytes], bytes]:
    """AES on one block after the other (FIPS 197); ECB has no state between them."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - what RFC 3394 is made of
    return (cipher.encryptor() if encrypt else cipher.decryptor()).update
