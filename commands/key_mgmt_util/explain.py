"""The help block of a command, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hsmshell.grammar import Command, Parameter

if TYPE_CHECKING:
    from commands.key_mgmt_util.utility import Utility


def syntax(command: Command[Utility]) -> str:
    """The line behind ``Syntax:``; optional parts stand in brackets."""
    parts = [command.syntax] if command.syntax else [_usage(parameter) for parameter in command.parameters]
    return " ".join([command.name, "-h", *parts])


def _usage(parameter: Parameter) -> str:
    value = parameter.placeholder if parameter.verbatim else f"<{parameter.placeholder}>"
    text = f"-{parameter.name} {value}" if parameter.type is not None else f"-{parameter.name}"
    return text if parameter.required else f"[{text}]"


COLUMNS = 80
"""The width of a terminal in which a help text is not broken by it."""

_WHERE = "Where: "
_STUCK = "\N{NO-BREAK SPACE}"
"""A blank at which a text is not broken."""


def choices(text: str, meanings: Mapping[int, str]) -> str:
    """An option's help text with the numbers that it takes; none of them is broken over two lines."""
    rows = [f"{number} = {meaning}".replace(" ", _STUCK) for number, meaning in meanings.items()]
    return f"{text}: {', '.join(rows)}"


def help_block(command: Command[Utility]) -> str:
    """What ``-h`` prints, and what follows an argument error."""
    rows = [("-h", "displays this information")]
    rows += [(f"-{parameter.name}", parameter.help) for parameter in command.parameters]
    width = max(len(option) for option, _ in rows) + 2
    indent = " " * (len(_WHERE) + width)
    lines = [f"{option:<{width}}{_wrapped(text, indent)}" for option, text in rows]
    where = "\n".join((" " * len(_WHERE) if number else _WHERE) + line for number, line in enumerate(lines))
    return f"\nDescription\n===========\n{command.summary}.\n\nSyntax: {syntax(command)}\n\n{where}\n"


def _wrapped(text: str, indent: str) -> str:
    import textwrap

    lines = textwrap.wrap(text, COLUMNS - len(indent), break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(lines).replace(_STUCK, " ")
