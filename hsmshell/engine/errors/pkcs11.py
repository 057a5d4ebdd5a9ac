"""The return values of PKCS#11 v3.0 (section 6.1, ``CKR_...``), by number."""

from __future__ import annotations

from hsmshell.engine.errors.base import HsmError


class SlotIdInvalid(HsmError):
    """No slot of that number."""

    ckr, code = "CKR_SLOT_ID_INVALID", 0x03


class ArgumentsBad(HsmError):
    """An argument outside what the operation takes."""

    ckr, code = "CKR_ARGUMENTS_BAD", 0x07


class NoEvent(HsmError):
    """No token came or went since the program was last told."""

    ckr, code = "CKR_NO_EVENT", 0x08


class AttributeReadOnly(HsmError):
    """The attribute can never be changed, or no more."""

    ckr, code = "CKR_ATTRIBUTE_READ_ONLY", 0x10


class AttributeSensitive(HsmError):
    """The attribute's value may not be revealed."""

    ckr, code = "CKR_ATTRIBUTE_SENSITIVE", 0x11


class AttributeTypeInvalid(HsmError):
    """An object of this class has no such attribute."""

    ckr, code = "CKR_ATTRIBUTE_TYPE_INVALID", 0x12


class AttributeValueInvalid(HsmError):
    """The attribute does not take this value."""

    ckr, code = "CKR_ATTRIBUTE_VALUE_INVALID", 0x13


class ActionProhibited(HsmError):
    """The object's attributes forbid the action, such as destroying it."""

    ckr, code = "CKR_ACTION_PROHIBITED", 0x1B


class DataInvalid(HsmError):
    """The input data are not what the mechanism works on."""

    ckr, code = "CKR_DATA_INVALID", 0x20


class DataLenRange(HsmError):
    """The input data are longer or shorter than the mechanism takes."""

    ckr, code = "CKR_DATA_LEN_RANGE", 0x21


class EncryptedDataInvalid(HsmError):
    """The encrypted bytes do not open under this key and mechanism."""

    ckr, code = "CKR_ENCRYPTED_DATA_INVALID", 0x40


class EncryptedDataLenRange(HsmError):
    """The encrypted bytes have a length that this mechanism never produces."""

    ckr, code = "CKR_ENCRYPTED_DATA_LEN_RANGE", 0x41


class FunctionNotSupported(HsmError):
    """The simulator does not do this."""

    ckr, code = "CKR_FUNCTION_NOT_SUPPORTED", 0x54


class KeyHandleInvalid(HsmError):
    """No key of that handle for this session."""

    ckr, code = "CKR_KEY_HANDLE_INVALID", 0x60


class KeySizeRange(HsmError):
    """The key's size does not fit the operation."""

    ckr, code = "CKR_KEY_SIZE_RANGE", 0x62


class KeyTypeInconsistent(HsmError):
    """The key's class or type does not fit the mechanism."""

    ckr, code = "CKR_KEY_TYPE_INCONSISTENT", 0x63


class KeyIndigestible(HsmError):
    """The key's value cannot be digested."""

    ckr, code = "CKR_KEY_INDIGESTIBLE", 0x67


class KeyFunctionNotPermitted(HsmError):
    """The key's attributes forbid this use."""

    ckr, code = "CKR_KEY_FUNCTION_NOT_PERMITTED", 0x68


class KeyNotWrappable(HsmError):
    """A policy forbids wrapping keys of this kind."""

    ckr, code = "CKR_KEY_NOT_WRAPPABLE", 0x69


class KeyUnextractable(HsmError):
    """CKA_EXTRACTABLE is false."""

    ckr, code = "CKR_KEY_UNEXTRACTABLE", 0x6A


class MechanismInvalid(HsmError):
    """The mechanism is unknown or not allowed here."""

    ckr, code = "CKR_MECHANISM_INVALID", 0x70


class MechanismParamInvalid(HsmError):
    """The mechanism's parameter is wrong."""

    ckr, code = "CKR_MECHANISM_PARAM_INVALID", 0x71


class ObjectHandleInvalid(HsmError):
    """No object of that handle for this session."""

    ckr, code = "CKR_OBJECT_HANDLE_INVALID", 0x82


class PinIncorrect(HsmError):
    """The password or PIN is wrong."""

    ckr, code = "CKR_PIN_INCORRECT", 0xA0


class PinLenRange(HsmError):
    """The password or PIN is too short or too long."""

    ckr, code = "CKR_PIN_LEN_RANGE", 0xA2


class PinExpired(HsmError):
    """The PIN is right, and has to be changed before it opens anything."""

    ckr, code = "CKR_PIN_EXPIRED", 0xA3


class PinLocked(HsmError):
    """Too many wrong passwords; the account is locked."""

    ckr, code = "CKR_PIN_LOCKED", 0xA4


class SessionHandleInvalid(HsmError):
    """There is no open session."""

    ckr, code = "CKR_SESSION_HANDLE_INVALID", 0xB3


class SessionReadOnly(HsmError):
    """A session that may only read was to change a token object."""

    ckr, code = "CKR_SESSION_READ_ONLY", 0xB5


class SessionExists(HsmError):
    """The token cannot be initialized while a session with it is open."""

    ckr, code = "CKR_SESSION_EXISTS", 0xB6


class SessionReadOnlyExists(HsmError):
    """The security officer does not log in while a read-only session with the token is open."""

    ckr, code = "CKR_SESSION_READ_ONLY_EXISTS", 0xB7


class SessionReadWriteSoExists(HsmError):
    """No read-only session is opened while the security officer is logged in."""

    ckr, code = "CKR_SESSION_READ_WRITE_SO_EXISTS", 0xB8


class SignatureInvalid(HsmError):
    """The signature is not one of these data by this key."""

    ckr, code = "CKR_SIGNATURE_INVALID", 0xC0


class SignatureLenRange(HsmError):
    """The signature has a length that this key and mechanism never produce."""

    ckr, code = "CKR_SIGNATURE_LEN_RANGE", 0xC1


class TemplateIncomplete(HsmError):
    """The template lacks an attribute that the object needs."""

    ckr, code = "CKR_TEMPLATE_INCOMPLETE", 0xD0


class TemplateInconsistent(HsmError):
    """The template's attributes contradict each other or a policy."""

    ckr, code = "CKR_TEMPLATE_INCONSISTENT", 0xD1


class TokenNotPresent(HsmError):
    """There is no token in the slot."""

    ckr, code = "CKR_TOKEN_NOT_PRESENT", 0xE0


class UnwrappingKeyHandleInvalid(HsmError):
    """No unwrapping key of that handle."""

    ckr, code = "CKR_UNWRAPPING_KEY_HANDLE_INVALID", 0xF0


class UnwrappingKeyTypeInconsistent(HsmError):
    """The unwrapping key's type does not fit the mechanism."""

    ckr, code = "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT", 0xF2


class UserAlreadyLoggedIn(HsmError):
    """This user is logged in already."""

    ckr, code = "CKR_USER_ALREADY_LOGGED_IN", 0x100


class UserNotLoggedIn(HsmError):
    """The operation needs a login."""

    ckr, code = "CKR_USER_NOT_LOGGED_IN", 0x101


class UserPinNotInitialized(HsmError):
    """The role has no PIN yet."""

    ckr, code = "CKR_USER_PIN_NOT_INITIALIZED", 0x102


class UserTypeInvalid(HsmError):
    """No such kind of user, or not here."""

    ckr, code = "CKR_USER_TYPE_INVALID", 0x103


class UserAnotherAlreadyLoggedIn(HsmError):
    """Somebody else is logged in in this application."""

    ckr, code = "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", 0x104


class WrappedKeyInvalid(HsmError):
    """The wrapped bytes do not open under this key and mechanism."""

    ckr, code = "CKR_WRAPPED_KEY_INVALID", 0x110


class WrappedKeyLenRange(HsmError):
    """The wrapped bytes have a length that this mechanism never produces."""

    ckr, code = "CKR_WRAPPED_KEY_LEN_RANGE", 0x112


class WrappingKeyHandleInvalid(HsmError):
    """No wrapping key of that handle."""

    ckr, code = "CKR_WRAPPING_KEY_HANDLE_INVALID", 0x113


class WrappingKeyTypeInconsistent(HsmError):
    """The wrapping key's type does not fit the mechanism."""

    ckr, code = "CKR_WRAPPING_KEY_TYPE_INCONSISTENT", 0x115


class DomainParamsInvalid(HsmError):
    """Domain parameters that contradict each other."""

    ckr, code = "CKR_DOMAIN_PARAMS_INVALID", 0x130


class CurveNotSupported(HsmError):
    """The HSM does not compute with this curve."""

    ckr, code = "CKR_CURVE_NOT_SUPPORTED", 0x140
