"""Numbered menus: an entry has a number, a name and a handler; entries stand in groups."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from hsmshell.grammar.command import Provenance

State = TypeVar("State")


class Entry(NamedTuple, Generic[State]):
    """One line of a menu."""

    number: int
    name: str
    group: str
    handler: Callable[[State], None]
    provenance: Provenance = Provenance.ATTESTED
    generations: frozenset[enum.Enum] = frozenset()
    """The generations of the emulated product that have the entry; none named are all."""

    def is_offered(self, generation: enum.Enum) -> bool:
        """Whether a product of that generation has the entry."""
        return not self.generations or generation in self.generations
