"""Error2String, exit, quit."""

from __future__ import annotations

from commands.key_mgmt_util.utility import SUCCESS, Utility
from commands.return_codes import text_of
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Hexadecimal

_CODE = Parameter(
    "r",
    Hexadecimal(),
    "response-code",
    "specifies the response code in hexadecimal, as 0xdb",
    required=True,
    title="Error code",
)


class Leave(Exception):
    """The user asked to leave the tool."""


def error_to_string(tool: Utility, arguments: Arguments) -> int:
    """The text of a return code."""
    number = arguments.number("r")
    tool.write(f"\n\tError Code {number:x} maps to {text_of(number)}\n")
    return SUCCESS


def leave(tool: Utility, arguments: Arguments) -> int:
    """End the tool."""
    raise Leave


COMMANDS = (
    Command("Error2String", "Converts Error codes to Strings", error_to_string, (_CODE,)),
    Command("exit", "Exits this application", leave),
    Command("quit", "Exits this application", leave, provenance=Provenance.RECOMMENDED),
)
