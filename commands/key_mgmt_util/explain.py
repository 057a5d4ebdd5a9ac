"""The help block of a command, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hsmshell.grammar import Command, Parameter

if TYPE_CHECKING:
    from commands.key_mgmt_util.utility import Utility


def syntax(command: Command[Utility]) -> str:
    """The line behind ``Syntax:``; optional parts stand in brackets."""
    return " ".join([command.name, "-h", *(_usage(parameter) for parameter in command.parameters)])


def _usage(parameter: Parameter) -> str:
    text = f"-{parameter.name} <{parameter.placeholder}>" if parameter.type is not None else f"-{parameter.name}"
    return text if parameter.required else f"[{text}]"


def choices(text: str, meanings: Mapping[int, str]) -> str:
    """An option's help text with a line for each of the numbers that it takes."""
    return "\n".join([f"{text}:", *(f"  {number} = {meaning}" for number, meaning in meanings.items())])


def help_block(command: Command[Utility]) -> str:
    """What ``-h`` prints, and what follows an argument error."""
    rows = [("-h", "displays this information")]
    rows += [(f"-{parameter.name}", parameter.help) for parameter in command.parameters]
    width = max(len(option) for option, _ in rows) + 2
    # A text may have several lines, one for each value that can be given.
    lines = [f"{option:<{width}}{text}".replace("\n", "\n" + " " * (7 + width)) for option, text in rows]
    where = "\n".join(("Where: " if not number else "       ") + line for number, line in enumerate(lines))
    return f"\nDescription\n===========\n{command.summary}.\n\nSyntax: {syntax(command)}\n\n{where}\n"
