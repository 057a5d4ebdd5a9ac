"""AES and triple DES as ways to wrap keys, in modes of SP 800-38A and 38D, by the ``cryptography`` library."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

BLOCK = {KeyType.AES: 16, KeyType.DES3: 8}
"""The length in bytes of a block."""

_MODES: dict[Mechanism, tuple[KeyType, bool, bool]] = {
    # mechanism: cipher, has an IV, pads
    Mechanism.AES_ECB: (KeyType.AES, False, False),
    Mechanism.AES_CBC: (KeyType.AES, True, False),
    Mechanism.AES_CBC_PAD: (KeyType.AES, True, True),
    Mechanism.DES3_ECB: (KeyType.DES3, False, False),
    Mechanism.DES3_CBC: (KeyType.DES3, True, False),
    Mechanism.DES3_CBC_PAD: (KeyType.DES3, True, True),
}


def ecb(key_type: KeyType, key: bytes, data: bytes) -> bytes:
    """Whole blocks, encrypted each for itself."""
    return _pass(key_type, key, data, None, encrypt=True)


def wrap(mechanism: Mechanism, key: bytes, data: bytes, iv: bytes) -> bytes:
    """The data in a block mode. Raises ``MechanismInvalid``, ``MechanismParamInvalid``, ``KeySizeRange``."""
    cipher, vector, pads = _mode(mechanism, iv)
    if pads:
        data = pad(data, BLOCK[cipher])
    if len(data) % BLOCK[cipher]:
        raise KeySizeRange("not a multiple of the block length")
    return _pass(cipher, key, data, vector, encrypt=True)


def unwrap(mechanism: Mechanism, key: bytes, wrapped: bytes, iv: bytes) -> bytes:
    """The reverse. Raises ``MechanismInvalid``, ``MechanismParamInvalid``, ``WrappedKeyLenRange``,
    ``WrappedKeyInvalid``."""
    cipher, vector, pads = _mode(mechanism, iv)
    if not wrapped or len(wrapped) % BLOCK[cipher]:
        raise WrappedKeyLenRange("not a multiple of the block length")
    data = _pass(cipher, key, wrapped, vector, encrypt=False)
    return unpad(data, BLOCK[cipher]) if pads else data


def gcm_wrap(key: bytes, data: bytes, parameters: MechanismParameters, random_bytes: Callable[[int], bytes]) -> bytes:
    """AES-GCM (SP 800-38D 7.1) with an IV of the HSM's own making: IV, ciphertext, and the tag's first bytes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    iv = random_bytes(GCM_IV_LENGTH)
    context = Cipher(algorithms.AES(key), modes.GCM(iv)).encryptor()
    context.authenticate_additional_data(parameters.additional)
    sealed = context.update(data) + context.finalize()
    return iv + sealed + context.tag[: parameters.tag_length]


def gcm_unwrap(key: bytes, wrapped: bytes, parameters: MechanismParameters) -> bytes:
    """The reverse (SP 800-38D 7.2). Raises ``WrappedKeyLenRange`` and ``WrappedKeyInvalid``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    size = parameters.tag_length
    if len(wrapped) <= GCM_IV_LENGTH + size:
        raise WrappedKeyLenRange("shorter than an IV, one byte and a tag")
    iv, sealed, tag = wrapped[:GCM_IV_LENGTH], wrapped[GCM_IV_LENGTH:-size], wrapped[-size:]
    context = Cipher(algorithms.AES(key), modes.GCM(iv, tag, size)).decryptor()
    context.authenticate_additional_data(parameters.additional)
    try:
        return context.update(sealed) + context.finalize()
    except InvalidTag as problem:
        raise WrappedKeyInvalid("the tag does not fit") from problem


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


def _mode(mechanism: Mechanism, iv: bytes) -> tuple[KeyType, bytes | None, bool]:
    if mechanism not in _MODES:
        raise MechanismInvalid(mechanism.name)
    cipher, chained, pads = _MODES[mechanism]
    if chained and len(iv) not in (0, BLOCK[cipher]):
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes")
    return cipher, (iv or bytes(BLOCK[cipher])) if chained else None, pads


def _pass(key_type: KeyType, key: bytes, data: bytes, iv: bytes | None, *, encrypt: bool) -> bytes:
    """One pass in ECB (no IV) or CBC mode (SP 800-38A 6.1, 6.2)."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # A key of two parts uses the first one twice (SP 800-67 3.2); the library takes three.
    algorithm = algorithms.AES(key) if key_type is KeyType.AES else TripleDES(key if len(key) == 24 else key + key[:8])
    mode = modes.ECB() if iv is None else modes.CBC(iv)  # noqa: S305 - ECB is the mechanism asked for
    cipher = Cipher(algorithm, mode)
    context = cipher.encryptor() if encrypt else cipher.decryptor()
    return context.update(data) + context.finalize()
