"""What a script types: text in which secrets and variables are names, never values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from hsmshell.console.masking import MASK, masked

PREFIX = "HSM_SECRET_"
"""The variables of a script that hold its secrets are numbered from 1."""

_REFERENCE = re.compile(r'"?\$(?:(\w+)|\{(\w+)\})"?')
_VARIABLE = re.compile(r"'[^']*'|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_MARK = "\ue000"
"""Stands around a variable's number while a line is split; a private-use character that nobody types."""
_FIRST_OF_MORE = re.compile(r"[^\s\"']+(?=\s+-)")
"""A password behind which an option follows; without one, everything to the end may belong to the password."""


class Variable(NamedTuple):
    """A variable of the environment, put in when the script runs."""

    name: str
    quoted: bool = False
    """Whether its value is put in as a word for another shell to read, with quotation marks."""


Text = tuple[str | Variable, ...]


class Line(NamedTuple):
    """A line for a shell."""

    raw: Text
    """As it was typed; what is text in it is in the shell's language."""
    words: tuple[Text, ...]
    """What the shell makes of it. Empty for what has more than words in it, such as a pipe."""

    @property
    def plain(self) -> bool:
        """Whether it holds no secret."""
        return not any(isinstance(part, Variable) for part in self.raw)


class Secrets:
    """Gives each secret the name of a variable, the same one whenever it comes again."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        """Where in the log each variable is first needed."""

    @property
    def values(self) -> dict[str, str]:
        """The variables with the log's own values; for a lab, not for a script."""
        return {name: value for value, name in self._names.items()}

    def hidden(self, value: str, line: int) -> Text:
        """An answer that nobody may see."""
        return (self._variable(value, line),) if value else ()

    def typed(self, text: str, line: int) -> Text:
        """What was typed at a tool's prompt, its passwords replaced."""
        parts: list[str | Variable] = []
        done = 0
        for start, end in _spans(text):
            parts += [text[done:start], self._variable(text[start:end], line)]
            done = end
        return tuple(part for part in (*parts, text[done:]) if part)

    def shell(self, text: str, line: int) -> Line:
        """What was typed at a shell's prompt, its passwords replaced. Raises ``ValueError`` for an open quote."""
        parts: list[str | Variable] = []
        done = 0
        for start, end in _spans(text):
            if _REFERENCE.fullmatch(text[start:end]):
                continue
            parts += [text[done:start], self._variable(_unquoted(text[start:end]), line)]
            done = end
        raw = tuple(part for part in (*parts, text[done:]) if part)
        return Line(raw, _words(raw))

    def _variable(self, value: str, line: int) -> Variable:
        name = self._names.setdefault(value, f"{PREFIX}{len(self._names) + 1}")
        self.lines.setdefault(name, line)
        return Variable(name)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where ``masked`` hides something. What it shows stays visible, in the same order."""
    first, *others = masked(text).split(MASK)
    done = len(first)
    for place, shown in enumerate(others, start=1):
        end = len(text) - len(shown) if place == len(others) else text.find(shown, done)
        if end == len(text) and (word := _FIRST_OF_MORE.match(text, done)):
            yield done, word.end()
        elif end > done:
            yield done, end
        done = max(end, done) + len(shown)


def _unquoted(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError:
        return value
    return words[0] if len(words) == 1 else value


def _words(raw: Text) -> tuple[Text, ...]:
    """A shell's words: quotation marks off, ``$NAME`` outside single ones as a variable."""
    variables: list[Variable] = []

    def marked(variable: Variable) -> str:
        variables.append(variable)
        return f"{_MARK}{len(variables) - 1}{_MARK}"

    def keep(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        return marked(Variable(name)) if name else match.group()

    line = "".join(marked(part) if isinstance(part, Variable) else _VARIABLE.sub(keep, part) for part in raw)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[Text] = []
    for token in lexer:
        if token and all(letter in lexer.punctuation_chars for letter in token):
            return ()
        pieces = re.split(f"{_MARK}([0-9]+){_MARK}", token)
        parts = (variables[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))
        words.append(tuple(part for part in parts if part))
    return tuple(words)
