"""aesWrapUnwrap: a file's bytes under an AES key of the cluster, or back. No key is made."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.host import HOST_WRAP
from commands.key_mgmt_util.utility import Utility
from hsmshell.console.values import Part, hexadecimal, joined, path
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.errors import HsmError, KeySizeRange
from hsmshell.engine.keywrap import BLOCK
from hsmshell.engine.mechanisms import MechanismParameters
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import HexBytes, Integer, Path

LARGEST = 4095
"""The largest file in bytes."""
ROW = 8
"""Bytes in a row of hexadecimal digits."""

_MODE = Parameter(
    "m",
    Integer(choices={1: "wrap", 0: "unwrap"}),
    "wrap-unwrap mode",
    "specifies the mode: 1 = wrap, 0 = unwrap",
    required=True,
    title="Mode",
)
_FILE = Parameter(
    "f",
    Path(),
    "file-to-wrap-unwrap",
    "specifies the file, of less than 4096 bytes",
    required=True,
    title="File name",
)
_IV = options.IV._replace(type=HexBytes(BLOCK), needs=())
_OUTPUT = options.OUTPUT._replace(
    required=False, help="specifies the file to write; wrapped_key or unwrapped_key without it"
)

_WARNING = "\n\tWarning: IV (-i) is missing.\n\t         0xA6A6A6A6A6A6A6A6 is considered as default IV\n"


def aes_wrap_unwrap(tool: Utility, arguments: Arguments) -> int:
    """NIST AES wrap (RFC 3394) of padded data, with any initial value."""
    wraps = arguments.number("m") == 1
    call = "Cfm3WrapHostKey" if wraps else "Cfm3UnWrapHostKey"
    target = arguments.text("out", "wrapped_key" if wraps else "unwrapped_key")
    try:
        tool.cluster.check_login(Operation.USE_KEY, tool.session)
        data = tool.read(arguments.text("f"))
    except HsmError as error:
        return tool.refused(call, error)
    try:
        result = _result(tool, arguments, data, wraps=wraps)
    except HsmError as error:
        # The real tool opens its output first, so that a failure leaves it empty.
        tool.write_file(target, b"")
        return tool.refused(call, error)
    tool.write_file(target, result)
    tool.write("\n" if "i" in arguments else _WARNING, "result data:\n", *_rows(result))
    tool.write("\nresult written to file ", path(target), "\n")
    return tool.returned(call)


def _result(tool: Utility, arguments: Arguments, data: bytes, *, wraps: bool) -> bytes:
    if len(data) > LARGEST:
        raise KeySizeRange(f"{len(data)} bytes")
    parameters = MechanismParameters(iv=arguments.data("i"))
    handle = arguments.number("w")
    if wraps:
        return tool.cluster.wrap_data(tool.session, handle, data, HOST_WRAP, Attribute.WRAP, parameters)
    return tool.cluster.unwrap_data(tool.session, handle, data, HOST_WRAP, Attribute.UNWRAP, parameters)


def _rows(data: bytes) -> list[Part]:
    """The bytes in upper-case hexadecimal."""
    rows: list[Part] = []
    for start in range(0, len(data), ROW):
        rows += [*joined(" ", [hexadecimal(f"{byte:02X}") for byte in data[start : start + ROW]]), "\n"]
    return rows


COMMANDS = (
    Command(
        "aesWrapUnwrap",
        "Does NIST AES Wrap/Unwrap",
        aes_wrap_unwrap,
        (_MODE, _FILE, options.WRAPPING_KEY, _IV, _OUTPUT),
        notes="the output of a failure, and with -i, is not published; a file that cannot be read leaves no output",
    ),
)
