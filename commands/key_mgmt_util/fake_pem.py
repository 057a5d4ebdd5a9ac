"""The fake PEM private key: real public numbers, and a key handle where the secret should be.

``openssl`` prints such a file and the HSM vendor's engine for it finds the handle; a loader that compares the private
key with the public one refuses it. The secret is a marker, the handle and markers again up to the length that a real
one has. For EC this is a sister build's published dump; for RSA the marker fills the private exponent and the other
secrets are 1, which is ours. Written here byte for byte: no library writes a key that is deliberately inconsistent.
"""

from __future__ import annotations

import binascii
import contextlib
from collections.abc import Iterator
from itertools import islice

MARKER = bytes.fromhex("eafcfcee")
HANDLE = slice(4, 12)
"""Where the handle stands, little endian; a marker stands before and behind it."""

_INTEGER, _BIT_STRING, _OCTET_STRING, _SEQUENCE = 0x02, 0x03, 0x04, 0x30
_PARAMETERS, _PUBLIC_KEY = 0xA0, 0xA1
"""The context-specific tags of ECPrivateKey (RFC 5915 3)."""

_ONE = b"\1"
_COLUMNS = 64
"""The characters in a line of PEM (RFC 7468 section 2)."""


def encode_rsa(modulus: bytes, exponent: bytes, handle: int) -> bytes:
    """A PEM file in the form of RSAPrivateKey (RFC 8017 A.1.2), from big-endian public numbers."""
    secret = _secret(handle, len(modulus))
    numbers = (b"\0", modulus, exponent, secret, _ONE, _ONE, _ONE, _ONE, _ONE)
    return _pem("RSA PRIVATE KEY", _tlv(_SEQUENCE, *map(_integer, numbers)))


def encode_ec(curve: bytes, point: bytes, handle: int) -> bytes:
    """A PEM file in the form of ECPrivateKey (RFC 5915 3), from the curve's object identifier in DER and an
    uncompressed point."""
    secret = _secret(handle, (len(point) - 1) // 2)
    return _pem(
        "EC PRIVATE KEY",
        _tlv(
            _SEQUENCE,
            _integer(_ONE),
            _tlv(_OCTET_STRING, secret),
            _tlv(_PARAMETERS, curve),
            _tlv(_PUBLIC_KEY, _tlv(_BIT_STRING, b"\0", point)),
        ),
    )


def decode(pem: bytes) -> int | None:
    """The handle in the first fake private key of a PEM file, also of one that ``openssl`` wrote anew as PKCS#8;
    ``None`` when there is none."""
    for der in _private_keys(pem):
        try:
            secret = _secret_of(der)
        except ValueError:
            continue
        if secret[: HANDLE.start] == MARKER == secret[HANDLE.stop : HANDLE.stop + len(MARKER)]:
            return int.from_bytes(secret[HANDLE], "little")
    return None


def _secret(handle: int, size: int) -> bytes:
    """Marker, handle, and markers of which the last is cut off where the secret ends."""
    fill = MARKER * (size // len(MARKER))
    return (MARKER + handle.to_bytes(HANDLE.stop - HANDLE.start, "little") + fill)[:size]


def _secret_of(der: bytes) -> bytes:
    """The private exponent or scalar. Raises ``ValueError`` for what has none of the known forms."""
    for _ in range(2):
        tag, content, _ = _element(der, 0)
        parts = list(islice(_elements(content), 4)) if tag == _SEQUENCE else []
        tags = [tag for tag, _ in parts]
        if tags[:2] == [_INTEGER, _OCTET_STRING]:
            return parts[1][1]
        if tags == [_INTEGER] * 4:
            return parts[3][1].lstrip(b"\0")
        if tags[:3] != [_INTEGER, _SEQUENCE, _OCTET_STRING]:
            break
        der = parts[2][1]  # PKCS#8 (RFC 5958 2) holds one of the other forms
    raise ValueError("not a private key")


# DER (X.690 8.1 and 10.1)


def _tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def _integer(number: bytes) -> bytes:
    """An integer that is not negative, from its big-endian bytes, of which there are no more than it needs."""
    return _tlv(_INTEGER, b"\0" if number[0] & 0x80 else b"", number)


def _element(der: bytes, start: int) -> tuple[int, bytes, int]:
    """Tag, content, and where the next element begins. Raises ``ValueError`` when the bytes end before that."""
    if len(der) < start + 2:
        raise ValueError("cut off")
    tag, size, content = der[start], der[start + 1], start + 2
    if size >= 0x80:
        content += size & 0x7F
        size = int.from_bytes(der[start + 2 : content], "big")
    if len(der) < content + size:
        raise ValueError("cut off")
    return tag, der[content : content + size], content + size


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(der):
        tag, content, position = _element(der, position)
        yield tag, content


# PEM (RFC 7468)


def _pem(label: str, der: bytes) -> bytes:
    text = binascii.b2a_base64(der, newline=False).decode("ascii")
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")


def _private_keys(pem: bytes) -> Iterator[bytes]:
    """The DER of every private key of the file; one that is not Base64 throughout, as an encrypted one, is left out."""
    body: list[bytes] | None = None
    for line in map(bytes.strip, pem.splitlines()):
        if line.startswith(b"-----BEGIN "):
            body = [] if line.endswith(b"PRIVATE KEY-----") else None
        elif line.startswith(b"-----END ") and body is not None:
            with contextlib.suppress(binascii.Error):
                yield binascii.a2b_base64(b"".join(body), strict_mode=True)
            body = None
        elif body is not None:
            body.append(line)
