"""``cmu list``, and the line by which it and others name objects."""

from __future__ import annotations

from commands.cmu.names import NAMED, attribute_option, given, shown
from commands.cmu.options import COMMON, HANDLE, Words
from commands.cmu.utility import Utility
from hsmshell.console import Part
from hsmshell.console.values import object_handle, printable
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter

COLUMNS: dict[str, str] = {name: name for name in ("handle", *NAMED)}
"""What can be told of an object in one line."""
STANDARD = ("handle", "label")


def object_line(item: StoredObject, columns: tuple[str, ...] = STANDARD) -> list[Part]:
    """``name=value`` for each column, with a tab between them."""
    cells: list[Part] = []
    for column in columns:
        cells += [f"{column}=", _cell(item, column), "\t"]
    return [*cells[:-1], "\n"]


def _cell(item: StoredObject, column: str) -> Part:
    if column == "handle":
        return object_handle(item.handle)
    attribute = NAMED[column]
    if attribute is Attribute.LABEL:
        return printable(item.label)
    return shown(attribute, item.attributes[attribute]) if attribute in item.attributes else ""


def _list(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    columns = arguments.get("display", STANDARD)
    assert isinstance(columns, tuple)  # the declaration says so
    for item in utility.application.objects(utility.session, given(arguments, NAMED.values())):
        if item.handle == arguments.number(HANDLE.name, item.handle):
            utility.write(*object_line(item, columns))
    return 0


COMMAND = Command(
    "list",
    "lists the objects of a token",
    _list,
    (
        *(attribute_option(attribute, "only objects with this {}") for attribute in NAMED.values()),
        HANDLE,
        Parameter("display", Words(COLUMNS), "<name,...>", "what to tell: handle and names of attributes"),
        *COMMON,
    ),
    notes="published are -class and -label; the other filters and -display are recommended",
)
