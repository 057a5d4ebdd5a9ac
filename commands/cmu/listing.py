"""``cmu list``, and the lines by which it and others name objects."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple

from commands.cmu.utility import COMMON, HANDLE, Utility
from hsmshell.console import Part
from hsmshell.console.values import object_handle, printable
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import HexBytes, Text, Word

CLASSES = {
    ObjectClass.DATA: "data",
    ObjectClass.CERTIFICATE: "certificate",
    ObjectClass.PUBLIC_KEY: "publicKey",
    ObjectClass.PRIVATE_KEY: "privateKey",
    ObjectClass.SECRET_KEY: "secretKey",
}
"""An object's class in the output; published is ``privateKey``."""

CLASS_WORDS = {
    "data": ObjectClass.DATA,
    "certificate": ObjectClass.CERTIFICATE,
    "public": ObjectClass.PUBLIC_KEY,
    "private": ObjectClass.PRIVATE_KEY,
    "secret": ObjectClass.SECRET_KEY,
}
"""An object's class as it is typed; published are ``public`` and ``private``."""

KEY_TYPES = {
    KeyType.RSA: "RSA",
    KeyType.DSA: "DSA",
    KeyType.DH: "DH",
    KeyType.EC: "ECDSA",
    KeyType.GENERIC_SECRET: "Generic",
    KeyType.RC2: "RC2",
    KeyType.RC4: "RC4",
    KeyType.DES: "DES",
    KeyType.DES2: "DES2",
    KeyType.DES3: "DES3",
    KeyType.AES: "AES",
}
"""A key's type, typed and shown; published are ``RSA`` and ``ECDSA``."""

KEY_TYPE = Word({word: kind for kind, word in KEY_TYPES.items()}, fold=True)


class Column(enum.Enum):
    """What can be told of an object in one line."""

    HANDLE = "handle"
    LABEL = "label"
    CLASS = "class"
    KEY_TYPE = "keyType"
    ID = "id"


_COLUMN_WORDS = Word({column.value: column for column in Column}, fold=True)
STANDARD = (Column.HANDLE, Column.LABEL)


class Columns(NamedTuple):
    """Column names with commas between them."""

    role: str = ""

    def parse(self, text: str) -> tuple[object, ...]:
        return tuple(_COLUMN_WORDS.parse(word) for word in text.split(","))


def object_line(item: StoredObject, columns: tuple[Column, ...] = STANDARD) -> list[Part]:
    """``name=value`` for each column, with a tab between them."""
    cells: list[Part] = []
    for column in columns:
        cells += [f"{column.value}=", _cell(item, column), "\t"]
    return [*cells[:-1], "\n"]


def _cell(item: StoredObject, column: Column) -> Part:
    if column is Column.HANDLE:
        return object_handle(item.handle)
    if column is Column.LABEL:
        return printable(item.label)
    if column is Column.CLASS:
        return CLASSES[item.object_class]
    if column is Column.KEY_TYPE:
        return KEY_TYPES[item.key_type] if Attribute.KEY_TYPE in item.attributes else ""
    return item.ident.hex()


FILTERS: Mapping[str, Attribute] = {
    "label": Attribute.LABEL,
    "class": Attribute.CLASS,
    "keyType": Attribute.KEY_TYPE,
    "id": Attribute.ID,
}
"""The options that narrow the list, and the attribute that each compares."""


def _list(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    template: dict[Attribute, AttributeValue] = {}
    for name, attribute in FILTERS.items():
        value = arguments.get(name)
        if isinstance(value, (str, bytes, int)):
            template[attribute] = value
    columns = arguments.get("display", STANDARD)
    assert isinstance(columns, tuple)
    for item in utility.application.objects(utility.session, template):
        if item.handle == arguments.number("handle", item.handle):
            utility.write(*object_line(item, columns))
    return 0


COMMAND = Command(
    "list",
    "lists the objects of a token",
    _list,
    (
        Parameter("label", Text(), "<label>", "only objects with this label"),
        Parameter("class", Word(CLASS_WORDS, fold=True), "<class>", "only these: " + ", ".join(CLASS_WORDS)),
        Parameter("keyType", KEY_TYPE, "<type>", "only keys of this type"),
        Parameter("id", HexBytes(), "<hex>", "only objects with this CKA_ID"),
        HANDLE,
        Parameter("display", Columns(), "<name,...>", "what to tell: " + ", ".join(column.value for column in Column)),
        *COMMON,
    ),
)
