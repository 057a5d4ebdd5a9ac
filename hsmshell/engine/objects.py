"""What an object's material says about it: the attributes that follow from the key itself.

They are worked out once, when the object comes into being, and stored with it: reading them needs no cryptography.
"""

from __future__ import annotations

import hashlib

from hsmshell.engine import ciphers, crypto, encodings
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, KeySizeRange

Traits = dict[Attribute, AttributeValue]

SECRET_LENGTHS: dict[KeyType, frozenset[int]] = {
    KeyType.AES: frozenset({16, 24, 32}),
    KeyType.DES2: frozenset({16}),
    KeyType.DES3: frozenset({24}),
}
"""The lengths in bytes that a key of the type can have (FIPS 197, SP 800-67); other types take any."""


def secret_traits(key_type: KeyType, value: bytes) -> Traits:
    """Class, type and length of a secret key. Raises ``KeySizeRange`` when the type has no key of that length,
    ``DataInvalid`` for a type that is no secret key's."""
    if key_type in (KeyType.RSA, KeyType.DSA, KeyType.DH, KeyType.EC):
        raise DataInvalid(f"{key_type.name} is no type of a secret key")
    if not value or (key_type in SECRET_LENGTHS and len(value) not in SECRET_LENGTHS[key_type]):
        raise KeySizeRange(f"{key_type.name} has no key of {len(value)} bytes")
    return {
        Attribute.CLASS: int(ObjectClass.SECRET_KEY),
        Attribute.KEY_TYPE: int(key_type),
        Attribute.VALUE_LEN: len(value),
    }


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
    """What identifies a key among others: a secret key's bytes, an RSA key's modulus, an EC key's point."""
    if traits[Attribute.CLASS] == ObjectClass.SECRET_KEY:
        return material
    for attribute in (Attribute.MODULUS, Attribute.EC_POINT):
        if attribute in traits:
            value = traits[attribute]
            if isinstance(value, bytes):
                return value
    raise DataInvalid("no fingerprint for this key type")


def fingerprint(traits: Traits, material: bytes) -> str:
    """SHA-256 of ``fingerprint_input``, lower-case hexadecimal: equal at both ends when a key has arrived."""
    return hashlib.sha256(fingerprint_input(traits, material)).hexdigest()
