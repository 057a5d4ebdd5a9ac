"""Telling how a block of a log and the output differ, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence

from hsmshell.transcript.lines import Output, Shown, Wanted

LARGEST = 1_000_000
"""Lines expected times lines shown, without those that agree at both ends, beyond which no alignment is looked for."""


MOST = 200
"""Lines between two elisions among which like ones are looked for."""
ALIKE = 0.6


def difference(
    expected: Sequence[str], block: Sequence[Wanted], actual: Sequence[str], lines: Sequence[Shown]
) -> list[str]:
    """The longest common alignment as context, the rest as lines taken away and added; what an elision covers is
    not told.

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
        result += hunk if elisions.isdisjoint(hunk) else _kept(hunk, elisions)
        result.append(line)
        hunk = []
    return result[:-1]


def _kept(hunk: Sequence[str], elisions: Collection[str]) -> list[str]:
    """The hunk without the added lines that its elisions cover.

    What was taken away before the first elision was replaced by as many lines at the beginning, what was taken away
    behind the last one by as many at the end; between two, by what is like it.
    """
    came = [line for line in hunk if line.startswith("+")]
    groups: list[list[str]] = [[]]
    marks: list[str] = []
    for line in hunk:
        if line in elisions:
            marks.append(line)
            groups.append([])
        elif line.startswith("-"):
            groups[-1].append(line)
    first, *between, last = groups
    start, end = len(first), max(len(first), len(came) - len(last))
    middle = came[start:end]
    result = [*first, *came[:start]]
    for mark, gone in zip(marks, between, strict=False):
        result.append(mark)
        for line in gone:
            result.append(line)
            like = difflib.get_close_matches(line[1:], [one[1:] for one in middle[:MOST]], 1, ALIKE)
            if like:
                result.append(f"+{like[0]}")
                del middle[: middle.index(f"+{like[0]}") + 1]
    return [*result, marks[-1], *last, *came[end:]]


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
