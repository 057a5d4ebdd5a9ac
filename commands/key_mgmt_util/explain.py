"""The help block of a command, made from its declaration."""

from __future__ import annotations

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


def help_block(command: Command[Utility]) -> str:
    """What ``-h`` prints, and what follows an argument error."""
    rows = [("-h", "displays this information")]
    rows += [(f"-{parameter.name}", parameter.help) for parameter in command.parameters]
    width = max(len(option) for option, _ in rows) + 2
    lines = [f"{option:<{width}}{text}" for option, text in rows]
    where = "\n".join(("Where: " if not number else "       ") + line for number, line in enumerate(lines))
    return f"\nDescription\n===========\n{command.summary}.\n\nSyntax: {syntax(command)}\n\n{where}\n"
