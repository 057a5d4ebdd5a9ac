"""The attributes that a CloudHSM cluster gives to a new key, and the mechanisms by which keys leave and enter it."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine import encodings, objects
from hsmshell.engine.attributes import USAGE, Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, WrappedKeyInvalid
from hsmshell.engine.mechanisms import CURVE_NIDS
from hsmshell.engine.objects import Traits
from hsmshell.engine.records import StoredObject

_A = Attribute

PERMITTED: dict[tuple[ObjectClass, KeyType], frozenset[Attribute]] = {
    (ObjectClass.SECRET_KEY, KeyType.AES): frozenset({_A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP}),
    (ObjectClass.SECRET_KEY, KeyType.DES3): frozenset({_A.ENCRYPT, _A.DECRYPT}),
    (ObjectClass.PUBLIC_KEY, KeyType.RSA): frozenset({_A.ENCRYPT, _A.WRAP, _A.VERIFY}),
    (ObjectClass.PRIVATE_KEY, KeyType.RSA): frozenset({_A.DECRYPT, _A.UNWRAP, _A.SIGN}),
    (ObjectClass.PUBLIC_KEY, KeyType.EC): frozenset({_A.VERIFY}),
    (ObjectClass.PRIVATE_KEY, KeyType.EC): frozenset({_A.SIGN}),
    (ObjectClass.PUBLIC_KEY, KeyType.DSA): frozenset({_A.VERIFY}),
    (ObjectClass.PRIVATE_KEY, KeyType.DSA): frozenset({_A.SIGN}),
}
"""The uses that a new key of that class and type permits; all others are off."""

CHANGEABLE = frozenset({_A.LABEL, _A.TRUSTED, *USAGE, _A.DESTROYABLE, _A.WRAP_WITH_TRUSTED})
"""What may be changed after creation, each by whoever the table of rights names."""


LABEL_LENGTH = 127
"""The longest label in bytes of UTF-8."""


class KeySpec(NamedTuple):
    """What a caller decides about a new key."""

    label: str
    ident: bytes = b""
    extractable: bool = True
    session_only: bool = False
    shares: tuple[int, ...] = ()
    """User numbers; secret and private keys only."""
    quorum: int = 0
    minimum_nodes: int = 1


def attributes(material: bytes, traits: Traits, spec: KeySpec, *, local: bool) -> Traits:
    """Every attribute of a new key. ``local`` says that it was generated inside and not brought in."""
    object_class = ObjectClass(int(traits[_A.CLASS]))
    key_type = KeyType(int(traits[_A.KEY_TYPE]))
    public = object_class is ObjectClass.PUBLIC_KEY
    extractable = spec.extractable or public
    usage = PERMITTED.get((object_class, key_type), frozenset())
    return {
        **traits,
        _A.TOKEN: not spec.session_only,
        _A.PRIVATE: True,
        **{flag: flag in usage for flag in USAGE},
        _A.LOCAL: local,
        _A.SENSITIVE: not public,
        _A.EXTRACTABLE: extractable,
        _A.LABEL: spec.label,
        _A.ID: spec.ident,
        _A.VALUE_LEN: _value_length(object_class, traits, material),
        _A.CHECK_VALUE: objects.check_value(key_type, object_class, material) or bytes(3),
        _A.TRUSTED: False,
        _A.WRAP_WITH_TRUSTED: False,
        _A.DESTROYABLE: True,
        _A.ALWAYS_SENSITIVE: local and not public,
        _A.NEVER_EXTRACTABLE: local and not extractable,
    }


def _value_length(object_class: ObjectClass, traits: Traits, material: bytes) -> int:
    """What this HSM calls a key's value length in bytes: twice the modulus for an RSA public key (published dumps)."""
    if object_class is ObjectClass.PUBLIC_KEY:
        modulus = traits.get(_A.MODULUS)
        if isinstance(modulus, bytes):
            return 2 * len(modulus)
        point = traits.get(_A.EC_POINT)
        if isinstance(point, bytes):
            return len(point)
    return len(material)


def traits_of(object_class: ObjectClass, key_type: KeyType, material: bytes) -> tuple[bytes, Traits]:
    """The stored form and the traits of material that was brought in.

    Raises ``KeySizeRange`` or ``WrappedKeyInvalid`` when it is no key of that class and type.
    """
    if object_class is ObjectClass.SECRET_KEY:
        return material, objects.secret_traits(key_type, material)
    try:
        checked = encodings.check_private(material)
        traits = objects.private_traits(checked)
    except DataInvalid as problem:
        raise WrappedKeyInvalid("not a private key") from problem
    if traits[_A.KEY_TYPE] != key_type:
        raise WrappedKeyInvalid("a key of another type")
    return checked, traits


def presented(key: StoredObject, attribute: Attribute) -> AttributeValue | None:
    """An attribute as this HSM shows it; ``None`` when keys of the type have none.

    An EC key shows its point as modulus, and OpenSSL's number of its curve as modulus bits.
    """
    if key.key_type is KeyType.EC and attribute is _A.MODULUS:
        return key.attributes.get(_A.EC_POINT)
    if key.key_type is KeyType.EC and attribute is _A.MODULUS_BITS:
        curve = key.attributes.get(_A.EC_PARAMS, b"")
        return CURVE_NIDS.get(curve.hex() if isinstance(curve, bytes) else "")
    return key.attributes.get(attribute)
