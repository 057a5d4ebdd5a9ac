"""What a CloudHSM cluster refuses for reasons for which PKCS#11 has no return value."""

from __future__ import annotations

from hsmshell.engine.errors.base import HsmError


class PolicyViolation(HsmError):
    """The FIPS or another configured policy forbids it."""


class AccessDenied(HsmError):
    """The key belongs to somebody else."""


class UserNotFound(HsmError):
    """No user of that name and type."""


class UserExists(HsmError):
    """A user of that name exists already."""


class UserCountExceeded(HsmError):
    """The HSM holds as many users as it can."""


class UserIsLoggedIn(HsmError):
    """The user to be changed has a session open."""


class ObjectExists(HsmError):
    """The HSM holds this very key already."""


class KeyIdExists(HsmError):
    """Another key bears this CKA_ID."""


class ShareListInvalid(HsmError):
    """A user id in a share list is unknown, or the owner's own."""


class QuorumValueInvalid(HsmError):
    """More approvals are asked for than there are users to give them."""


class QuorumNotEnabled(HsmError):
    """What the token would be for needs nobody's approval."""


class QuorumNotApproved(HsmError):
    """An approval is missing or is none: an unknown approver, a signature that does not fit, another's token."""


class TokenCountExceeded(HsmError):
    """The HSM holds as many quorum tokens as it can."""


class NodeUnavailable(HsmError):
    """Fewer HSMs are reachable than the operation asks for."""


class ClientUnavailable(HsmError):
    """The host's client, through which a program reaches every HSM, does not run."""


class MaskedObjectInvalid(HsmError):
    """The bytes are no masked object of this cluster's lineage."""


class ObjectCountExceeded(HsmError):
    """The HSM holds as many objects as it can."""

    ckr, code = "CKR_MAX_OBJECT_COUNT_EXCEEDED", 0x8000001B
