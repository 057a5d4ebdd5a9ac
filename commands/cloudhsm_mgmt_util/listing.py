"""Every command in the order of ``help``, and which of them a mode has."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util import (
    information,
    keys,
    login,
    modes,
    ownership,
    quorum,
    services,
    sharing,
    sync,
    tokens,
    users,
)
from commands.cloudhsm_mgmt_util.utility import Utility
from hsmshell.console.values import printable
from hsmshell.grammar import AmbiguousName, Command, UnknownName, resolve

_GLOBAL_ONLY = frozenset({modes.INFO.name, modes.QUIT.name, modes.SERVER.name})
_SERVER_ONLY = frozenset({modes.EXIT.name, information.CERTIFICATE.name, sync.KEY.name, sync.USER.name})

COMMANDS: dict[str, Command[Utility]] = {
    command.name: command
    for command in (
        tokens.APPROVE,
        users.CHANGE,
        users.CREATE,
        users.DELETE,
        tokens.DELETE,
        login.ENABLE_E2E,
        ownership.FIND,
        keys.GET,
        information.CLUSTER,
        information.HSM,
        sharing.INFO,
        services.GET,
        tokens.GET,
        modes.HELP,
        modes.INFO,
        keys.LIST,
        tokens.LIST,
        users.LIST,
        login.LOGIN,
        login.LOGOUT,
        modes.QUIT,
        quorum.REGISTER_OLD,
        quorum.REGISTER,
        modes.SERVER,
        keys.SET,
        services.SET,
        sharing.SHARE,
        modes.EXIT,
        information.CERTIFICATE,
        sync.KEY,
        sync.USER,
    )
}


def available(tool: Utility) -> list[Command[Utility]]:
    """The commands of the mode that the tool is in."""
    absent = _SERVER_ONLY if tool.selected is None else _GLOBAL_ONLY
    return [command for command in COMMANDS.values() if command.name not in absent]


def find(tool: Utility, word: str) -> Command[Utility] | None:
    """The command that the word names or abbreviates in this mode; ``None`` after a complaint."""
    try:
        return COMMANDS[resolve(word, [command.name for command in available(tool)])]
    except UnknownName:
        tool.write(f"Unknown command: {printable(word)}. Type 'help' for the list of commands.\n")
    except AmbiguousName as problem:
        tool.write(f"Ambiguous command: {printable(word)} ({', '.join(problem.candidates)})\n")
    return None
