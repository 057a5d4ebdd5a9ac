"""server, exit, info, help, quit: moving about in the tool."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.explain import syntax
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console import Kind, Part
from hsmshell.console.values import address, serial
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Integer, Text, Word

_NUMBER = Parameter(
    "number", Integer(role=Kind.SERVER.value), "server-number", "the server's number, see info", required=True
)
_SERVER = Parameter("server", Word({"server": True}), "server", "one server only", needs=("number",))
_ONE = _NUMBER._replace(placeholder="server ID", required=False)
_COMMAND = Parameter("command", Text(), "command-name", "the command to explain")


class Leave(Exception):
    """The user asked to leave the tool."""


def enter(tool: Utility, arguments: Arguments) -> int:
    """From now on talk to one server only."""
    server = tool.numbered(arguments.number(_NUMBER.name))
    if server is None:
        return FAILURE
    node = tool.node(server)
    if node is None:
        tool.not_connected(server)
        return FAILURE
    tool.selected = server
    mode = "E2E" if tool.has_channel(server, node) else "Unencrypted"
    tool.write(f"\nServer is in '{mode}' mode...\n")
    return SUCCESS


def leave_mode(tool: Utility, arguments: Arguments) -> int:
    """Talk to all servers again."""
    tool.selected = None
    return SUCCESS


def quit_tool(tool: Utility, arguments: Arguments) -> int:
    """End the tool."""
    raise Leave


_WIDTHS = (8, 24, 17, 7, 16, 17)
"""The columns of ``info`` but for the last: the real tool's tabs, expanded."""
_HEADER = ("Id", "Name", "Hostname", "Port", "State", "Partition", "LoginState")


def info(tool: Utility, arguments: Arguments) -> int:
    """One server's connection, or all of them: where it goes and who is logged in."""
    if _ONE.name in arguments:
        server = tool.numbered(arguments.number(_ONE.name))
        if server is None:
            return FAILURE
        servers = [server]
    else:
        servers = tool.servers
    tool.write(*_columns(_HEADER))
    for server in servers:
        tool.write(*_columns(_state(tool, server)))
    return SUCCESS


def _columns(cells: tuple[Part, ...]) -> list[Part]:
    parts: list[Part] = []
    for cell, width in zip(cells, (*_WIDTHS, 0), strict=True):
        text = cell if isinstance(cell, str) else cell.text
        parts += [cell, " " * max(1, width - len(text)) if width else "\n"]
    return parts


def _state(tool: Utility, server: Server) -> tuple[Part, ...]:
    node = tool.node(server)
    session = tool.session(server)
    return (
        str(server.number),
        address(server.name),
        address(server.hostname),
        str(server.port),
        "Disconnected" if node is None else "Connected",
        "" if node is None else serial(node.name),
        f"Logged in as '{session.user_name}({session.user_type.value})'" if session else "Not logged in",
    )


def show_help(tool: Utility, arguments: Arguments) -> int:
    """The commands of this mode, or the syntax of one."""
    from commands.cloudhsm_mgmt_util.listing import available, find

    if _COMMAND.name not in arguments:
        tool.write(*(f"{command.name}\n" for command in available(tool)))
        return SUCCESS
    command = find(tool, arguments.text(_COMMAND.name))
    if command is None:
        return FAILURE
    tool.write(f"{syntax(command)}\n")
    return SUCCESS


SERVER = Command(
    "server",
    "Enters server mode: the commands that follow go to one HSM",
    enter,
    (_NUMBER,),
    notes="ours: the text for a wrong number",
)
EXIT = Command("exit", "Leaves server mode", leave_mode)
QUIT = Command("quit", "Logs out, disconnects and ends the tool", quit_tool)
INFO = Command(
    "info",
    "Shows a connection and who is logged in on it",
    info,
    (_SERVER, _ONE),
    notes="ours: all servers when none is named, and the states of a lost connection and of nobody logged in",
)
HELP = Command(
    "help",
    "Lists the commands, or shows the syntax of one",
    show_help,
    (_COMMAND,),
    Provenance.RECOMMENDED,
)
