"""Numbers that users type: object classes, key types, wrapping mechanisms, hashes, attributes.

Source: the AWS CloudHSM user guide's reference tables for key_mgmt_util.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.mechanisms import Hash, Mechanism

CLASSES = {2: "public key", 3: "private key", 4: "secret key"}
KEY_TYPES = {
    int(KeyType.RSA): "RSA",
    int(KeyType.DSA): "DSA",
    int(KeyType.EC): "EC",
    int(KeyType.GENERIC_SECRET): "GENERIC_SECRET",
    int(KeyType.RC4): "RC4",
    int(KeyType.DES3): "DES3",
    int(KeyType.AES): "AES",
}
SYMMETRIC = (KeyType.GENERIC_SECRET, KeyType.RC4, KeyType.DES3, KeyType.AES)
IMPORTABLE = (KeyType.DES3, KeyType.AES)
UNWRAPPABLE = {
    ObjectClass.PRIVATE_KEY: (KeyType.RSA, KeyType.DSA, KeyType.EC),
    ObjectClass.SECRET_KEY: (KeyType.GENERIC_SECRET, KeyType.DES3, KeyType.AES),
}
"""The key types (-kt) that each class (-kc) of an unwrapped key can have."""

GENERIC_SIZES = range(1, 3584)
"""The lengths in bytes that a generic secret can have."""


def named(types: tuple[KeyType, ...]) -> dict[int, str]:
    """A choice of key types for a declaration: number -> name."""
    return {int(kind): KEY_TYPES[int(kind)] for kind in types}


class WrapMechanism(enum.IntEnum):
    """wrapKey/unWrapKey -m."""

    AES_KEY_WRAP_PAD_PKCS5 = 4
    NIST_AES_WRAP_NO_PAD = 5
    NIST_AES_WRAP_PAD = 6
    RSA_AES = 7
    RSA_OAEP = 8
    AES_GCM = 10
    CLOUDHSM_AES_GCM = 11
    RSA_PKCS = 12


MECHANISMS: dict[int, Mechanism] = {
    WrapMechanism.AES_KEY_WRAP_PAD_PKCS5: Mechanism.AES_KEY_WRAP_PKCS7,
    WrapMechanism.NIST_AES_WRAP_NO_PAD: Mechanism.AES_KEY_WRAP,
    WrapMechanism.NIST_AES_WRAP_PAD: Mechanism.AES_KEY_WRAP_KWP,
    WrapMechanism.RSA_AES: Mechanism.RSA_AES_KEY_WRAP,
    WrapMechanism.RSA_OAEP: Mechanism.RSA_PKCS_OAEP,
    WrapMechanism.AES_GCM: Mechanism.AES_GCM,
    WrapMechanism.CLOUDHSM_AES_GCM: Mechanism.AES_GCM,
    WrapMechanism.RSA_PKCS: Mechanism.RSA_PKCS,
}
MECHANISM_NAMES = {int(mechanism): mechanism.name for mechanism in WrapMechanism}

FIXED_IV_MECHANISMS = (WrapMechanism.AES_KEY_WRAP_PAD_PKCS5, WrapMechanism.NIST_AES_WRAP_NO_PAD)
HASHED_MECHANISMS = (WrapMechanism.RSA_AES, WrapMechanism.RSA_OAEP)
GCM_MECHANISMS = (WrapMechanism.AES_GCM, WrapMechanism.CLOUDHSM_AES_GCM)
TAG_SIZES = range(8, 17)
"""The bytes that a GCM tag can have; the most is the default."""

FIXED_IV = bytes.fromhex("a6a6a6a6a6a6a6a6")
"""The only IV that mechanisms 4 and 5 take since client 3.1 (RFC 3394 2.2.3.1)."""

HASHES: dict[int, Hash] = {2: Hash.SHA1, 3: Hash.SHA256, 4: Hash.SHA384, 5: Hash.SHA512, 6: Hash.SHA224}
"""wrapKey/unWrapKey -t."""
HASH_NAMES = {number: name.value for number, name in HASHES.items()}
DEFAULT_HASH = 2


SIGNATURE_MECHANISMS: dict[int, Mechanism] = {
    0: Mechanism.SHA1_RSA_PKCS,
    1: Mechanism.SHA256_RSA_PKCS,
    2: Mechanism.SHA384_RSA_PKCS,
    3: Mechanism.SHA512_RSA_PKCS,
    4: Mechanism.SHA224_RSA_PKCS,
    5: Mechanism.SHA1_RSA_PKCS_PSS,
    6: Mechanism.SHA256_RSA_PKCS_PSS,
    7: Mechanism.SHA384_RSA_PKCS_PSS,
    8: Mechanism.SHA512_RSA_PKCS_PSS,
    9: Mechanism.SHA224_RSA_PKCS_PSS,
    15: Mechanism.ECDSA_SHA1,
    16: Mechanism.ECDSA_SHA224,
    17: Mechanism.ECDSA_SHA256,
    18: Mechanism.ECDSA_SHA384,
    19: Mechanism.ECDSA_SHA512,
}
"""sign/verify -m."""
SIGNATURE_NAMES = {number: mechanism.name for number, mechanism in SIGNATURE_MECHANISMS.items()}


class Width(enum.Enum):
    """How an attribute's value is printed in a dump."""

    BYTE = "one byte in a full dump, four alone"
    FOUR = "four bytes"
    TEXT = "text"
    BYTES = "all bytes"
    WRAPPED = "all bytes, lines of 80 characters"


class DumpedAttribute(NamedTuple):
    """An attribute as getAttribute knows it."""

    name: str
    number: int
    attribute: Attribute
    width: Width
    late_only: bool = False


ALL = 512
"""The selector of every attribute."""
WRAP_TEMPLATE, UNWRAP_TEMPLATE = 0x40000211, 0x40000212
"""Attributes of later builds that getAttribute does not dump."""

_A = Attribute
ATTRIBUTES: tuple[DumpedAttribute, ...] = (
    DumpedAttribute("OBJ_ATTR_CLASS", 0, _A.CLASS, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_KEY_TYPE", 256, _A.KEY_TYPE, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_TOKEN", 1, _A.TOKEN, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_PRIVATE", 2, _A.PRIVATE, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_ENCRYPT", 260, _A.ENCRYPT, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_DECRYPT", 261, _A.DECRYPT, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_WRAP", 262, _A.WRAP, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_UNWRAP", 263, _A.UNWRAP, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_SIGN", 264, _A.SIGN, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_VERIFY", 266, _A.VERIFY, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_LOCAL", 355, _A.LOCAL, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_SENSITIVE", 259, _A.SENSITIVE, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_EXTRACTABLE", 354, _A.EXTRACTABLE, Width.BYTE),
    DumpedAttribute("OBJ_ATTR_LABEL", 3, _A.LABEL, Width.TEXT),
    DumpedAttribute("OBJ_ATTR_ID", 258, _A.ID, Width.TEXT),
    DumpedAttribute("OBJ_ATTR_VALUE_LEN", 353, _A.VALUE_LEN, Width.FOUR),
    DumpedAttribute("OBJ_ATTR_KCV", 371, _A.CHECK_VALUE, Width.BYTES),
    DumpedAttribute("OBJ_ATTR_MODULUS", 288, _A.MODULUS, Width.WRAPPED),
    DumpedAttribute("OBJ_ATTR_MODULUS_BITS", 289, _A.MODULUS_BITS, Width.FOUR),
    DumpedAttribute("OBJ_ATTR_PUBLIC_EXPONENT", 290, _A.PUBLIC_EXPONENT, Width.BYTES),
    DumpedAttribute("OBJ_ATTR_TRUSTED", 134, _A.TRUSTED, Width.BYTE, late_only=True),
    DumpedAttribute("OBJ_ATTR_WRAP_WITH_TRUSTED", 528, _A.WRAP_WITH_TRUSTED, Width.BYTE, late_only=True),
    DumpedAttribute("OBJ_ATTR_DESTROYABLE", 370, _A.DESTROYABLE, Width.BYTE, late_only=True),
    DumpedAttribute("OBJ_ATTR_DERIVE", 268, _A.DERIVE, Width.BYTE, late_only=True),
    DumpedAttribute("OBJ_ATTR_ALWAYS_SENSITIVE", 357, _A.ALWAYS_SENSITIVE, Width.BYTE, late_only=True),
    DumpedAttribute("OBJ_ATTR_NEVER_EXTRACTABLE", 356, _A.NEVER_EXTRACTABLE, Width.BYTE, late_only=True),
)
"""In the order of a full dump."""
