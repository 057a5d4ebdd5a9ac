"""What attributes, classes and key types are called on the command line and in the output."""

from __future__ import annotations

from collections.abc import Iterable

from commands.cmu.options import BOOLEAN, BOOLEAN_PLACEHOLDER, Date
from hsmshell.console import Part
from hsmshell.console.values import hexadecimal, printable, serial
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass, Shape
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import HexBytes, Integer, Text, ValueType, Word

_A = Attribute

CLASSES = {
    ObjectClass.DATA: "data",
    ObjectClass.CERTIFICATE: "certificate",
    ObjectClass.PUBLIC_KEY: "publicKey",
    ObjectClass.PRIVATE_KEY: "privateKey",
    ObjectClass.SECRET_KEY: "secretKey",
    ObjectClass.DOMAIN_PARAMETERS: "domainParameters",
}
"""An object's class in the output; published is ``privateKey``."""

CLASS_WORDS = {
    "data": ObjectClass.DATA,
    "certificate": ObjectClass.CERTIFICATE,
    "public": ObjectClass.PUBLIC_KEY,
    "private": ObjectClass.PRIVATE_KEY,
    "secret": ObjectClass.SECRET_KEY,
    "domain": ObjectClass.DOMAIN_PARAMETERS,
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
    KeyType.CAST5: "CAST5",
    KeyType.AES: "AES",
    KeyType.ARIA: "ARIA",
    KeyType.EC_EDWARDS: "EdDSA",
    KeyType.EC_MONTGOMERY: "Montgomery",
    KeyType.SEED: "SEED",
}
"""A key's type, typed and shown; published are ``RSA`` and ``ECDSA``."""

KEY_TYPE = Word({word: kind for kind, word in KEY_TYPES.items()}, fold=True)

ORDER = (
    _A.CLASS, _A.TOKEN, _A.PRIVATE, _A.LABEL, _A.APPLICATION, _A.VALUE, _A.CERTIFICATE_TYPE, _A.ISSUER,
    _A.SERIAL_NUMBER, _A.KEY_TYPE, _A.SUBJECT, _A.ID, _A.SENSITIVE, _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP, _A.SIGN,
    _A.VERIFY, _A.DERIVE, _A.START_DATE, _A.END_DATE, _A.MODULUS, _A.MODULUS_BITS, _A.PUBLIC_EXPONENT, _A.PRIME,
    _A.SUBPRIME, _A.BASE, _A.EC_PARAMS, _A.EC_POINT, _A.VALUE_LEN, _A.EXTRACTABLE, _A.LOCAL, _A.NEVER_EXTRACTABLE,
    _A.ALWAYS_SENSITIVE, _A.MODIFIABLE,
)  # fmt: skip
"""The lines' order as published for an RSA private key (Microsoft, Appendix B), the other classes' fitted in."""

UNASKED = (
    _A.USAGE_LIMIT, _A.USAGE_COUNT, _A.OUID, _A.FINGERPRINT_SHA1, _A.FINGERPRINT_SHA256, _A.CCM_PRIVATE, _A.EKM_UID,
    _A.GENERIC_1, _A.GENERIC_2, _A.GENERIC_3,
)  # fmt: skip
"""The attributes that are shown only when they are named."""

_MEASURED = frozenset(
    {_A.VALUE, _A.MODULUS, _A.PRIME, _A.SUBPRIME, _A.BASE, _A.EC_POINT, _A.FINGERPRINT_SHA1, _A.FINGERPRINT_SHA256}
)
"""Bytes that every new key has others of."""


def option_name(attribute: Attribute) -> str:
    """The attribute's name as an option: PKCS#11's, without ``CKA_`` and underscores, words joined by capitals."""
    first, *rest = attribute.name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


NAMED = {option_name(attribute): attribute for attribute in (*ORDER, *UNASKED)}


def value_type(attribute: Attribute) -> ValueType:
    """What is typed for the attribute."""
    if attribute is _A.CLASS:
        return Word(CLASS_WORDS, fold=True)
    if attribute is _A.KEY_TYPE:
        return KEY_TYPE
    return _TYPES[attribute.shape]


_TYPES: dict[Shape, ValueType] = {
    Shape.BOOLEAN: BOOLEAN,
    Shape.NUMBER: Integer(0, 0xFFFFFFFF),
    Shape.TEXT: Text(),
    Shape.DATE: Date(empty=True),
    Shape.BYTES: HexBytes(),
}
_PLACEHOLDERS = {
    Shape.BOOLEAN: BOOLEAN_PLACEHOLDER,
    Shape.NUMBER: "<number>",
    Shape.TEXT: "<text>",
    Shape.DATE: "<YYYYMMDD>",
    Shape.BYTES: "<hex>",
}


def attribute_option(attribute: Attribute, text: str) -> Parameter:
    """The option named after the attribute; ``text`` says what it does, with the attribute's full name for ``{}``."""
    name = option_name(attribute)
    placeholder = {_A.CLASS: "<class>", _A.KEY_TYPE: "<type>", _A.LABEL: "<label>"}.get(attribute)
    return Parameter(
        name, value_type(attribute), placeholder or _PLACEHOLDERS[attribute.shape], text.format(f"CKA_{attribute.name}")
    )


def given(arguments: Arguments, attributes: Iterable[Attribute]) -> dict[Attribute, AttributeValue]:
    """The values of the options that are named after these attributes."""
    template: dict[Attribute, AttributeValue] = {}
    for attribute in attributes:
        value = arguments.get(option_name(attribute))
        if isinstance(value, (str, bytes, int)):
            template[attribute] = value
    return template


def shown(attribute: Attribute, value: AttributeValue) -> Part:
    """The value in the output: words for booleans, classes and types, decimal numbers, hexadecimal bytes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if attribute is _A.CLASS:
        return CLASSES[ObjectClass(int(value))]
    if attribute is _A.KEY_TYPE:
        return KEY_TYPES[KeyType(int(value))]
    if attribute is _A.OUID and isinstance(value, bytes):
        return serial(value.hex())
    if isinstance(value, bytes):
        return hexadecimal(value.hex()) if attribute in _MEASURED else value.hex()
    return printable(value) if isinstance(value, str) else str(value)
