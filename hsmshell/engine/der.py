"""The few DER values (X.690) that PKCS#11 attributes and domain parameters are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hsmshell.engine.errors import DataInvalid

_INTEGER, _OCTET_STRING, _SEQUENCE = 0x02, 0x04, 0x30
_LONGEST_LENGTH = 3
"""The bytes of a length beyond which nothing of ours goes."""


def unsigned(number: int) -> bytes:
    """A number as PKCS#11's big integers are: big endian, without leading zeros (v3.0 2.1.2)."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def octet_string(content: bytes) -> bytes:
    """The content as a DER OCTET STRING."""
    return _encoded(_OCTET_STRING, content)


def read_octet_string(data: bytes) -> bytes:
    """The reverse. Raises ``DataInvalid``."""
    content, rest = _split(data, _OCTET_STRING)
    if rest:
        raise DataInvalid("more than one value")
    return content


def integer(number: int) -> bytes:
    """The number as a DER INTEGER."""
    return _encoded(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def integers(numbers: Iterable[int]) -> bytes:
    """A SEQUENCE of INTEGERs."""
    return _encoded(_SEQUENCE, b"".join(map(integer, numbers)))


def read_integers(data: bytes) -> tuple[int, ...]:
    """The reverse. Raises ``DataInvalid``."""
    content, rest = _split(data, _SEQUENCE)
    if rest:
        raise DataInvalid("more than one value")
    return tuple(_read_integers(content))


def _read_integers(content: bytes) -> Iterator[int]:
    while content:
        number, content = _split(content, _INTEGER)
        yield int.from_bytes(number, "big", signed=True)


def _encoded(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = unsigned(size)
    return bytes([tag, 0x80 | len(length)]) + length + content


def _split(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first value, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise DataInvalid("not the DER that it should be")
    start, size = 2, data[1]
    if size >= 0x80:
        start += size & 0x7F
        if start - 2 > _LONGEST_LENGTH:
            raise DataInvalid("a length that is too long")
        size = int.from_bytes(data[2:start], "big")
    if len(data) < start + size:
        raise DataInvalid("cut short")
    return data[start : start + size], data[start + size :]
