"""PKCS#11 object classes, key types and attributes (PKCS#11 v3.0, pkcs11t.h), with the vendor-defined ones in use."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping


class ObjectClass(enum.IntEnum):
    """CKO_..."""

    DATA = 0
    CERTIFICATE = 1
    PUBLIC_KEY = 2
    PRIVATE_KEY = 3
    SECRET_KEY = 4
    DOMAIN_PARAMETERS = 6


class KeyType(enum.IntEnum):
    """CKK_...; values from 0x80000000 on are vendor-defined."""

    RSA = 0x00
    DSA = 0x01
    DH = 0x02
    EC = 0x03
    GENERIC_SECRET = 0x10
    RC2 = 0x11
    RC4 = 0x12
    DES = 0x13
    DES2 = 0x14
    DES3 = 0x15
    CAST5 = 0x18
    AES = 0x1F
    ARIA = 0x26
    EC_EDWARDS = 0x40
    EC_MONTGOMERY = 0x41
    SEED = 0x80000011
    """Luna's own number; PKCS#11 has 0x2F."""


class Shape(enum.Enum):
    """How an attribute's value is held: ``bool``, ``int``, ``str``, ``bytes``; a date is text ``YYYYMMDD`` or empty."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    BYTES = "bytes"
    DATE = "date"


class Attribute(enum.IntEnum):
    """CKA_...; values from 0x80000000 on are vendor-defined."""

    shape: Shape

    def __new__(cls, number: int, shape: Shape) -> Attribute:
        member = int.__new__(cls, number)
        member._value_ = number
        member.shape = shape
        return member

    CLASS = 0x000, Shape.NUMBER
    TOKEN = 0x001, Shape.BOOLEAN
    PRIVATE = 0x002, Shape.BOOLEAN
    LABEL = 0x003, Shape.TEXT
    APPLICATION = 0x010, Shape.TEXT
    VALUE = 0x011, Shape.BYTES
    CERTIFICATE_TYPE = 0x080, Shape.NUMBER
    ISSUER = 0x081, Shape.BYTES
    SERIAL_NUMBER = 0x082, Shape.BYTES
    TRUSTED = 0x086, Shape.BOOLEAN
    CHECK_VALUE = 0x090, Shape.BYTES
    KEY_TYPE = 0x100, Shape.NUMBER
    SUBJECT = 0x101, Shape.BYTES
    ID = 0x102, Shape.BYTES
    SENSITIVE = 0x103, Shape.BOOLEAN
    ENCRYPT = 0x104, Shape.BOOLEAN
    DECRYPT = 0x105, Shape.BOOLEAN
    WRAP = 0x106, Shape.BOOLEAN
    UNWRAP = 0x107, Shape.BOOLEAN
    SIGN = 0x108, Shape.BOOLEAN
    SIGN_RECOVER = 0x109, Shape.BOOLEAN
    VERIFY = 0x10A, Shape.BOOLEAN
    VERIFY_RECOVER = 0x10B, Shape.BOOLEAN
    DERIVE = 0x10C, Shape.BOOLEAN
    START_DATE = 0x110, Shape.DATE
    END_DATE = 0x111, Shape.DATE
    MODULUS = 0x120, Shape.BYTES
    MODULUS_BITS = 0x121, Shape.NUMBER
    PUBLIC_EXPONENT = 0x122, Shape.BYTES
    PRIVATE_EXPONENT = 0x123, Shape.BYTES
    PRIME_1 = 0x124, Shape.BYTES
    PRIME_2 = 0x125, Shape.BYTES
    EXPONENT_1 = 0x126, Shape.BYTES
    EXPONENT_2 = 0x127, Shape.BYTES
    COEFFICIENT = 0x128, Shape.BYTES
    PRIME = 0x130, Shape.BYTES
    SUBPRIME = 0x131, Shape.BYTES
    BASE = 0x132, Shape.BYTES
    PRIME_BITS = 0x133, Shape.NUMBER
    SUBPRIME_BITS = 0x134, Shape.NUMBER
    VALUE_BITS = 0x160, Shape.NUMBER
    VALUE_LEN = 0x161, Shape.NUMBER
    EXTRACTABLE = 0x162, Shape.BOOLEAN
    LOCAL = 0x163, Shape.BOOLEAN
    NEVER_EXTRACTABLE = 0x164, Shape.BOOLEAN
    ALWAYS_SENSITIVE = 0x165, Shape.BOOLEAN
    MODIFIABLE = 0x170, Shape.BOOLEAN
    DESTROYABLE = 0x172, Shape.BOOLEAN
    EC_PARAMS = 0x180, Shape.BYTES
    EC_POINT = 0x181, Shape.BYTES
    WRAP_WITH_TRUSTED = 0x210, Shape.BOOLEAN
    WRAP_TEMPLATE = 0x40000211, Shape.TEXT
    UNWRAP_TEMPLATE = 0x40000212, Shape.TEXT
    CCM_PRIVATE = 0x80000001, Shape.BOOLEAN
    FINGERPRINT_SHA1 = 0x80000002, Shape.BYTES
    OUID = 0x80000005, Shape.BYTES
    X9_31_GENERATED = 0x80000006, Shape.BOOLEAN
    EKM_UID = 0x80000008, Shape.TEXT
    USAGE_COUNT = 0x80000101, Shape.NUMBER
    USAGE_LIMIT = 0x80000200, Shape.NUMBER
    GENERIC_1 = 0x80001000, Shape.TEXT
    GENERIC_2 = 0x80001001, Shape.TEXT
    GENERIC_3 = 0x80001002, Shape.TEXT
    FINGERPRINT_SHA256 = 0x80001003, Shape.BYTES
    AUTH_DATA = 0x80001005, Shape.TEXT
    ASSIGNED = 0x80001006, Shape.BOOLEAN
    FAILED_KEY_AUTH_COUNT = 0x80001008, Shape.NUMBER


AttributeValue = bool | int | str | bytes
Attributes = Mapping[Attribute, AttributeValue]

USAGE = (
    Attribute.ENCRYPT,
    Attribute.DECRYPT,
    Attribute.WRAP,
    Attribute.UNWRAP,
    Attribute.SIGN,
    Attribute.VERIFY,
    Attribute.DERIVE,
)
"""The attributes that permit a use of a key."""

SECRET_CLASSES = frozenset({ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY})
"""The classes of objects whose material is a secret."""

KEYS = SECRET_CLASSES | {ObjectClass.PUBLIC_KEY}
"""The classes of objects that are keys."""

SECRETS = frozenset(
    {Attribute.VALUE, *(one for one in Attribute if Attribute.PRIVATE_EXPONENT <= one <= Attribute.COEFFICIENT)}
)
"""The attributes that may be a key's secret; they are not stored among the others, but read out of the material."""


def matches_shape(attribute: Attribute, value: AttributeValue) -> bool:
    """Whether the value is of the kind that the attribute holds."""
    if attribute.shape is Shape.BOOLEAN:
        return isinstance(value, bool)
    if attribute.shape is Shape.NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32
    if attribute.shape is Shape.BYTES:
        return isinstance(value, bytes)
    if attribute.shape is Shape.DATE:
        return isinstance(value, str) and (value == "" or (len(value) == 8 and value.isascii() and value.isdigit()))
    return isinstance(value, str)


def encode_attributes(attributes: Attributes) -> str:
    """Attributes as JSON: numbers as keys, bytes as hexadecimal in a list of one."""
    return json.dumps(
        {str(int(key)): [value.hex()] if isinstance(value, bytes) else value for key, value in attributes.items()},
        separators=(",", ":"),
    )


_BY_TEXT = {str(int(attribute)): attribute for attribute in Attribute}


def decode_attributes(text: str) -> dict[Attribute, AttributeValue]:
    """The reverse of ``encode_attributes``."""
    return {
        _BY_TEXT[key]: bytes.fromhex(value[0]) if isinstance(value, list) else value
        for key, value in json.loads(text).items()
    }
