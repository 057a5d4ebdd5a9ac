"""Lines of a log and lines that a tool wrote, made ready to be matched many times over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import Kind, Part, Value, text_of
from hsmshell.grammar.typography import plain
from hsmshell.transcript.patience import interrupted_after
from hsmshell.transcript.wildcards import PARTIAL, Pattern, Token, Wild, glob, partial

ELISION = "..."
OPTIONAL, REGULAR, GLOB = " (?)", " (re)", " (glob)"
IGNORED = frozenset({Kind.TIME, Kind.ADDRESS, Kind.SERIAL, Kind.HEX, Kind.VARYING})

LONGEST_REGULAR, LONGEST_LINE = 200, 2_000
"""An author's own regular expression is tried up to this length, on lines up to that one."""
PATIENCE = 0.2
"""Seconds of computing after which trying one is given up, and with it all other trying in the same comparison."""
WORK, WORK_PER_CHARACTER = 500_000, 4
"""How many steps of matching wildcards one comparison may take; beyond that only the same text matches."""

FEW = 8

_PLACE = "\ue000"
"""Stands for an ignored value while blanks are folded."""

Actual = tuple[Part, ...]
"""One line as the tool wrote it, without its line end."""
Prepare = Callable[[str], str]


class Wanted(NamedTuple):
    """A line of the log."""

    text: str
    bare: str
    """Without its marks, if it is but text."""
    regular: str = ""
    """The regular expression that it is."""
    tokens: tuple[Token, ...] = ()
    """The wildcards that it has, with the rest; empty if it has none."""
    head: str = ""
    tail: str = ""
    """The text before the first wildcard and after the last."""
    optional: bool = False

    @property
    def elides(self) -> bool:
        """Whether it stands for any number of lines."""
        return self.text.strip() == ELISION


class Shown(NamedTuple):
    """A line that the tool wrote."""

    text: str
    tokens: tuple[Token, ...] = ()
    """With ignored values as wildcards; empty if it has none."""
    head: str = ""
    tail: str = ""


def lines_of(parts: Iterable[Part]) -> list[Actual]:
    """What was written, cut at line ends; the last line is what stands after the last one, perhaps nothing."""
    lines: list[list[Part]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            lines[-1].append(part)
            continue
        first, *others = part.split("\n")
        if first:
            lines[-1].append(first)
        lines.extend([other] if other else [] for other in others)
    return [tuple(line) for line in lines]


def fold(text: str) -> str:
    """Runs of blanks become one, those at both ends go; a typesetter's characters become a keyboard's."""
    return " ".join((text if text.isascii() else plain(text)).split())


def wanted(line: str, prepare: Prepare = str) -> Wanted:
    """A line of the log with its marks read."""
    text, optional = prepare(line), line.rstrip().endswith(OPTIONAL)
    bare = text.removesuffix(OPTIONAL)
    if bare.endswith(REGULAR):
        return Wanted(text, text, regular=bare.removesuffix(REGULAR), optional=optional)
    tokens: list[Token] = []
    if bare.endswith(GLOB):
        tokens = glob(bare.removesuffix(GLOB))
        bare = "".join(map(str, tokens))
    elif PARTIAL in bare:
        tokens = partial(bare)
    if not any(isinstance(token, Wild) for token in tokens):
        return Wanted(text, bare, head=bare, tail=bare, optional=optional)
    return Wanted(text, text, "", tuple(tokens), *_ends(tokens), optional)


def shown(line: Actual, prepare: Prepare = str) -> Shown:
    """A line of the output, with wildcards for what is ignored."""
    text = prepare(text_of(line))
    if all(isinstance(part, str) or part.kind not in IGNORED for part in line):
        return Shown(text)
    wild: list[Token] = []
    marked = ""
    for part in line:
        if isinstance(part, Value) and part.kind in IGNORED:
            marked += _PLACE
            wild.append(Wild.WORD if part.text else Wild.MAYBE)
        else:
            marked += text_of([part]).replace(_PLACE, "\ufffd")
    places = iter(wild)
    tokens = [next(places) if letter == _PLACE else letter for letter in prepare(marked)]
    return Shown(text, tuple(tokens), *_ends(tokens))


def _ends(tokens: Sequence[Token]) -> tuple[str, str]:
    """The text before the first wildcard and after the last."""
    wild = [place for place, token in enumerate(tokens) if isinstance(token, Wild)]
    if not wild:
        return "".join(map(str, tokens)), "".join(map(str, tokens))
    return "".join(map(str, tokens[: wild[0]])), "".join(map(str, tokens[wild[-1] + 1 :]))


def bits(places: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    text = f"{places:b}"[::-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def number(places: Sequence[int], width: int) -> int:
    """The number in which the bits of these places are set."""
    if len(places) < FEW:
        return sum(1 << place for place in places)
    digits = bytearray(b"0") * width
    for place in places:
        digits[-1 - place] = ord("1")
    return int(digits, 2)


class Output:
    """What a tool wrote, in which the lines of a log are looked up. Sets of places are the bits of a number."""

    def __init__(self, lines: Sequence[Shown]) -> None:
        self.lines = lines
        self.everywhere = (1 << len(lines)) - 1
        self._work = WORK + WORK_PER_CHARACTER * sum(len(line.text) for line in lines)
        self._places: dict[str, list[int]] = {}
        for place, line in enumerate(lines):
            self._places.setdefault(line.text, []).append(place)
        self._same: dict[str, int] = {}
        self._valued = number([place for place, line in enumerate(lines) if line.tokens], len(lines))

    def places(self, line: Wanted, among: int) -> int:
        """Those of these places at which the line stands. The same text is looked for before anything else."""
        found = (self._equal(line.text) | self._equal(line.bare)) & among
        others = among & ~found & (self.everywhere if line.tokens or line.regular else self._valued)
        if not others:
            return found
        pattern = Pattern(line.tokens or line.bare)
        self._work -= others.bit_count()
        return found | number([place for place in bits(others) if self._match(line, pattern, place)], len(self.lines))

    def _equal(self, text: str) -> int:
        if text not in self._same:
            self._same[text] = number(self._places.get(text, ()), len(self.lines))
        return self._same[text]

    def _match(self, line: Wanted, pattern: Pattern, place: int) -> bool:
        other = self.lines[place]
        if self._work < 0:
            return False
        if line.regular:
            self._work -= len(other.text)
            try:
                return _regular(line.regular, other.text)
            except TimeoutError:
                self._work = -1
                return False
        ends = (line.head, line.tail)
        if (
            line.tokens
            and _fit(ends, (other.text, other.text))
            and self._affordable(line, other.text)
            and pattern.matches(other.text)
        ):
            return True
        if other.tokens and _fit(ends, (other.head, other.tail)) and self._affordable(line, other.tokens):
            return pattern.matches(other.tokens)
        return False

    def _affordable(self, line: Wanted, tokens: Sequence[Token]) -> bool:
        self._work -= len(tokens) + len(line.text) * len(tokens) // 1_000
        return self._work >= 0


def _fit(ends: tuple[str, str], others: tuple[str, str]) -> bool:
    """Whether the ends of two lines agree as far as both are known."""
    (head, tail), (other_head, other_tail) = ends, others
    start, end = min(len(head), len(other_head)), min(len(tail), len(other_tail))
    return head[:start] == other_head[:start] and tail[len(tail) - end :] == other_tail[len(other_tail) - end :]


def _regular(pattern: str, text: str) -> bool:
    """Raises ``TimeoutError`` when that takes too long: some expressions go back and forth for years."""
    if len(pattern) > LONGEST_REGULAR or len(text) > LONGEST_LINE:
        return False
    try:
        with interrupted_after(PATIENCE):
            return re.fullmatch(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return False
