"""What every refusal is, and the one for which PKCS#11 has no return value and both models have a use."""

from __future__ import annotations


class HsmError(Exception):
    """The HSM refused an operation; nothing was changed."""

    ckr: str = "CKR_FUNCTION_FAILED"
    """The PKCS#11 return value's name."""
    code: int = 0x06
    """The PKCS#11 return value."""


class UserNotAuthorized(HsmError):
    """The role that is logged in may not do this."""

    ckr, code = "CKR_USER_NOT_AUTHORIZED", 0x8000001A
