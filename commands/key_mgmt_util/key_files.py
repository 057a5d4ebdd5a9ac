"""getCaviumPrivKey, IsValidKeyHandlefile: files that name a private key of the HSM by its handle."""

from __future__ import annotations

from commands.key_mgmt_util import fake_pem, options
from commands.key_mgmt_util.utility import SUCCESS, FileUnusable, Utility
from hsmshell.console.values import handle, path
from hsmshell.engine import encodings
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.errors import AccessDenied, HsmError, KeyTypeInconsistent, ObjectHandleInvalid
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Path

_PRIVATE_KEY = options.KEY._replace(placeholder="private-key-handle", help="specifies the private key handle")
_TARGET = options.OUTPUT._replace(placeholder="fake-PEM-file", help="specifies the file to write the handle")
_FILE = Parameter(
    "f", Path(), "private-key-file", "specifies the file with a key or a key handle", required=True, title="File name"
)


def save_handle(tool: Utility, arguments: Arguments) -> int:
    """A private key's handle in a file that looks like the key."""
    call, target = "getCaviumPrivKey", arguments.text("out")
    try:
        pem = _fake(tool.cluster.read_key(tool.session, arguments.number("k")))
    except HsmError as error:
        return tool.refused(call, error)
    tool.write_file(target, pem)
    gap = "\n\n" if tool.late else "\n"
    tool.write(gap, "Private Key Handle is written to ", path(target), " in fake PEM format\n")
    return tool.returned(call)


def check_file(tool: Utility, arguments: Arguments) -> int:
    """Whether a file holds a real private key, or the handle of one that this user can use."""
    source = arguments.text("f")
    try:
        tool.cluster.check_login(Operation.READ_KEY, tool.session)
    except HsmError as error:
        return tool.refused("IsValidKeyHandlefile", error)
    try:
        data = tool.context.files.read(source)
    except OSError:
        raise FileUnusable(f"Failed to read key file {source}") from None
    number = fake_pem.decode(data)
    if number is None:
        if not encodings.is_private_pem(data):
            raise FileUnusable(f"Failed to read key file {source}")
        tool.write("\nInput key file has real private key\n")
        return SUCCESS
    try:
        usable = _is_usable(tool, number)
    except HsmError as error:
        return tool.refused("IsValidKeyHandlefile", error)
    tool.write(f"\nInput file has {'' if usable else 'invalid '}key handle: ", handle(number), "\n")
    return SUCCESS


def _is_usable(tool: Utility, number: int) -> bool:
    """Whether the handle is that of a private key which this user owns or shares."""
    try:
        key = tool.cluster.read_key(tool.session, number)
    except (ObjectHandleInvalid, AccessDenied):
        return False
    return key.object_class is ObjectClass.PRIVATE_KEY


def _fake(key: StoredObject) -> bytes:
    """The PEM file that stands for the key.

    Raises ``ObjectHandleInvalid`` for a key that is not private, ``KeyTypeInconsistent`` for a type without such a
    file.
    """
    if key.object_class is not ObjectClass.PRIVATE_KEY:
        raise ObjectHandleInvalid(str(key.handle))
    if key.key_type is KeyType.RSA:
        modulus, exponent = _octets(key, Attribute.MODULUS), _octets(key, Attribute.PUBLIC_EXPONENT)
        return fake_pem.encode_rsa(modulus, exponent, key.handle)
    if key.key_type is KeyType.EC:
        return fake_pem.encode_ec(_octets(key, Attribute.EC_PARAMS), _octets(key, Attribute.EC_POINT), key.handle)
    raise KeyTypeInconsistent(str(key.handle))


def _octets(key: StoredObject, attribute: Attribute) -> bytes:
    value = key.attributes[attribute]
    assert isinstance(value, bytes)  # the attribute's shape says so
    return value


COMMANDS = (
    Command(
        "getCaviumPrivKey",
        "Saves an RSA private key handle in fake PEM format",
        save_handle,
        (_PRIVATE_KEY, _TARGET),
        notes="the file's bytes are published by a sister build for P-256; those for RSA are ours",
    ),
    Command(
        "IsValidKeyHandlefile",
        "Checks if private key file has an HSM key handle or a real key",
        check_file,
        (_FILE,),
        notes="which of the two published lines tells of a usable handle is deduced; the error for other files is ours",
    ),
)
