"""The header that wrapKey puts before wrapped bytes. The real layout is not public; this one is ours and says so.

Its sizes are the real ones, deduced from published file lengths: 267 bytes for a secret key, 284 for a private one.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from commands.key_mgmt_util.constants import UNWRAPPABLE
from hsmshell.engine.attributes import USAGE, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import WrappedKeyInvalid
from hsmshell.engine.records import StoredObject

MAGIC = b"HSMSHELL-SIMULATOR-WRAPPED-KEY\0\2"
FIRST_MAGIC = MAGIC[:-1] + b"\1"
"""How headers began that had zeros in the place of the check."""

_FIXED = struct.Struct(">32sBBHHB127sB64s")
CHECK = 4
"""The bytes at a header's end that its others determine."""

SIZES = {ObjectClass.SECRET_KEY: 267, ObjectClass.PRIVATE_KEY: 284}


class Header(NamedTuple):
    """What a wrapped file says about its key."""

    mechanism: int
    object_class: ObjectClass
    key_type: KeyType
    usage: Attributes
    label: str
    ident: bytes


def encode(key: StoredObject, mechanism: int) -> bytes:
    """The header for a key that leaves under a mechanism (-m)."""
    label = key.label.encode("utf-8", "surrogateescape")[:127]
    bits = sum(1 << position for position, use in enumerate(USAGE) if key.flag(use))
    packed = _FIXED.pack(
        MAGIC, mechanism, key.object_class, key.key_type, bits, len(label), label, len(key.ident[:64]), key.ident[:64]
    )
    body = packed.ljust(SIZES[key.object_class] - CHECK, b"\0")
    return body + _check(body)


def _check(body: bytes) -> bytes:
    """What tells a damaged header from a whole one; it is no secret."""
    import hashlib

    return hashlib.sha256(body).digest()[:CHECK]


def decode(data: bytes) -> tuple[Header, bytes]:
    """The header and the wrapped bytes after it. Raises ``WrappedKeyInvalid``."""
    if len(data) < _FIXED.size or not data.startswith((MAGIC, FIRST_MAGIC)):
        raise WrappedKeyInvalid("no header")
    _, mechanism, object_class, key_type, bits, label_size, label, ident_size, ident = _FIXED.unpack_from(data)
    try:
        size = SIZES[ObjectClass(object_class)]
        header = Header(
            mechanism,
            ObjectClass(object_class),
            KeyType(key_type),
            {use: bool(bits & (1 << position)) for position, use in enumerate(USAGE)},
            label[:label_size].decode("utf-8", "surrogateescape"),
            ident[:ident_size],
        )
    except (ValueError, KeyError) as problem:
        raise WrappedKeyInvalid("no header of a key") from problem
    check = _check(data[: size - CHECK]) if data.startswith(MAGIC) else bytes(CHECK)
    if data[size - CHECK : size] != check:
        raise WrappedKeyInvalid("a damaged header")
    if header.key_type not in UNWRAPPABLE[header.object_class]:
        raise WrappedKeyInvalid("no key has that class and type")
    if len(data) <= size:
        raise WrappedKeyInvalid("nothing after the header")
    return header, data[size:]
