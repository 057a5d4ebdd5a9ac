"""Signatures of data that the caller has hashed, DSA and EdDSA: what a Luna partition has beside ``signatures``.

RSA without a hash is put together of RFC 8017's own steps, for the ``cryptography`` library has no way to ask for them
alone. ECDSA and DSA signatures are r and s one after the other, each as long as the order (PKCS#11 v3.0 2.2.1, 2.3.1);
EdDSA's are those of RFC 8032, without a context and not of a hash (PKCS#11 v3.0 2.3.14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine import encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.crypto import hash_algorithm, rsa_private_primitive
from hsmshell.engine.errors import DataLenRange, KeyTypeInconsistent, SignatureInvalid, SignatureLenRange
from hsmshell.engine.mechanisms import Hash, Mechanism

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

METHODS: dict[Mechanism, tuple[KeyType, Hash | None]] = {
    Mechanism.RSA_PKCS: (KeyType.RSA, None),
    Mechanism.RSA_X_509: (KeyType.RSA, None),
    Mechanism.ECDSA: (KeyType.EC, None),
    Mechanism.EDDSA: (KeyType.EC_EDWARDS, None),
    Mechanism.DSA: (KeyType.DSA, None),
    Mechanism.DSA_SHA1: (KeyType.DSA, Hash.SHA1),
    Mechanism.DSA_SHA224: (KeyType.DSA, Hash.SHA224),
    Mechanism.DSA_SHA256: (KeyType.DSA, Hash.SHA256),
    Mechanism.DSA_SHA384: (KeyType.DSA, Hash.SHA384),
    Mechanism.DSA_SHA512: (KeyType.DSA, Hash.SHA512),
}
"""Each mechanism with the type of its keys, and the hash that it takes itself."""

_BY_LENGTH = {20: Hash.SHA1, 28: Hash.SHA224, 32: Hash.SHA256, 48: Hash.SHA384, 64: Hash.SHA512}
"""The digests that ECDSA and DSA sign, by their length in bytes (PKCS#11 v3.0 2.2.13)."""


def sign(mechanism: Mechanism, private_der: bytes, data: bytes) -> bytes:
    """The signature of the data.

    Raises ``KeyTypeInconsistent`` for a key of another type, ``DataLenRange`` for data too long or no digest.
    """
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

    key_type, name = METHODS[mechanism]
    key = encodings.load_private(private_der)
    if key_type is KeyType.RSA and isinstance(key, rsa.RSAPrivateKey):
        size = (key.key_size + 7) // 8
        return rsa_private_primitive(key, _block(mechanism, data, key.public_key())).to_bytes(size, "big")
    if key_type is KeyType.EC_EDWARDS and isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
        return key.sign(data)
    if key_type is KeyType.EC and isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        der = key.sign(data, ec.ECDSA(Prehashed(hash_algorithm(_hash_of(data)))))
    elif key_type is KeyType.DSA and isinstance(key, dsa.DSAPrivateKey):
        size = _subprime_length(key.parameters())
        algorithm = hash_algorithm(name) if name else Prehashed(hash_algorithm(_hash_of(data)))
        der = key.sign(data, algorithm)
    else:
        raise KeyTypeInconsistent(mechanism.name)
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(der))


def verify(mechanism: Mechanism, public_der: bytes, data: bytes, signature: bytes) -> None:
    """Return when this is a signature of the data by the key's other half.

    Raises ``SignatureInvalid``, ``SignatureLenRange``, ``KeyTypeInconsistent`` or ``DataLenRange``.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
    from cryptography.hazmat.primitives.constant_time import bytes_eq

    key_type, name = METHODS[mechanism]
    key = encodings.load_public(public_der)
    if key_type is KeyType.RSA and isinstance(key, rsa.RSAPublicKey):
        size = (key.key_size + 7) // 8
        expected = _block(mechanism, data, key).to_bytes(size, "big")
        if len(signature) != size:
            raise SignatureLenRange(f"{len(signature)} bytes")
        # RFC 8017 8.2.2: what the signature opens to is compared with what should have been signed.
        found = pow(int.from_bytes(signature, "big"), key.public_numbers().e, key.public_numbers().n)
        if not bytes_eq(found.to_bytes(size, "big"), expected):
            raise SignatureInvalid(mechanism.name)
        return
    try:
        if key_type is KeyType.EC_EDWARDS and isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            # A point, encoded as the key is, and a number as long (RFC 8032 5.1.6, 5.2.6).
            _halves(signature, len(key.public_bytes_raw()))
            key.verify(signature, data)
        elif key_type is KeyType.EC and isinstance(key, ec.EllipticCurvePublicKey):
            der = encode_dss_signature(*_halves(signature, (key.curve.key_size + 7) // 8))
            key.verify(der, data, ec.ECDSA(Prehashed(hash_algorithm(_hash_of(data)))))
        elif key_type is KeyType.DSA and isinstance(key, dsa.DSAPublicKey):
            der = encode_dss_signature(*_halves(signature, _subprime_length(key.parameters())))
            key.verify(der, data, hash_algorithm(name) if name else Prehashed(hash_algorithm(_hash_of(data))))
        else:
            raise KeyTypeInconsistent(mechanism.name)
    except InvalidSignature as problem:
        raise SignatureInvalid(mechanism.name) from problem


def _block(mechanism: Mechanism, data: bytes, key: rsa.RSAPublicKey) -> int:
    """The number that is signed: the data as they are, or behind padding of type 1 (RFC 8017 9.2, steps 3 to 5)."""
    size = (key.key_size + 7) // 8
    if mechanism is Mechanism.RSA_PKCS:
        if len(data) > size - 11:
            raise DataLenRange(f"{len(data)} bytes")
        data = b"\x00\x01" + b"\xff" * (size - 3 - len(data)) + b"\x00" + data
    number = int.from_bytes(data, "big")
    if len(data) > size or number >= key.public_numbers().n:
        raise DataLenRange("as long as the modulus, or longer")
    return number


def _hash_of(data: bytes) -> Hash:
    if len(data) not in _BY_LENGTH:
        raise DataLenRange(f"a digest of {len(data)} bytes")
    return _BY_LENGTH[len(data)]


def _halves(signature: bytes, size: int) -> tuple[int, int]:
    if len(signature) != 2 * size:
        raise SignatureLenRange(f"{len(signature)} bytes")
    return int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")


def _subprime_length(parameters: object) -> int:
    from cryptography.hazmat.primitives.asymmetric import dsa

    assert isinstance(parameters, dsa.DSAParameters)
    return (parameters.parameter_numbers().q.bit_length() + 7) // 8
