"""A password on the command line, or asked for without showing it."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.utility import Utility
from hsmshell.console import Ask
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import Text

HIDDEN = "-hpswd"
"""In place of a password: ask for it."""

PASSWORD = Parameter(
    "password", Text(), f"password |{HIDDEN}", f"the password, or {HIDDEN} to be asked for it", required=True
)

_MISMATCH = "Passwords do not match\n"


def is_hidden(arguments: Arguments) -> bool:
    """Whether the password is to be asked for."""
    return arguments.text(PASSWORD.name) == HIDDEN


def hidden(tool: Utility) -> str:
    """The password of a user who logs in."""
    password = tool.context.console.ask("Enter password:", Ask.SECRET)
    tool.write("\n")
    return password


def chosen(tool: Utility, arguments: Arguments) -> str | None:
    """A new password, asked for twice when it is hidden; ``None`` after a complaint that the two differ."""
    if not is_hidden(arguments):
        return arguments.text(PASSWORD.name)
    password = tool.context.console.ask("Enter password:", Ask.SECRET)
    repeated = tool.context.console.ask("Re-enter password:", Ask.SECRET)
    tool.write("\n")
    if password != repeated:
        tool.write(_MISMATCH)
        return None
    return password
