"""The program itself: finds the command that was named, runs it, and tells what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commands.vtl import ha, slots
from commands.vtl.client import Client
from hsmshell.console import Context, EndOfInput
from hsmshell.console.values import printable
from hsmshell.engine.errors import GroupError, HsmError
from hsmshell.grammar import (
    AmbiguousName,
    Command,
    MissingParameter,
    MissingValue,
    UnknownName,
    UnknownParameter,
    UsageError,
    parse_assignments,
    resolve,
)

GOOD, FAILED = 0, 1

HA_ADMIN = "haAdmin"
HELP_WORDS = ("help", "-h", "--help")

TOP: Mapping[str, Command[Client]] = {command.name: command for command in slots.COMMANDS}
GROUPS: Mapping[str, Command[Client]] = {command.name: command for command in ha.COMMANDS}


class _Wrong(Exception):
    """The command line is none; ``args[0]`` says why."""


def start(words: Sequence[str], context: Context) -> int:
    """Run the command that the first words name, with the options that follow."""
    if not words or words[0].lower() in HELP_WORDS:
        context.console.write(usage())
        return GOOD if words else FAILED
    client = Client(context)
    try:
        command, options = _find(words)
        return command.handler(client, parse_assignments(command.parameters, options))
    except EndOfInput:
        return FAILED
    except GroupError as problem:
        text = str(problem)
    except HsmError as problem:
        text = f"{problem.ckr} (0x{problem.code:08x})"
    except UsageError as problem:
        text = _usage_text(problem)
    except _Wrong as problem:
        text = str(problem)
    finally:
        client.application.close()
    context.console.write(f"Error: {printable(text)}\n")
    return FAILED


def _find(words: Sequence[str]) -> tuple[Command[Client], Sequence[str]]:
    """The command, and the words after its name."""
    name = _resolve(words[0], [*TOP, HA_ADMIN])
    if name != HA_ADMIN:
        return TOP[name], words[1:]
    if len(words) < 2:
        raise _Wrong(f"{HA_ADMIN} takes one of {', '.join(GROUPS)}")
    return GROUPS[_resolve(words[1], list(GROUPS))], words[2:]


def _resolve(word: str, names: Sequence[str]) -> str:
    try:
        return resolve(word, names, fold=True)
    except UnknownName:
        raise _Wrong(f"unknown command {word}; it is one of {', '.join(names)}") from None
    except AmbiguousName as problem:
        raise _Wrong(f"{word} may be {' or '.join(problem.candidates)}") from None


def _usage_text(problem: UsageError) -> str:
    name = f"-{problem.parameter.name}" if problem.parameter else problem.word
    if isinstance(problem, UnknownParameter):
        return f"unknown option {problem.word}"
    if isinstance(problem, MissingParameter):
        return f"option {name} is missing"
    if isinstance(problem, MissingValue):
        return f"option {name} needs a value"
    return f"option {name} is wrong"


def usage() -> str:
    """The commands that there are; the list is ours."""
    lines = ["usage: vtl <command> [options]"]
    lines += [f"  {command.name:<24}{command.summary}" for command in TOP.values()]
    for command in GROUPS.values():
        lines.append(f"  {HA_ADMIN + ' ' + command.name:<24}{command.summary}")
        for option in command.parameters:
            lines.append(f"      -{option.name} {option.placeholder}".rstrip())
    return "".join(f"{line}\n" for line in lines)
