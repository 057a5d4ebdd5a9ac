"""Lines of a log about HSMs that a run does not have: ``#: bind node 2 = none`` leaves them out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hsmshell.console.values import Kind, Value
from hsmshell.transcript.lines import IGNORED, Actual


def without_absent(expected: Sequence[str], actual: Sequence[Actual], absent: frozenset[Value]) -> list[str]:
    """The lines of the log that are not the like of a line that was written, but for the number of an absent HSM."""
    if not absent:
        return list(expected)
    likes = [re.compile(text) for text in dict.fromkeys(text for line in actual for text in _likes(line, absent))]
    return [line for line in expected if not any(like.fullmatch(line) for like in likes)]


def _likes(line: Actual, absent: frozenset[Value]) -> Iterator[str]:
    """The line as a pattern, with the numbers of the absent HSMs for its own."""
    for kind in (Kind.NODE, Kind.SERVER):
        numbers = sorted(value.text for value in absent if value.kind is kind)
        if numbers and any(isinstance(part, Value) and part.kind is kind for part in line):
            pieces = (_piece(part, kind, numbers) if isinstance(part, Value) else _folded(part) for part in line)
            yield rf"\s*{''.join(pieces)}\s*"


def _piece(value: Value, kind: Kind, numbers: Sequence[str]) -> str:
    if value.kind is kind:
        return f"(?:{'|'.join(map(re.escape, numbers))})"
    return r"\S*" if value.kind in IGNORED else re.escape(value.text)


def _folded(text: str) -> str:
    return "".join(
        r"\s*" if piece.isspace() else re.escape(piece) for piece in re.findall(r"\s+|\S+", text.strip("\n"))
    )
