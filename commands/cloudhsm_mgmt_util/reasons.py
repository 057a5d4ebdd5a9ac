"""An engine's error as the text of an HSM's return code."""

from __future__ import annotations

from collections.abc import Mapping

from commands.return_codes import Code, code_of
from hsmshell.engine import errors
from hsmshell.engine.cluster.quorum import REGISTRATION_LENGTH
from hsmshell.engine.cluster.tokens import KEY_BITS
from hsmshell.engine.cluster.users import NAME_LENGTH, PASSWORD_LENGTHS

Texts = Mapping[type[errors.HsmError], str]

# Those that other tools have too are in the common table of return codes; attested are the texts of 0xa3, 0xa8, 0xb3,
# 0xc6, 0xce, 0xdb, of a user who is logged in, and of a missing approval.
LOGIN_FAILURE = Code.LOGIN_FAILURE.text
POLICY = Code.POLICY.text
ACCESS_DENIED = Code.ACCESS_DENIED.text
INVALID_USER_TYPE = Code.INVALID_USER_TYPE.text
# Ours: no public text exists.
NOT_LOGGED_IN = "HSM Error: User is not logged in"
ALREADY_LOGGED_IN = "HSM Error: User is already logged in"
USER_OWNS_KEYS = "HSM Error: User owns keys, deletion is denied"
NO_SUCH_ATTRIBUTE = "HSM Error: Invalid attribute is passed to this operation"
INVALID_SERVICE = "HSM Error: Invalid service"
NO_CERTIFICATE = "HSM Error: Certificate is not present"
NO_SECOND_FACTOR = "Invalid option -2fa: 2FA is for officers only"
BAD_NAME = f"Invalid user name: 1 to {NAME_LENGTH} letters, digits or underscores"
BAD_PASSWORD = f"Invalid password: {PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters"
WRONG_SIGNATURE = "HSM Error: signature verification failed"
WRONG_QUORUM_KEY = f"HSM Error: Invalid public key, RSA with {KEY_BITS} bits is needed"
BAD_REGISTRATION = f"Invalid registration token: at most {REGISTRATION_LENGTH} bytes"
BAD_PRIVATE_KEY = "Invalid private key: RSA with 2048 bits as PEM, and its pass phrase, are needed"
BAD_PUBLIC_KEY = "Invalid public key: PEM is needed"

TEXTS: Texts = {
    errors.PinLocked: LOGIN_FAILURE,
    errors.UserNotAuthorized: INVALID_USER_TYPE,
    errors.UserNotLoggedIn: NOT_LOGGED_IN,
    errors.UserAlreadyLoggedIn: ALREADY_LOGGED_IN,
    errors.AttributeReadOnly: POLICY,
    errors.AttributeTypeInvalid: NO_SUCH_ATTRIBUTE,
    errors.SignatureInvalid: WRONG_SIGNATURE,
    errors.ArgumentsBad: BAD_NAME,
    errors.PinLenRange: BAD_PASSWORD,
}
"""Where this tool's text is not that of the common table."""

ON_KEYS: Texts = {errors.UserNotAuthorized: ACCESS_DENIED}
"""A command on a key refuses the wrong kind of user as it refuses a stranger."""
ON_REGISTRATION: Texts = {errors.KeySizeRange: WRONG_QUORUM_KEY}
"""A quorum key has one size."""
ON_FACTORS: Texts = {errors.KeySizeRange: WRONG_QUORUM_KEY, errors.FunctionNotSupported: NO_SECOND_FACTOR}
"""A second factor is a quorum key too."""
ON_CERTIFICATES: Texts = {errors.FunctionNotSupported: NO_CERTIFICATE}
"""One that only somebody outside could sign, and has not."""
ON_DELETION: Texts = {errors.AccessDenied: USER_OWNS_KEYS}
"""A user who still owns keys is not deleted."""


def reason(error: errors.HsmError, special: Texts | None = None) -> str:
    """The text; ``special`` comes before the common table."""
    kind = type(error)
    return (special or {}).get(kind) or TEXTS.get(kind) or code_of(error).text
