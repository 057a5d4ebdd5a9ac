"""The tool's entry: the prompt loop, and one-shot ``singlecmd``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from commands.key_mgmt_util.explain import help_block
from commands.key_mgmt_util.helpers import Leave
from commands.key_mgmt_util.listing import HOMES, find
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, FileUnusable, Misuse, Utility
from commands.return_codes import Code
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.console.values import Marked, marked, printable
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import (
    Arguments,
    Command,
    MissingParameter,
    MissingValue,
    Parameter,
    UnmetNeed,
    UsageError,
    WrongValue,
    is_open,
    parse_options,
    split_words,
)

PROMPT = "Command:  "
SINGLE = "singlecmd"
LOGIN = "loginHSM"

_USAGE = (
    "usage: key_mgmt_util [singlecmd loginHSM -u CU -s NAME -p PASSWORD COMMAND [OPTIONS]]\n"
    "Without singlecmd: the interactive tool. Type help at its prompt.\n"
)


def run(arguments: Sequence[str], context: Context) -> int:
    """Start the tool. Interactive: 0 at its end. ``singlecmd``: 0 when every command returned 0x00, else 1.

    1 also without the client daemon, which the tool needs when it starts.
    """
    if list(arguments[:1]) in (["-h"], ["--help"]):
        context.console.write(_USAGE)
        return SUCCESS
    tool = Utility(context)
    try:
        tool.write("Cfm3Initialize() returned app id : 01000000\n\n\tsession_handle 1000000\n")
        if not tool.cluster.client_up():
            # A sister build's screen: the line of the call, and the text of its code by itself.
            code = Code.SOCKET_ERROR
            tool.write(f"\n\tCfm3GetPartitionInfo returned: 0x{code.short}\n\n{code.text}\n")
            return FAILURE
        tool.write("\n\tCurrent FIPS mode is: 00000002\n")
        # A word before singlecmd, and any word without it, is the path of a configuration file.
        if SINGLE in arguments[:2]:
            tool.context = context._replace(notice=_once(context.notice))
            return _run_single(tool, list(arguments[list(arguments).index(SINGLE) + 1 :]))
        if len(arguments) > 1:
            context.notice(f"commands on the command line follow the word {SINGLE}; put it before {arguments[0]}")
            return FAILURE
        return _run_interactive(tool)
    finally:
        tool.close()


def _once(notice: Callable[[str], None]) -> Callable[[str], None]:
    """Passes on the first notice alone: the rest of a spoilt line is spoilt for the same reason."""
    told: list[str] = []

    def tell(text: str) -> None:
        if not told:
            told.append(text)
            notice(text)

    return tell


def _run_interactive(tool: Utility) -> int:
    while True:
        tool.write("\n")
        try:
            line = tool.context.console.ask(PROMPT, Ask.COMMAND, _marks)
            words = split_words(line)
            if is_open(line):
                # What stands behind it may be a password.
                tool.complain('Invalid argument "')
                tool.context.notice('a " is not closed; close it and type the line again')
            elif words:
                execute(tool, words)
        except (Leave, EndOfInput):
            return SUCCESS


def _marks(line: str) -> Iterable[Marked]:
    from commands.key_mgmt_util.roles import command_roles
    from hsmshell.grammar.roles import in_line

    return marked(in_line(line, command_roles))


def _run_single(tool: Utility, words: Sequence[str]) -> int:
    """The commands of one line, in order; a failed login ends it."""
    chain = split_chain(words)
    if not chain:
        tool.context.notice(f"{SINGLE} needs a command, as in: {SINGLE} loginHSM -u CU -s NAME -p PASSWORD findKey")
        return FAILURE
    status, before = SUCCESS, tuple[Parameter, ...]()
    for number, command in enumerate(chain):
        if number:
            tool.write("Command: " + printable("  ".join(_shown(command))) + "\n")
        strays = [word for stray in takewhile(_is_stray, chain[number + 1 :]) for word in stray]
        try:
            if execute(tool, command, strays, before) != SUCCESS:
                status = FAILURE
                if command[0] == LOGIN:
                    break
        except Leave:
            break
        except EndOfInput:
            return FAILURE
        known = find(command[0])
        before = known.parameters if known is not None else ()
    return status


def _shown(words: Sequence[str]) -> list[str]:
    """The command as it is repeated on the screen: a password is not, nor what may be one after a wrong word."""
    command = find(words[0])
    shown = list(words)
    for place, word in enumerate(words[:-1]):
        if word.startswith("-"):
            parameter = command.parameter(word[1:]) if command is not None else None
            unknown = parameter is None and not words[place + 1].startswith("-")
            if unknown or (parameter is not None and parameter.secret):
                shown[place + 1] = "***"
    return shown


def _is_stray(words: Sequence[str]) -> bool:
    """Whether a part of a chain is no command, but was torn off the one before it by what is wrong with its words."""
    return words[0] not in HOMES


def split_chain(words: Sequence[str]) -> list[list[str]]:
    """The line cut before every word that names a command and is not the value of an option.

    Behind loginHSM it is cut before any word that is neither an option nor a value: a misspelt command follows there.
    Behind any other command such a word is that command's wrong argument, and it is not carried out without it.
    """
    chain: list[list[str]] = []
    value_follows = False
    for word in words:
        if not chain or (not value_follows and not word.startswith("-") and (word in HOMES or chain[-1][0] == LOGIN)):
            chain.append([word])
            value_follows = False
            continue
        value_follows = not value_follows and word.startswith("-") and _takes_value(chain[-1][0], word[1:])
        chain[-1].append(word)
    return chain


def _takes_value(name: str, option: str) -> bool:
    """Whether a value follows the option; of a command that there is not, every option may have one."""
    command = find(name)
    if command is None:
        return True
    parameter = command.parameter(option)
    return parameter is not None and parameter.type is not None


def execute(tool: Utility, words: Sequence[str], strays: Sequence[str] = (), before: Sequence[Parameter] = ()) -> int:
    """One command; what its handler returns. Raises ``Leave`` for exit and quit.

    ``strays`` follow it in a chain and belong to no command, ``before`` are the parameters of the one before it. A
    refusal by the engine that a handler does not tell itself is told here, with the call that the command is named for.
    """
    command = find(words[0])
    if command is None:
        tool.write(f"\n\tError: Invalid command {printable(words[0])}\n\tType help to list the commands\n")
        return _advised(tool, [*words, *strays], before)
    if "-h" in words[1:]:
        tool.write(help_block(command))
        return SUCCESS
    tool.forget_lost_login()
    refused, hint = "", ""
    try:
        arguments = Arguments({}) if command.any_words else parse_options(command.parameters, words[1:])
        return command.handler(tool, arguments)
    except HsmError as error:
        return tool.refused(f"Cfm3{command.name[:1].upper()}{command.name[1:]}", error)
    except UsageError as problem:
        refused = problem.word
        if isinstance(problem, MissingValue):
            hint = f"{problem.word} has no value; type one behind it, or set the variable that should give it"
        tool.complain(printable(explain(command, problem)))
    except FileUnusable as problem:
        return tool.complain(printable(str(problem)))
    except Misuse as problem:
        tool.complain(str(problem))
    tool.write(help_block(command))
    return _advised(tool, [*words, *strays], command.parameters, refused, hint)


def _advised(
    tool: Utility, words: Sequence[str], parameters: Sequence[Parameter], refused: str = "", hint: str = ""
) -> int:
    """Tell the person, beside the tool's own error, what may be the reason for it: above all a character that no
    keyboard gives."""
    from hsmshell.grammar.typography import advice

    if words[0] == PROMPT.strip():
        hint = f"{PROMPT.strip()} is the tool's prompt; leave it out"
    text = advice(words, parameters, refused) or hint
    if text:
        tool.context.notice(printable(text))
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
        title = parameter.title if parameter.title[:2].isupper() else parameter.title[:1].lower() + parameter.title[1:]
        return f"Invalid {title} (-{parameter.name}){extra}."
    return f"Invalid argument {problem.word}"
