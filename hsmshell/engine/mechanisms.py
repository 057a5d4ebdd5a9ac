"""PKCS#11 mechanisms (v3.0, pkcs11t.h), hashes and named curves."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Mechanism(enum.IntEnum):
    """CKM_..."""

    RSA_PKCS = 0x0001
    RSA_PKCS_OAEP = 0x0009
    DES3_ECB = 0x0132
    DES3_CBC = 0x0133
    DES3_CBC_PAD = 0x0136
    RSA_AES_KEY_WRAP = 0x1054
    AES_ECB = 0x1081
    AES_CBC = 0x1082
    AES_CBC_PAD = 0x1085
    AES_GCM = 0x1087
    AES_KEY_WRAP = 0x2109
    AES_KEY_WRAP_KWP = 0x210B
    AES_KEY_WRAP_PKCS7 = 0x210C


class Hash(enum.Enum):
    """A hash function of FIPS 180-4; the value is its usual name."""

    SHA1 = "SHA-1"
    SHA224 = "SHA-224"
    SHA256 = "SHA-256"
    SHA384 = "SHA-384"
    SHA512 = "SHA-512"


class MechanismParameters(NamedTuple):
    """What a wrapping mechanism takes beside the key and the data."""

    hash: Hash = Hash.SHA1
    """OAEP's hash; MGF1 uses the same (PKCS#11 v3.0 2.1.8)."""
    source: bytes = b""
    """OAEP's encoding parameter, the label of RFC 8017 7.1."""
    iv: bytes = b""
    """The initialization vector of a block cipher mode."""


RSA_MECHANISMS = frozenset({Mechanism.RSA_PKCS, Mechanism.RSA_PKCS_OAEP, Mechanism.RSA_AES_KEY_WRAP})
DES3_MECHANISMS = frozenset({Mechanism.DES3_ECB, Mechanism.DES3_CBC, Mechanism.DES3_CBC_PAD})

CURVE_NIDS: dict[str, int] = {
    "06052b81040021": 713,  # secp224r1
    "06082a8648ce3d030107": 415,  # prime256v1
    "06052b81040022": 715,  # secp384r1
    "06052b81040023": 716,  # secp521r1
    "06052b8104000a": 714,  # secp256k1
}
"""OpenSSL's numbers of named curves, by the hexadecimal DER of their object identifiers (CKA_EC_PARAMS, RFC 5480)."""
