"""A line for a POSIX shell, taken apart without being obeyed (POSIX.1-2017, Shell Command Language, 2.2 and 2.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

PROMPT, FURTHER = "$ ", "> "
"""What a shell asks with for a command, and for a line that goes on with it (2.5.3, PS1 and PS2)."""

REDIRECTIONS = frozenset({"<", ">", ">>", ">&"})
"""The operators before a file or a descriptor that we know."""

HERE_DOCUMENTS = frozenset({"<<", "<<-"})

_OPERATORS = (
    *("<<-", "<<<", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">"),
    *("&&", "&>", "&", "||", "|&", "|", ";;", ";", "(", ")"),
)
"""The longer ones before those that they begin with."""

_WAITING = frozenset({"|", "&&", "||"})
"""After these a command has to follow, on the next line if need be."""

MOST_LINES = 500
"""The lines that a command may have."""
MOST_EFFORT = 1 << 20
"""The characters that may be looked at, each as often as that happens, to find the last line of a command."""

_VARIABLE = re.compile(r"\$(\w+|\{[^}\n]{0,80}\})")
_OPENING = {"for": "done", "while": "done", "until": "done", "if": "fi", "case": "esac"}
_CLOSING = frozenset(_OPENING.values())
_LEADING = frozenset({"do", "then", "else", "elif", "!"})
"""Words after which a command begins."""


class Token(NamedTuple):
    """A word without its quotes, or an operator."""

    text: str
    operator: bool = False
    descriptor: str = ""
    """The number that stands right before a redirection."""
    expands: str = ""
    """What in the word a shell would put something else in place of, as a sentence names it; empty for nothing."""
    quoted: bool = False
    """Whether any of it was quoted."""


class Unfinished(ValueError):
    """The line goes on: a quote or a here-document is open, or a backslash ends it."""


def tokens(text: str) -> list[Token]:
    """The words and operators, a line end among them being the operator ``\\n``. Raises ``Unfinished``."""
    return _Scanner(text).tokens()


def is_complete(text: str) -> bool:
    """Whether a shell would start what stands there, rather than ask for more."""
    try:
        found = tokens(text)
    except Unfinished:
        return False
    waiting: list[str] = []
    leading = True
    for token in found:
        if leading and not token.operator and not token.quoted:
            if token.text in _OPENING:
                waiting.append(_OPENING[token.text])
            elif token.text in _CLOSING and waiting and waiting[-1] == token.text:
                waiting.pop()
        leading = token.operator or (leading and token.text in _LEADING)
    return not waiting and not (found and found[-1].operator and found[-1].text in _WAITING)


def whole(first: str, further: Callable[[], str | None]) -> str:
    """The line with those that go on with it, as long as there are any; a command without end is given up."""
    lines, size, effort = [first], len(first), 0
    while len(lines) < MOST_LINES and effort < MOST_EFFORT and not is_complete("\n".join(lines)):
        effort += size
        line = further()
        if line is None:
            break
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines)


class _Scanner:
    """Goes through a text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._found: list[Token] = []
        self._word: list[str] = []
        self._open = False
        self._quoted = False
        self._expands = ""
        self._documents: list[tuple[bool, int]] = []
        """The here-documents of this line: whether tabs before its lines do not count, and the place of its word."""

    def tokens(self) -> list[Token]:
        while self._place < len(self._text):
            letter = self._text[self._place]
            if letter in " \t":
                self._close()
                self._place += 1
            elif letter == "\n":
                self._close()
                self._place += 1
                self._found.append(Token("\n", operator=True))
                self._skip_documents()
            elif letter == "#" and not self._open:
                end = self._text.find("\n", self._place)
                self._place = end if end >= 0 else len(self._text)
            elif operator := next((one for one in _OPERATORS if self._text.startswith(one, self._place)), ""):
                self._operator(operator)
            else:
                self._letter(letter)
        self._close()
        if self._documents:
            raise Unfinished
        return self._found

    def _letter(self, letter: str) -> None:
        """Go on with a word."""
        if letter == "\\":
            if self._place + 1 >= len(self._text):
                raise Unfinished
            following = self._text[self._place + 1]
            self._place += 2
            if following != "\n":
                self._add(following, quoted=True)
        elif letter == "'":
            end = self._text.find("'", self._place + 1)
            if end < 0:
                raise Unfinished
            self._add(self._text[self._place + 1 : end], quoted=True)
            self._place = end + 1
        elif letter == '"':
            self._double_quoted()
        else:
            self._note(letter, quoted=False)
            self._add(letter)
            self._place += 1

    def _double_quoted(self) -> None:
        self._add("", quoted=True)
        self._place += 1
        while self._place < len(self._text):
            letter = self._text[self._place]
            following = self._text[self._place + 1 : self._place + 2]
            if letter == '"':
                self._place += 1
                return
            if letter == "\\" and following and following in '$`"\\\n':
                self._add("" if following == "\n" else following)
                self._place += 2
                continue
            self._note(letter, quoted=True)
            self._add(letter)
            self._place += 1
        raise Unfinished

    def _note(self, letter: str, *, quoted: bool) -> None:
        """Remember what a shell would replace; the first of it is what gets told."""
        following = self._text[self._place + 1 : self._place + 2]
        found = ""
        if letter == "`":
            found = "`...`"
        elif letter == "$" and following == "(":
            found = "$(...)"
        elif letter == "$" and (following == "_" or following.isalnum() or following in tuple("{@*#?$!-")):
            name = _VARIABLE.match(self._text, self._place)
            found = f"the variable {name.group() if name else letter + following}"
        elif letter == "$" and following in ("'", '"') and not quoted:
            found = f"${following}...{following}"
        elif not quoted and letter in "*?[":
            found = f"the pattern {letter}"
        elif not quoted and letter in "{}":
            found = "{...}"
        elif not quoted and letter == "~" and not "".join(self._word):
            found = "~"
        self._expands = self._expands or found

    def _add(self, text: str, *, quoted: bool = False) -> None:
        self._word.append(text)
        self._open = True
        self._quoted = self._quoted or quoted

    def _operator(self, operator: str) -> None:
        descriptor = "".join(self._word)
        if operator[0] in "<>" and descriptor.isascii() and descriptor.isdigit() and not self._quoted:
            self._word, self._open = [], False
        else:
            descriptor = ""
            self._close()
        self._found.append(Token(operator, operator=True, descriptor=descriptor))
        self._place += len(operator)
        if operator in HERE_DOCUMENTS:
            self._documents.append((operator == "<<-", len(self._found)))

    def _close(self) -> None:
        if self._open:
            self._found.append(Token("".join(self._word), expands=self._expands, quoted=self._quoted))
        self._word, self._open, self._quoted, self._expands = [], False, False, ""

    def _skip_documents(self) -> None:
        """Go past the texts of the here-documents that the line before announced."""
        for tabs, place in self._documents:
            end = self._found[place].text if place < len(self._found) else ""
            while True:
                if self._place >= len(self._text):
                    raise Unfinished
                stop = self._text.find("\n", self._place)
                line = self._text[self._place : stop if stop >= 0 else len(self._text)]
                self._place += len(line) + 1
                if (line.lstrip("\t") if tabs else line) == end:
                    break
        self._documents = []
