"""Learning from a block of a log what it calls the values that were written in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import Kind, Value, text_of
from hsmshell.transcript.lines import GLOB, IGNORED, OPTIONAL, Actual, fold
from hsmshell.transcript.lists import Item, items_of, lists_in
from hsmshell.transcript.log import Line
from hsmshell.transcript.names import Names
from hsmshell.transcript.wildcards import PARTIAL, Token, Wild, glob, partial

LARGEST = 50_000_000
"""Characters expected times lines with open values, beyond which nothing is learned."""

_OPEN, _FREE = "\ue001", "\ue000"
"""Stand in a pattern for a value without a name, and for one that is ignored."""
_MARK = re.compile(f"([{_OPEN}{_FREE}])")
_WORD = re.compile(r"([0-9A-Za-z]+)")
_GAPS = {Wild.ANY: "\ue003", Wild.ONE: "\ue004"}
_GAP_PATTERNS = {_GAPS[Wild.ANY]: ".*?", _GAPS[Wild.ONE]: "."}
_MOST_GAPS = 4
_LONGEST = 2_000


def learn(names: Names, expected: Sequence[Line], actual: Sequence[Actual], *, folded: bool = True) -> None:
    """Bind the values without a name to what stands in their place, wherever that can be told.

    Lists come first: they are sets, and their lines say little about the order. Then each line for itself, in order;
    then, since a page may break lines, each line anywhere in the words of the block.
    """
    waiting = [line for line in actual if any(map(names.is_open, line))]
    if not waiting or sum(len(place.text) + 1 for place in expected) * len(waiting) > LARGEST:
        return
    _learn_lists(names, expected, actual)
    waiting = [line for line in waiting if any(map(names.is_open, line)) and not items_of(line)]
    prepare = fold if folded else str
    block = [Line(number, prepare(text).removesuffix(OPTIONAL)) for number, text in expected]
    left: list[Actual] = []
    start = 0
    for line in waiting:
        place = _find(names, _Sought(names, line, prepare), block, start)
        if place is None:
            left.append(line)
        else:
            start = place + 1
    if folded and left:
        _learn_broken(names, block, left)


class _Sought:
    """A line that was written, as a pattern for what the log may show in its place."""

    def __init__(self, names: Names, line: Actual, prepare: Callable[[str], str]) -> None:
        self.values = [part for part in line if isinstance(part, Value) and names.is_open(part)]
        text = ""
        for part, named in zip(line, names.render(line), strict=True):
            if names.is_open(part):
                text += _OPEN
            else:
                text += _FREE if isinstance(part, Value) and part.kind in IGNORED else text_of([named])
        self.text = prepare(text)
        shapes = iter([_shape(value) for value in self.values])
        pieces = (_piece(piece, shapes) for piece in _MARK.split(self.text))
        self.pattern = re.compile("".join(pieces))

    def captures(self, expected: str) -> Iterator[tuple[Value, str]] | None:
        """The values with what stands in their places; ``None`` when the line is another one."""
        match = self.pattern.fullmatch(expected)
        if match:
            return zip(self.values, match.groups(), strict=True)
        if expected.endswith(GLOB):
            return self._from_wild(glob(expected.removesuffix(GLOB)))
        return self._from_wild(partial(expected)) if PARTIAL in expected else None

    def _from_wild(self, tokens: Sequence[Token]) -> Iterator[tuple[Value, str]] | None:
        """The other way round for a line with wildcards: any word of it may stand in the place of a value."""
        if tokens.count(Wild.ANY) > _MOST_GAPS or len(tokens) + len(self.text) > _LONGEST or _FREE in self.text:
            return None
        words: list[str] = []
        pattern = ""
        for piece in _WORD.split("".join(token if isinstance(token, str) else _GAPS[token] for token in tokens)):
            if _WORD.fullmatch(piece):
                words.append(piece)
                pattern += f"(?:({_OPEN})|{piece})"
            else:
                pattern += "".join(_GAP_PATTERNS.get(letter) or re.escape(letter) for letter in piece)
        match = re.fullmatch(pattern, self.text)
        if not match:
            return None
        # A value that an elided part covers is no word of the log.
        found = {match.start(place + 1): word for place, word in enumerate(words) if match.start(place + 1) >= 0}
        places = [place for place, letter in enumerate(self.text) if letter == _OPEN]
        pairs = [(value, found[place]) for value, place in zip(self.values, places, strict=True) if place in found]
        return iter(pairs) if all(re.fullmatch(_shape(value), word) for value, word in pairs) else None


def _shape(value: Value) -> str:
    """What a name of the value looks like, or that it is left out."""
    if value.kind is Kind.CHECK_VALUE:
        return rf"([0-9A-Za-z]{{{len(value.text)}}}|\[\.\.\])"
    return r"(\d+|\[\.\.\])" if value.text.isdecimal() else r"(\w+|\[\.\.\])"


def _piece(text: str, shapes: Iterator[str]) -> str:
    if text == _OPEN:
        return next(shapes)
    return r"\S*" if text == _FREE else re.escape(text)


def _find(names: Names, sought: _Sought, block: Sequence[Line], start: int) -> int | None:
    """The first line from there on that may stand for the one sought; its names are then learned."""
    for place in range(start, len(block)):
        found = sought.captures(block[place].text)
        if found is not None and _bind_all(names, found, block[place].number):
            return place
    return None


def _learn_broken(names: Names, block: Sequence[Line], lines: Iterable[Actual]) -> None:
    """From lines that a page has broken in other places."""
    text, starts = "", []
    for number, line in block:
        starts.append((len(text), number))
        text += f"{line} "
    position = 0
    for one in lines:
        sought = _Sought(names, one, fold)
        match = re.compile(rf"(?<!\S){sought.pattern.pattern}(?!\S)").search(text, position)
        if match and sought.values:
            number = next(number for start, number in reversed(starts) if start <= match.start())
            if _bind_all(names, zip(sought.values, match.groups(), strict=True), number):
                position = match.end()


def _bind_all(names: Names, pairs: Iterable[tuple[Value, str]], line: int) -> bool:
    """Bind all of them or, when one cannot be, none."""
    chosen: dict[Value, str] = {}
    for value, log in pairs:
        if log == PARTIAL:
            continue
        if chosen.get(value, log) != log or not names.may_be_called(value, log):
            return False
        chosen[value] = log
    if len({(value.kind, log) for value, log in chosen.items()}) != len(chosen):
        return False
    for value, log in chosen.items():
        names.bind(value.kind, log, value.text, line)
    return True


# lists


class _Pairing(NamedTuple):
    mark: str
    """What stands behind the number in the list, such as ``(o)``."""
    kind: Kind


def _learn_lists(names: Names, expected: Sequence[Line], actual: Sequence[Actual]) -> None:
    """A list of handles is a set: those with a name go, the same number is the same, the rest pair by size."""
    shown = iter(lists_in([place.text for place in expected]))
    for line in actual:
        items = items_of(line)
        if not items:
            continue
        listed = next(shown, None)
        if listed is None:
            return
        for pairing in dict.fromkeys(_Pairing(item.mark, item.value.kind) for item in items):
            _pair(names, pairing, items, listed.items, expected[listed.first].number)


def _pair(names: Names, pairing: _Pairing, items: Sequence[Item], shown: Sequence[Item], line: int) -> None:
    mark, kind = pairing
    values = [item.value for item in items if (item.mark, item.value.kind) == pairing]
    logs = [item.value.text for item in shown if item.mark == mark]
    if len(values) != len(logs):
        return
    opened = [value for value in values if names.is_open(value)]
    free = [log for log in logs if names.known(kind, log) is None]
    same = {value.text for value in opened} & set(free)
    opened = [value for value in opened if value.text not in same]
    for log in sorted(same):
        names.bind(kind, log, log, line)
    free = sorted((log for log in free if log not in same), key=int)
    if len(opened) == len(free):
        for value, log in zip(sorted(opened, key=lambda value: int(value.text)), free, strict=True):
            names.bind(kind, log, value.text, line)
