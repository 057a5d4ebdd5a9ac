"""What a tool writes: text, and values that know what they are.

The screen shows a value's text. A transcript compares it by its kind: a handle may be renamed, a time is ignored, a
length is checked.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Kind(enum.Enum):
    """What a value is; a transcript decides by it whether to rename, to ignore or to check."""

    HANDLE = "handle"
    """Of a key in a cluster."""
    OBJECT = "object handle"
    """Of an object in a partition (PKCS#11 CK_OBJECT_HANDLE); it has nothing to do with a cluster's handles."""
    NODE = "node"
    """An HSM's number in a cluster."""
    SERVER = "server"
    """An HSM's number among those that a tool is connected to."""
    TOKEN_ID = "token id"  # noqa: S105
    USER_ID = "user id"
    SESSION_ID = "session id"
    LENGTH = "length"
    CHECK_VALUE = "check value"
    HEX = "hex"
    TIME = "time"
    ADDRESS = "address"
    SERIAL = "serial"
    PATH = "path"
    VARYING = "varying"
    """What differs from machine to machine and from day to day: a temperature, a build number."""


class Value(NamedTuple):
    """A piece of output with a meaning."""

    kind: Kind
    text: str


Part = str | Value


def text_of(parts: Iterable[Part]) -> str:
    """The characters that a screen shows for these parts."""
    return "".join([part if isinstance(part, str) else part.text for part in parts])


def joined(separator: str, parts: Iterable[Part]) -> list[Part]:
    """The parts with a separator between them, as ``str.join`` does it for text."""
    result: list[Part] = []
    for part in parts:
        if result:
            result.append(separator)
        result.append(part)
    return result


class Marked(NamedTuple):
    """Where in a typed line a value stands that a transcript may have to rename."""

    start: int
    end: int
    kind: Kind


def marked(spans: Iterable[tuple[int, int, str]]) -> Iterator[Marked]:
    """The places with the kinds that their roles name."""
    for start, end, role in spans:
        yield Marked(start, end, Kind(role))


Reading = Callable[[str], Iterable[Marked]]
"""Finds the values in a typed line."""


def handle(number: int) -> Value:
    """A key's handle in a cluster, decimal."""
    return Value(Kind.HANDLE, str(number))


def object_handle(number: int) -> Value:
    """An object's handle in a partition, decimal."""
    return Value(Kind.OBJECT, str(number))


def node(number: int) -> Value:
    """An HSM's number in its cluster, decimal."""
    return Value(Kind.NODE, str(number))


def server(number: int) -> Value:
    """An HSM's number among a tool's servers, decimal."""
    return Value(Kind.SERVER, str(number))


def user_id(number: int) -> Value:
    """A user's number on an HSM, decimal."""
    return Value(Kind.USER_ID, str(number))


def length(number: int) -> Value:
    """A length in bytes, decimal."""
    return Value(Kind.LENGTH, str(number))


def hexadecimal(text: str) -> Value:
    """Bytes that differ from run to run (key fingerprints, moduli, random data)."""
    return Value(Kind.HEX, text)


def check_value(text: str) -> Value:
    """A key check value."""
    return Value(Kind.CHECK_VALUE, text)


def address(text: str) -> Value:
    """A host name or IP address."""
    return Value(Kind.ADDRESS, text)


def serial(text: str) -> Value:
    """A serial number, HSM id or object unique identifier."""
    return Value(Kind.SERIAL, text)


def path(text: str) -> Value:
    """A file's name as the user wrote it, without what a terminal would obey."""
    return Value(Kind.PATH, printable(text))


def printable(text: str) -> str:
    """Stored text as it may reach a screen: a control character is shown as an escape, never obeyed."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )
