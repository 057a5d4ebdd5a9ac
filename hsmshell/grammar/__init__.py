"""How a command is declared, parsed and explained. Knows no tool."""

from hsmshell.grammar.command import (
    Arguments,
    Command,
    DuplicateParameter,
    MissingParameter,
    MissingValue,
    Parameter,
    Provenance,
    UnknownParameter,
    UnmetNeed,
    UsageError,
    WrongValue,
)
from hsmshell.grammar.parsers import (
    AmbiguousName,
    UnknownName,
    is_open,
    parse_assignments,
    parse_options,
    parse_positions,
    resolve,
    split_words,
)

__all__ = [
    "AmbiguousName",
    "Arguments",
    "Command",
    "DuplicateParameter",
    "MissingParameter",
    "MissingValue",
    "Parameter",
    "Provenance",
    "UnknownName",
    "UnknownParameter",
    "UnmetNeed",
    "UsageError",
    "WrongValue",
    "is_open",
    "parse_assignments",
    "parse_options",
    "parse_positions",
    "resolve",
    "split_words",
]
