"""Keys and domain parameters out of the numbers that a template states, into their stored form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hsmshell.engine import asymmetric, der, encodings
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.domain import Domain
from hsmshell.engine.errors import (
    AttributeValueInvalid,
    DataInvalid,
    KeySizeRange,
    TemplateIncomplete,
    TemplateInconsistent,
)
from hsmshell.engine.mechanisms import Curve

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

_A = Attribute

_RSA_PARTS = (_A.PRIME_1, _A.PRIME_2, _A.EXPONENT_1, _A.EXPONENT_2, _A.COEFFICIENT)
_FIELD = {
    KeyType.DSA: (_A.PRIME, _A.SUBPRIME, _A.BASE),
    KeyType.DH: (_A.PRIME, _A.BASE),
}
_CURVE = dict.fromkeys(asymmetric.CURVE_TYPES, (_A.EC_PARAMS,))

PUBLIC_PARTS: dict[KeyType, tuple[Attribute, ...]] = {
    KeyType.RSA: (_A.MODULUS, _A.PUBLIC_EXPONENT),
    **{key_type: (*parts, _A.EC_POINT) for key_type, parts in _CURVE.items()},
    **{key_type: (*parts, _A.VALUE) for key_type, parts in _FIELD.items()},
}
"""What makes a public key of each type (PKCS#11 v3.0 2.1.2, 2.2.2, 2.3.3, 2.4.2)."""

PRIVATE_PARTS: dict[KeyType, tuple[Attribute, ...]] = {
    KeyType.RSA: (_A.MODULUS, _A.PUBLIC_EXPONENT, _A.PRIVATE_EXPONENT),
    **{key_type: (*parts, _A.VALUE) for key_type, parts in _CURVE.items()},
    **{key_type: (*parts, _A.VALUE) for key_type, parts in _FIELD.items()},
}
"""What makes a private key of each type; of RSA the primes and what follows from them may be stated, too."""

OPTIONAL_PARTS = {KeyType.RSA: frozenset(_RSA_PARTS)}
"""What a private key's template may state beside."""

PARTS = frozenset(
    {part for table in (PUBLIC_PARTS, PRIVATE_PARTS) for parts in table.values() for part in parts} | {*_RSA_PARTS}
)
"""Every attribute that is a part of some key."""


def parts_of(object_class: ObjectClass, key_type: KeyType) -> tuple[Attribute, ...]:
    """The attributes that make such an object. Raises ``TemplateInconsistent`` when there is no such."""
    table = {
        ObjectClass.PUBLIC_KEY: PUBLIC_PARTS,
        ObjectClass.PRIVATE_KEY: PRIVATE_PARTS,
        ObjectClass.DOMAIN_PARAMETERS: _FIELD,
    }[object_class]
    if key_type not in table:
        raise TemplateInconsistent(key_type.name)
    return table[key_type]


def public_key(key_type: KeyType, template: Attributes) -> bytes:
    """The SubjectPublicKeyInfo DER of the public key that the template states.

    Raises ``TemplateIncomplete``, ``AttributeValueInvalid``, ``CurveNotSupported``, ``DomainParamsInvalid``,
    ``KeySizeRange``.
    """
    from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, ed448, ed25519, rsa, x448, x25519

    values = _required(template, PUBLIC_PARTS[key_type])
    try:
        with encodings.quietly():
            if key_type is KeyType.RSA:
                exponent, modulus = _number(values, _A.PUBLIC_EXPONENT), _number(values, _A.MODULUS)
                made = encodings.encode_public(rsa.RSAPublicNumbers(exponent, modulus).public_key())
                asymmetric.public_values(made)
                return made
            if key_type in asymmetric.CURVE_TYPES:
                curve = _curve(key_type, values)
                point = der.read_octet_string(_octets(values, _A.EC_POINT))
                if curve in asymmetric.WEIERSTRASS:
                    return encodings.encode_public(
                        ec.EllipticCurvePublicKey.from_encoded_point(asymmetric.library_curve(curve), point)
                    )
                load: dict[Curve, Callable[[bytes], PublicKeyTypes]] = {
                    Curve.ED25519: ed25519.Ed25519PublicKey.from_public_bytes,
                    Curve.ED448: ed448.Ed448PublicKey.from_public_bytes,
                    Curve.X25519: x25519.X25519PublicKey.from_public_bytes,
                    Curve.X448: x448.X448PublicKey.from_public_bytes,
                }
                return encodings.encode_public(load[curve](point))
            domain, public = _domain(key_type, values), _number(values, _A.VALUE)
            if not 1 < public < domain.prime - 1:
                raise AttributeValueInvalid(_A.VALUE.name)
            if key_type is KeyType.DSA:
                field = dsa.DSAParameterNumbers(domain.prime, domain.subprime, domain.base)
                return encodings.encode_public(dsa.DSAPublicNumbers(public, field).public_key())
            group = dh.DHParameterNumbers(domain.prime, domain.base)
            return encodings.encode_public(dh.DHPublicNumbers(public, group).public_key())
    except (ValueError, DataInvalid) as problem:
        raise AttributeValueInvalid(key_type.name) from problem


def private_key(key_type: KeyType, template: Attributes) -> bytes:
    """The PKCS#8 DER of the private key that the template states.

    Raises ``TemplateInconsistent`` when its parts do not fit together, and what ``public_key`` raises.
    """
    from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, ed448, ed25519, x448, x25519

    values = _required(template, PRIVATE_PARTS[key_type])
    with encodings.quietly():
        try:
            if key_type is KeyType.RSA:
                return _rsa_private(values, template)
            if key_type in asymmetric.CURVE_TYPES:
                curve, secret = _curve(key_type, values), _octets(values, _A.VALUE)
                if curve in asymmetric.WEIERSTRASS:
                    number = int.from_bytes(secret, "big")
                    return encodings.encode_private(ec.derive_private_key(number, asymmetric.library_curve(curve)))
                load: dict[Curve, Callable[[bytes], PrivateKeyTypes]] = {
                    Curve.ED25519: ed25519.Ed25519PrivateKey.from_private_bytes,
                    Curve.ED448: ed448.Ed448PrivateKey.from_private_bytes,
                    Curve.X25519: x25519.X25519PrivateKey.from_private_bytes,
                    Curve.X448: x448.X448PrivateKey.from_private_bytes,
                }
                return encodings.encode_private(load[curve](secret))
            domain, exponent = _domain(key_type, values), _number(values, _A.VALUE)
            if not 0 < exponent < (domain.subprime or domain.prime - 1):
                raise AttributeValueInvalid(_A.VALUE.name)
            # The public half is the base to the power of the secret (FIPS 186-4 4.1; PKCS#3 7.2).
            public = pow(domain.base, exponent, domain.prime)
            if key_type is KeyType.DSA:
                field = dsa.DSAParameterNumbers(domain.prime, domain.subprime, domain.base)
                both = dsa.DSAPrivateNumbers(exponent, dsa.DSAPublicNumbers(public, field))
                return encodings.encode_private(both.private_key())
            group = dh.DHParameterNumbers(domain.prime, domain.base)
            pair = dh.DHPrivateNumbers(exponent, dh.DHPublicNumbers(public, group))
            return encodings.encode_private(pair.private_key())
        except ValueError as problem:
            raise TemplateInconsistent(key_type.name) from problem


def domain_parameters(key_type: KeyType, template: Attributes) -> Domain:
    """The domain parameters that the template states. Raises what ``public_key`` raises."""
    return _domain(key_type, _required(template, _FIELD[key_type]))


def _rsa_private(values: Attributes, template: Attributes) -> bytes:
    """Checks every part against the others; the primes are found when they are not stated (SP 800-56B C)."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    modulus, exponent = _number(values, _A.MODULUS), _number(values, _A.PUBLIC_EXPONENT)
    private = _number(values, _A.PRIVATE_EXPONENT)
    if modulus.bit_length() > encodings.RSA_CHECKED_BITS:
        raise KeySizeRange(f"{modulus.bit_length()} bits")
    stated = _required(template, tuple(part for part in _RSA_PARTS if part in template))
    if {_A.PRIME_1, _A.PRIME_2} <= stated.keys():
        first, second = _number(stated, _A.PRIME_1), _number(stated, _A.PRIME_2)
    else:
        first, second = rsa.rsa_recover_prime_factors(modulus, exponent, private)
        if stated.get(_A.PRIME_1) == der.unsigned(second) or stated.get(_A.PRIME_2) == der.unsigned(first):
            first, second = second, first
    if first * second != modulus or first < 3 or second < 3:
        raise ValueError("the primes are not those of the modulus")
    numbers = rsa.RSAPrivateNumbers(
        first,
        second,
        private,
        rsa.rsa_crt_dmp1(private, first),
        rsa.rsa_crt_dmq1(private, second),
        rsa.rsa_crt_iqmp(first, second),
        rsa.RSAPublicNumbers(exponent, modulus),
    )
    made = encodings.encode_private(numbers.private_key())
    follows = asymmetric.hidden_values(made)
    for part, value in stated.items():
        if isinstance(value, bytes) and value.lstrip(b"\0") != follows[part]:
            raise ValueError(part.name)
    return made


def _required(template: Attributes, parts: tuple[Attribute, ...]) -> dict[Attribute, AttributeValue]:
    """The parts' values, all of which are bytes. Raises ``TemplateIncomplete``, ``AttributeValueInvalid``."""
    for part in parts:
        if part not in template:
            raise TemplateIncomplete(part.name)
        value = template[part]
        if not isinstance(value, bytes) or len(value) > encodings.LONGEST:
            raise AttributeValueInvalid(part.name)
    return {part: template[part] for part in parts}


def _octets(values: Attributes, part: Attribute) -> bytes:
    value = values[part]
    assert isinstance(value, bytes)  # see _required
    return value


def _number(values: Attributes, part: Attribute) -> int:
    return int.from_bytes(_octets(values, part), "big")


def _curve(key_type: KeyType, values: Attributes) -> Curve:
    curve = asymmetric.curve_of(values[_A.EC_PARAMS])
    if curve not in asymmetric.CURVE_TYPES[key_type]:
        raise AttributeValueInvalid(_A.EC_PARAMS.name)
    return curve


def _domain(key_type: KeyType, values: Attributes) -> Domain:
    subprime = _number(values, _A.SUBPRIME) if key_type is KeyType.DSA else 0
    domain = Domain(_number(values, _A.PRIME), _number(values, _A.BASE), subprime)
    domain.check(key_type)
    return domain
