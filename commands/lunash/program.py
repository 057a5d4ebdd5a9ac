"""The shell itself: the prompt, one command after the other, and the result line after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from commands.lunash import housekeeping, hsm, partition
from commands.lunash.appliance_shell import FAILURE, RESULTS, SUCCESS, ApplianceShell, GivenUp
from commands.lunash.failures import failure
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.console.values import printable
from hsmshell.engine.appliance import Appliance
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import (
    AmbiguousName,
    Arguments,
    Command,
    MissingParameter,
    MissingValue,
    Provenance,
    UnknownName,
    UnknownParameter,
    UsageError,
    is_open,
    parse_assignments,
    resolve,
    split_words,
)

PROMPT = "[*] lunash:>"
"""With the appliance's host name in the place of the asterisk."""
USAGE = "usage: lunash [APPLIANCE]\nThe shell of a Luna appliance of the lab; type help at its prompt.\n"
HELP = "help"
HELP_WORDS = ("-h", "--help")
WRONG_USAGE = 1


class _Wrong(Exception):
    """The line names no command; ``args[0]`` says why."""


def start(arguments: Sequence[str], context: Context) -> int:
    """Run until ``exit`` or the end of the input; the administrator is logged out on the way."""
    if any(word in HELP_WORDS for word in arguments):
        context.console.write(USAGE)
        return 0
    appliances = context.lab.appliances() or [context.lab.appliance()]
    named = [one for one in appliances if one.name == arguments[0]] if arguments else appliances[:1]
    if len(arguments) > 1 or not named:
        names = ", ".join(printable(one.name) for one in appliances)
        context.console.write(USAGE, f"The appliances are: {names}\n")
        return WRONG_USAGE
    return converse(context, named[0])


def converse(context: Context, appliance: Appliance) -> int:
    """One login at the appliance."""
    shell = ApplianceShell(context, appliance)
    try:
        while shell.running:
            line = shell.console.ask(PROMPT.replace("*", printable(shell.house.host_name)), Ask.COMMAND)
            if line.strip():
                _turn(shell, line)
    except EndOfInput:
        pass
    finally:
        shell.administration.close()
    return 0


def _turn(shell: ApplianceShell, line: str) -> None:
    """One command and its result."""
    result = execute(shell, line)
    if shell.running:
        shell.write(f"\nCommand Result : {result} ({RESULTS[result]})\n")


def execute(shell: ApplianceShell, line: str) -> int:
    """One command; ``SUCCESS`` or ``FAILURE``."""
    name = ""
    try:
        if is_open(line):
            raise _Wrong("a quotation mark is not closed")
        words = split_words(line)
        if len(words) > 1 and words[0].lower() == HELP:
            shell.write("\n", *_explained(words[1:]))
            return SUCCESS
        count = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
        if not count:
            raise _Wrong(f"there is no command {words[0]}")
        command = find(words[:count])
        name = command.name
        return command.handler(shell, parse_assignments(command.parameters, words[count:]))
    except GivenUp:
        return FAILURE
    except HsmError as problem:
        shell.write("\n", failure(name, problem, zeroized=shell.administration.is_zeroized))
    except UsageError as problem:
        shell.write(f"\nError:  {_usage_text(problem)}\n\n   {syntax(command)}\n")
    except _Wrong as problem:
        shell.write(f"\nError:  {printable(str(problem))}; 'help' lists the commands.\n")
    return FAILURE


def find(words: Sequence[str]) -> Command[ApplianceShell]:
    """The command that the words name, each of which may be abbreviated."""
    found: list[str] = []
    left = {tuple(name.split()): command for name, command in BY_NAME.items()}
    for place, word in enumerate(words):
        names = dict.fromkeys(name[place] for name in left if len(name) > place)
        try:
            whole = resolve(word, names, fold=True)
        except UnknownName:
            if tuple(found) in left:
                raise _Wrong(f"'{' '.join(found)}' takes no word {word}") from None
            raise _Wrong(f"there is no command {' '.join([*found, word])}") from None
        except AmbiguousName as problem:
            raise _Wrong(f"{word} may be {' or '.join(problem.candidates)}") from None
        found.append(whole)
        left = {name: command for name, command in left.items() if name[place : place + 1] == (whole,)}
    if tuple(found) not in left:
        following = dict.fromkeys(name[len(found)] for name in left)
        raise _Wrong(f"'{' '.join(found)}' takes one of {', '.join(following)}")
    return left[tuple(found)]


def _usage_text(problem: UsageError) -> str:
    option = f"-{problem.parameter.name}" if problem.parameter else printable(problem.word)
    if isinstance(problem, UnknownParameter):
        return f"{printable(problem.word)} is no option of this command."
    if isinstance(problem, MissingParameter):
        return f"{option} is missing."
    if isinstance(problem, MissingValue):
        return f"{option} needs a value."
    return f"{option} is wrong."


def syntax(command: Command[ApplianceShell]) -> str:
    """The command with its options, as the help has it."""
    words = [command.name]
    for one in command.parameters:
        text = f"-{one.name} {one.placeholder}".rstrip()
        words.append(text if one.required else f"[{text}]")
    return " ".join(words)


def _help(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.write("\n", *_overview())
    return SUCCESS


def _overview() -> Iterator[str]:
    for command in COMMANDS:
        yield from _entry(command)


def _entry(command: Command[ApplianceShell]) -> Iterator[str]:
    yield f"   {syntax(command)}\n      {command.summary}\n"


def _explained(words: Sequence[str]) -> Iterator[str]:
    """The commands that begin with the words. Raises ``_Wrong`` when none does."""
    known = [command for command in COMMANDS if _begins(command.name.split(), words)]
    if not known:
        raise _Wrong(f"there is no command {' '.join(words)}")
    for command in known:
        yield from _entry(command)
        if len(known) == 1:
            for one in command.parameters:
                yield f"         {f'-{one.name} {one.placeholder}':<26}{one.help}\n"


def _begins(name: Sequence[str], words: Sequence[str]) -> bool:
    pairs = zip(name, words, strict=False)
    return len(words) <= len(name) and all(whole.lower().startswith(word.lower()) for whole, word in pairs)


def _leave(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.running = False
    return SUCCESS


COMMANDS: tuple[Command[ApplianceShell], ...] = (
    Command("exit", "leave the appliance", _leave, (), Provenance.RECOMMENDED),
    Command(HELP, "list the commands; with words of a command, explain that", _help, (), Provenance.RECOMMENDED),
    *sorted((*hsm.COMMANDS, *housekeeping.COMMANDS, *partition.COMMANDS), key=lambda command: command.name),
)
BY_NAME: Mapping[str, Command[ApplianceShell]] = {command.name: command for command in COMMANDS}
