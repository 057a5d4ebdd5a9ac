"""What a scenario's tables may say: each entry's type and bounds. A misspelt or wrongly typed one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Table = Mapping[str, Any]

LARGEST = 0xFFFFFFFF
"""The largest handle, id or serial number that fits PKCS#11's 32 bits."""


class Entry(NamedTuple):
    """One entry of a table."""

    type: type
    default: Any = None
    """What stands for an entry that is not there; ``None`` leaves it out."""
    minimum: int = 0
    maximum: int = LARGEST
    choices: tuple[str, ...] = ()
    required: bool = False


Entries = Mapping[str, Entry]

TEXT = Entry(str)
NUMBER = Entry(int)
TABLES = Entry(list, ())


def required(entry: Entry) -> Entry:
    """The same entry, which must be there."""
    return entry._replace(required=True)


def on_or_off(default: bool) -> Entry:
    """A boolean with a default."""
    return Entry(bool, default)


def checked(table: object, where: str, entries: Entries) -> dict[str, Any]:
    """The table's values, with defaults for what is not there.

    Raises ``ValueError`` for an entry that is unknown, missing, of another type or out of bounds.
    """
    if not isinstance(table, Mapping):
        raise ValueError(f"{where} is not a table")
    for name in table:
        if name not in entries:
            raise ValueError(f"{where} has no entry {name!r}")
    values: dict[str, Any] = {}
    for name, entry in entries.items():
        if name in table:
            values[name] = _value(table[name], f"{where}: {name}", entry)
        elif entry.required:
            raise ValueError(f"{where} lacks the entry {name!r}")
        elif entry.default is not None:
            values[name] = entry.default
    return values


def _value(value: object, where: str, entry: Entry) -> object:
    if type(value) is not entry.type:
        raise ValueError(f"{where} is {value!r}, not {_KINDS[entry.type]}")
    if isinstance(value, int) and not entry.minimum <= value <= entry.maximum:
        raise ValueError(f"{where} is {value}, not from {entry.minimum} to {entry.maximum}")
    if entry.choices and value not in entry.choices:
        raise ValueError(f"{where} is {value!r}, not one of {', '.join(filter(None, entry.choices))}")
    if isinstance(value, str) and not value.isprintable():
        raise ValueError(f"{where} has a control character in it")
    return value


_KINDS = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list of tables",
    dict: "a table",
}
