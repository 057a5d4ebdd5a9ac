"""The second factor of an officer: an RSA key of the user's own, which signs what each HSM asks to have signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from hsmshell.engine.access import OFFICERS, UserType
from hsmshell.engine.cluster.sessions import Proof
from hsmshell.engine.cluster.tokens import KEY_BITS, is_quorum_key, is_signed_digest
from hsmshell.engine.errors import KeySizeRange, SignatureInvalid, UserTypeInvalid
from hsmshell.engine.records import User


class Factor(NamedTuple):
    """A public key that is to be a user's second factor, and the proof that the user has its other half."""

    public_key: bytes
    """SubjectPublicKeyInfo DER."""
    proof: Proof


def new_digest(random_bytes: Callable[[int], bytes]) -> bytes:
    """What an HSM asks to have signed: the SHA-256 digest of 32 random bytes."""
    return hashlib.sha256(random_bytes(32)).digest()


def with_factor(user: User, factor: Factor | None) -> User:
    """The user with this second factor, which is its quorum key too; ``None`` takes both away from one who had it.

    Raises ``UserTypeInvalid`` for anybody but an officer, ``KeySizeRange`` for another key than RSA-2048, and
    ``SignatureInvalid``.
    """
    if factor is None:
        return user._replace(quorum_key=b"", second_factor=b"") if user.second_factor else user
    if UserType(user.type) not in OFFICERS:
        raise UserTypeInvalid(user.type)
    if not is_quorum_key(factor.public_key):
        raise KeySizeRange(f"not RSA with {KEY_BITS} bits")
    if not is_signed_digest(factor.public_key, *factor.proof):
        raise SignatureInvalid(user.name)
    return user._replace(quorum_key=factor.public_key, second_factor=factor.public_key)
