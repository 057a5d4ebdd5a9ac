"""imSymKey, exSymKey: secret keys in and out as raw files."""

from __future__ import annotations

from commands.key_mgmt_util import constants, host, options
from commands.key_mgmt_util.creation import announce
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from hsmshell.console.values import path
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import KeyType, ObjectClass
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, Path

_FILE = Parameter("f", Path(), "key-file", "specifies the file with the raw key", required=True, title="File name")
_TYPE = Parameter(
    "t",
    Integer(choices=constants.named(constants.IMPORTABLE)),
    "key-type",
    "specifies the key type: 21 = DES3, 31 = AES",
    required=True,
    title="Key type",
)


def import_symmetric(tool: Utility, arguments: Arguments) -> int:
    """A raw key from a file: wrapped on the host, unwrapped in the HSM."""
    key_type = KeyType(arguments.number("t"))
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(calls(tool.late).import_wrap, error)
    data = tool.read(arguments.text("f"))
    host.require_length(data, key_type)
    wrapper = host.key_in_file(tool, arguments)
    created = host.bring_in(tool, arguments, data, ObjectClass.SECRET_KEY, key_type, wrapper)
    if created is None:
        return FAILURE
    tool.returned(calls(tool.late).import_unwrap)
    return announce(tool, f"Symmetric Key {'Imported' if tool.late else 'Unwrapped'}.", created, arguments)


def export_symmetric(tool: Utility, arguments: Arguments) -> int:
    """A secret key as a raw file: wrapped in the HSM, unwrapped on the host."""
    target = arguments.text("out")
    data = host.take_out(tool, arguments, ObjectClass.SECRET_KEY)
    if data is None:
        return FAILURE
    tool.write_file(target, data)
    host.taken_out(tool, arguments)
    if "wk" not in arguments:
        tool.write("\n")
    verb = "Exported" if tool.late else "Wrapped"
    tool.write(f'\n{verb} Symmetric Key written to file "', path(target), '"\n')
    return SUCCESS


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
        notes="the output with -wk is ours; the late output is a sister build's",
    ),
    Command(
        "exSymKey",
        "Exports a Symmetric key",
        export_symmetric,
        (
            options.KEY._replace(placeholder="key-to-export"),
            options.WRAPPING_KEY._replace(placeholder="wrapping-key"),
            options.OUTPUT._replace(placeholder="key-file"),
            host.MECHANISM,
            options.WRAPPING_KEY_FILE._replace(placeholder="unwrapping-key-file"),
        ),
        notes="the late output is a sister build's",
    ),
)
