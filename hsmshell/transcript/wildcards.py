"""Matching two lines that may both have wildcards, without ever going back.

The places in the expected line that can have been reached are the bits of one number, and each token of the shown line
moves them all at once (R. Baeza-Yates, G. Gonnet, "A New Approach to Text Searching", CACM 35(10), 1992).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence

PARTIAL = "[..]"


class Wild(enum.Enum):
    """A token that is no particular character."""

    ANY = "any text, or none"
    ONE = "one character"
    WORD = "one or more characters that are not blank"
    MAYBE = "a word or nothing"


Token = str | Wild
"""A character or a wildcard. The expected line may have ``ANY`` and ``ONE``, the shown one the others."""


def glob(text: str) -> list[Token]:
    """Mercurial's globs know ``*``, ``?`` and a backslash before one of them, and no character classes."""
    wild: dict[str, Token] = {"*": Wild.ANY, "?": Wild.ONE}
    return [wild.get(token, token[-1]) for token in re.findall(r"\\[*?\\]|.", text, re.DOTALL)]


def partial(text: str) -> list[Token]:
    """``[..]`` stands for a part of a line."""
    first, *others = text.split(PARTIAL)
    return [*first, *(token for other in others for token in (Wild.ANY, *other))]


class Pattern:
    """An expected line with its wildcards."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        where: dict[Token, int] = {}
        bit = 1
        before: Token = ""
        for token in tokens:
            if token is Wild.ANY and before is token:
                continue
            where[token] = where.get(token, 0) | bit
            before = token
            bit <<= 1
        self._gaps, self._ones = where.pop(Wild.ANY, 0), where.pop(Wild.ONE, 0)
        self._filled = self._ones
        for token, places in where.items():
            if isinstance(token, str) and not token.isspace():
                self._filled |= places
        self._where = where
        self._end = bit

    def matches(self, shown: Sequence[Token]) -> bool:
        """Whether the whole of the line is the whole of this one."""
        gaps, passable = self._gaps, self._filled | self._gaps
        reached = 1 | (1 & gaps) << 1
        for token in shown:
            step = self._filled if isinstance(token, Wild) else self._where.get(token, 0) | self._ones
            moved = (reached & step) << 1 | reached & gaps
            if token is Wild.MAYBE:
                moved |= reached
            if token is Wild.WORD or token is Wild.MAYBE:
                # The sum carries each place to the end of its run of passable ones; what it changed was passed.
                moved |= ((moved & passable) + passable) ^ passable
            reached = moved | (moved & gaps) << 1
            if not reached:
                return False
        return bool(reached & self._end)
