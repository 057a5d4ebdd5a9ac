"""The mechanisms of a Luna HSM: what each does, and for keys of which sizes. They are what the engine carries out."""

from __future__ import annotations

import enum
from typing import NamedTuple

from hsmshell.engine.appliance.policies import Profile
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


class MechanismInfo(NamedTuple):
    """One mechanism."""

    mechanism: Mechanism
    smallest: int
    """A key's smallest size: bits for RSA and generic secrets, bytes for AES, 0 where keys have but one (PKCS#11)."""
    largest: int
    flags: MechanismFlag
    approved: bool = True
    """Whether FIPS mode has it."""
    smallest_approved: int = 0
    """The smallest size in FIPS mode where that differs."""
    profiles: frozenset[Profile] = frozenset(Profile)

    @property
    def name(self) -> str:
        """The mechanism's PKCS#11 name."""
        return f"CKM_{self.mechanism.name}"


MECHANISMS = (
    MechanismInfo(_M.RSA_PKCS_KEY_PAIR_GEN, 1024, 4096, _F.GENERATE_KEY_PAIR, smallest_approved=2048),
    MechanismInfo(_M.RSA_PKCS, 1024, 4096, _WRAPPING),
    MechanismInfo(_M.RSA_PKCS_OAEP, 1024, 4096, _WRAPPING),
    MechanismInfo(_M.DES2_KEY_GEN, 0, 0, _F.GENERATE),
    MechanismInfo(_M.DES3_KEY_GEN, 0, 0, _F.GENERATE),
    MechanismInfo(_M.DES3_ECB, 0, 0, _WRAPPING),
    MechanismInfo(_M.DES3_CBC, 0, 0, _WRAPPING),
    MechanismInfo(_M.DES3_CBC_PAD, 0, 0, _WRAPPING),
    MechanismInfo(_M.GENERIC_SECRET_KEY_GEN, 8, 4096, _F.GENERATE),
    MechanismInfo(_M.AES_KEY_GEN, 16, 32, _F.GENERATE),
    MechanismInfo(_M.AES_ECB, 16, 32, _WRAPPING),
    MechanismInfo(_M.AES_CBC, 16, 32, _WRAPPING),
    MechanismInfo(_M.AES_CBC_PAD, 16, 32, _WRAPPING),
)
"""By number."""


def mechanisms_of(profile: Profile, *, fips: bool) -> tuple[MechanismInfo, ...]:
    """The mechanisms that an HSM of that generation has, by number; every one is carried out inside the HSM."""
    return tuple(
        row._replace(
            smallest=max(row.smallest, row.smallest_approved) if fips else row.smallest, flags=row.flags | _F.HW
        )
        for row in MECHANISMS
        if profile in row.profiles and (row.approved or not fips)
    )
