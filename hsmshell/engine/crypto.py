"""Wrapping and check values, composed of the ``cryptography`` library's primitives; no algorithm here is ours.

Keys come in their stored form, see ``encodings``.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from hsmshell.engine import encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    DataInvalid,
    KeySizeRange,
    MechanismInvalid,
    MechanismParamInvalid,
    WrappedKeyInvalid,
    WrappedKeyLenRange,
)
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

BLOCK = {KeyType.AES: 16, KeyType.DES3: 8}
"""The block length in bytes of the ciphers with which keys are wrapped."""


def zero_block_check_value(key_type: KeyType, key: bytes) -> bytes:
    """The first three bytes of a zero block encrypted in ECB mode (PKCS#11 v3.0 4.10.2, CKA_CHECK_VALUE)."""
    return _ecb(key_type, key, bytes(BLOCK[key_type]), encrypt=True)[:3]


def public_check_value(public_der: bytes) -> bytes:
    """The first three bytes of SHA-1 over the SubjectPublicKeyInfo DER; both halves of a pair have the same."""
    return hashlib.sha1(public_der, usedforsecurity=False).digest()[:3]


def wrap(
    mechanism: Mechanism,
    key: bytes,
    data: bytes,
    parameters: MechanismParameters,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """The data wrapped under a key in its stored form.

    RSA mechanisms take a public key, or a private one whose public half then wraps. Raises ``KeySizeRange`` when the
    data's length does not fit the mechanism, ``MechanismInvalid`` for one that cannot wrap, ``MechanismParamInvalid``
    for an IV of the wrong length.
    """
    if mechanism is Mechanism.RSA_PKCS_OAEP:
        return _oaep_encrypt(key, data, parameters)
    if mechanism is Mechanism.RSA_PKCS:
        from cryptography.hazmat.primitives.asymmetric import padding

        return _fitting(lambda: _rsa_public(key).encrypt(data, padding.PKCS1v15()))
    if mechanism is Mechanism.RSA_AES_KEY_WRAP:
        # PKCS#11 v3.0 2.1.21: a temporary AES key under OAEP, followed by the target under it with RFC 5649.
        temporary = random_bytes(32)
        return _oaep_encrypt(key, temporary, parameters) + _rfc5649_wrap(temporary, data)
    if mechanism is Mechanism.AES_KEY_WRAP:
        return _rfc3394_wrap(key, data)
    if mechanism is Mechanism.AES_KEY_WRAP_PKCS7:
        return _rfc3394_wrap(key, _pad(data, 8))
    if mechanism is Mechanism.AES_KEY_WRAP_KWP:
        return _rfc5649_wrap(key, data)
    return _block_wrap(mechanism, key, data, parameters.iv)


def unwrap(mechanism: Mechanism, key: bytes, wrapped: bytes, parameters: MechanismParameters) -> bytes:
    """What ``wrap`` was given. RSA mechanisms take a private key.

    Raises ``WrappedKeyInvalid`` when the bytes do not open, ``WrappedKeyLenRange`` when they cannot be such a wrap,
    ``MechanismParamInvalid`` for an IV of the wrong length.
    """
    if mechanism is Mechanism.RSA_PKCS_OAEP:
        return _oaep_decrypt(key, wrapped, parameters)
    if mechanism is Mechanism.RSA_PKCS:
        from cryptography.hazmat.primitives.asymmetric import padding

        return _opening(lambda: _rsa_private(key).decrypt(wrapped, padding.PKCS1v15()))
    if mechanism is Mechanism.RSA_AES_KEY_WRAP:
        size = (_rsa_private(key).key_size + 7) // 8
        if len(wrapped) <= size:
            raise WrappedKeyLenRange("shorter than one RSA block and a wrapped key")
        return _rfc5649_unwrap(_oaep_decrypt(key, wrapped[:size], parameters), wrapped[size:])
    if mechanism is Mechanism.AES_KEY_WRAP:
        return _rfc3394_unwrap(key, wrapped)
    if mechanism is Mechanism.AES_KEY_WRAP_PKCS7:
        return _unpad(_rfc3394_unwrap(key, wrapped), 8)
    if mechanism is Mechanism.AES_KEY_WRAP_KWP:
        return _rfc5649_unwrap(key, wrapped)
    return _block_unwrap(mechanism, key, wrapped, parameters.iv)


def _rsa_private(der: bytes) -> rsa.RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = encodings.load_private(der)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise DataInvalid("not an RSA key")
    return key


def _rsa_public(der: bytes) -> rsa.RSAPublicKey:
    """The public key, also when the DER is the private half's (PKCS#8 and SPKI differ in their first element)."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        key = encodings.load_public(der)
    except DataInvalid:
        return _rsa_private(der).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise DataInvalid("not an RSA key")
    return key


def _hash(name: Hash) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    table: dict[Hash, type[HashAlgorithm]] = {
        Hash.SHA1: hashes.SHA1,
        Hash.SHA224: hashes.SHA224,
        Hash.SHA256: hashes.SHA256,
        Hash.SHA384: hashes.SHA384,
        Hash.SHA512: hashes.SHA512,
    }
    return table[name]()


def _oaep(parameters: MechanismParameters) -> padding.OAEP:
    from cryptography.hazmat.primitives.asymmetric import padding

    algorithm = _hash(parameters.hash)
    return padding.OAEP(padding.MGF1(algorithm), algorithm, parameters.source or None)


def _oaep_encrypt(key: bytes, data: bytes, parameters: MechanismParameters) -> bytes:
    """RSAES-OAEP (RFC 8017 7.1.1); the data may have the modulus's length less two hashes and two bytes."""
    return _fitting(lambda: _rsa_public(key).encrypt(data, _oaep(parameters)))


def _oaep_decrypt(key: bytes, wrapped: bytes, parameters: MechanismParameters) -> bytes:
    """RSAES-OAEP (RFC 8017 7.1.2)."""
    private = _rsa_private(key)
    if len(wrapped) != (private.key_size + 7) // 8:
        raise WrappedKeyLenRange("not one RSA block")
    return _opening(lambda: private.decrypt(wrapped, _oaep(parameters)))


def _fitting(operation: Callable[[], bytes]) -> bytes:
    try:
        return operation()
    except ValueError as problem:
        raise KeySizeRange("the data do not fit the key") from problem


def _opening(operation: Callable[[], bytes]) -> bytes:
    try:
        return operation()
    except ValueError as problem:
        raise WrappedKeyInvalid("the wrapped bytes do not open") from problem


def _rfc3394_wrap(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    return _fitting(lambda: aes_key_wrap(key, data))


def _rfc3394_unwrap(key: bytes, wrapped: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    try:
        return aes_key_unwrap(key, wrapped)
    except InvalidUnwrap as problem:
        raise WrappedKeyInvalid("RFC 3394 integrity check failed") from problem


def _rfc5649_wrap(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

    return _fitting(lambda: aes_key_wrap_with_padding(key, data))


def _rfc5649_unwrap(key: bytes, wrapped: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

    try:
        return aes_key_unwrap_with_padding(key, wrapped)
    except InvalidUnwrap as problem:
        raise WrappedKeyInvalid("RFC 5649 integrity check failed") from problem


def _pad(data: bytes, block: int) -> bytes:
    """RFC 5652 6.3."""
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(block * 8).padder()
    return padder.update(data) + padder.finalize()


def _unpad(data: bytes, block: int) -> bytes:
    from cryptography.hazmat.primitives.padding import PKCS7

    unpadder = PKCS7(block * 8).unpadder()
    return _opening(lambda: unpadder.update(data) + unpadder.finalize())


def _ecb(key_type: KeyType, key: bytes, data: bytes, *, encrypt: bool) -> bytes:
    return _cipher(key_type, key, data, None, encrypt=encrypt)


def _cipher(key_type: KeyType, key: bytes, data: bytes, iv: bytes | None, *, encrypt: bool) -> bytes:
    """One pass of AES or triple DES in ECB (no IV) or CBC mode (SP 800-38A)."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # A key of two parts uses the first one twice (SP 800-67 3.2); the library takes three.
    algorithm = algorithms.AES(key) if key_type is KeyType.AES else TripleDES(key if len(key) == 24 else key + key[:8])
    mode = modes.ECB() if iv is None else modes.CBC(iv)  # noqa: S305 - ECB is the mechanism asked for
    cipher = Cipher(algorithm, mode)
    context = cipher.encryptor() if encrypt else cipher.decryptor()
    return context.update(data) + context.finalize()


_BLOCK_MODES: dict[Mechanism, tuple[KeyType, bool, bool]] = {
    # mechanism: cipher, has an IV, pads
    Mechanism.AES_ECB: (KeyType.AES, False, False),
    Mechanism.AES_CBC: (KeyType.AES, True, False),
    Mechanism.AES_CBC_PAD: (KeyType.AES, True, True),
    Mechanism.DES3_ECB: (KeyType.DES3, False, False),
    Mechanism.DES3_CBC: (KeyType.DES3, True, False),
    Mechanism.DES3_CBC_PAD: (KeyType.DES3, True, True),
}


def _block_mode(mechanism: Mechanism, iv: bytes) -> tuple[KeyType, bytes | None, bool]:
    if mechanism not in _BLOCK_MODES:
        raise MechanismInvalid(mechanism.name)
    cipher, chained, pads = _BLOCK_MODES[mechanism]
    if chained and len(iv) not in (0, BLOCK[cipher]):
        raise MechanismParamInvalid(f"an IV of {len(iv)} bytes")
    return cipher, (iv or bytes(BLOCK[cipher])) if chained else None, pads


def _block_wrap(mechanism: Mechanism, key: bytes, data: bytes, iv: bytes) -> bytes:
    cipher, vector, pads = _block_mode(mechanism, iv)
    if pads:
        data = _pad(data, BLOCK[cipher])
    if len(data) % BLOCK[cipher]:
        raise KeySizeRange("not a multiple of the block length")
    return _cipher(cipher, key, data, vector, encrypt=True)


def _block_unwrap(mechanism: Mechanism, key: bytes, wrapped: bytes, iv: bytes) -> bytes:
    cipher, vector, pads = _block_mode(mechanism, iv)
    if not wrapped or len(wrapped) % BLOCK[cipher]:
        raise WrappedKeyLenRange("not a multiple of the block length")
    data = _cipher(cipher, key, wrapped, vector, encrypt=False)
    return _unpad(data, BLOCK[cipher]) if pads else data
