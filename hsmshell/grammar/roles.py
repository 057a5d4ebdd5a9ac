"""Where in a typed line the values stand whose parameter has a role: handles, user ids, numbers of servers.

Nothing is refused here: a line that no parser would take has the values that can be told from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.grammar.command import Parameter
from hsmshell.grammar.parsers import AmbiguousName, UnknownName, resolve

_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"?|'[^']*'?)+""")
_BARE_WORD = re.compile(r"\S+")
_ITEM = re.compile(r"[^,]+")


class Role(NamedTuple):
    """A value among words."""

    word: int
    """Which word, from 0."""
    start: int
    """Where in that word it begins, and where it ends."""
    end: int
    role: str
    """As ``ValueType.role``."""


class Span(NamedTuple):
    """A value in a line."""

    start: int
    end: int
    role: str


Roles = Callable[[Sequence[str]], Iterable[Role]]
"""Finds the values among the words of a line."""


def in_line(line: str, roles: Roles, *, quotes: bool = True) -> Iterator[Span]:
    """The values of a line whose words are taken as ``roles`` takes them. What stands in quotes is left alone."""
    found = list((_WORD if quotes else _BARE_WORD).finditer(line))
    words = [re.sub("[\"']", "", match.group()) if quotes else match.group() for match in found]
    for place, start, end, role in roles(words):
        match = found[place]
        if match.group() == words[place]:
            yield Span(match.start() + start, match.start() + end, role)


def option_roles(parameters: Sequence[Parameter], words: Sequence[str]) -> Iterator[Role]:
    """Of ``-name value`` in any order; the first word is an option."""
    by_word = {f"-{name}": one for one in parameters for name in (one.name, *one.aliases)}
    place = 0
    while place < len(words):
        parameter = by_word.get(words[place])
        place += 1
        if parameter is not None and parameter.type is not None and place < len(words):
            yield from _values(parameter, place, words[place], 0)
            place += 1


def position_roles(parameters: Sequence[Parameter], words: Sequence[str]) -> Iterator[Role]:
    """Of words at their places; an option's name before the word of its place is passed over."""
    rest = iter(parameters)
    parameter = next(rest, None)
    for place, word in enumerate(words):
        if parameter is None:
            return
        if word.startswith("-") and word[1:] in parameter.aliases:
            continue
        yield from _values(parameter, place, word, 0)
        parameter = next(rest, None)


def assignment_roles(parameters: Sequence[Parameter], words: Sequence[str]) -> Iterator[Role]:
    """Of ``-name=value`` or ``-name value`` with abbreviated names."""
    by_name = {parameter.name: parameter for parameter in parameters}
    waiting: Parameter | None = None
    for place, word in enumerate(words):
        if waiting is not None:
            yield from _values(waiting, place, word, 0)
            waiting = None
            continue
        name, equals, value = word.partition("=")
        try:
            parameter = by_name[resolve(name.lstrip("-"), by_name, fold=True)]
        except (UnknownName, AmbiguousName):
            continue
        if equals:
            yield from _values(parameter, place, value, len(name) + 1)
        elif parameter.type is not None:
            waiting = parameter


def _values(parameter: Parameter, place: int, word: str, offset: int) -> Iterator[Role]:
    """The word's value, or each of those between commas."""
    role = parameter.type.role if parameter.type is not None else ""
    if role:
        for item in _ITEM.finditer(word):
            yield Role(place, offset + item.start(), offset + item.end(), role)
