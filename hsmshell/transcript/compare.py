"""Comparing what a log shows with what a tool wrote.

A value is compared by its kind: times, addresses, serials and hexadecimal data of a run are ignored; what a run assigns
has the name that the log gives it; all else must be the same. A list of handles is a set.

``...`` elides lines, ``[..]`` a part of a line; a trailing `` (re)``, `` (glob)`` and `` (?)`` mean what they mean in
Mercurial's tests. A literal match is tried first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from hsmshell.console.values import Part, Value, text_of
from hsmshell.transcript.difference import difference
from hsmshell.transcript.learning import learn
from hsmshell.transcript.lines import ELISION, IGNORED, Actual, Output, Prepare, Wanted, fold, number, shown, wanted
from hsmshell.transcript.lists import sorted_log, sorted_output
from hsmshell.transcript.log import Line
from hsmshell.transcript.names import FOREIGN, Names
from hsmshell.transcript.nodes import without_absent

FOLD, EXACT = "fold", "exact"

LARGEST = 500_000_000
"""Lines or words expected, times those shown, beyond which only blocks with the same text are the same."""


class Comparison(NamedTuple):
    """Whether they match, and if not, the difference as lines that begin with a blank, ``-`` or ``+``."""

    same: bool
    difference: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What the handles and the like in the lines that came are called, and since where."""


def compare(expected: Sequence[Line], actual: Sequence[Actual], mode: str, names: Names | None = None) -> Comparison:
    """Compare a block of a log with the lines that a tool wrote.

    What the log calls the values that were written is learned on the way.
    """
    names = names or Names()
    prepare = fold if mode == FOLD else str
    numbered = [place for place in expected if mode == EXACT or place.text.strip()]
    texts = [prepare(text_of(line)) for line in actual]
    if mode == FOLD:
        actual = [line for line, text in zip(actual, texts, strict=True) if text]
        texts = [text for text in texts if text]
    # Most blocks are what the log shows, word for word, and have no value without a name.
    if any(names.is_open(part) for line in actual for part in line if part.__class__ is Value):
        learn(names, numbered, actual, folded=mode == FOLD)
    named = list(map(names.render, actual))
    texts = [
        text if line is plain else prepare(text_of(line))
        for line, plain, text in zip(named, actual, texts, strict=True)
    ]
    if [prepare(place.text) for place in numbered] == texts:
        return Comparison(True)
    block = without_absent([place.text for place in numbered], named, names.absent)
    if _same(block, named, prepare) or _same(sorted_log(block), sorted_output(named), prepare):
        return Comparison(True)
    told = difference(
        block,
        [wanted(line, prepare) for line in block],
        [text_of(line).replace(FOREIGN, "") for line in named],
        [shown(line, prepare) for line in named],
    )
    patch = tuple(told)
    new = {line[1:] for line in patch if line.startswith("+")}
    odd = [line for line, under in zip(actual, named, strict=True) if text_of(under).replace(FOREIGN, "") in new]
    return Comparison(False, patch, tuple(names.notes(odd)))


def _same(expected: Sequence[str], actual: Sequence[Actual], prepare: Prepare) -> bool:
    if not expected:
        return not actual
    block = [wanted(line, prepare) for line in expected]
    lines = [shown(line, prepare) for line in actual]
    if [line.text for line in block] == [line.text for line in lines]:
        return True
    if len(block) * len(lines) <= LARGEST and _aligned(block, Output(lines)):
        return True
    return prepare is fold and _same_words(expected, actual)


def _aligned(block: Sequence[Wanted], output: Output) -> bool:
    """Whether every expected line has its actual one, in order, elisions and optional ones allowed for.

    The places in the output that can have been reached are the bits of a number.
    """
    reached = 1
    for line in block:
        if line.elides:
            reached = _from_first(reached) & (output.everywhere << 1 | 1)
            continue
        following = output.places(line, reached & output.everywhere) << 1
        reached = following | reached if line.optional else following
        if not reached:
            return False
    return bool(reached >> len(output.lines))


def _from_first(places: int) -> int:
    """The first of these places and all after it."""
    return -(places & -places)


def _same_words(expected: Sequence[str], actual: Sequence[Actual]) -> bool:
    """Whether the words are the same whatever line they stand on: a table may have been broken over lines by a page.

    An elision still leaves out whole lines of the output. A word that ends in an ignored value may be broken in two.
    """
    words = [word for line in expected for word in (line.split() if line.strip() != ELISION else [ELISION])]
    found: list[Actual] = []
    begins: list[int] = []
    for line in actual:
        begins.append(len(found))
        found += _words(line)
    if len(words) * len(found) > LARGEST:
        return False
    output = Output([shown(word) for word in found])
    starts = number(sorted({*begins, len(found)}), len(found) + 1)
    breakable = number([place for place, word in enumerate(found) if any(map(_ignored, word))], len(found))
    reached, later = 1, 0
    for word, following in itertools.pairwise([*words, ""]):
        if word == ELISION:
            once, twice = _from_first(reached & starts) & starts, 0
        else:
            once = output.places(_literal(word), reached & output.everywhere) << 1
            twice = output.places(_literal(word + following), reached & breakable) << 1 if following else 0
        reached, later = later | once, twice
        if not (reached or later):
            return False
    return bool(reached >> len(found))


def _ignored(part: Part) -> bool:
    return not isinstance(part, str) and part.kind in IGNORED


def _literal(word: str) -> Wanted:
    return Wanted(word, word, head=word, tail=word)


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
