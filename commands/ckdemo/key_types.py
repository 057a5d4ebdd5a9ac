"""The key types of entry 45's menu (Thales, using CKM_AES_KW; the older generation has the rows up to [24])."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from commands.ckdemo.layout import END, laid_out
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.mechanisms import Curve


class Type(NamedTuple):
    """One key type of the menu."""

    number: int
    text: str
    width: int
    """The cell's width in the menu."""
    key_type: KeyType | None = None
    """``None`` for a type that this HSM does not make."""
    length_question: str = ""
    length: int = 0
    """The length in bytes of a type that has only one."""
    is_domain: bool = False
    """Whether it is domain parameters, and no key."""
    strong_primes: bool = False
    """Whether RSA's primes are those of X9.31 or FIPS 186-3, made of auxiliary ones."""
    curve: Curve | None = None
    """The only curve of the type."""


LENGTH_QUESTION = "Enter Key Length in bytes: "

DES = Type(1, "DES", 13, KeyType.DES, length=8)
DES2 = Type(2, "DES2", 12, KeyType.DES2, length=16)
DES3 = Type(3, "DES3", 22, KeyType.DES3, length=24)
GENERIC = Type(6, "Generic", 13, KeyType.GENERIC_SECRET, LENGTH_QUESTION)
RSA = Type(7, "RSA", 12, KeyType.RSA)
CAST5 = Type(10, " CAST5", END, KeyType.CAST5, "Enter Key Length in bytes (1 - 16): ")
RC2 = Type(11, "RC2", 13, KeyType.RC2, "Enter Key Length in bytes (1 - 128): ")
RC4 = Type(12, "RC4", 12, KeyType.RC4, "Enter Key Length in bytes (1 - 256): ")
AES = Type(16, "AES", 13, KeyType.AES, "Enter Key Length in bytes (16, 24, 32): ")
SEED = Type(17, "SEED", 12, KeyType.SEED, length=16)
ARIA = Type(24, "ARIA", END, KeyType.ARIA, "Enter Key Length in bytes (16, 24, 32): ")

_OLD = (
    DES,
    DES2,
    DES3,
    Type(5, " CAST3", END),
    GENERIC,
    RSA,
    Type(8, "DSA", 11, KeyType.DSA),
    Type(9, "DH", 11, KeyType.DH),
    CAST5,
    RC2,
    RC4,
    Type(13, "RC5", 11),
    Type(14, "SSL3", 11),
    Type(15, " ECDSA", END, KeyType.EC),
    AES,
    SEED,
    Type(18, "KCDSA-1024", 18),
    Type(19, "KCDSA-2048", END),
    Type(20, "DSA Domain Param", 25, KeyType.DSA, is_domain=True),
    Type(21, "KCDSA Domain Param", END),
    Type(22, "RSA X9.31", 25, KeyType.RSA, strong_primes=True),
    Type(23, "DH X9.42", 22),
    ARIA,
)
_NEW = (
    Type(25, "DH PKCS Domain Param", 26, KeyType.DH, is_domain=True),
    Type(26, "RSA 186-3 Aux Primes", END, KeyType.RSA, strong_primes=True),
    Type(27, "RSA 186-3 Primes", 26, KeyType.RSA, strong_primes=True),
    Type(28, "DH X9.42 Domain Param", END),
    Type(29, "ECDSA with Extra Bits", 27, KeyType.EC),
    Type(30, "EC Edwards 25519", END, KeyType.EC_EDWARDS, curve=Curve.ED25519),
    Type(31, "EC Montgomery 25519", END, KeyType.EC_MONTGOMERY, curve=Curve.X25519),
    Type(32, "EC Edwards 448", END, KeyType.EC_EDWARDS, curve=Curve.ED448),
    Type(33, "EC Montgomery 448", END, KeyType.EC_MONTGOMERY, curve=Curve.X448),
    Type(40, "SM4", 9),
    Type(41, "SM2", END),
    Type(42, "HSS", 9),
    Type(43, "ML-KEM", 12),
    Type(44, "ML-DSA", END),
)

X9_31 = 22
"""The type whose private keys say that they are of X9.31 (CKA_X9_31_GENERATED)."""

TYPES: Mapping[Profile, tuple[Type, ...]] = {Profile.LUNA5: _OLD, Profile.LUNA7: _OLD + _NEW}

SECRETS = {kind.number: kind for kind in (DES, DES2, DES3, GENERIC, CAST5, RC2, RC4, AES, SEED, ARIA)}
"""The secret keys, by their numbers in the menu."""

SECRET_MENU = "  ".join(f"{kind.text.strip()}[{number}]" for number, kind in SECRETS.items()) + "\n"
"""The menu of secret keys for other entries, in the style of the published ``AES[9]``."""


def by_number(profile: Profile) -> Mapping[int, Type]:
    """The types that an appliance of that generation has."""
    return {kind.number: kind for kind in TYPES[profile]}


def menu(profile: Profile) -> str:
    """The menu of that generation."""
    cells = ((f"[{kind.number:2}] {kind.text}", kind.width) for kind in TYPES[profile])
    return "Select type of key to generate\n" + laid_out(cells)
