"""Lists of handles, such as findKey's: sets whose order says nothing once the handles have other names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import Kind, Value, text_of
from hsmshell.transcript.lines import Actual

_SEPARATOR = re.compile(r"[\s,]*")
_LINE = re.compile(r"[\s,]*\d+(?:\([a-z]\))?(?:\s*,\s*\d+(?:\([a-z]\))?)*[\s,]*")
_ITEM = re.compile(r"(\d+)(\([a-z]\))?")
_LONGEST = 1 << 20


class Item(NamedTuple):
    """One member of a list."""

    value: Value
    mark: str
    """What stands behind it: findAllKeys tells with ``(o)`` and ``(s)`` who owns it."""


class Listed(NamedTuple):
    """A list in a log; a page may have broken it over lines."""

    first: int
    last: int
    """Its first line and the one after its last."""
    items: tuple[Item, ...]


def items_of(line: Actual) -> list[Item]:
    """The members when the whole line is a list of handles, else nothing."""
    items: list[Item] = []
    for part in line:
        if isinstance(part, Value):
            if part.kind is not Kind.HANDLE:
                return []
            items.append(Item(part, ""))
        elif items and not items[-1].mark and (found := re.match(r"\([a-z]\)", part)):
            items[-1] = Item(items[-1].value, found.group())
            if not _SEPARATOR.fullmatch(part, found.end()):
                return []
        elif not _SEPARATOR.fullmatch(part):
            return []
    return items


def lists_in(lines: Sequence[str]) -> Iterator[Listed]:
    """The lists of a log's block."""
    first = 0
    while first < len(lines):
        last = first
        while last < len(lines) and _is_list(lines[last]):
            last += 1
        if last > first:
            text = " , ".join(lines[first:last])
            yield Listed(first, last, tuple(_item(match) for match in _ITEM.finditer(text)))
        first = max(last, first + 1)


def _is_list(line: str) -> bool:
    return len(line) < _LONGEST and _LINE.fullmatch(line) is not None


def _item(match: re.Match[str]) -> Item:
    return Item(Value(Kind.HANDLE, match.group(1)), match.group(2) or "")


def sorted_output(lines: Sequence[Actual]) -> list[Actual]:
    """The lines, with each list in the order of its numbers."""
    return [(_sorted(items),) if (items := items_of(line)) else line for line in lines]


def sorted_log(lines: Sequence[str]) -> list[str]:
    """The lines of a log's block, with each list on one line and in the order of its numbers."""
    result: list[str] = []
    place = 0
    for found in lists_in(lines):
        result += [*lines[place : found.first], _sorted(found.items)]
        place = found.last
    return [*result, *lines[place:]]


def _sorted(items: Sequence[Item]) -> str:
    ordered = sorted(items, key=lambda item: (len(item.value.text), item.value.text, item.mark))
    return ", ".join(text_of([item.value]) + item.mark for item in ordered)
