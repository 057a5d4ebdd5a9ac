"""Both halves of a pair as PKCS#11 attributes, taken from their stored form (see ``encodings``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine import der, encodings
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType
from hsmshell.engine.der import unsigned
from hsmshell.engine.domain import Domain
from hsmshell.engine.errors import CurveNotSupported, DataInvalid, DomainParamsInvalid
from hsmshell.engine.mechanisms import Curve

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

_A = Attribute
Values = dict[Attribute, AttributeValue]

EDWARDS = frozenset({Curve.ED25519, Curve.ED448})
MONTGOMERY = frozenset({Curve.X25519, Curve.X448})
WEIERSTRASS = frozenset(Curve) - EDWARDS - MONTGOMERY
"""The curves of ECDSA and ECDH."""

CURVE_TYPES: dict[KeyType, frozenset[Curve]] = {
    KeyType.EC: WEIERSTRASS,
    KeyType.EC_EDWARDS: EDWARDS,
    KeyType.EC_MONTGOMERY: MONTGOMERY,
}
"""The key types with a curve (PKCS#11 v3.0 2.3), and on which ones."""


def library_curve(curve: Curve) -> ec.EllipticCurve:
    """The library's object for a curve. Raises ``CurveNotSupported`` for one that is of another form."""
    from cryptography.hazmat.primitives.asymmetric import ec

    known: dict[Curve, type[ec.EllipticCurve]] = {
        Curve.P192: ec.SECP192R1,
        Curve.P224: ec.SECP224R1,
        Curve.P256: ec.SECP256R1,
        Curve.P384: ec.SECP384R1,
        Curve.P521: ec.SECP521R1,
        Curve.K256: ec.SECP256K1,
    }
    if curve not in known:
        raise CurveNotSupported(curve.value)
    return known[curve]()


def curve_of(parameters: AttributeValue) -> Curve:
    """The curve that CKA_EC_PARAMS names. Raises ``CurveNotSupported``."""
    for curve in Curve:
        if curve.identifier == parameters:
            return curve
    raise CurveNotSupported("CKA_EC_PARAMS")


def public_values(public: bytes) -> Values:
    """The type and the numbers of a public key. Raises ``DataInvalid`` for one that the HSM does not know."""
    values, _ = _public(public)
    return values


def visible_values(private: bytes) -> Values:
    """The type and the numbers of a private key that are no secret (PKCS#11 v3.0 2.1.3, 2.2.3, 2.3.4, 2.4.3)."""
    values, _ = _public(encodings.public_of(private))
    values.pop(_A.EC_POINT, None)
    values.pop(_A.VALUE, None)
    if values[_A.KEY_TYPE] == KeyType.DH:
        secret = hidden_values(private)[_A.VALUE]
        assert isinstance(secret, bytes)  # a big integer
        values[_A.VALUE_BITS] = int.from_bytes(secret, "big").bit_length()
    return values


def public_value(public: bytes) -> bytes:
    """The one value that tells public keys of a type apart: modulus, point, or the public value y."""
    _, value = _public(public)
    return value


def _public(public: bytes) -> tuple[Values, bytes]:
    """The attributes, and the value that tells keys apart."""
    from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, ed448, ed25519, rsa, x448, x25519

    with encodings.quietly():
        key = encodings.load_public(public)
        if isinstance(key, rsa.RSAPublicKey):
            encodings.asymmetric_type(public)
            modulus, bits, exponent = encodings.rsa_numbers(public)
            return {
                _A.KEY_TYPE: int(KeyType.RSA),
                _A.MODULUS: modulus,
                _A.MODULUS_BITS: bits,
                _A.PUBLIC_EXPONENT: exponent,
            }, modulus
        if isinstance(key, ec.EllipticCurvePublicKey):
            identifier, point = encodings.ec_numbers(public)
            return _on_curve(KeyType.EC, identifier, point)
        if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            curve = Curve.ED25519 if isinstance(key, ed25519.Ed25519PublicKey) else Curve.ED448
            return _on_curve(KeyType.EC_EDWARDS, curve.identifier, key.public_bytes_raw())
        if isinstance(key, (x25519.X25519PublicKey, x448.X448PublicKey)):
            curve = Curve.X25519 if isinstance(key, x25519.X25519PublicKey) else Curve.X448
            return _on_curve(KeyType.EC_MONTGOMERY, curve.identifier, key.public_bytes_raw())
        if isinstance(key, dsa.DSAPublicKey):
            numbers = key.public_numbers()
            of = numbers.parameter_numbers
            return _in_field(KeyType.DSA, Domain(of.p, of.g, of.q), numbers.y)
        if isinstance(key, dh.DHPublicKey):
            one = key.public_numbers()
            return _in_field(KeyType.DH, Domain(one.parameter_numbers.p, one.parameter_numbers.g), one.y)
    raise DataInvalid("a key of no type that this HSM knows")


def _on_curve(key_type: KeyType, identifier: bytes, point: bytes) -> tuple[Values, bytes]:
    """CKA_EC_POINT is the DER of an OCTET STRING (PKCS#11 v3.0 2.3.3, 2.3.5, 2.3.7)."""
    return {
        _A.KEY_TYPE: int(key_type),
        _A.EC_PARAMS: identifier,
        _A.EC_POINT: der.octet_string(point),
    }, point


def _in_field(key_type: KeyType, domain: Domain, public: int) -> tuple[Values, bytes]:
    return {
        _A.KEY_TYPE: int(key_type),
        **domain_values(domain),
        _A.VALUE: unsigned(public),
    }, unsigned(public)


def domain_values(domain: Domain) -> Values:
    """CKA_PRIME, CKA_BASE and, where there is one, CKA_SUBPRIME."""
    values: Values = {_A.PRIME: unsigned(domain.prime), _A.BASE: unsigned(domain.base)}
    if domain.subprime:
        values[_A.SUBPRIME] = unsigned(domain.subprime)
    return values


def hidden_values(private: bytes) -> Values:
    """The numbers of a private key that are its secret."""
    from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, ed448, ed25519, rsa, x448, x25519

    with encodings.quietly():
        key = encodings.load_private(private)
        if isinstance(key, rsa.RSAPrivateKey):
            numbers = key.private_numbers()
            return {
                _A.PRIVATE_EXPONENT: unsigned(numbers.d),
                _A.PRIME_1: unsigned(numbers.p),
                _A.PRIME_2: unsigned(numbers.q),
                _A.EXPONENT_1: unsigned(numbers.dmp1),
                _A.EXPONENT_2: unsigned(numbers.dmq1),
                _A.COEFFICIENT: unsigned(numbers.iqmp),
            }
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return {_A.VALUE: unsigned(key.private_numbers().private_value)}
        if isinstance(key, (dsa.DSAPrivateKey, dh.DHPrivateKey)):
            return {_A.VALUE: unsigned(key.private_numbers().x)}
        if isinstance(
            key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey, x25519.X25519PrivateKey, x448.X448PrivateKey)
        ):
            return {_A.VALUE: key.private_bytes_raw()}
    raise DataInvalid("a key of no type that this HSM knows")


def generate_in(domain: Domain, key_type: KeyType) -> bytes:
    """A fresh private key of DSA (FIPS 186-4 B.1) or Diffie-Hellman (PKCS#3 7.1) in a domain, as PKCS#8 DER.

    Raises ``DomainParamsInvalid``, in particular when a Diffie-Hellman prime is none, or not a safe one.
    """
    from cryptography.hazmat.primitives.asymmetric import dh, dsa

    prime, base, subprime = domain
    with encodings.quietly():
        try:
            if key_type is KeyType.DSA:
                field = dsa.DSAParameterNumbers(prime, subprime, base).parameters()
                return encodings.encode_private(field.generate_private_key())
            return encodings.encode_private(dh.DHParameterNumbers(prime, base).parameters().generate_private_key())
        except ValueError as problem:
            raise DomainParamsInvalid(key_type.name) from problem
