"""The kinds of value that a command takes. Each parses a word or says why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class BadValue(ValueError):
    """The word is not such a value. The message is one plain clause; a tool words its own error."""


class ValueType(Protocol):
    """A kind of value."""

    @property
    def role(self) -> str:
        """What the value is to a transcript: ``handle``, ``user id``, ``path``, or empty for plain data."""

    def parse(self, text: str) -> object:
        """The value that the word stands for. Raises ``BadValue``."""


class Text(NamedTuple):
    """Any word; ``maximum`` limits its length in bytes of UTF-8."""

    maximum: int = 0
    role: str = ""

    def parse(self, text: str) -> str:
        if self.maximum and len(text.encode("utf-8", "surrogateescape")) > self.maximum:
            raise BadValue(f"longer than {self.maximum} bytes")
        return text


class Path(NamedTuple):
    """A file's name."""

    role: str = "path"

    def parse(self, text: str) -> str:
        if not text or "\0" in text:
            raise BadValue("not a file name")
        return text


class Integer(NamedTuple):
    """A decimal number within bounds; ``None`` is no bound. With ``choices``, one of these."""

    minimum: int | None = 0
    maximum: int | None = None
    choices: Mapping[int, str] | None = None
    """Value -> its meaning, for help and completion."""
    role: str = ""

    def parse(self, text: str) -> int:
        number = decimal(text)
        if self.minimum is not None and number < self.minimum:
            raise BadValue(f"less than {self.minimum}")
        if self.maximum is not None and number > self.maximum:
            raise BadValue(f"more than {self.maximum}")
        if self.choices is not None and number not in self.choices:
            raise BadValue("not one of " + ", ".join(map(str, self.choices)))
        return number


def handle_type(role: str = "handle") -> Integer:
    """A handle, decimal: of a key in a cluster, or with another role of an object in a partition."""
    return Integer(0, 0xFFFFFFFF, role=role)


class IntegerList(NamedTuple):
    """Decimal numbers with commas between them and no blanks."""

    role: str = ""

    def parse(self, text: str) -> tuple[int, ...]:
        return tuple(decimal(word) for word in text.split(","))


class Hexadecimal(NamedTuple):
    """A hexadecimal number, with or without ``0x``."""

    role: str = ""

    def parse(self, text: str) -> int:
        digits = text[2:] if text[:2] in ("0x", "0X") else text
        if not digits or len(digits) > 16 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise BadValue("not a hexadecimal number")
        return int(digits, 16)


class HexBytes(NamedTuple):
    """Bytes in hexadecimal, with or without ``0x``; ``size`` of them, when it is not 0."""

    size: int = 0
    role: str = ""

    def parse(self, text: str) -> bytes:
        digits = text[2:] if text[:2] in ("0x", "0X") else text
        try:
            value = bytes.fromhex(digits)
        except ValueError:
            raise BadValue("not hexadecimal bytes") from None
        if self.size and len(value) != self.size:
            raise BadValue(f"not {self.size} bytes")
        return value


class Word(NamedTuple):
    """One of a few words; ``fold`` ignores case."""

    words: Mapping[str, object]
    """Word -> the value that it stands for."""
    fold: bool = False
    role: str = ""

    def parse(self, text: str) -> object:
        for word, value in self.words.items():
            if word == text or (self.fold and word.lower() == text.lower()):
                return value
        raise BadValue("not one of " + ", ".join(self.words))


def decimal(text: str) -> int:
    """A decimal number of at most 19 digits with an optional sign. Raises ``BadValue``."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        raise BadValue("not a number")
    return int(text)
