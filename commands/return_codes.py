"""The return codes and their texts: the table behind Error2String, and which of them an engine's error is.

Attested rows come from published output of the tool; the rows marked ours stand where no public text exists and can be
replaced in one place.
"""

from __future__ import annotations

import enum

from hsmshell.engine import errors


class Code(enum.IntEnum):
    """A return code with its text. Below 0x100: the HSM; 0x3000xxxx: the cluster layer; 0x4000xxxx: the library."""

    text: str

    def __new__(cls, number: int, text: str) -> Code:
        member = int.__new__(cls, number)
        member._value_ = number
        member.text = text
        return member

    SUCCESS = 0x00, "HSM Return: SUCCESS"
    BAD_PKCS_DATA = 0x1B, "CSP Error: ERR_BAD_PKCS_DATA"
    INVALID_SESSION = 0x90, "HSM Error: Invalid session handle passed in the command"
    USER_NOT_INITIALIZED = 0x9D, "HSM Error: user isn't initialized or user with this name doesn't exist"
    LOGIN_FAILURE = 0xA3, "HSM Error: RET_USER_LOGIN_FAILURE"
    INVALID_HANDLE = 0xA8, "HSM Error: Invalid object handle is passed to this operation"
    POLICY = 0xB3, "HSM Error: This operation violates the current configured/FIPS policies"
    ACCESS_DENIED = 0xC6, "HSM Error: Key Access is denied"
    NO_SUCH_USER = 0xCE, "HSM Error: This user doesn't exist"
    INVALID_USER_TYPE = 0xDB, "HSM Error: Invalid User Type."
    # From here to 0xF9 the numbers are ours; attested are the first two texts, that of MXN_AUTH_FAILED and that of
    # USER_IS_LOGGED_IN.
    NOT_LOGGED_IN = 0xE0, "HSM Error: No user is logged in to do this operation"
    NOT_AUTHORIZED = 0xE1, "HSM Error: The current logged in user is not authorized to do this operation"
    ALREADY_LOGGED_IN = 0xE2, "HSM Error: A user is already logged in"
    KEY_ID_EXISTS = 0xE3, "HSM Error: Key ID already exists"
    INVALID_SHARE_LIST = 0xE4, "HSM Error: Invalid user id in share list"
    INVALID_M_VALUE = 0xE5, "HSM Error: Invalid M value"
    NO_SUCH_ATTRIBUTE = 0xE6, "HSM Error: Attribute does not exist for this object"
    ATTRIBUTE_FIXED = 0xE7, "HSM Error: Attribute cannot be modified"
    UNWRAP_FAILED = 0xE8, "HSM Error: Unwrap failed"
    INVALID_MASKED_OBJECT = 0xE9, "HSM Error: Invalid masked object"
    NOT_EXTRACTABLE = 0xEA, "HSM Error: Key is not extractable"
    TOO_MANY_KEYS = 0xEB, "HSM Error: Maximum number of keys reached"
    LOCKED = 0xEC, "HSM Error: User account is locked"
    USE_NOT_PERMITTED = 0xED, "HSM Error: Key attributes do not permit this operation"
    WRONG_KEY_TYPE = 0xEE, "HSM Error: Invalid key type for this mechanism"
    WRONG_LENGTH = 0xEF, "HSM Error: Invalid data length for this mechanism"
    NOT_A_KEY = 0xF0, "HSM Error: Invalid key data"
    NOT_DESTROYABLE = 0xF1, "HSM Error: Key is not destroyable"
    MXN_AUTH_FAILED = 0xF2, "RET_MXN_AUTH_FAILED"
    MXN_NOT_ENABLED = 0xF3, "HSM Error: MofN is not enabled for this service"
    TOO_MANY_TOKENS = 0xF4, "HSM Error: Maximum number of tokens reached"
    OBJECT_EXISTS = 0xF5, "HSM Error: Object already exists"
    USER_EXISTS = 0xF6, "HSM Error: User already exists"
    TOO_MANY_USERS = 0xF7, "HSM Error: Max number of users reached"
    USER_IS_LOGGED_IN = 0xF8, "HSM Error: Deletion or Changing password of a logged in User is denied"
    BAD_ARGUMENT = 0xF9, "HSM Error: Invalid argument is passed to this operation"
    # Of these, the number 0x40000041 and the texts of 0x30000080 and 0x40000049 are ours.
    CLUSTER_FAILED = 0x30000080, "HSM CLUSTER ERROR: Operation failed on one or more servers"
    SERVER_UNAVAILABLE = 0x30000085, "HSM CLUSTER ERROR: Server in cluster is unavailable"
    SOCKET_ERROR = 0x40000040, "LIQUIDSECURITY: Daemon socket connection error"
    INVALID_OPERATION = 0x40000041, "LIQUIDSECURITY: Invalid Operation"
    LOGIN_FAILED = 0x40000049, "LIQUIDSECURITY: API login failed"

    @property
    def short(self) -> str:
        """At least two lower-case digits."""
        return f"{self.value:02x}"


UNKNOWN = "Unknown error code"
"""What Error2String says of a code that is in no table; ours."""

_BY_ERROR: dict[type[errors.HsmError], Code] = {
    errors.PinIncorrect: Code.LOGIN_FAILURE,
    errors.PinLocked: Code.LOCKED,
    errors.UserNotFound: Code.NO_SUCH_USER,
    errors.UserTypeInvalid: Code.INVALID_USER_TYPE,
    errors.UserNotLoggedIn: Code.NOT_LOGGED_IN,
    errors.UserNotAuthorized: Code.NOT_AUTHORIZED,
    errors.UserAlreadyLoggedIn: Code.ALREADY_LOGGED_IN,
    errors.ObjectHandleInvalid: Code.INVALID_HANDLE,
    errors.PolicyViolation: Code.POLICY,
    errors.AccessDenied: Code.ACCESS_DENIED,
    errors.KeyIdExists: Code.KEY_ID_EXISTS,
    errors.ObjectExists: Code.OBJECT_EXISTS,
    errors.UserExists: Code.USER_EXISTS,
    errors.UserCountExceeded: Code.TOO_MANY_USERS,
    errors.UserIsLoggedIn: Code.USER_IS_LOGGED_IN,
    errors.ArgumentsBad: Code.BAD_ARGUMENT,
    errors.PinLenRange: Code.BAD_ARGUMENT,
    errors.AttributeValueInvalid: Code.POLICY,
    errors.ShareListInvalid: Code.INVALID_SHARE_LIST,
    errors.QuorumValueInvalid: Code.INVALID_M_VALUE,
    errors.AttributeTypeInvalid: Code.NO_SUCH_ATTRIBUTE,
    errors.AttributeReadOnly: Code.ATTRIBUTE_FIXED,
    errors.WrappedKeyInvalid: Code.UNWRAP_FAILED,
    errors.WrappedKeyLenRange: Code.UNWRAP_FAILED,
    errors.MaskedObjectInvalid: Code.INVALID_MASKED_OBJECT,
    errors.KeyUnextractable: Code.NOT_EXTRACTABLE,
    errors.ObjectCountExceeded: Code.TOO_MANY_KEYS,
    errors.KeyFunctionNotPermitted: Code.USE_NOT_PERMITTED,
    errors.WrappingKeyTypeInconsistent: Code.WRONG_KEY_TYPE,
    errors.KeySizeRange: Code.WRONG_LENGTH,
    errors.DataInvalid: Code.NOT_A_KEY,
    errors.TemplateInconsistent: Code.UNWRAP_FAILED,
    errors.KeyNotWrappable: Code.USE_NOT_PERMITTED,
    errors.ActionProhibited: Code.NOT_DESTROYABLE,
    errors.KeyTypeInconsistent: Code.WRONG_KEY_TYPE,
    errors.DataLenRange: Code.WRONG_LENGTH,
    errors.SignatureInvalid: Code.BAD_PKCS_DATA,
    errors.SignatureLenRange: Code.BAD_PKCS_DATA,
    errors.QuorumNotApproved: Code.MXN_AUTH_FAILED,
    errors.QuorumNotEnabled: Code.MXN_NOT_ENABLED,
    errors.TokenCountExceeded: Code.TOO_MANY_TOKENS,
    errors.NodeUnavailable: Code.SERVER_UNAVAILABLE,
    errors.FunctionNotSupported: Code.INVALID_OPERATION,
    errors.MechanismInvalid: Code.INVALID_OPERATION,
    errors.MechanismParamInvalid: Code.INVALID_OPERATION,
    errors.ClientUnavailable: Code.SOCKET_ERROR,
}


_BY_NAME = {kind.__name__: code for kind, code in _BY_ERROR.items()}


def code_of(error: errors.HsmError) -> Code:
    """The tool's code for an engine's error. A class that the table lacks is the general cluster failure."""
    return _BY_ERROR.get(type(error), Code.CLUSTER_FAILED)


def named(error: str) -> Code:
    """The code for an engine's error by its class's name, as a log keeps it."""
    return _BY_NAME.get(error, Code.CLUSTER_FAILED)


def text_of(number: int) -> str:
    """The text of a code, or ``UNKNOWN``."""
    return next((code.text for code in Code if code.value == number), UNKNOWN)
