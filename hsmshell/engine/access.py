"""Passwords, and who may do what: one table for each of the two models."""

from __future__ import annotations

import enum
import hmac
from typing import NamedTuple

from hsmshell.engine.errors import LabError

DEFAULT_COST = 1 << 12
"""scrypt's n (RFC 7914): 13 ms a login. A lab's passwords are rehearsal passwords; a scenario may raise it."""


def hash_password(password: str, salt: bytes, cost: int = DEFAULT_COST) -> str:
    """A verifier: cost, salt and scrypt hash (RFC 7914, r=8, p=1), which says nothing of the password."""
    return f"scrypt${cost}${salt.hex()}${_scrypt(password, salt, cost).hex()}"


def check_password(password: str, verifier: str) -> bool:
    """Whether the password is the one that the verifier was made of; an empty verifier fits none."""
    if not verifier:
        return False
    try:
        _, cost, salt, digest = verifier.split("$")
        return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(cost)), bytes.fromhex(digest))
    except ValueError:
        raise LabError("a user's record cannot be read; make a new lab with: hsmshell lab init --force") from None


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    import hashlib

    secret = password.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=8, p=1, maxmem=1024 * (cost + 8), dklen=32)


class UserType(enum.Enum):
    """The kinds of user of a CloudHSM cluster."""

    CRYPTO_OFFICER = "CO"
    CRYPTO_USER = "CU"
    APPLIANCE_USER = "AU"
    PRE_OFFICER = "PRECO"
    FIRST_OFFICER = "PCO"


OFFICERS = frozenset({UserType.CRYPTO_OFFICER, UserType.FIRST_OFFICER})
USERS = frozenset({UserType.CRYPTO_USER})
ANYONE = frozenset(UserType)


class Relation(enum.Enum):
    """How a user must stand to a key."""

    NONE = "none"
    OWNER = "owner"
    SHARER = "owner or sharer; for a public key, anyone"


class Operation(enum.Enum):
    """What a user of a cluster may want to do."""

    CREATE_KEY = "create key"
    USE_KEY = "use key"
    READ_KEY = "read key"
    EXTRACT_KEY = "wrap key out"
    MASK_KEY = "mask key"
    SYNC_KEY = "mask anybody's key"
    INSERT_KEY = "insert masked key on one HSM"
    LIST_ALL_KEYS = "list keys of any user"
    CHANGE_KEY = "change key"
    TRUST_KEY = "mark key as trusted"
    DELETE_KEY = "delete key"
    SHARE_KEY = "share key"
    CREATE_USER = "create user"
    DELETE_USER = "delete user"
    SYNC_USER = "copy user between HSMs"
    CHANGE_OWN_PASSWORD = "change own password"  # noqa: S105
    CHANGE_OTHER_PASSWORD = "change another's password"  # noqa: S105
    REGISTER_QUORUM_KEY = "register own quorum key"
    SET_QUORUM_VALUE = "set number of approvals"
    REQUEST_TOKEN = "request officers' token"  # noqa: S105
    REQUEST_KEY_TOKEN = "request token for key"  # noqa: S105
    APPROVE_TOKEN = "hand in approvals"  # noqa: S105
    LIST_TOKENS = "list tokens"
    DELETE_TOKENS = "delete tokens"


class Rule(NamedTuple):
    """Who may do it, and to which keys."""

    users: frozenset[UserType]
    relation: Relation = Relation.NONE


RULES: dict[Operation, Rule] = {
    Operation.CREATE_KEY: Rule(USERS),
    Operation.USE_KEY: Rule(USERS, Relation.SHARER),
    Operation.READ_KEY: Rule(USERS, Relation.SHARER),
    Operation.EXTRACT_KEY: Rule(USERS, Relation.OWNER),
    Operation.MASK_KEY: Rule(USERS, Relation.OWNER),
    Operation.SYNC_KEY: Rule(OFFICERS),
    Operation.INSERT_KEY: Rule(OFFICERS | USERS),
    Operation.LIST_ALL_KEYS: Rule(OFFICERS | {UserType.APPLIANCE_USER}),
    Operation.CHANGE_KEY: Rule(USERS, Relation.OWNER),
    Operation.TRUST_KEY: Rule(OFFICERS),
    Operation.DELETE_KEY: Rule(USERS, Relation.OWNER),
    Operation.SHARE_KEY: Rule(USERS, Relation.OWNER),
    Operation.CREATE_USER: Rule(OFFICERS),
    Operation.DELETE_USER: Rule(OFFICERS),
    Operation.SYNC_USER: Rule(OFFICERS),
    Operation.CHANGE_OWN_PASSWORD: Rule(ANYONE),
    Operation.CHANGE_OTHER_PASSWORD: Rule(OFFICERS),
    Operation.REGISTER_QUORUM_KEY: Rule(OFFICERS | USERS),
    Operation.SET_QUORUM_VALUE: Rule(OFFICERS),
    Operation.REQUEST_TOKEN: Rule(OFFICERS),
    Operation.REQUEST_KEY_TOKEN: Rule(USERS, Relation.SHARER),
    Operation.APPROVE_TOKEN: Rule(OFFICERS | USERS),
    Operation.LIST_TOKENS: Rule(OFFICERS | USERS),
    Operation.DELETE_TOKENS: Rule(OFFICERS | USERS),
}


class Role(enum.Enum):
    """The roles of a Luna HSM and its partitions; the values are PKCS#11 user types, the last two vendor-defined."""

    SECURITY_OFFICER = 0
    CRYPTO_OFFICER = 1
    CRYPTO_USER = 0x80000001
    AUDITOR = 0x80000002


PIN_LENGTHS = range(7, 256)
"""Characters of a PIN that is set on a Luna HSM (published: CKR_PIN_LEN_RANGE below 7 and above 255)."""


class PartitionOperation(enum.Enum):
    """What a program may want to do in a partition."""

    READ = "find objects and read their attributes"
    USE = "encrypt, decrypt, sign, verify, digest with a key"
    CREATE = "generate, import or copy objects"
    DERIVE = "derive keys"
    CHANGE = "change attributes"
    DESTROY = "destroy objects"
    WRAP = "wrap keys out"
    UNWRAP = "unwrap keys in"
    SET_USER_PIN = "set the PIN of the crypto officer or the crypto user"


_OWNER = frozenset({Role.CRYPTO_OFFICER})
_USERS = frozenset({Role.CRYPTO_OFFICER, Role.CRYPTO_USER})

PARTITION_RULES: dict[PartitionOperation, frozenset[Role]] = {
    PartitionOperation.READ: _USERS,
    PartitionOperation.USE: _USERS,
    PartitionOperation.CREATE: _OWNER,
    PartitionOperation.DERIVE: _OWNER,
    PartitionOperation.CHANGE: _OWNER,
    PartitionOperation.DESTROY: _OWNER,
    PartitionOperation.WRAP: _OWNER,
    PartitionOperation.UNWRAP: _OWNER,
    PartitionOperation.SET_USER_PIN: frozenset({Role.SECURITY_OFFICER, Role.CRYPTO_OFFICER}),
}
"""Who may do it. What is public, everybody sees, also without a login."""

KEY_MANAGEMENT = frozenset(
    {
        PartitionOperation.CREATE,
        PartitionOperation.DERIVE,
        PartitionOperation.DESTROY,
        PartitionOperation.UNWRAP,
    }
)
"""What partition policy 28 has to permit, too: keys come into being and go."""
