"""A command's syntax line, made from its declaration."""

from __future__ import annotations

from typing import Any

from hsmshell.grammar import Command, Parameter
from hsmshell.grammar.values import Word


def syntax(command: Command[Any]) -> str:
    """``name <word> [<word>]``; brackets hold what may be left out, together with the words that it needs."""
    needed = {need for parameter in command.parameters for need in parameter.needs}
    words = [command.name]
    for parameter in command.parameters:
        if parameter.name in needed:
            continue
        group = [parameter, *(one for one in command.parameters if one.name in parameter.needs)]
        text = " ".join(map(_placeholder, group))
        words.append(text if parameter.required else f"[{text}]")
    return " ".join(words)


def _placeholder(parameter: Parameter) -> str:
    """A fixed word stands for itself; an option name that may come before the word is shown before it."""
    if isinstance(parameter.type, Word) and len(parameter.type.words) == 1:
        return parameter.placeholder
    option = "".join(f"-{alias} " for alias in parameter.aliases)
    return f"{option}<{parameter.placeholder}>"
