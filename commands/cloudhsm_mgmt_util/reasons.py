"""An engine's error as the text of an HSM's return code."""

from __future__ import annotations

from collections.abc import Mapping

from hsmshell.engine import errors
from hsmshell.engine.cluster.quorum import REGISTRATION_LENGTH
from hsmshell.engine.cluster.tokens import KEY_BITS
from hsmshell.engine.cluster.users import NAME_LENGTH, PASSWORD_LENGTHS

Texts = Mapping[type[errors.HsmError], str]

# Attested: published output of this tool or of key_mgmt_util (codes 0xa3, 0xa8, 0xb3, 0xc6, 0xce, 0xdb).
LOGIN_FAILURE = "HSM Error: RET_USER_LOGIN_FAILURE"
INVALID_HANDLE = "HSM Error: Invalid object handle is passed to this operation"
POLICY = "HSM Error: This operation violates the current configured/FIPS policies"
ACCESS_DENIED = "HSM Error: Key Access is denied"
NO_SUCH_USER = "HSM Error: This user doesn't exist"
INVALID_USER_TYPE = "HSM Error: Invalid User Type."
USER_IS_LOGGED_IN = "HSM Error: Deletion or Changing password of a logged in User is denied"
# Ours: no public text exists.
NOT_LOGGED_IN = "HSM Error: User is not logged in"
ALREADY_LOGGED_IN = "HSM Error: User is already logged in"
USER_EXISTS = "HSM Error: User already exists"
TOO_MANY_USERS = "HSM Error: Max number of users reached"
USER_OWNS_KEYS = "HSM Error: User owns keys, deletion is denied"
NO_SUCH_ATTRIBUTE = "HSM Error: Invalid attribute is passed to this operation"
INVALID_QUORUM = "HSM Error: Invalid M value"
BAD_NAME = f"Invalid user name: 1 to {NAME_LENGTH} letters, digits or underscores"
BAD_PASSWORD = f"Invalid password: {PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters"
WRONG_SIGNATURE = "HSM Error: signature verification failed"
WRONG_QUORUM_KEY = f"HSM Error: Invalid public key, RSA with {KEY_BITS} bits is needed"
BAD_REGISTRATION = f"Invalid registration token: at most {REGISTRATION_LENGTH} bytes"
BAD_PUBLIC_KEY = "Invalid public key: PEM is needed"
UNKNOWN = "HSM Error: Unknown error"

TEXTS: Texts = {
    errors.PinIncorrect: LOGIN_FAILURE,
    errors.PinLocked: LOGIN_FAILURE,
    errors.UserNotFound: NO_SUCH_USER,
    errors.UserTypeInvalid: INVALID_USER_TYPE,
    errors.UserNotAuthorized: INVALID_USER_TYPE,
    errors.UserIsLoggedIn: USER_IS_LOGGED_IN,
    errors.UserNotLoggedIn: NOT_LOGGED_IN,
    errors.UserAlreadyLoggedIn: ALREADY_LOGGED_IN,
    errors.UserExists: USER_EXISTS,
    errors.UserCountExceeded: TOO_MANY_USERS,
    errors.ObjectHandleInvalid: INVALID_HANDLE,
    errors.AccessDenied: ACCESS_DENIED,
    errors.AttributeReadOnly: POLICY,
    errors.AttributeValueInvalid: POLICY,
    errors.PolicyViolation: POLICY,
    errors.AttributeTypeInvalid: NO_SUCH_ATTRIBUTE,
    errors.QuorumValueInvalid: INVALID_QUORUM,
    errors.SignatureInvalid: WRONG_SIGNATURE,
    errors.ArgumentsBad: BAD_NAME,
    errors.PinLenRange: BAD_PASSWORD,
}

ON_KEYS: Texts = {errors.UserNotAuthorized: ACCESS_DENIED}
"""A command on a key refuses the wrong kind of user as it refuses a stranger."""
ON_REGISTRATION: Texts = {errors.KeySizeRange: WRONG_QUORUM_KEY}
"""A quorum key has one size."""
ON_DELETION: Texts = {errors.AccessDenied: USER_OWNS_KEYS}
"""A user who still owns keys is not deleted."""


def reason(error: errors.HsmError, special: Texts | None = None) -> str:
    """The text; ``special`` comes before the common table."""
    kind = type(error)
    return (special or {}).get(kind) or TEXTS.get(kind, UNKNOWN)
