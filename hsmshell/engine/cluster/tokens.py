"""Quorum tokens as values: what they are for, the bytes that approvers sign, and what is known of an approval."""

from __future__ import annotations

import enum
from typing import NamedTuple

from hsmshell.engine import encodings, signatures
from hsmshell.engine.access import UserType
from hsmshell.engine.errors import DataInvalid, SignatureInvalid, SignatureLenRange
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import Container, Token

LIFETIME = 600
"""Seconds for which a token is sure to be valid; afterwards it works until its place is needed."""

MAXIMUM_TOKENS = 1024
"""Tokens an HSM holds."""

RECORD_LENGTH = 80
"""The bytes of one HSM's record in a token file."""

_NAME_FIELD = 32
"""The bytes in which a record keeps a user's name; the last is NUL."""

KEY_BITS = 2048
"""The only modulus that a quorum key may have: the keys are RSA."""


class Service(enum.IntEnum):
    """What a token is for. Published sessions show the numbers of the officers' services; those for keys are ours."""

    KEY_USE = 1
    """Using one key."""
    KEY_MANAGEMENT = 2
    """Sharing one key, or sharing it no longer."""
    USER_MGMT = 3
    """Creating and deleting users, and changing the password of another one."""
    MISC_CO = 4
    """Changing how many approvals a service needs."""


OFFICERS_SERVICES = frozenset({Service.USER_MGMT, Service.MISC_CO})
"""The services without a key. The others concern one key, and the users who may use it."""


class Approval(NamedTuple):
    """A user's signature under a token file, as it is handed in."""

    user_type: UserType
    user_name: str
    signature: bytes
    """RSASSA-PKCS1-v1_5 with SHA-256 over the whole file."""


class TokenState(NamedTuple):
    """A token as its HSM shows it."""

    node: Container
    token: Token
    user_name: str
    required: int
    """How many approvals it needs."""
    validity: int
    """Seconds left of the time for which it is sure to be valid."""

    @property
    def record(self) -> bytes:
        """The HSM's record in a token file.

        Known from one published token, whose fields are told apart by the order in which tools print them: id,
        service, node id, key handle, nonce, user name filled up with NUL, time of creation, eight zeros; numbers are
        big-endian.
        """
        return b"".join(
            (
                self.token.number.to_bytes(2, "big"),
                self.token.service.to_bytes(2, "big"),
                self.node.number.to_bytes(4, "big"),
                self.token.handle.to_bytes(8, "big"),
                self.token.nonce,
                self.user_name.encode("utf-8")[: _NAME_FIELD - 1].ljust(_NAME_FIELD, b"\0"),
                self.token.created.to_bytes(8, "big"),
                bytes(8),
            )
        )


class IssuedToken(NamedTuple):
    """A new token, and what it takes to put things back as they were."""

    state: TokenState
    replaced: Token | None


def is_quorum_key(public_der: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo holds a key that approvals can be checked with."""
    try:
        return encodings.rsa_numbers(public_der)[1] == KEY_BITS
    except DataInvalid:
        return False


def is_signed_digest(public_der: bytes, digest: bytes, signature: bytes) -> bool:
    """The same for a SHA-256 digest that is there already, in place of the data."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

    public = encodings.load_public(public_der)
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    try:
        public.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed(public_der: bytes, data: bytes, signature: bytes) -> bool:
    """Whether it is an RSASSA-PKCS1-v1_5 signature of the data with SHA-256 (RFC 8017 8.2.2) by that RSA key."""
    try:
        signatures.verify(Mechanism.SHA256_RSA_PKCS, public_der, data, signature)
    except (SignatureInvalid, SignatureLenRange):
        return False
    return True
