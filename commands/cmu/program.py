"""The program itself: finds the function that was named, runs it, and tells what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from commands.cmu import (
    attributes,
    certificates,
    confirmation,
    delete,
    exporting,
    generation,
    importing,
    listing,
    private_keys,
)
from commands.cmu.errors import Failure, Message, failure, library_text, usage_text
from commands.cmu.options import spelled_out
from commands.cmu.utility import VERSION_LINE, Utility
from hsmshell.console import Context, EndOfInput
from hsmshell.console.values import printable
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import (
    AmbiguousName,
    Arguments,
    Command,
    Parameter,
    Provenance,
    UnknownName,
    UsageError,
    parse_assignments,
    parse_positions,
    resolve,
)
from hsmshell.grammar.values import Text

GOOD, FAILED = 0, 1

HELP_WORDS = ("-h", "--help")
"""Whole words only: ``-h=120`` and ``-ha`` abbreviate ``-handle``."""


def _help(utility: Utility, arguments: Arguments) -> int:
    word = arguments.text("function")
    utility.write(_explained(_find(word)) if word else usage())
    return GOOD


HELP = Command(
    "help",
    "tells what functions there are, and of one its options",
    _help,
    (Parameter("function", Text(), "<function>", "the function to explain"),),
    Provenance.RECOMMENDED,
)
COMMANDS: tuple[Command[Utility], ...] = tuple(
    sorted(
        (
            *attributes.COMMANDS,
            *certificates.COMMANDS,
            *confirmation.COMMANDS,
            delete.COMMAND,
            exporting.COMMAND,
            generation.COMMAND,
            HELP,
            importing.COMMAND,
            listing.COMMAND,
            private_keys.COMMAND,
        ),
        key=lambda command: command.name,
    )
)
BY_NAME = {command.name: command for command in COMMANDS}


def start(words: Sequence[str], context: Context) -> int:
    """Run the function that the first word names, with the options that follow."""
    utility = Utility(context)
    if utility.profile is not Profile.LUNA5:
        utility.write(VERSION_LINE)
    if not words or words[0] in HELP_WORDS:
        utility.write(usage())
        return GOOD if words else FAILED
    try:
        command = _find(words[0])
        if any(word in HELP_WORDS for word in words[1:]):
            utility.write(_explained(command))
            return GOOD
        parse = parse_positions if command is HELP else parse_assignments
        options = list(spelled_out(command.parameters, words[1:]))
        return command.handler(utility, parse(command.parameters, options))
    except EndOfInput:
        return FAILED
    except Failure as problem:
        text = str(problem)
    except UsageError as problem:
        text = usage_text(problem)
    except HsmError as problem:
        text = library_text(problem)
    finally:
        utility.application.close()
    utility.write(f"Error: {printable(text)}\n")
    return FAILED


def _find(word: str) -> Command[Utility]:
    """The function of that name, or that it abbreviates."""
    try:
        return BY_NAME[resolve(word, BY_NAME, fold=True)]
    except UnknownName:
        raise failure(Message.UNKNOWN_FUNCTION, word) from None
    except AmbiguousName as problem:
        raise failure(Message.AMBIGUOUS_FUNCTION, word, ", ".join(problem.candidates)) from None


def usage() -> str:
    """The functions that there are."""
    lines = ["usage: cmu <function> [-name=value ...]", "functions:"]
    lines += [f"  {command.name:<20}{command.summary}" for command in COMMANDS]
    return "".join(f"{line}\n" for line in lines)


def _explained(command: Command[Utility]) -> str:
    """A function and its options."""
    dash = "" if command is HELP else "-"
    lines = [f"cmu {command.name}: {command.summary}"]
    for option in command.parameters:
        written = (
            f"{dash}{option.name}" if not (dash and option.placeholder) else f"-{option.name}={option.placeholder}"
        )
        lines.append(f"  {written:<27} {option.help}")
    return "".join(f"{line}\n" for line in lines)
