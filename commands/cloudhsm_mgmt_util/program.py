"""The tool's entry: connecting, the prompt loop, and an orderly end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commands.client_files import host_files
from commands.cloudhsm_mgmt_util.configuration import ConfigurationError, ServerEntry, lab_entries, load
from commands.cloudhsm_mgmt_util.explain import syntax
from commands.cloudhsm_mgmt_util.listing import find
from commands.cloudhsm_mgmt_util.login import enable
from commands.cloudhsm_mgmt_util.modes import Leave
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Utility
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.console.values import Marked, address, marked, printable
from hsmshell.grammar import Command, UsageError, parse_positions

PROMPT = "aws-cloudhsm>"

_USAGE = (
    "usage: cloudhsm_mgmt_util [CONFIGURATION-FILE]\n"
    "Without a file: all HSMs of the lab. Type help at the tool's prompt.\n"
)


def run(arguments: Sequence[str], context: Context) -> int:
    """Start the tool. 0 at its end, 1 when there is no usable configuration."""
    if list(arguments) in (["-h"], ["--help"]):
        context.console.write(_USAGE)
        return SUCCESS
    if len(arguments) > 1:
        context.console.write(_USAGE)
        return FAILURE
    try:
        entries = _entries(arguments, context)
    except ConfigurationError as problem:
        context.console.write(
            f"cloudhsm_mgmt_util: {printable(arguments[0])} cannot be used: {problem}; "
            "name another configuration file, or none for the HSMs of the lab\n"
        )
        return FAILURE
    if not entries:
        name = printable(context.lab.cluster().name)
        context.console.write(
            f"cloudhsm_mgmt_util: {name} has no HSM; add one with: hsmshell lab cluster add-hsm {name}\n"
        )
        return FAILURE
    tool = Utility(context, entries)
    try:
        _connect(tool)
        _converse(tool)
    finally:
        tool.close()
    tool.write("\n\ndisconnecting from servers, please wait...\n")
    return SUCCESS


def _entries(arguments: Sequence[str], context: Context) -> list[ServerEntry]:
    nodes = context.lab.cluster().nodes()
    return load(arguments[0], host_files(context), nodes) if arguments else lab_entries(nodes)


def _connect(tool: Utility) -> None:
    tool.write("Ignoring E2E enable flag in the configuration file\n\n")
    tool.write("Connecting to the server(s), it may take time\ndepending on the server(s) load, please wait...\n")
    for server in tool.servers:
        name, host, port = address(server.name), address(server.hostname), server.port
        tool.write("\nConnecting to server '", name, "': hostname '", host, f"', port {port}...\n")
        node = tool.node(server)
        if node is None:
            tool.write("Connetion to server ", host, "(", host, f") on port {port} failed\n")
            tool.not_connected(server)
        else:
            tool.write("Connected to server '", name, "': hostname '", host, f"', port {port}.\n")
            enable(tool, server, node)


def _converse(tool: Utility) -> None:
    """Commands until the user leaves or the input ends, be it in the middle of a dialog."""
    while True:
        prompt = PROMPT if tool.selected is None else f"server{tool.selected.number}>"
        try:
            words = split(tool.context.console.ask(prompt, Ask.COMMAND, _marks))
            if words:
                execute(tool, words)
        except (Leave, EndOfInput):
            return


def _marks(line: str) -> Iterable[Marked]:
    from commands.cloudhsm_mgmt_util.roles import command_roles
    from hsmshell.grammar.roles import in_line

    return marked(in_line(line, command_roles, quotes=False))


def split(line: str) -> list[str]:
    """Words between blanks and tabs. Quotes mean nothing to this tool."""
    return [word for word in line.replace("\t", " ").split(" ") if word]


def execute(tool: Utility, words: Sequence[str]) -> int:
    """One command; what its handler returns. Raises ``Leave`` for quit."""
    command = find(tool, words[0])
    if command is None:
        return FAILURE
    tool.command = command.name
    try:
        return command.handler(tool, parse_positions(command.parameters, _places(command, words[1:])))
    except UsageError:
        tool.write(f"Usage: {syntax(command)}\n")
        return FAILURE


def _places(command: Command[Utility], words: Sequence[str]) -> list[str]:
    """The words by their places, without an option name that stands before the word of its place (``-k 6``)."""
    kept: list[str] = []
    for word in words:
        place = command.parameters[len(kept)] if len(kept) < len(command.parameters) else None
        if place is None or not word.startswith("-") or word[1:] not in place.aliases:
            kept.append(word)
    return kept
