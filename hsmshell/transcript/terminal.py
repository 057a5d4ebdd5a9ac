"""The terminal of a log: after ``$ `` stands a line of a shell, after ``> `` what goes on with it.

A line starts an emulated tool by its name or path, whatever host it belongs to, or is a host command.
"""

from __future__ import annotations

from collections.abc import Sequence

from hsmshell import registry
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.console.values import printable
from hsmshell.transcript.shell_line import FURTHER, PROMPT, Token, Unfinished, tokens, whole

NOT_FOUND = 127
"""A shell's status for a command that is not there."""

_OWN_PROGRAM = "hsmshell"


def run(arguments: Sequence[str], context: Context) -> int:
    """Read commands until ``exit`` or the end of input; the last command's status."""
    status = 0
    while True:
        try:
            line = _command(context)
        except EndOfInput:
            return status
        try:
            found = tokens(line)
        except Unfinished:
            found = []
        words = _words(found)
        if words == ["exit"]:
            return status
        if found or line.strip():
            status = _execute(line, words, context)


def _command(context: Context) -> str:
    """A line and those that go on with it. Raises ``EndOfInput``."""
    return whole(context.console.ask(PROMPT, Ask.COMMAND), lambda: context.console.ask(FURTHER, Ask.LINE))


def _words(found: Sequence[Token]) -> list[str]:
    """The words of a command without operators and variables; empty for any other line."""
    if any(token.operator or token.expands for token in found):
        return []
    words = [token.text for token in found]
    return words[1:] if words[:1] == ["sudo"] else words


def _execute(line: str, words: Sequence[str], context: Context) -> int:
    name, arguments = _tool(words)
    if name:
        return registry.load(name)(arguments, context)
    if context.system is None:
        word = words[0] if words else line
        context.console.write(f"hsmshell: {printable(word)}: no such command here; replay the log to have it run\n")
        return NOT_FOUND
    done = context.system(line)
    context.console.write(done.output)
    return done.status


def _tool(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The emulated tool that the words start, and its arguments; an empty name for a host command."""
    if len(words) > 1 and words[0] == _OWN_PROGRAM:
        words = words[1:]
    try:
        name = registry.find(words[0]) if words else ""
    except registry.UnknownTool:
        return "", ()
    return (name, words[1:]) if name and registry.TOOLS[name].path else ("", ())
