"""Comparing what a log shows with what a tool wrote.

A value is compared by its kind: times, addresses, serials and hexadecimal data of a run are ignored, a check value must
have its length; all else must be the same. ``...`` elides lines, ``[..]`` a part of a line; a trailing `` (re)``,
`` (glob)`` and `` (?)`` mean what they mean in Mercurial's tests. A literal match is tried first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from hsmshell.console.values import Kind, Part, text_of

ELISION = "..."
PARTIAL = "[..]"
OPTIONAL = " (?)"
FOLD, EXACT = "fold", "exact"
IGNORED = frozenset({Kind.TIME, Kind.ADDRESS, Kind.SERIAL, Kind.HEX})

_PLACE = "\ue000"
"""Stands for an ignored value while blanks are folded; a private-use character that no tool writes."""

Actual = tuple[Part, ...]
"""One line as the tool wrote it, without its line end."""

Item = TypeVar("Item")


class Comparison(NamedTuple):
    """Whether they match, and if not, the difference as lines that begin with a blank, ``-`` or ``+``."""

    same: bool
    difference: tuple[str, ...] = ()


def lines_of(parts: Iterable[Part]) -> list[Actual]:
    """What was written, cut at line ends; the last line is what stands after the last one, perhaps nothing."""
    lines: list[list[Part]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            lines[-1].append(part)
            continue
        first, *others = part.split("\n")
        lines[-1].append(first)
        lines.extend([other] for other in others)
    return [tuple(line) for line in lines]


def fold(text: str) -> str:
    """Runs of blanks become one; those at both ends go."""
    return " ".join(text.split())


def compare(expected: Sequence[str], actual: Sequence[Actual], mode: str) -> Comparison:
    """Compare a block of a log with the lines that a tool wrote."""
    if mode == FOLD:
        expected = [line for line in expected if line.strip()]
        actual = [line for line in actual if text_of(line).strip()]
    matches = _line_matcher(mode)
    if _aligned(expected, actual, matches) or (mode == FOLD and _same_words(expected, actual)):
        return Comparison(True)
    return Comparison(False, tuple(_difference(expected, actual, matches)))


def _line_matcher(mode: str) -> Callable[[str, Actual], bool]:
    prepare: Callable[[str], str] = fold if mode == FOLD else str

    def matches(expected: str, actual: Actual) -> bool:
        wanted, shown = prepare(expected), prepare(text_of(actual))
        if wanted == shown:
            return True
        if re.fullmatch(_pattern(actual, prepare), wanted):
            return True
        bare = wanted.removesuffix(OPTIONAL)
        if bare.endswith(" (re)"):
            return _safe_match(bare.removesuffix(" (re)"), shown)
        if bare.endswith(" (glob)"):
            return re.fullmatch(_glob(bare.removesuffix(" (glob)")), shown) is not None
        if PARTIAL in bare:
            return re.fullmatch(".*?".join(map(re.escape, bare.split(PARTIAL))), shown) is not None
        return bare != wanted and matches(bare, actual)

    return matches


def _glob(text: str) -> str:
    """Mercurial's globs know ``*``, ``?`` and a backslash before one of them, and no character classes."""
    tokens = re.findall(r"\\[*?\\]|.", text)
    wild = {"*": ".*", "?": "."}
    return "".join(wild.get(token, re.escape(token[-1])) for token in tokens)


def _safe_match(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def _pattern(actual: Actual, prepare: Callable[[str], str]) -> str:
    """The line as a regular expression in which ignored values may be any word."""
    patterns: list[str] = []
    text = ""
    for part in actual:
        if isinstance(part, str) or part.kind not in IGNORED | {Kind.CHECK_VALUE}:
            text += part if isinstance(part, str) else part.text
        else:
            text += _PLACE
            known = len(part.text)
            patterns.append(r"\S*" if not known else rf"\S{{{known}}}" if part.kind is Kind.CHECK_VALUE else r"\S+")
    pieces = prepare(text).split(_PLACE)
    result = re.escape(pieces[0])
    for pattern, piece in zip(patterns, pieces[1:], strict=True):
        result += pattern + re.escape(piece)
    return result


def _aligned(expected: Sequence[str], actual: Sequence[Item], matches: Callable[[str, Item], bool]) -> bool:
    """Whether every expected item has its actual one, in order, elisions and optional ones allowed for."""
    reachable = {0}
    for wanted in expected:
        if wanted.strip() == ELISION:
            reachable = set(range(min(reachable), len(actual) + 1))
            continue
        following = {place + 1 for place in reachable if place < len(actual) and matches(wanted, actual[place])}
        if wanted.rstrip().endswith(OPTIONAL):
            following |= reachable
        if not following:
            return False
        reachable = following
    return len(actual) in reachable


def _same_words(expected: Sequence[str], actual: Sequence[Actual]) -> bool:
    """Whether the words are the same whatever line they stand on: a table may have been broken over lines by a page.

    An elision still leaves out whole lines of the output. A word that ends in an ignored value may be broken in two.
    """
    wanted = [word for line in expected for word in (line.split() if line.strip() != ELISION else [ELISION])]
    shown: list[Actual] = []
    starts: set[int] = set()
    for line in actual:
        starts.add(len(shown))
        shown += _words(line)
    starts.add(len(shown))
    patterns = [re.compile(_pattern(word, str)) for word in shown]
    breakable = [any(not isinstance(part, str) and part.kind in IGNORED for part in word) for word in shown]
    reachable = [{0}] + [set[int]() for _ in wanted]
    for place, word in enumerate(wanted):
        for index in reachable[place]:
            if word == ELISION:
                reachable[place + 1] |= {later for later in starts if later >= index} if index in starts else set()
            elif index < len(shown):
                if patterns[index].fullmatch(word):
                    reachable[place + 1].add(index + 1)
                following = wanted[place + 1] if place + 1 < len(wanted) else ""
                if breakable[index] and following and patterns[index].fullmatch(word + following):
                    reachable[place + 2].add(index + 1)
    return len(shown) in reachable[len(wanted)]


def _words(line: Actual) -> list[Actual]:
    """A line's words, each with the values in it."""
    words: list[list[Part]] = []
    open_word = False
    for part in line:
        if not isinstance(part, str):
            if part.text and open_word:
                words[-1].append(part)
            elif part.text:
                words.append([part])
                open_word = True
            continue
        for piece in re.findall(r"\s+|\S+", part):
            if piece.isspace():
                open_word = False
            elif open_word:
                words[-1].append(piece)
            else:
                words.append([piece])
                open_word = True
    return [tuple(word) for word in words]


def _difference(
    expected: Sequence[str], actual: Sequence[Actual], matches: Callable[[str, Actual], bool]
) -> Iterable[str]:
    """The longest common alignment as context, the rest as lines taken away and added."""
    rows, columns = len(expected), len(actual)
    table = [[0] * (columns + 1) for _ in range(rows + 1)]
    equal = [[matches(wanted, shown) for shown in actual] for wanted in expected]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            table[row][column] = (
                table[row + 1][column + 1] + 1
                if equal[row][column]
                else max(table[row + 1][column], table[row][column + 1])
            )
    row = column = 0
    while row < rows or column < columns:
        if row < rows and column < columns and equal[row][column]:
            yield f" {expected[row]}"
            row, column = row + 1, column + 1
        elif row < rows and (column == columns or table[row + 1][column] >= table[row][column + 1]):
            yield f"{' ' if expected[row].strip() == ELISION else '-'}{expected[row]}"
            row += 1
        else:
            yield f"+{text_of(actual[column])}"
            column += 1
