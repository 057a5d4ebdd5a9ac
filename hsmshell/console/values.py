"""What a tool writes: text, and values that know what they are.

The screen shows a value's text. A transcript compares it by its kind: a handle may be renamed, a time is ignored, a
length is checked.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple


class Kind(enum.Enum):
    """What a value is; a transcript decides by it whether to rename, to ignore or to check."""

    HANDLE = "handle"
    USER_ID = "user id"
    SESSION_ID = "session id"
    LENGTH = "length"
    CHECK_VALUE = "check value"
    HEX = "hex"
    TIME = "time"
    ADDRESS = "address"
    SERIAL = "serial"
    PATH = "path"


class Value(NamedTuple):
    """A piece of output with a meaning."""

    kind: Kind
    text: str


Part = str | Value


def text_of(parts: Iterable[Part]) -> str:
    """The characters that a screen shows for these parts."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def joined(separator: str, parts: Iterable[Part]) -> list[Part]:
    """The parts with a separator between them, as ``str.join`` does it for text."""
    result: list[Part] = []
    for part in parts:
        if result:
            result.append(separator)
        result.append(part)
    return result


def handle(number: int) -> Value:
    """An object handle, decimal."""
    return Value(Kind.HANDLE, str(number))


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
