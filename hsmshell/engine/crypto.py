"""Wrapping and check values, composed of the ``cryptography`` library's primitives; no algorithm here is ours.

Keys come in their stored form, see ``encodings``.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from hsmshell.engine import ciphers, encodings, keywrap
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    DataInvalid,
    KeySizeRange,
    WrappedKeyInvalid,
    WrappedKeyLenRange,
)
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import HashAlgorithm


def zero_block_check_value(key_type: KeyType, key: bytes) -> bytes:
    """The first three bytes of a zero block encrypted in ECB mode (PKCS#11 v3.0 4.10.2, CKA_CHECK_VALUE)."""
    return ciphers.ecb(key_type, key, bytes(ciphers.BLOCK[key_type]))[:3]


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
        return _oaep_encrypt(key, temporary, parameters) + keywrap.wrap_with_padding(temporary, data)
    if mechanism is Mechanism.AES_KEY_WRAP:
        if len(data) < 2 * keywrap.BLOCK:
            raise KeySizeRange("RFC 3394 2: at least two blocks")
        return keywrap.wrap(key, data, parameters.iv)
    if mechanism is Mechanism.AES_KEY_WRAP_PKCS7:
        return keywrap.wrap(key, ciphers.pad(data, keywrap.BLOCK), parameters.iv)
    if mechanism is Mechanism.AES_KEY_WRAP_KWP:
        return keywrap.wrap_with_padding(key, data, parameters.iv)
    if mechanism is Mechanism.AES_GCM:
        return ciphers.gcm_wrap(key, data, parameters, random_bytes)
    return ciphers.wrap(mechanism, key, data, parameters.iv)


def unwrap(mechanism: Mechanism, key: bytes, wrapped: bytes, parameters: MechanismParameters) -> bytes:
    """What ``wrap`` was given. RSA mechanisms take a private key.

    Raises ``WrappedKeyInvalid`` when the bytes do not open, ``WrappedKeyLenRange`` when they cannot be such a wrap,
    ``MechanismParamInvalid`` for an IV of the wrong length.
    """
    if mechanism is Mechanism.RSA_PKCS_OAEP:
        return _oaep_decrypt(key, wrapped, parameters)
    if mechanism is Mechanism.RSA_PKCS:
        from cryptography.hazmat.primitives.asymmetric import padding

        private = _rsa_private(key)
        _require_block(private, wrapped)
        return _opening(lambda: private.decrypt(wrapped, padding.PKCS1v15()))
    if mechanism is Mechanism.RSA_AES_KEY_WRAP:
        size = (_rsa_private(key).key_size + 7) // 8
        if len(wrapped) <= size:
            raise WrappedKeyLenRange("shorter than one RSA block and a wrapped key")
        return keywrap.unwrap_with_padding(_oaep_decrypt(key, wrapped[:size], parameters), wrapped[size:])
    if mechanism is Mechanism.AES_KEY_WRAP:
        if len(wrapped) < 3 * keywrap.BLOCK:
            raise WrappedKeyLenRange("RFC 3394 2: at least two blocks")
        return keywrap.unwrap(key, wrapped, parameters.iv)
    if mechanism is Mechanism.AES_KEY_WRAP_PKCS7:
        return ciphers.unpad(keywrap.unwrap(key, wrapped, parameters.iv), keywrap.BLOCK)
    if mechanism is Mechanism.AES_KEY_WRAP_KWP:
        return keywrap.unwrap_with_padding(key, wrapped, parameters.iv)
    if mechanism is Mechanism.AES_GCM:
        return ciphers.gcm_unwrap(key, wrapped, parameters)
    return ciphers.unwrap(mechanism, key, wrapped, parameters.iv)


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


def rsa_private_primitive(key: rsa.RSAPrivateKey, number: int) -> int:
    """RSADP and RSASP1, which are one (RFC 8017 5.1.2, 5.2.1); the library has no way to ask for them alone."""
    numbers = key.private_numbers()
    return pow(number, numbers.d, numbers.public_numbers.n)


def _require_block(key: rsa.RSAPrivateKey, wrapped: bytes) -> None:
    """Raise what fits when the bytes do not open to a block of PKCS#1 v1.5 (RFC 8017 7.2.2): newer libraries answer
    such bytes with random data, so that an attacker learns nothing, and an HSM's user neither."""
    size = (key.key_size + 7) // 8
    number = int.from_bytes(wrapped, "big")
    if len(wrapped) != size:
        raise WrappedKeyLenRange("not one RSA block")
    if number >= key.public_key().public_numbers().n:
        raise WrappedKeyInvalid("not one RSA block")
    block = rsa_private_primitive(key, number).to_bytes(size, "big")
    if block[:2] != b"\x00\x02" or block.find(b"\x00", 2) < 10:
        raise WrappedKeyInvalid("no padding of PKCS#1")


def hash_algorithm(name: Hash) -> HashAlgorithm:
    """The library's form of a hash function."""
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

    algorithm = hash_algorithm(parameters.hash)
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
