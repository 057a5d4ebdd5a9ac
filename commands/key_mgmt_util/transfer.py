"""imSymKey, exSymKey: keys in and out as plain files."""

from __future__ import annotations

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Misuse, Utility
from hsmshell.console.values import handle, path
from hsmshell.engine import crypto
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import KeyType, ObjectClass
from hsmshell.engine.errors import HsmError, ObjectHandleInvalid
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import SECRET_LENGTHS
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, Path

HOST_WRAP = Mechanism.AES_KEY_WRAP_PKCS7
"""The mechanism by which plain keys cross between host and HSM: NIST AES wrap with PKCS#5 padding."""

_FILE = Parameter("f", Path(), "key-file", "specifies the file with the raw key", required=True, title="File name")
_TYPE = Parameter(
    "t",
    Integer(choices=constants.named(constants.IMPORTABLE)),
    "key-type",
    "specifies the key type: 21 = DES3, 31 = AES",
    required=True,
    title="Key type",
)
_MECHANISM = Parameter(
    "m", Integer(choices={4: "NIST_AES_WRAP"}), "4", "specifies the wrapping mechanism: 4", title="Wrapping mechanism"
)


def import_symmetric(tool: Utility, arguments: Arguments) -> int:
    """A raw key from a file: wrapped on the host, unwrapped in the HSM."""
    names = calls(tool.late)
    key_type = KeyType(arguments.number("t"))
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(names.import_wrap, error)
    data = tool.read_file(arguments.text("f"))
    if data is None:
        return FAILURE
    if len(data) not in SECRET_LENGTHS[key_type]:
        raise Misuse(_wrong_size(data))
    wrapper = None
    if "wk" in arguments:
        wrapper = _wrapping_key(tool, arguments.text("wk"))
        if wrapper is None:
            return FAILURE
    try:
        if wrapper is None:
            wrapped = tool.cluster.wrap_data(tool.session, arguments.number("w"), data, HOST_WRAP)
        else:
            wrapped = crypto.wrap(HOST_WRAP, wrapper, data, MechanismParameters())
    except HsmError as error:
        return tool.refused(names.import_wrap, error)
    try:
        created = tool.cluster.unwrap_key(
            tool.session,
            arguments.number("w"),
            wrapped,
            HOST_WRAP,
            ObjectClass.SECRET_KEY,
            key_type,
            options.key_spec(arguments),
        )
    except HsmError as error:
        if wrapper is None:
            tool.returned(names.import_wrap)
        tool.returned(names.import_template)
        return tool.creation_refused(names.import_unwrap, error)
    if wrapper is None:
        tool.returned(names.import_wrap)
    tool.returned(names.import_template)
    tool.returned(names.import_unwrap)
    verb = "Imported" if tool.late else "Unwrapped"
    tool.write(f"\n\tSymmetric Key {verb}.  Key Handle: ", handle(created.handles[0]), "\n")
    if arguments.flag("attest"):
        tool.attested()
    tool.cluster_block(created.nodes)
    return SUCCESS


def export_symmetric(tool: Utility, arguments: Arguments) -> int:
    """A secret key as a raw file: wrapped in the HSM, unwrapped on the host."""
    names = calls(tool.late)
    target = arguments.text("out")
    handle_out, wrapping = arguments.number("k"), arguments.number("w")
    wrapper = None
    try:
        tool.cluster.check_login(Operation.EXTRACT_KEY, tool.session)
        if "wk" in arguments:
            wrapper = _wrapping_key(tool, arguments.text("wk"))
            if wrapper is None:
                return FAILURE
        key, wrapped = tool.cluster.wrap_key(tool.session, wrapping, handle_out, HOST_WRAP)
        if key.object_class is not ObjectClass.SECRET_KEY:
            raise ObjectHandleInvalid(str(handle_out))
    except HsmError as error:
        return tool.refused(names.export_wrap, error)
    try:
        if wrapper is None:
            data = tool.cluster.unwrap_data(tool.session, wrapping, wrapped, HOST_WRAP)
        else:
            data = crypto.unwrap(HOST_WRAP, wrapper, wrapped, MechanismParameters())
    except HsmError as error:
        tool.returned(names.export_wrap)
        return tool.refused(names.export_unwrap, error)
    if not tool.write_file(target, data):
        return FAILURE
    tool.returned(names.export_wrap)
    if wrapper is None:
        tool.returned(names.export_unwrap)
        tool.write("\n")
    verb = "Exported" if tool.late else "Wrapped"
    tool.write(f'\n{verb} Symmetric Key written to file "', path(target), '"\n')
    return SUCCESS


def _wrapping_key(tool: Utility, source: str) -> bytes | None:
    """The AES key that a file holds; ``None`` after a complaint."""
    data = tool.read_file(source)
    if data is not None and len(data) not in SECRET_LENGTHS[KeyType.AES]:
        raise Misuse(_wrong_size(data))
    return data


def _wrong_size(data: bytes) -> str:
    return f"Invalid key size {len(data)} for the given key type."


COMMANDS = (
    Command(
        "imSymKey",
        "Imports a Symmetric key",
        import_symmetric,
        (
            _FILE,
            options.WRAPPING_KEY,
            _TYPE,
            options.LABEL,
            options.IDENT,
            options.SESSION,
            options.WRAPPING_KEY_FILE,
            options.ATTEST,
            options.MINIMUM_SERVERS,
            options.TIMEOUT,
            options.USERS,
        ),
    ),
    Command(
        "exSymKey",
        "Exports a Symmetric key",
        export_symmetric,
        (options.KEY, options.WRAPPING_KEY, options.OUTPUT, _MECHANISM, options.WRAPPING_KEY_FILE),
    ),
)
