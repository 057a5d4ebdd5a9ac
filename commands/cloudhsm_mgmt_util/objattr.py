"""The attributes by the names and numbers of this tool, in the order of ``listAttributes``."""

from __future__ import annotations

import enum

from hsmshell.console.values import Kind, Part, Value, hexadecimal, printable
from hsmshell.engine.attributes import Attribute, AttributeValue, Shape
from hsmshell.engine.cluster import presented
from hsmshell.engine.errors import AttributeTypeInvalid
from hsmshell.engine.records import StoredObject


class ObjectAttribute(enum.IntEnum):
    """OBJ_ATTR_...; the numbers are PKCS#11's (v3.0, pkcs11t.h) but for KCV and ALL."""

    CLASS = 0
    TOKEN = 1
    PRIVATE = 2
    LABEL = 3
    TRUSTED = 134
    KEY_TYPE = 256
    ID = 258
    SENSITIVE = 259
    ENCRYPT = 260
    DECRYPT = 261
    WRAP = 262
    UNWRAP = 263
    SIGN = 264
    VERIFY = 266
    DERIVE = 268
    LOCAL = 355
    MODULUS = 288
    MODULUS_BITS = 289
    PUBLIC_EXPONENT = 290
    VALUE_LEN = 353
    EXTRACTABLE = 354
    NEVER_EXTRACTABLE = 356
    ALWAYS_SENSITIVE = 357
    DESTROYABLE = 370
    KCV = 371
    WRAP_WITH_TRUSTED = 528
    WRAP_TEMPLATE = 1073742353
    UNWRAP_TEMPLATE = 1073742354
    ALL = 512

    @property
    def title(self) -> str:
        return f"OBJ_ATTR_{self.name}"

    @property
    def attribute(self) -> Attribute | None:
        """What the HSM calls it; ``None`` for ``ALL``."""
        if self is ObjectAttribute.KCV:
            return Attribute.CHECK_VALUE
        return Attribute(int(self)) if self.value in _PKCS11 else None  # type: ignore[call-arg]


_PKCS11 = frozenset(int(attribute) for attribute in Attribute)
_A = ObjectAttribute
DUMPED = (
    _A.CLASS, _A.KEY_TYPE, _A.TOKEN, _A.PRIVATE, _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP, _A.SIGN, _A.VERIFY,
    _A.LOCAL, _A.SENSITIVE, _A.EXTRACTABLE, _A.LABEL, _A.ID, _A.VALUE_LEN, _A.KCV, _A.MODULUS, _A.MODULUS_BITS,
    _A.PUBLIC_EXPONENT,
)  # fmt: skip
"""What ``ALL`` shows where the key has it, in key_mgmt_util's order."""

_WIDE = frozenset({_A.VALUE_LEN, _A.MODULUS_BITS})
"""Shown in eight digits also by ``ALL``, which shows other numbers and booleans in two."""


def value_of(key: StoredObject, item: ObjectAttribute) -> AttributeValue | None:
    """The value as the HSM shows it; ``None`` when keys of the type have none."""
    return None if item.attribute is None else presented(key, item.attribute)


def shown(key: StoredObject, item: ObjectAttribute, *, whole: bool) -> Part:
    """One attribute's value. Raises ``AttributeTypeInvalid`` when the key has none."""
    value = value_of(key, item)
    if value is None:
        raise AttributeTypeInvalid(item.title)
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, bytes):
        if item is ObjectAttribute.ID:
            return printable(value.decode("utf-8", "surrogateescape"))
        text = f"0x{value.hex()}"
        if item is ObjectAttribute.KCV:
            return Value(Kind.CHECK_VALUE, text)
        return hexadecimal(text) if item is ObjectAttribute.MODULUS else text
    text = f"0x{int(value):02x}" if whole and item not in _WIDE else f"0x{int(value):08x}"
    return Value(Kind.LENGTH, text) if item is ObjectAttribute.VALUE_LEN else text


def is_boolean(item: ObjectAttribute) -> bool:
    """Whether a value of 0 or 1 is expected."""
    return item.attribute is not None and item.attribute.shape is Shape.BOOLEAN
