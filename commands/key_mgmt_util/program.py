"""The tool's entry: the prompt loop, and one-shot ``singlecmd``."""

from __future__ import annotations

from collections.abc import Sequence

from commands.key_mgmt_util.explain import help_block
from commands.key_mgmt_util.helpers import Leave
from commands.key_mgmt_util.listing import NOT_YET, find
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Misuse, Utility
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.console.values import printable
from hsmshell.grammar import (
    Command,
    MissingParameter,
    UnmetNeed,
    UsageError,
    WrongValue,
    parse_options,
    split_words,
)

PROMPT = "Command:  "
SINGLE = "singlecmd"

_USAGE = (
    "usage: key_mgmt_util [singlecmd loginHSM -u CU -s NAME -p PASSWORD COMMAND [OPTIONS]]\n"
    "Without singlecmd: the interactive tool. Type help at its prompt.\n"
)


def run(arguments: Sequence[str], context: Context) -> int:
    """Start the tool. Interactive: 0 at its end. ``singlecmd``: 0 when every command returned 0x00, else 1."""
    if list(arguments[:1]) in (["-h"], ["--help"]):
        context.console.write(_USAGE)
        return SUCCESS
    tool = Utility(context)
    try:
        tool.write("Cfm3Initialize() returned app id : 01000000\n\n\tsession_handle 1000000\n")
        tool.write("\n\tCurrent FIPS mode is: 00000002\n")
        # A word before singlecmd, and any word without it, is the path of a configuration file.
        if SINGLE in arguments[:2]:
            return _run_single(tool, list(arguments[list(arguments).index(SINGLE) + 1 :]))
        return _run_interactive(tool)
    finally:
        tool.close()


def _run_interactive(tool: Utility) -> int:
    while True:
        tool.write("\n")
        try:
            words = split_words(tool.context.console.ask(PROMPT, Ask.COMMAND))
            if words:
                execute(tool, words)
        except (Leave, EndOfInput):
            return SUCCESS


def _run_single(tool: Utility, words: Sequence[str]) -> int:
    """The commands of one line, in order, until one fails."""
    chain = split_chain(words)
    if not chain:
        tool.write(_USAGE)
        return FAILURE
    for number, command in enumerate(chain):
        if number:
            tool.write("Command: " + printable("  ".join(command)) + "\n")
        try:
            if execute(tool, command) != SUCCESS:
                return FAILURE
        except Leave:
            break
        except EndOfInput:
            return FAILURE
    return SUCCESS


def split_chain(words: Sequence[str]) -> list[list[str]]:
    """The line cut before every word that is neither an option nor the value of one: it names a command, or should."""
    chain: list[list[str]] = []
    value_follows = False
    for word in words:
        if not chain or (not value_follows and not word.startswith("-")):
            chain.append([word])
            value_follows = False
            continue
        current = find(chain[-1][0])
        parameter = current.parameter(word[1:]) if current and word.startswith("-") else None
        value_follows = not value_follows and parameter is not None and parameter.type is not None
        chain[-1].append(word)
    return chain


def execute(tool: Utility, words: Sequence[str]) -> int:
    """One command; what its handler returns. Raises ``Leave`` for exit and quit."""
    command = find(words[0])
    if command is None:
        if words[0] in NOT_YET:
            return tool.complain(f"{words[0]} is not supported by this simulator.")
        tool.write(f"\n\tError: Invalid command {printable(words[0])}\n\tType help to list the commands\n")
        return FAILURE
    if "-h" in words[1:]:
        tool.write(help_block(command))
        return SUCCESS
    try:
        arguments = parse_options(command.parameters, words[1:])
        return command.handler(tool, arguments)
    except UsageError as problem:
        tool.complain(printable(explain(command, problem)))
    except Misuse as problem:
        tool.complain(str(problem))
    tool.write(help_block(command))
    return FAILURE


def explain(command: Command[Utility], problem: UsageError) -> str:
    """What is wrong with the arguments. Only the wording for an absent option is attested."""
    parameter = problem.parameter
    if isinstance(problem, UnmetNeed) and parameter is not None:
        parameter = command.parameter(parameter.needs[0]) or parameter
        return f"{parameter.title or 'Option'} (-{parameter.name}) is missing."
    if isinstance(problem, MissingParameter) and parameter is not None:
        return f"{parameter.title} (-{parameter.name}) is missing."
    if isinstance(problem, WrongValue) and parameter is not None:
        extra = f" {problem.reason}" if problem.reason.startswith("for ") else ""
        return f"Invalid {parameter.title[:1].lower()}{parameter.title[1:]} (-{parameter.name}){extra}."
    return f"Invalid argument {problem.word}"
