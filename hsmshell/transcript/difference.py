"""Telling how a block of a log and the output differ, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from hsmshell.transcript.lines import Output, Shown, Wanted

LARGEST = 1_000_000
"""Lines expected times lines shown, without those that agree at both ends, beyond which no alignment is looked for."""


MOST = 200
"""Lines around an elision among which like ones are looked for."""
ALIKE = 0.6


def difference(
    expected: Sequence[str], block: Sequence[Wanted], actual: Sequence[str], lines: Sequence[Shown]
) -> list[str]:
    """The longest common alignment as context, the rest as lines taken away and added; what was added around an
    elision and is like no line that was taken away belongs to the elision.

    What is told are the lines as they stand in the log and as they were written; what is compared is what was made of
    them.
    """
    elisions = {f" {text}" for text, line in zip(expected, block, strict=True) if line.elides}
    result: list[str] = []
    hunk: list[str] = []
    for line in [*_aligned(expected, block, actual, lines), " "]:
        if not line.startswith(" ") or line in elisions:
            hunk.append(line)
            continue
        result += hunk if elisions.isdisjoint(hunk) else _kept(hunk)
        result.append(line)
        hunk = []
    return result[:-1]


def _kept(hunk: Sequence[str]) -> list[str]:
    """The hunk with an elision in it without the added lines that the elision covers: those that are like none that
    was taken away or, when all are unlike, all but as many at the end."""
    shown = [line for line in hunk if not line.startswith("+")]
    came = [line[1:] for line in hunk if line.startswith("+")]
    gone = sum(line.startswith("-") for line in shown)
    if gone > MOST or len(came) > MOST:
        return list(hunk)
    last = came[-gone:] if gone else []
    result: list[str] = []
    for line in shown:
        result.append(line)
        like = difflib.get_close_matches(line[1:], came, 1, ALIKE) if line.startswith("-") else []
        if like:
            result.append(f"+{like[0]}")
            del came[: came.index(like[0]) + 1]
    return result if len(result) > len(shown) else [*result, *(f"+{line}" for line in last)]


def _aligned(
    expected: Sequence[str], block: Sequence[Wanted], actual: Sequence[str], lines: Sequence[Shown]
) -> Iterable[str]:
    shortest = min(len(block), len(lines))
    head = tail = 0
    while head < shortest and block[head].text == lines[head].text:
        head += 1
    while tail < shortest - head and block[-1 - tail].text == lines[-1 - tail].text:
        tail += 1
    rows, columns = len(block) - tail, len(lines) - tail
    yield from (f" {line}" for line in expected[:head])
    if (rows - head) * (columns - head) <= LARGEST:
        yield from _middle(expected[head:rows], block[head:rows], actual[head:columns], lines[head:columns])
    else:
        yield from (_missing(line, made) for line, made in zip(expected[head:rows], block[head:rows], strict=True))
        yield from (f"+{line}" for line in actual[head:columns])
    yield from (f" {line}" for line in expected[rows:])


def _middle(
    expected: Sequence[str], block: Sequence[Wanted], actual: Sequence[str], lines: Sequence[Shown]
) -> Iterable[str]:
    rows, columns = len(block), len(lines)
    output = Output(lines)
    equal = [f"{output.places(line, output.everywhere):0{columns}b}"[::-1] for line in block]
    table = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        here, below, same = table[row], table[row + 1], equal[row]
        for column in reversed(range(columns)):
            here[column] = below[column + 1] + 1 if same[column] == "1" else max(below[column], here[column + 1])
    row = column = 0
    while row < rows or column < columns:
        if row < rows and column < columns and equal[row][column] == "1":
            yield f" {expected[row]}"
            row, column = row + 1, column + 1
        elif row < rows and (column == columns or table[row + 1][column] >= table[row][column + 1]):
            yield _missing(expected[row], block[row])
            row += 1
        else:
            yield f"+{actual[column]}"
            column += 1


def _missing(line: str, made: Wanted) -> str:
    return f" {line}" if made.elides else f"-{line}"
