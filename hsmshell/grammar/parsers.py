"""Three ways of writing parameters: ``-name value``, words at fixed places, and ``-name=value`` with abbreviations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hsmshell.grammar.command import (
    Arguments,
    DuplicateParameter,
    MissingValue,
    Parameter,
    UnknownParameter,
    WrongValue,
    complete,
)
from hsmshell.grammar.values import BadValue


class UnknownName(LookupError):
    """No name begins with the word."""


class AmbiguousName(LookupError):
    """Several names begin with the word."""

    def __init__(self, word: str, candidates: Sequence[str]) -> None:
        super().__init__(word)
        self.candidates = tuple(candidates)


def split_words(line: str) -> list[str]:
    """Words between blanks and tabs; double quotes keep blanks together and are dropped."""
    words: list[str] = []
    current: list[str] | None = None
    quoted = False
    for letter in line:
        if letter == '"':
            quoted = not quoted
            current = current if current is not None else []
        elif letter in " \t" and not quoted:
            if current is not None:
                words.append("".join(current))
            current = None
        else:
            current = current if current is not None else []
            current.append(letter)
    if current is not None:
        words.append("".join(current))
    return words


def is_open(line: str) -> bool:
    """Whether a double quote of the line is not closed."""
    return line.count('"') % 2 == 1


def resolve(word: str, names: Iterable[str], *, fold: bool = False) -> str:
    """The name that the word abbreviates; a whole name wins over those that it begins.

    Raises ``UnknownName`` or ``AmbiguousName``.
    """

    def plain(text: str) -> str:
        return text.lower() if fold else text

    known = list(names)
    for name in known:
        if plain(name) == plain(word):
            return name
    found = [name for name in known if plain(name).startswith(plain(word))]
    if not word or not found:
        raise UnknownName(word)
    if len(found) > 1:
        raise AmbiguousName(word, found)
    return found[0]


def value_of(parameter: Parameter, word: str) -> object:
    """The word as the parameter's value. Raises ``WrongValue``."""
    if parameter.type is None:
        return True
    try:
        return parameter.type.parse(word)
    except BadValue as problem:
        raise WrongValue(parameter, word, str(problem)) from None


def parse_options(parameters: Sequence[Parameter], words: Sequence[str]) -> Arguments:
    """``-name value`` and bare ``-name``, in any order.

    Raises ``UnknownParameter``, ``DuplicateParameter``, ``MissingValue``, ``WrongValue``, ``MissingParameter`` or
    ``UnmetNeed``.
    """
    values: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        parameter = _option(parameters, word)
        if parameter is None:
            raise UnknownParameter(word=word)
        if parameter.name in values:
            raise DuplicateParameter(parameter, word)
        if parameter.type is None:
            values[parameter.name] = True
            continue
        value = next(rest, None)
        if value is None or (_option(parameters, value) is not None and value.startswith("-")):
            raise MissingValue(parameter, word)
        values[parameter.name] = value_of(parameter, value)
    return complete(parameters, values)


def _option(parameters: Sequence[Parameter], word: str) -> Parameter | None:
    if not word.startswith("-"):
        return None
    for parameter in parameters:
        if word[1:] == parameter.name or word[1:] in parameter.aliases:
            return parameter
    return None


def parse_positions(parameters: Sequence[Parameter], words: Sequence[str]) -> Arguments:
    """One word a parameter, in their order.

    Raises ``UnknownParameter`` for a word too many, ``WrongValue`` or ``MissingParameter``.
    """
    if len(words) > len(parameters):
        raise UnknownParameter(word=words[len(parameters)])
    values = {parameter.name: value_of(parameter, word) for parameter, word in zip(parameters, words, strict=False)}
    return complete(parameters, values)


def parse_assignments(parameters: Sequence[Parameter], words: Sequence[str]) -> Arguments:
    """``-name=value`` or ``-name value``; names may be abbreviated and their case does not matter.

    Raises ``UnknownParameter``, ``DuplicateParameter``, ``MissingValue``, ``WrongValue``, ``MissingParameter`` or
    ``UnmetNeed``; ``UnknownParameter.reason`` names the candidates of an ambiguous abbreviation.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    values: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            raise UnknownParameter(word=word)
        try:
            parameter = by_name[resolve(name, by_name, fold=True)]
        except UnknownName:
            raise UnknownParameter(word=word) from None
        except AmbiguousName as problem:
            raise UnknownParameter(word=word, reason=", ".join(problem.candidates)) from None
        if parameter.name in values:
            raise DuplicateParameter(parameter, word)
        if parameter.type is None:
            if equals:
                raise WrongValue(parameter, value, "takes no value")
            values[parameter.name] = True
            continue
        if not equals:
            following = next(rest, None)
            if following is None:
                raise MissingValue(parameter, word)
            value = following
        values[parameter.name] = value_of(parameter, value)
    return complete(parameters, values)
