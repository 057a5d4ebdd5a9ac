"""The attributes that a CloudHSM cluster gives to a new key, and the mechanisms by which keys leave and enter it."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine import encodings, objects
from hsmshell.engine.attributes import USAGE, Attribute, Attributes, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.cluster.templates import TEMPLATES
from hsmshell.engine.errors import DataInvalid, PolicyViolation, WrappedKeyInvalid
from hsmshell.engine.mechanisms import Curve
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

CHANGEABLE = frozenset({_A.LABEL, _A.TRUSTED, *USAGE, _A.DESTROYABLE, _A.WRAP_WITH_TRUSTED, *TEMPLATES})
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
        prime = traits.get(_A.PRIME)
        if isinstance(prime, bytes):
            return len(prime)
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
        curve = _curve(key.attributes)
        return curve.nid if curve else None
    return key.attributes.get(attribute)


# FIPS mode: the keys that this HSM has to do with. RSA and DSA lengths are those of the guide's tables of key types.

SECRET_TYPES = (KeyType.AES, KeyType.DES3, KeyType.GENERIC_SECRET)
_RSA_BITS = range(2048, 4097, 256)
_CURVES = (Curve.P224, Curve.P256, Curve.P384, Curve.P521, Curve.K256)
_DSA_BITS = (2048,)
_DSA_SUBPRIME_BYTES = (28, 32)  # FIPS 186-4 4.2


def check_rsa(bits: int, exponent: int) -> None:
    """Raise ``PolicyViolation`` for an RSA key that may not be generated (FIPS 186-5 5.1)."""
    if bits not in _RSA_BITS or exponent < 65537 or not exponent % 2:
        raise PolicyViolation(f"{bits} bits, exponent {exponent}")


def check_dsa(bits: int) -> None:
    """Raise ``PolicyViolation`` for a DSA prime of another length."""
    if bits not in _DSA_BITS:
        raise PolicyViolation(f"{bits} bits")


def check_curve(name: str) -> Curve:
    """The curve of that name in OpenSSL. Raises ``PolicyViolation`` for one that is not allowed."""
    for curve in _CURVES:
        if curve.value == name:
            return curve
    raise PolicyViolation(name)


def check_policy(traits: Traits) -> None:
    """Raise ``PolicyViolation`` for a key that FIPS mode does not let in.

    An RSA key from outside may have a small exponent: only its length decides.
    """
    bits, prime, subprime = (traits.get(name) for name in (_A.MODULUS_BITS, _A.PRIME, _A.SUBPRIME))
    if isinstance(bits, int) and bits not in _RSA_BITS:
        raise PolicyViolation(f"{bits} bits")
    if isinstance(prime, bytes):
        check_dsa(len(prime) * 8)
    if isinstance(subprime, bytes) and len(subprime) not in _DSA_SUBPRIME_BYTES:
        raise PolicyViolation(f"a subprime of {len(subprime)} bytes")
    if _A.EC_PARAMS in traits and _curve(traits) is None:
        raise PolicyViolation("curve")


def _curve(traits: Attributes) -> Curve | None:
    """The curve of an EC key's parameters, when it is one that the HSM knows."""
    return next((curve for curve in _CURVES if curve.identifier == traits.get(_A.EC_PARAMS)), None)
