"""PKCS#11 mechanisms (v3.0, pkcs11t.h), hashes and named curves."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Mechanism(enum.IntEnum):
    """CKM_..."""

    RSA_PKCS_KEY_PAIR_GEN = 0x0000
    RSA_PKCS = 0x0001
    RSA_X_509 = 0x0003
    SHA1_RSA_PKCS = 0x0006
    RSA_PKCS_OAEP = 0x0009
    RSA_X9_31_KEY_PAIR_GEN = 0x000A
    SHA1_RSA_PKCS_PSS = 0x000E
    DSA_KEY_PAIR_GEN = 0x0010
    DSA = 0x0011
    DSA_SHA1 = 0x0012
    DSA_SHA224 = 0x0013
    DSA_SHA256 = 0x0014
    DSA_SHA384 = 0x0015
    DSA_SHA512 = 0x0016
    DH_PKCS_KEY_PAIR_GEN = 0x0020
    DH_PKCS_DERIVE = 0x0021
    SHA256_RSA_PKCS = 0x0040
    SHA384_RSA_PKCS = 0x0041
    SHA512_RSA_PKCS = 0x0042
    SHA256_RSA_PKCS_PSS = 0x0043
    SHA384_RSA_PKCS_PSS = 0x0044
    SHA512_RSA_PKCS_PSS = 0x0045
    SHA224_RSA_PKCS = 0x0046
    SHA224_RSA_PKCS_PSS = 0x0047
    RC2_KEY_GEN = 0x0100
    RC2_ECB = 0x0101
    RC2_CBC = 0x0102
    RC2_CBC_PAD = 0x0105
    RC4_KEY_GEN = 0x0110
    RC4 = 0x0111
    DES_KEY_GEN = 0x0120
    DES_ECB = 0x0121
    DES_CBC = 0x0122
    DES_CBC_PAD = 0x0125
    DES2_KEY_GEN = 0x0130
    DES3_KEY_GEN = 0x0131
    DES3_ECB = 0x0132
    DES3_CBC = 0x0133
    DES3_CBC_PAD = 0x0136
    DES3_CMAC = 0x0138
    MD5 = 0x0210
    MD5_HMAC = 0x0211
    SHA_1 = 0x0220
    SHA_1_HMAC = 0x0221
    SHA256 = 0x0250
    SHA256_HMAC = 0x0251
    SHA224 = 0x0255
    SHA224_HMAC = 0x0256
    SHA384 = 0x0260
    SHA384_HMAC = 0x0261
    SHA512 = 0x0270
    SHA512_HMAC = 0x0271
    CAST5_KEY_GEN = 0x0320
    CAST5_ECB = 0x0321
    CAST5_CBC = 0x0322
    CAST5_CBC_PAD = 0x0325
    GENERIC_SECRET_KEY_GEN = 0x0350
    CONCATENATE_BASE_AND_KEY = 0x0360
    CONCATENATE_BASE_AND_DATA = 0x0362
    CONCATENATE_DATA_AND_BASE = 0x0363
    XOR_BASE_AND_DATA = 0x0364
    SHA1_KEY_DERIVATION = 0x0392
    SHA256_KEY_DERIVATION = 0x0393
    SHA384_KEY_DERIVATION = 0x0394
    SHA512_KEY_DERIVATION = 0x0395
    SHA224_KEY_DERIVATION = 0x0396
    PKCS5_PBKD2 = 0x03B0
    ARIA_KEY_GEN = 0x0560
    ARIA_ECB = 0x0561
    ARIA_CBC = 0x0562
    ARIA_CBC_PAD = 0x0565
    SEED_KEY_GEN = 0x0650
    SEED_ECB = 0x0651
    SEED_CBC = 0x0652
    SEED_CBC_PAD = 0x0655
    EC_KEY_PAIR_GEN = 0x1040
    ECDSA = 0x1041
    ECDSA_SHA1 = 0x1042
    ECDSA_SHA224 = 0x1043
    ECDSA_SHA256 = 0x1044
    ECDSA_SHA384 = 0x1045
    ECDSA_SHA512 = 0x1046
    ECDH1_DERIVE = 0x1050
    RSA_AES_KEY_WRAP = 0x1054
    EC_EDWARDS_KEY_PAIR_GEN = 0x1055
    EC_MONTGOMERY_KEY_PAIR_GEN = 0x1056
    EDDSA = 0x1057
    AES_KEY_GEN = 0x1080
    AES_ECB = 0x1081
    AES_CBC = 0x1082
    AES_CBC_PAD = 0x1085
    AES_CTR = 0x1086
    AES_GCM = 0x1087
    AES_CMAC = 0x108A
    DES3_ECB_ENCRYPT_DATA = 0x1102
    DES3_CBC_ENCRYPT_DATA = 0x1103
    AES_ECB_ENCRYPT_DATA = 0x1104
    AES_CBC_ENCRYPT_DATA = 0x1105
    DSA_PARAMETER_GEN = 0x2000
    DH_PKCS_PARAMETER_GEN = 0x2001
    AES_KEY_WRAP = 0x2109
    AES_KEY_WRAP_KWP = 0x210B
    AES_KEY_WRAP_PKCS7 = 0x210C


class Hash(enum.Enum):
    """A hash function of FIPS 180-4; the value is its usual name, the member's name that of libraries."""

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
    """The initialization vector of a block cipher mode or of AES key wrap; empty for the mechanism's own."""
    additional: bytes = b""
    """GCM's additional authenticated data."""
    tag_length: int = 16
    """The length in bytes of GCM's tag."""


GCM_IV_LENGTH = 12
"""The length in bytes of the IV that the HSM makes for AES-GCM (SP 800-38D 8.2.2); it stands before the ciphertext."""

RSA_MECHANISMS = frozenset({Mechanism.RSA_PKCS, Mechanism.RSA_PKCS_OAEP, Mechanism.RSA_AES_KEY_WRAP})
DES3_MECHANISMS = frozenset({Mechanism.DES3_ECB, Mechanism.DES3_CBC, Mechanism.DES3_CBC_PAD})


class Curve(enum.Enum):
    """A named curve that the HSM computes with; the value is OpenSSL's name of it."""

    identifier: bytes
    """The DER of its object identifier (CKA_EC_PARAMS, RFC 5480 2.1.1.1, RFC 8410 3)."""
    nid: int
    """OpenSSL's number."""

    def __new__(cls, name: str, identifier: str, nid: int) -> Curve:
        member = object.__new__(cls)
        member._value_ = name
        member.identifier = bytes.fromhex(identifier)
        member.nid = nid
        return member

    P192 = "prime192v1", "06082a8648ce3d030101", 409
    P224 = "secp224r1", "06052b81040021", 713
    P256 = "prime256v1", "06082a8648ce3d030107", 415
    P384 = "secp384r1", "06052b81040022", 715
    P521 = "secp521r1", "06052b81040023", 716
    K256 = "secp256k1", "06052b8104000a", 714
    ED25519 = "ED25519", "06032b6570", 1087
    ED448 = "ED448", "06032b6571", 1088
    X25519 = "X25519", "06032b656e", 1034
    X448 = "X448", "06032b656f", 1035
