"""The kinds of value that options take, the options that several functions have, and how the words are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.console import Kind
from hsmshell.engine.certificate_terms import SERIAL_BITS
from hsmshell.grammar import AmbiguousName, Parameter, UnknownName, resolve
from hsmshell.grammar.values import BadValue, Integer, Path, Text, Word, handle_type

if TYPE_CHECKING:
    import datetime

SERIAL_DIGITS = 64
"""More are not even read."""

BOOLEAN = Word({"T": True, "F": False, "True": True, "False": False, "1": True, "0": False}, fold=True)
BOOLEAN_PLACEHOLDER = "<T/F>"


class Switch(NamedTuple):
    """A boolean whose option may also stand alone."""

    alone: str = "T"
    """The value that it then has."""
    role: str = ""

    def parse(self, text: str) -> object:
        return BOOLEAN.parse(text)


class Date(NamedTuple):
    """A day of the calendar as PKCS#11 writes it, ``YYYYMMDD``; ``empty`` lets it be absent."""

    empty: bool = False
    role: str = ""

    def parse(self, text: str) -> str:
        if text or not self.empty:
            day(text)
        return text


def day(text: str) -> datetime.date:
    """The day that ``YYYYMMDD`` names. Raises ``BadValue``."""
    import datetime

    if len(text) != 8 or not text.isascii() or not text.isdigit():
        raise BadValue("not a date YYYYMMDD")
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadValue("no day of the calendar") from None


class SerialNumber(NamedTuple):
    """A certificate's serial number in hexadecimal: positive, at most 20 bytes (RFC 5280 4.1.2.2)."""

    role: str = ""

    def parse(self, text: str) -> int:
        digits = text[2:] if text[:2] in ("0x", "0X") else text
        if not digits or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise BadValue("not a hexadecimal number")
        if len(digits) > SERIAL_DIGITS or not 0 < int(digits, 16) < 1 << SERIAL_BITS:
            raise BadValue("not a positive number of at most 20 bytes")
        return int(digits, 16)


class Words(NamedTuple):
    """Some of a few words, with commas between them and each at most once; their case does not matter."""

    words: Mapping[str, object]
    role: str = ""

    def parse(self, text: str) -> tuple[object, ...]:
        one = Word(self.words, fold=True)
        found = tuple(one.parse(word.strip()) for word in text.split(","))
        if len(set(found)) < len(found):
            raise BadValue("one word twice")
        return found


def spelled_out(parameters: Sequence[Parameter], words: Sequence[str]) -> Iterator[str]:
    """The words, with its value at each switch that stands alone, and with its name in place of an option's alias."""
    by_name = {parameter.name: parameter for parameter in parameters}
    aliases = {alias.lower(): parameter.name for parameter in parameters for alias in parameter.aliases}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-") and name.lower() in aliases:
            word = f"-{aliases[name.lower()]}{equals}{value}"
        option = _alone(by_name, word)
        if option is not None and isinstance(option.type, Switch):
            yield f"{word}={option.type.alone}"
            continue
        yield word
        if option is not None:
            yield from islice(rest, 1)


def _alone(by_name: Mapping[str, Parameter], word: str) -> Parameter | None:
    """The option that the whole word names; ``-name=value`` names none."""
    if not word.startswith("-"):
        return None
    try:
        return by_name[resolve(word.lstrip("-"), by_name, fold=True)]
    except (UnknownName, AmbiguousName):
        return None


COMMON = (
    Parameter("slot", Integer(0, 0xFFFFFFFF), "<slot>", "the token's slot; asked for when absent"),
    Parameter("password", Text(), "<password>", "the crypto officer's PIN"),
)
"""The options of every function that works with a token."""


def object_option(name: str, text: str) -> Parameter:
    """An option that names an object."""
    return Parameter(name, handle_type(Kind.OBJECT.value), "<handle>", text)


HANDLE = object_option("handle", "the object's handle")

OUTPUT_FILE = Parameter("outputFile", Path(), "<file>", "the file to write; asked for when absent")


def input_file(text: str) -> Parameter:
    """The option that names the file to read."""
    return Parameter("inputFile", Path(), "<file>", text)
