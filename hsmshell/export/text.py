"""What a script types: text in which secrets and variables are names, never values."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from hsmshell.console.masking import MASK, masked

PREFIX = "HSM_SECRET_"
"""The variables of a script that hold its secrets are numbered from 1."""

_REFERENCE = re.compile(r'"?\$(?:(\w+)|\{(\w+)\})"?')
_NAME = r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})"
_PIECE = re.compile(rf"""{_NAME}|\\.|'[^']*'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
"""A variable, or what is quoted: only within double quotation marks are variables seen as well."""
_INNER = re.compile(rf"{_NAME}|\\.", re.DOTALL)
_MARK = "\ue000"
"""Stands around a variable's number while a line is split; a private-use character that nobody types."""
_PUNCTUATION = "();<>|&"
_VALUE = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+""", re.DOTALL)
"""A word with its quotation marks."""
_FIRST_OF_MORE = re.compile(r"[^\s\"']+(?=\s+-)")
"""A password behind which an option follows; without one, everything to the end may belong to the password."""


class NotExportable(Exception):
    """The log does something that a script of this kind cannot do; the message is one sentence."""


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
        """What was typed at a shell's prompt, its passwords replaced.

        Raises ``NotExportable`` for an open quotation mark, or where a password cannot be told from what is around it.
        """
        try:
            meant = _tokens((text,))
        except ValueError:
            message = "has a quotation mark that is not closed; close it there, or take the line out"
            raise NotExportable(f"line {line} {message}") from None
        parts: list[str | Variable] = []
        done = 0
        for start, end in _pieces(text):
            if not _REFERENCE.fullmatch(text[start:end]):
                parts += [text[done:start], self._variable(_unquoted(text[start:end]), line)]
                done = end
        raw = tuple(part for part in (*parts, text[done:]) if part)
        with contextlib.suppress(ValueError):
            found = _tokens(raw)
            if list(map(self._told, found)) == list(map(self._told, meant)):
                return Line(raw, () if any(map(_is_punctuation, found)) else tuple(found))
        message = "has a password that cannot be told from what is around it; write the password as a word of its own"
        raise NotExportable(f"line {line} {message}")

    def _told(self, word: Text) -> Text:
        """The word with its secrets as text."""
        parts: list[str | Variable] = []
        for part in word:
            told = self.values.get(part.name, part) if isinstance(part, Variable) else part
            if isinstance(told, str) and parts and isinstance(parts[-1], str):
                parts[-1] += told
            elif told:
                parts.append(told)
        return tuple(parts)

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


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The same for a shell's line, each word for itself. Of a quoted command the closing mark is no part of it."""
    for start, end in _spans(text):
        for piece in _VALUE.finditer(text, start, end):
            closed = piece.group()
            try:
                shlex.split(closed)
            except ValueError:
                closed = closed[:-1]
            if closed:
                yield piece.start(), piece.start() + len(closed)


def _unquoted(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError:
        return value
    return words[0] if len(words) == 1 else value


def _tokens(raw: Text) -> list[Text]:
    """A shell's words, and its punctuation as words: quotation marks off, ``$NAME`` outside single ones as a variable.

    Raises ``ValueError`` for one that is not closed.
    """
    variables: list[Variable] = []

    def marked(variable: Variable) -> str:
        variables.append(variable)
        return f"{_MARK}{len(variables) - 1}{_MARK}"

    def keep(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if match.re is _PIECE and match.group(3):
            return f'"{_INNER.sub(keep, match.group(3))}"'
        return marked(Variable(name)) if name else match.group()

    # A mark for a secret first: a quotation mark may stand before it, its fellow behind it.
    whole = "".join(marked(part) if isinstance(part, Variable) else part.replace(_MARK, "\ufffd") for part in raw)
    lexer = shlex.shlex(_PIECE.sub(keep, whole), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[Text] = []
    for token in lexer:
        pieces = re.split(f"{_MARK}([0-9]+){_MARK}", token)
        parts = (variables[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))
        words.append(tuple(part for part in parts if part))
    return words


def _is_punctuation(word: Text) -> bool:
    return len(word) == 1 and isinstance(word[0], str) and all(letter in _PUNCTUATION for letter in word[0])
