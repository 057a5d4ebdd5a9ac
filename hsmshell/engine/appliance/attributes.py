"""The attributes of objects in a Luna partition: which an object has, what they start as, and which may change."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from hsmshell.engine.attributes import (
    KEYS,
    SECRET_CLASSES,
    SECRETS,
    USAGE,
    Attribute,
    Attributes,
    AttributeValue,
    ObjectClass,
    Shape,
    matches_shape,
)
from hsmshell.engine.errors import (
    AttributeReadOnly,
    AttributeTypeInvalid,
    AttributeValueInvalid,
    TemplateIncomplete,
    TemplateInconsistent,
)
from hsmshell.engine.objects import Traits, fingerprint_input

_A = Attribute

VENDOR_TEXTS = (_A.EKM_UID, _A.GENERIC_1, _A.GENERIC_2, _A.GENERIC_3)
_STORAGE = (_A.TOKEN, _A.PRIVATE, _A.LABEL, _A.MODIFIABLE)
_KEY = (*_STORAGE, _A.ID, _A.DERIVE, _A.START_DATE, _A.END_DATE, _A.CCM_PRIVATE, *VENDOR_TEXTS)
_HIDDEN = (_A.SENSITIVE, _A.EXTRACTABLE)

COUNTED = (_A.USAGE_LIMIT, _A.USAGE_COUNT)
"""How often a key may be used, and how often it was; a key without a limit has neither."""

GIVEN: dict[ObjectClass, frozenset[Attribute]] = {
    ObjectClass.SECRET_KEY: frozenset(
        {*_KEY, *_HIDDEN, _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP, _A.SIGN, _A.VERIFY}
    ),
    ObjectClass.PRIVATE_KEY: frozenset({*_KEY, *_HIDDEN, _A.SUBJECT, _A.DECRYPT, _A.UNWRAP, _A.SIGN, _A.SIGN_RECOVER}),
    ObjectClass.PUBLIC_KEY: frozenset({*_KEY, _A.SUBJECT, _A.ENCRYPT, _A.WRAP, _A.VERIFY, _A.VERIFY_RECOVER}),
    ObjectClass.DATA: frozenset({*_STORAGE, _A.APPLICATION, _A.VALUE, *VENDOR_TEXTS}),
    ObjectClass.CERTIFICATE: frozenset({*_STORAGE, _A.ID, *VENDOR_TEXTS}),
    ObjectClass.DOMAIN_PARAMETERS: frozenset({*_STORAGE, *VENDOR_TEXTS}),
}
"""The attributes that a creator may state; those of the key itself and of its history are the HSM's."""

CHANGEABLE = frozenset(
    {_A.LABEL, _A.ID, _A.SUBJECT, _A.START_DATE, _A.END_DATE, _A.APPLICATION, *VENDOR_TEXTS, *USAGE}
    | {_A.SIGN_RECOVER, _A.VERIFY_RECOVER, *_HIDDEN, *COUNTED}
)
"""What may change while CKA_MODIFIABLE is true; SENSITIVE only to true, EXTRACTABLE only to false. So may the value of
a data object, but of no other."""

COPIED = frozenset({_A.TOKEN, _A.PRIVATE, _A.MODIFIABLE})
"""What a copy may have otherwise than the original (PKCS#11 v3.0 4.4), although it never changes afterwards."""


_EMPTY: dict[Shape, AttributeValue] = {
    Shape.BOOLEAN: False,
    Shape.NUMBER: 0,
    Shape.TEXT: "",
    Shape.DATE: "",
    Shape.BYTES: b"",
}


def secrets_of(current: Attributes) -> frozenset[Attribute]:
    """The attributes that are the secret of an object with these others."""
    if current[_A.CLASS] not in SECRET_CLASSES:
        return frozenset()
    return SECRETS - {_A.VALUE} if _A.MODULUS in current else frozenset({_A.VALUE})


class Identity(NamedTuple):
    """What an object's unique identifier is made of."""

    container: int
    counter: int
    serial: int

    @property
    def ouid(self) -> bytes:
        """Twelve bytes: container, two fixed bytes, the HSM's object counter and serial number, little endian."""
        return (
            self.container.to_bytes(2, "little")
            + b"\x00\x02"
            + self.counter.to_bytes(4, "little")
            + self.serial.to_bytes(4, "little")
        )


def serial_word(serial: str) -> int:
    """An HSM's serial number as an object's unique identifier has it: its last 32 bits; 0 for one that is no number."""
    return int(serial) & 0xFFFFFFFF if serial.isdigit() else 0


def new_object(traits: Traits, material: bytes, template: Attributes, identity: Identity, *, local: bool) -> Traits:
    """Every attribute of a new object: what it is, what the template says, and PKCS#11's defaults for the rest.

    Raises ``AttributeTypeInvalid``, ``AttributeValueInvalid`` or ``TemplateInconsistent`` for a template that does not
    suit the class or the key.
    """
    object_class = ObjectClass(int(traits[_A.CLASS]))
    given = GIVEN[object_class]
    for attribute, value in template.items():
        if attribute in traits:
            if traits[attribute] != value:
                raise TemplateInconsistent(attribute.name)
            continue
        if attribute not in given and not (object_class in KEYS and attribute in _countable({}, template)):
            raise AttributeTypeInvalid(attribute.name)
        if not matches_shape(attribute, value):
            raise AttributeValueInvalid(attribute.name)
    values: Traits = {**traits}
    for attribute in sorted(given):
        values[attribute] = template.get(attribute, _default(attribute, object_class))
    values.update((attribute, template[attribute]) for attribute in COUNTED if attribute in template)
    if object_class in SECRET_CLASSES:
        values[_A.ALWAYS_SENSITIVE] = local and bool(values[_A.SENSITIVE])
        values[_A.NEVER_EXTRACTABLE] = local and not values[_A.EXTRACTABLE]
    values[_A.OUID] = identity.ouid
    if object_class not in (ObjectClass.DATA, ObjectClass.CERTIFICATE):
        values[_A.LOCAL] = local
    if object_class in KEYS:
        identified = fingerprint_input(traits, material)
        values[_A.FINGERPRINT_SHA1] = hashlib.sha1(identified, usedforsecurity=False).digest()
        values[_A.FINGERPRINT_SHA256] = hashlib.sha256(identified).digest()
    if object_class is ObjectClass.PRIVATE_KEY and _A.MODULUS in traits:
        values.setdefault(_A.X9_31_GENERATED, False)
    return with_count(values)


def _default(attribute: Attribute, object_class: ObjectClass) -> AttributeValue:
    """The library's defaults for a template that is silent (Thales, attribute defaults); only a crypto officer, whose
    objects are private, creates any."""
    if attribute in (_A.MODIFIABLE, _A.PRIVATE):
        return True
    if attribute is _A.SENSITIVE:
        return object_class in SECRET_CLASSES
    return _EMPTY[attribute.shape]


def changed(current: Attributes, template: Attributes) -> Traits:
    """The attributes after a change. Nothing is changed when any part of it is refused.

    Raises ``AttributeTypeInvalid`` for one that the class does not have, ``AttributeReadOnly`` for one that cannot
    change or not in that direction, ``AttributeValueInvalid``.
    """
    values: Traits = dict(current)
    if template and not current.get(_A.MODIFIABLE, True):
        raise AttributeReadOnly(_A.MODIFIABLE.name)
    is_data = current[_A.CLASS] == ObjectClass.DATA
    addable = _countable(current, template) if current[_A.CLASS] in KEYS else frozenset()
    is_certificate = current[_A.CLASS] == ObjectClass.CERTIFICATE
    for attribute, value in template.items():
        if attribute in secrets_of(current):
            raise AttributeReadOnly(attribute.name)
        if attribute not in current and attribute not in addable:
            raise AttributeTypeInvalid(attribute.name)
        changeable = attribute in CHANGEABLE or (is_data and attribute is _A.VALUE)
        # Whose a certificate is never changes (PKCS#11 v3.0 4.6.3).
        if not changeable or (is_certificate and attribute is _A.SUBJECT):
            raise AttributeReadOnly(attribute.name)
        if not matches_shape(attribute, value):
            raise AttributeValueInvalid(attribute.name)
        if attribute is _A.SENSITIVE and current[attribute] and not value:
            raise AttributeReadOnly(attribute.name)
        if attribute is _A.EXTRACTABLE and value and not current[attribute]:
            raise AttributeReadOnly(attribute.name)
        values[attribute] = value
    return with_count(values)


def copied(current: Attributes, template: Attributes) -> Traits:
    """The attributes of a copy, but for its unique identifier (PKCS#11 v3.0 5.7.2).

    It may be a token or a session object, private or not, and not modifiable; the rest changes as in ``changed``. What
    confines the original confines the copy: nothing makes it modifiable again, and a key that is sensitive or not
    extractable stays private. Raises what ``changed`` raises.
    """
    for attribute in COPIED & template.keys():
        if attribute not in current:
            raise AttributeTypeInvalid(attribute.name)
        if not matches_shape(attribute, template[attribute]):
            raise AttributeValueInvalid(attribute.name)
    values = changed(current, {key: value for key, value in template.items() if key not in COPIED})
    if template.get(_A.MODIFIABLE) and not current[_A.MODIFIABLE]:
        raise AttributeReadOnly(_A.MODIFIABLE.name)
    confined = bool(values.get(_A.SENSITIVE)) or not values.get(_A.EXTRACTABLE, True)
    if confined and current[_A.PRIVATE] and not template.get(_A.PRIVATE, True):
        raise AttributeReadOnly(_A.PRIVATE.name)
    return {**values, **{key: value for key, value in template.items() if key in COPIED}}


def _countable(current: Attributes, template: Attributes) -> frozenset[Attribute]:
    """A key may get a limit to its uses; one that has a limit counts them."""
    return frozenset(COUNTED if _A.USAGE_LIMIT in {**current, **template} else ())


def with_count(values: Traits) -> Traits:
    """The same attributes, with a count of uses where there is a limit to them."""
    if _A.USAGE_LIMIT in values:
        values.setdefault(_A.USAGE_COUNT, 0)
    return values


def required(template: Attributes, attribute: Attribute) -> AttributeValue:
    """The template's value. Raises ``TemplateIncomplete``."""
    if attribute not in template:
        raise TemplateIncomplete(attribute.name)
    return template[attribute]
