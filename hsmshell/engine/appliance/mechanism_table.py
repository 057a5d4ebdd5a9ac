"""The mechanisms of a Luna HSM: what each does, and for keys of which sizes. They are what the engine carries out."""

from __future__ import annotations

import enum
from typing import NamedTuple

from hsmshell.engine import ciphers
from hsmshell.engine.appliance.policies import NEWER, Profile
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.mechanisms import Mechanism

_M = Mechanism


class MechanismFlag(enum.IntFlag):
    """CKF_... of CK_MECHANISM_INFO (PKCS#11 v3.0 3.5)."""

    HW = 0x1
    ENCRYPT = 0x100
    DECRYPT = 0x200
    DIGEST = 0x400
    SIGN = 0x800
    VERIFY = 0x2000
    GENERATE = 0x8000
    GENERATE_KEY_PAIR = 0x10000
    WRAP = 0x20000
    UNWRAP = 0x40000
    DERIVE = 0x80000


_F = MechanismFlag
_WRAPPING = _F.WRAP | _F.UNWRAP
_CIPHERING = _F.ENCRYPT | _F.DECRYPT
_SIGNING = _F.SIGN | _F.VERIFY

APPROVED_BITS = 2048
"""The shortest modulus or prime of a pair that is made, or protects anything, in FIPS mode (SP 800-131A 3, 6)."""


class MechanismInfo(NamedTuple):
    """One mechanism."""

    mechanism: Mechanism
    smallest: int
    """A key's smallest size: bits for pairs, generic secrets, RC2 and RC4, bytes for AES, ARIA and CAST, 0 where keys
    have but one (PKCS#11)."""
    largest: int
    flags: MechanismFlag
    approved: bool = True
    """Whether FIPS mode has it."""
    smallest_approved: int = 0
    """The smallest size in FIPS mode where that differs."""
    only_outside_fips: MechanismFlag = MechanismFlag(0)
    """The uses that FIPS mode does not have."""
    profiles: frozenset[Profile] = frozenset(Profile)

    @property
    def name(self) -> str:
        """The mechanism's PKCS#11 name."""
        return f"CKM_{self.mechanism.name}"


MECHANISMS = (
    MechanismInfo(_M.RSA_PKCS_KEY_PAIR_GEN, 1024, 4096, _F.GENERATE_KEY_PAIR, smallest_approved=APPROVED_BITS),
    MechanismInfo(_M.RSA_PKCS, 1024, 4096, _CIPHERING | _WRAPPING | _SIGNING, only_outside_fips=_CIPHERING | _WRAPPING),
    MechanismInfo(_M.RSA_X_509, 1024, 4096, _SIGNING, approved=False),
    MechanismInfo(_M.SHA1_RSA_PKCS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.RSA_PKCS_OAEP, 1024, 4096, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.RSA_X9_31_KEY_PAIR_GEN, 2048, 4096, _F.GENERATE_KEY_PAIR),
    MechanismInfo(_M.SHA1_RSA_PKCS_PSS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.DSA_KEY_PAIR_GEN, 1024, 3072, _F.GENERATE_KEY_PAIR, smallest_approved=APPROVED_BITS),
    MechanismInfo(_M.DSA, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DSA_SHA1, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DSA_SHA224, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DSA_SHA256, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DSA_SHA384, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DSA_SHA512, 1024, 3072, _SIGNING),
    MechanismInfo(_M.DH_PKCS_KEY_PAIR_GEN, 1024, 4096, _F.GENERATE_KEY_PAIR, smallest_approved=APPROVED_BITS),
    MechanismInfo(_M.DH_PKCS_DERIVE, 1024, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA256_RSA_PKCS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA384_RSA_PKCS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA512_RSA_PKCS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA256_RSA_PKCS_PSS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA384_RSA_PKCS_PSS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA512_RSA_PKCS_PSS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA224_RSA_PKCS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.SHA224_RSA_PKCS_PSS, 1024, 4096, _SIGNING),
    MechanismInfo(_M.RC2_KEY_GEN, 8, 1024, _F.GENERATE, approved=False),
    MechanismInfo(_M.RC2_ECB, 128, 128, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.RC2_CBC, 128, 128, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.RC2_CBC_PAD, 128, 128, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.RC4_KEY_GEN, 8, 2048, _F.GENERATE, approved=False),
    MechanismInfo(_M.RC4, 40, 256, _CIPHERING, approved=False),
    MechanismInfo(_M.DES_KEY_GEN, 0, 0, _F.GENERATE, approved=False),
    MechanismInfo(_M.DES_ECB, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.DES_CBC, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.DES_CBC_PAD, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.DES2_KEY_GEN, 0, 0, _F.GENERATE, approved=False),
    MechanismInfo(_M.DES3_KEY_GEN, 0, 0, _F.GENERATE),
    MechanismInfo(_M.DES3_ECB, 0, 0, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.DES3_CBC, 0, 0, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.DES3_CBC_PAD, 0, 0, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.DES3_CMAC, 0, 0, _SIGNING),
    MechanismInfo(_M.MD5, 0, 0, _F.DIGEST, approved=False),
    MechanismInfo(_M.MD5_HMAC, 8, 4096, _SIGNING, approved=False),
    MechanismInfo(_M.SHA_1, 0, 0, _F.DIGEST),
    MechanismInfo(_M.SHA_1_HMAC, 8, 4096, _SIGNING),
    MechanismInfo(_M.SHA256, 0, 0, _F.DIGEST),
    MechanismInfo(_M.SHA256_HMAC, 8, 4096, _SIGNING),
    MechanismInfo(_M.SHA224, 0, 0, _F.DIGEST),
    MechanismInfo(_M.SHA224_HMAC, 8, 4096, _SIGNING),
    MechanismInfo(_M.SHA384, 0, 0, _F.DIGEST),
    MechanismInfo(_M.SHA384_HMAC, 8, 4096, _SIGNING),
    MechanismInfo(_M.SHA512, 0, 0, _F.DIGEST),
    MechanismInfo(_M.SHA512_HMAC, 8, 4096, _SIGNING),
    MechanismInfo(_M.CAST5_KEY_GEN, 1, 16, _F.GENERATE, approved=False),
    MechanismInfo(_M.CAST5_ECB, 5, 16, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.CAST5_CBC, 5, 16, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.CAST5_CBC_PAD, 5, 16, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.GENERIC_SECRET_KEY_GEN, 8, 4096, _F.GENERATE),
    MechanismInfo(_M.CONCATENATE_BASE_AND_KEY, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.CONCATENATE_BASE_AND_DATA, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.CONCATENATE_DATA_AND_BASE, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.XOR_BASE_AND_DATA, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA1_KEY_DERIVATION, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA256_KEY_DERIVATION, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA384_KEY_DERIVATION, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA512_KEY_DERIVATION, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.SHA224_KEY_DERIVATION, 8, 4096, _F.DERIVE),
    MechanismInfo(_M.PKCS5_PBKD2, 0, 0, _F.GENERATE),
    MechanismInfo(_M.ARIA_KEY_GEN, 16, 32, _F.GENERATE, approved=False),
    MechanismInfo(_M.ARIA_ECB, 16, 32, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.ARIA_CBC, 16, 32, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.ARIA_CBC_PAD, 16, 32, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.SEED_KEY_GEN, 0, 0, _F.GENERATE, approved=False),
    MechanismInfo(_M.SEED_ECB, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.SEED_CBC, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.SEED_CBC_PAD, 0, 0, _CIPHERING | _WRAPPING, approved=False),
    MechanismInfo(_M.EC_KEY_PAIR_GEN, 192, 521, _F.GENERATE_KEY_PAIR, smallest_approved=224),
    MechanismInfo(_M.ECDSA, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDSA_SHA1, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDSA_SHA224, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDSA_SHA256, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDSA_SHA384, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDSA_SHA512, 224, 521, _SIGNING),
    MechanismInfo(_M.ECDH1_DERIVE, 192, 521, _F.DERIVE),
    MechanismInfo(_M.EC_EDWARDS_KEY_PAIR_GEN, 255, 448, _F.GENERATE_KEY_PAIR, profiles=NEWER),
    MechanismInfo(_M.EC_MONTGOMERY_KEY_PAIR_GEN, 255, 448, _F.GENERATE_KEY_PAIR, approved=False, profiles=NEWER),
    MechanismInfo(_M.EDDSA, 255, 448, _SIGNING, profiles=NEWER),
    MechanismInfo(_M.AES_KEY_GEN, 16, 32, _F.GENERATE),
    MechanismInfo(_M.AES_ECB, 16, 32, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.AES_CBC, 16, 32, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.AES_CBC_PAD, 16, 32, _CIPHERING | _WRAPPING),
    MechanismInfo(_M.AES_CTR, 16, 32, _CIPHERING),
    MechanismInfo(_M.AES_GCM, 16, 32, _CIPHERING),
    MechanismInfo(_M.AES_CMAC, 16, 32, _SIGNING),
    MechanismInfo(_M.DES3_ECB_ENCRYPT_DATA, 0, 0, _F.DERIVE, approved=False),
    MechanismInfo(_M.DES3_CBC_ENCRYPT_DATA, 0, 0, _F.DERIVE, approved=False),
    MechanismInfo(_M.AES_ECB_ENCRYPT_DATA, 16, 32, _F.DERIVE, approved=False),
    MechanismInfo(_M.AES_CBC_ENCRYPT_DATA, 16, 32, _F.DERIVE, approved=False),
    MechanismInfo(_M.DSA_PARAMETER_GEN, 1024, 3072, _F.GENERATE, smallest_approved=APPROVED_BITS),
    MechanismInfo(_M.DH_PKCS_PARAMETER_GEN, 1024, 4096, _F.GENERATE, smallest_approved=APPROVED_BITS),
    MechanismInfo(_M.AES_KEY_WRAP, 16, 32, _WRAPPING, profiles=NEWER),
    MechanismInfo(_M.AES_KEY_WRAP_KWP, 16, 32, _WRAPPING, profiles=NEWER),
)
"""By number."""

SECRET_KEY_GENERATION: dict[KeyType, Mechanism] = {
    KeyType.GENERIC_SECRET: _M.GENERIC_SECRET_KEY_GEN,
    KeyType.RC2: _M.RC2_KEY_GEN,
    KeyType.RC4: _M.RC4_KEY_GEN,
    KeyType.DES: _M.DES_KEY_GEN,
    KeyType.DES2: _M.DES2_KEY_GEN,
    KeyType.DES3: _M.DES3_KEY_GEN,
    KeyType.CAST5: _M.CAST5_KEY_GEN,
    KeyType.AES: _M.AES_KEY_GEN,
    KeyType.ARIA: _M.ARIA_KEY_GEN,
    KeyType.SEED: _M.SEED_KEY_GEN,
}
"""The types of secret keys, and what makes each."""

_MADE_FOR = {
    _M.RC2_KEY_GEN: _M.RC2_CBC,
    _M.RC4_KEY_GEN: _M.RC4,
    _M.CAST5_KEY_GEN: _M.CAST5_CBC,
    _M.SEED_KEY_GEN: _M.SEED_CBC,
    _M.ARIA_KEY_GEN: _M.ARIA_CBC,
}
"""The ciphers without which a library makes no keys of theirs."""
_BY_MECHANISM = {row.mechanism: row for row in MECHANISMS}


def mechanisms_of(profile: Profile, *, fips: bool) -> tuple[MechanismInfo, ...]:
    """The mechanisms that an HSM of that generation has, by number; every one is carried out inside the HSM."""
    found = (mechanism_of(row.mechanism, profile, fips=fips) for row in MECHANISMS)
    return tuple(info for info in found if info is not None)


def mechanism_of(mechanism: Mechanism, profile: Profile, *, fips: bool) -> MechanismInfo | None:
    """One of them; ``None`` for one that this HSM does not have, in FIPS mode or at all."""
    row = _BY_MECHANISM.get(mechanism)
    if row is None or profile not in row.profiles or (fips and not row.approved):
        return None
    cipher = _MADE_FOR.get(mechanism, mechanism)
    if cipher in ciphers.CIPHERS and not ciphers.available(cipher):
        return None
    return row._replace(
        smallest=max(row.smallest, row.smallest_approved) if fips else row.smallest,
        flags=(row.flags & ~row.only_outside_fips if fips else row.flags) | _F.HW,
    )
