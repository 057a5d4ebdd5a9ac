"""What an object's material says about it: the attributes that follow from the key itself.

They are worked out once, when the object comes into being, and stored with it: reading them needs no cryptography.
"""

from __future__ import annotations

import hashlib

from hsmshell.engine import asymmetric, ciphers, crypto, encodings
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, KeySizeRange

Traits = dict[Attribute, AttributeValue]

SECRET_LENGTHS: dict[KeyType, frozenset[int]] = {
    KeyType.AES: frozenset({16, 24, 32}),
    KeyType.DES: frozenset({8}),
    KeyType.DES2: frozenset({16}),
    KeyType.DES3: frozenset({24}),
    KeyType.RC2: frozenset(range(1, 129)),
    KeyType.RC4: frozenset(range(1, 257)),
    KeyType.CAST5: frozenset(range(1, 17)),
    KeyType.SEED: frozenset({16}),
    KeyType.ARIA: frozenset({16, 24, 32}),
}
"""The lengths in bytes that a key of the type can have (FIPS 197, FIPS 46-3, SP 800-67, RFC 2268, RFC 2144, RFC 4269,
RFC 5794; RC4: PKCS#11 v2.40 historical 2.11); other types take any."""

ASYMMETRIC = frozenset({KeyType.RSA, KeyType.DSA, KeyType.DH, KeyType.EC, KeyType.EC_EDWARDS, KeyType.EC_MONTGOMERY})
"""The types of pairs."""


def secret_traits(key_type: KeyType, value: bytes) -> Traits:
    """Class, type and length of a secret key. Raises ``KeySizeRange`` when the type has no key of that length,
    ``DataInvalid`` for a type that is no secret key's."""
    if key_type in ASYMMETRIC:
        raise DataInvalid(f"{key_type.name} is no type of a secret key")
    if not value or (key_type in SECRET_LENGTHS and len(value) not in SECRET_LENGTHS[key_type]):
        raise KeySizeRange(f"{key_type.name} has no key of {len(value)} bytes")
    return {
        Attribute.CLASS: int(ObjectClass.SECRET_KEY),
        Attribute.KEY_TYPE: int(key_type),
        Attribute.VALUE_LEN: len(value),
    }


_ODD = bytes(byte & 0xFE | (bin(byte & 0xFE).count("1") + 1) % 2 for byte in range(256))
"""Each byte with its last bit such that the number of ones is odd."""


def with_odd_parity(key_type: KeyType, value: bytes) -> bytes:
    """A DES key's bytes with the parity bits that FIPS 46-3 asks for; another key's as they are."""
    return value.translate(_ODD) if key_type in (KeyType.DES, KeyType.DES2, KeyType.DES3) else value


def public_traits(der: bytes) -> Traits:
    """Class, type and public numbers of a public key. Raises ``DataInvalid``."""
    return {Attribute.CLASS: int(ObjectClass.PUBLIC_KEY), **_public_numbers(der)}


def private_traits(der: bytes) -> Traits:
    """Class, type and public numbers of a private key. Raises ``DataInvalid``."""
    return {Attribute.CLASS: int(ObjectClass.PRIVATE_KEY), **_public_numbers(encodings.public_of(der))}


def _public_numbers(der: bytes) -> Traits:
    key_type = encodings.asymmetric_type(der)
    if key_type is KeyType.RSA:
        modulus, bits, exponent = encodings.rsa_numbers(der)
        return {
            Attribute.KEY_TYPE: int(key_type),
            Attribute.MODULUS: modulus,
            Attribute.MODULUS_BITS: bits,
            Attribute.PUBLIC_EXPONENT: exponent,
        }
    if key_type is KeyType.EC:
        curve, point = encodings.ec_numbers(der)
        return {Attribute.KEY_TYPE: int(key_type), Attribute.EC_PARAMS: curve, Attribute.EC_POINT: point}
    prime, subprime = encodings.dsa_primes(der)
    return {Attribute.KEY_TYPE: int(key_type), Attribute.PRIME: prime, Attribute.SUBPRIME: subprime}


def check_value(key_type: KeyType, object_class: ObjectClass, material: bytes) -> bytes:
    """Three bytes by which people compare keys; empty for a secret key that no block cipher takes."""
    if object_class is ObjectClass.SECRET_KEY:
        return crypto.zero_block_check_value(key_type, material) if key_type in ciphers.BLOCK else b""
    public = material if object_class is ObjectClass.PUBLIC_KEY else encodings.public_of(material)
    return crypto.public_check_value(public)


def fingerprint_input(traits: Traits, material: bytes) -> bytes:
    """What identifies a key among others: a secret key's bytes, an RSA key's modulus, the point or the public value of
    another. Raises ``DataInvalid`` for what is no key."""
    object_class = traits[Attribute.CLASS]
    if object_class == ObjectClass.SECRET_KEY:
        return material
    if object_class not in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY):
        raise DataInvalid("no key has no fingerprint")
    modulus = traits.get(Attribute.MODULUS)
    if isinstance(modulus, bytes):
        return modulus
    public = material if object_class == ObjectClass.PUBLIC_KEY else encodings.public_of(material)
    return asymmetric.public_value(public)


def fingerprint(traits: Traits, material: bytes) -> str:
    """SHA-256 of ``fingerprint_input``, lower-case hexadecimal: equal at both ends when a key has arrived."""
    return hashlib.sha256(fingerprint_input(traits, material)).hexdigest()
