"""A command has one home: its declaration and its handler stand together.

Parsers, help texts, completion and reference pages are made from the declaration.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from hsmshell.grammar.values import ValueType

State = TypeVar("State")


class Provenance(enum.Enum):
    """How well the behaviour of the real command is known."""

    ATTESTED = "attested: published output of the real tool shows it"
    DEDUCED = "deduced from published output of related commands"
    RECOMMENDED = "recommended: no published output; a choice in the tool's style"
    OURS = "ours: the real tool has nothing like it"


class Parameter(NamedTuple):
    """An option, or a word at a fixed place."""

    name: str
    """The option's name without its dash; for a word at a place, what it is called."""
    type: ValueType | None = None
    """``None`` for an option without a value."""
    placeholder: str = ""
    """What stands for the value in a syntax line."""
    help: str = ""
    """One clause, ours, without a full stop."""
    required: bool = False
    title: str = ""
    """The thing's name in a message about its absence."""
    needs: tuple[str, ...] = ()
    """Other parameters of which at least one must be given with this one."""
    aliases: tuple[str, ...] = ()
    verbatim: bool = False
    """Whether the placeholder is what is typed, and not the name of it."""
    secret: bool = False
    """Whether nothing of ours may repeat the value."""


class Command(NamedTuple, Generic[State]):
    """A command of a tool whose handlers take ``State``."""

    name: str
    summary: str
    handler: Callable[[State, Arguments], int]
    """Runs the command and returns 0 when the tool reports success, another number when it reports failure."""
    parameters: tuple[Parameter, ...] = ()
    provenance: Provenance = Provenance.ATTESTED
    notes: str = ""
    """What of it is less well known than ``provenance`` says; for a person who asks."""
    syntax: str = ""
    """What stands behind the name in a syntax line, when the parameters do not say it; empty when they do."""
    any_words: bool = False
    """Whether it takes whatever words follow it, because nobody knows its syntax."""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name or alias."""
        for parameter in self.parameters:
            if name == parameter.name or name in parameter.aliases:
                return parameter
        return None


class Arguments(Mapping[str, object]):
    """What was given, by parameter name; asking for one that was not given has a typed default."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        assert isinstance(value, str)  # the declaration says so
        return value

    def number(self, name: str, default: int = 0) -> int:
        value = self._values.get(name, default)
        assert isinstance(value, int)
        return value

    def numbers(self, name: str) -> tuple[int, ...]:
        value = self._values.get(name, ())
        assert isinstance(value, tuple)
        return value

    def data(self, name: str) -> bytes:
        value = self._values.get(name, b"")
        assert isinstance(value, bytes)
        return value

    def flag(self, name: str) -> bool:
        return bool(self._values.get(name, False))


class UsageError(Exception):
    """The words do not follow the declaration; a tool words its own message from the parts."""

    def __init__(self, parameter: Parameter | None = None, word: str = "", reason: str = "") -> None:
        super().__init__(word or (parameter.name if parameter else reason))
        self.parameter = parameter
        self.word = word
        self.reason = reason


class UnknownParameter(UsageError):
    """A word that is no parameter, or one too many."""


class DuplicateParameter(UsageError):
    """The same parameter twice."""


class MissingParameter(UsageError):
    """A required parameter is absent; ``parameter`` is the first such in the order of the declaration."""


class MissingValue(UsageError):
    """An option stands without its value."""


class WrongValue(UsageError):
    """A value that the parameter's type refuses; ``reason`` says why."""


class UnmetNeed(UsageError):
    """A parameter stands without another that it needs."""


def complete(parameters: Sequence[Parameter], values: Mapping[str, object]) -> Arguments:
    """The arguments, when every required parameter and every needed companion is there.

    Raises ``MissingParameter`` or ``UnmetNeed``.
    """
    for parameter in parameters:
        if parameter.required and parameter.name not in values:
            raise MissingParameter(parameter)
    for parameter in parameters:
        if parameter.name in values and parameter.needs and not any(need in values for need in parameter.needs):
            raise UnmetNeed(parameter, reason=f"-{parameter.name} needs -{parameter.needs[0]}")
    return Arguments(values)
