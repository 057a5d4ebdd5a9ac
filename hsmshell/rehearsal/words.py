"""A typed line's words, as a shell takes them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

_VARIABLE = re.compile(r"'[^']*'|\$(?:(\w+)|\{(\w+)\})")
_MARK = "\ue000"
"""Stands around a variable's number while the line is split; a private-use character that nobody types."""


class NotHere(Exception):
    """Something that the rehearsal shell leaves to a real one."""


def split(line: str, variables: Mapping[str, str]) -> list[str]:
    """The line's words, quotes taken off and variables put in.

    ``$NAME`` and ``${NAME}`` stand for their values outside single quotes; a variable that is not set is nothing, as
    in a shell. Raises ``ValueError`` for an open quote, ``NotHere`` for what only a real shell does.
    """
    values: list[str] = []

    def keep(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name is None:
            return match.group(0)
        values.append(variables.get(name, ""))
        return f"{_MARK}{len(values) - 1}{_MARK}"

    lexer = shlex.shlex(_VARIABLE.sub(keep, line), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    for token in lexer:
        if token and all(letter in lexer.punctuation_chars for letter in token):
            raise NotHere(f"{token} is a real shell's")
        word = re.sub(f"{_MARK}([0-9]+){_MARK}", lambda match: values[int(match.group(1))], token)
        if word or not token:
            words.append(word)
    return words
