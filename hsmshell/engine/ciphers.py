"""Symmetric ciphers in modes of SP 800-38A and 38D, by the ``cryptography`` library, old ciphers included."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    KeySizeRange,
    MechanismInvalid,
    MechanismParamInvalid,
    WrappedKeyInvalid,
    WrappedKeyLenRange,
)
from hsmshell.engine.mechanisms import GCM_IV_LENGTH, Mechanism, MechanismParameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, CipherAlgorithm, CipherContext

BLOCK = {
    KeyType.AES: 16,
    KeyType.DES3: 8,
    KeyType.DES2: 8,
    KeyType.DES: 8,
    KeyType.CAST5: 8,
    KeyType.RC2: 8,
    KeyType.SEED: 16,
    KeyType.ARIA: 16,
}
"""The length in bytes of a block."""

_DES = (KeyType.DES, KeyType.DES2, KeyType.DES3)
_OLD = {KeyType.CAST5: "CAST5", KeyType.RC2: "RC2", KeyType.RC4: "ARC4", KeyType.SEED: "SEED", KeyType.ARIA: "ARIA"}
"""What the library calls the ciphers that it may have or not."""

_PROBE = {KeyType.AES: 16, KeyType.DES3: 24, KeyType.DES: 8}
"""The length in bytes of some key of the type; 16 for the others."""


class _Mode(NamedTuple):
    """How a mechanism uses a block cipher."""

    cipher: KeyType
    chained: bool = False
    """Whether it is CBC, with an IV (SP 800-38A 6.2), or ECB (6.1)."""
    pads: bool = False
    """Whether RFC 5652 6.3's padding comes first."""


_M = Mechanism
_MODES: dict[Mechanism, _Mode] = {
    _M.AES_ECB: _Mode(KeyType.AES),
    _M.AES_CBC: _Mode(KeyType.AES, chained=True),
    _M.AES_CBC_PAD: _Mode(KeyType.AES, chained=True, pads=True),
    _M.DES3_ECB: _Mode(KeyType.DES3),
    _M.DES3_CBC: _Mode(KeyType.DES3, chained=True),
    _M.DES3_CBC_PAD: _Mode(KeyType.DES3, chained=True, pads=True),
    _M.DES_ECB: _Mode(KeyType.DES),
    _M.DES_CBC: _Mode(KeyType.DES, chained=True),
    _M.DES_CBC_PAD: _Mode(KeyType.DES, chained=True, pads=True),
    _M.CAST5_ECB: _Mode(KeyType.CAST5),
    _M.CAST5_CBC: _Mode(KeyType.CAST5, chained=True),
    _M.CAST5_CBC_PAD: _Mode(KeyType.CAST5, chained=True, pads=True),
    _M.RC2_ECB: _Mode(KeyType.RC2),
    _M.RC2_CBC: _Mode(KeyType.RC2, chained=True),
    _M.RC2_CBC_PAD: _Mode(KeyType.RC2, chained=True, pads=True),
    _M.SEED_ECB: _Mode(KeyType.SEED),
    _M.SEED_CBC: _Mode(KeyType.SEED, chained=True),
    _M.SEED_CBC_PAD: _Mode(KeyType.SEED, chained=True, pads=True),
    _M.ARIA_ECB: _Mode(KeyType.ARIA),
    _M.ARIA_CBC: _Mode(KeyType.ARIA, chained=True),
    _M.ARIA_CBC_PAD: _Mode(KeyType.ARIA, chained=True, pads=True),
}
BLOCK_MODES = frozenset(_MODES)
"""The mechanisms that ``wrap`` and ``unwrap`` do."""

CIPHERS: dict[Mechanism, KeyType] = {
    **{mechanism: mode.cipher for mechanism, mode in _MODES.items()},
    **dict.fromkeys((_M.AES_CTR, _M.AES_GCM, _M.AES_KEY_WRAP, _M.AES_KEY_WRAP_KWP, _M.AES_KEY_WRAP_PKCS7), KeyType.AES),
    _M.RC4: KeyType.RC4,
}
"""The cipher of every mechanism that works with a secret key."""


def key_types(cipher: KeyType) -> tuple[KeyType, ...]:
    """The types of the keys that a cipher takes: triple DES has keys of two parts, too."""
    return (KeyType.DES3, KeyType.DES2) if cipher is KeyType.DES3 else (cipher,)


def iv_length(mechanism: Mechanism) -> int:
    """The length in bytes of the mechanism's IV or first counter block; 0 when it has none or makes its own."""
    if mechanism is Mechanism.AES_CTR:
        return BLOCK[KeyType.AES]
    mode = _MODES.get(mechanism)
    return BLOCK[mode.cipher] if mode is not None and mode.chained else 0


@functools.cache
def available(mechanism: Mechanism) -> bool:
    """Whether the installed library does it; it has lost old ciphers before."""
    cipher = CIPHERS[mechanism]
    vector = bytes(iv_length(mechanism))
    try:
        _context(mechanism, bytes(range(_PROBE.get(cipher, 16))), vector, encrypt=True)
    except MechanismInvalid:
        return False
    return True


def algorithm(cipher: KeyType, key: bytes) -> BlockCipherAlgorithm:
    """The library's form of a block cipher with its key; triple DES takes the place of DES.

    Raises ``MechanismInvalid`` for a cipher that the library lacks, ``KeySizeRange`` for a key that it does not take.
    """
    found = _algorithm(cipher, key)
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm

    assert isinstance(found, BlockCipherAlgorithm)
    return found


def require_fitting(cipher: KeyType, key: bytes) -> None:
    """Raise ``KeySizeRange`` for a key that the cipher does not take."""
    _algorithm(cipher, key)


def _algorithm(cipher: KeyType, key: bytes) -> CipherAlgorithm:
    from cryptography.hazmat.decrepit.ciphers import algorithms as old
    from cryptography.hazmat.primitives.ciphers import algorithms

    try:
        if cipher is KeyType.AES:
            return algorithms.AES(key)
        if cipher in _DES:
            # A key of two parts uses the first one twice (SP 800-67 3.2), and with three equal parts it is DES.
            return old.TripleDES((key * 3)[:24])
        made: CipherAlgorithm = getattr(old, _OLD[cipher])(key)
    except (AttributeError, KeyError) as problem:
        raise MechanismInvalid(cipher.name) from problem
    except ValueError as problem:
        raise KeySizeRange(f"{cipher.name} with {len(key)} bytes") from problem
    return made


def ecb(key_type: KeyType, key: bytes, data: bytes) -> bytes:
    """Whole blocks, encrypted each for itself."""
    # Of the library's ciphers one has no ECB mode, so a block is chained to nothing (SP 800-38A 6.2).
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    size = BLOCK[key_type]
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(
        Cipher(algorithm(key_type, key), modes.CBC(bytes(size))).encryptor().update(chunk) for chunk in chunks
    )


def wrap(mechanism: Mechanism, key: bytes, data: bytes, iv: bytes) -> bytes:
    """The data in a block mode. Raises ``MechanismInvalid``, ``MechanismParamInvalid``, ``KeySizeRange``."""
    mode, vector = _mode(mechanism, iv)
    if mode.pads:
        data = pad(data, BLOCK[mode.cipher])
    if len(data) % BLOCK[mode.cipher]:
        raise KeySizeRange("not a multiple of the block length")
    context = _context(mechanism, key, vector, encrypt=True)
    return context.update(data) + context.finalize()


def unwrap(mechanism: Mechanism, key: bytes, wrapped: bytes, iv: bytes) -> bytes:
    """The reverse. Raises ``MechanismInvalid``, ``MechanismParamInvalid``, ``WrappedKeyLenRange``,
    ``WrappedKeyInvalid``."""
    mode, vector = _mode(mechanism, iv)
    if not wrapped or len(wrapped) % BLOCK[mode.cipher]:
        raise WrappedKeyLenRange("not a multiple of the block length")
    context = _context(mechanism, key, vector, encrypt=False)
    data = context.update(wrapped) + context.finalize()
    return unpad(data, BLOCK[mode.cipher]) if mode.pads else data


def stream(mechanism: Mechanism, key: bytes, data: bytes, iv: bytes) -> bytes:
    """AES in counter mode (SP 800-38A 6.5; the IV is the first counter block), or RC4: both ways the same.

    Raises ``MechanismInvalid``, ``MechanismParamInvalid``, ``KeySizeRange``.
    """
    context = _context(mechanism, key, _vector(mechanism, iv), encrypt=True)
    return context.update(data) + context.finalize()


def gcm_encrypt(key: bytes, data: bytes, iv: bytes, parameters: MechanismParameters) -> bytes:
    """AES-GCM (SP 800-38D 7.1): ciphertext and the tag's first bytes. Raises ``MechanismParamInvalid``."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        context = Cipher(algorithms.AES(key), modes.GCM(iv)).encryptor()
    except ValueError as problem:
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes") from problem
    context.authenticate_additional_data(parameters.additional)
    sealed = context.update(data) + context.finalize()
    return sealed + context.tag[: parameters.tag_length]


def gcm_decrypt(key: bytes, sealed: bytes, iv: bytes, parameters: MechanismParameters) -> bytes:
    """The reverse (SP 800-38D 7.2). Raises ``WrappedKeyLenRange``, ``WrappedKeyInvalid``, ``MechanismParamInvalid``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    size = parameters.tag_length
    if len(sealed) < size:
        raise WrappedKeyLenRange("shorter than a tag")
    try:
        context = Cipher(algorithms.AES(key), modes.GCM(iv, sealed[-size:], size)).decryptor()
    except ValueError as problem:
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes") from problem
    context.authenticate_additional_data(parameters.additional)
    try:
        return context.update(sealed[:-size]) + context.finalize()
    except InvalidTag as problem:
        raise WrappedKeyInvalid("the tag does not fit") from problem


def gcm_wrap(key: bytes, data: bytes, parameters: MechanismParameters, random_bytes: Callable[[int], bytes]) -> bytes:
    """AES-GCM with an IV of the HSM's own making, which comes first."""
    iv = random_bytes(GCM_IV_LENGTH)
    return iv + gcm_encrypt(key, data, iv, parameters)


def gcm_unwrap(key: bytes, wrapped: bytes, parameters: MechanismParameters) -> bytes:
    """The reverse. Raises ``WrappedKeyLenRange`` and ``WrappedKeyInvalid``."""
    if len(wrapped) <= GCM_IV_LENGTH + parameters.tag_length:
        raise WrappedKeyLenRange("shorter than an IV, one byte and a tag")
    return gcm_decrypt(key, wrapped[GCM_IV_LENGTH:], wrapped[:GCM_IV_LENGTH], parameters)


def pad(data: bytes, block: int) -> bytes:
    """RFC 5652 6.3: always at least one byte."""
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(block * 8).padder()
    return padder.update(data) + padder.finalize()


def unpad(data: bytes, block: int) -> bytes:
    """The reverse. Raises ``WrappedKeyInvalid``."""
    from cryptography.hazmat.primitives.padding import PKCS7

    unpadder = PKCS7(block * 8).unpadder()
    try:
        return unpadder.update(data) + unpadder.finalize()
    except ValueError as problem:
        raise WrappedKeyInvalid("no padding at the end") from problem


def _mode(mechanism: Mechanism, iv: bytes) -> tuple[_Mode, bytes]:
    if mechanism not in _MODES:
        raise MechanismInvalid(mechanism.name)
    return _MODES[mechanism], _vector(mechanism, iv)


def _vector(mechanism: Mechanism, iv: bytes) -> bytes:
    """The IV that counts: zeros when none is given; nothing for a mechanism that has none."""
    size = iv_length(mechanism)
    if size and len(iv) not in (0, size):
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes")
    return (iv or bytes(size)) if size else b""


def _context(mechanism: Mechanism, key: bytes, iv: bytes, *, encrypt: bool) -> CipherContext:
    """The library at work. Raises ``MechanismInvalid`` when it has no such cipher or mode."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    chosen: modes.Mode | None
    if mechanism is Mechanism.AES_CTR:
        chosen = modes.CTR(iv)
    elif mechanism is Mechanism.RC4:
        chosen = None
    else:
        chosen = modes.CBC(iv) if iv else modes.ECB()  # noqa: S305 - ECB is the mechanism asked for
    try:
        cipher = Cipher(_algorithm(CIPHERS[mechanism], key), chosen)
        return cipher.encryptor() if encrypt else cipher.decryptor()
    except UnsupportedAlgorithm as problem:
        raise MechanismInvalid(mechanism.name) from problem
