"""Keys derived from keys, composed of the library's primitives; no algorithm here is ours."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from hsmshell.engine import ciphers, crypto, der, encodings
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, DataLenRange, KeySizeRange, MechanismParamInvalid
from hsmshell.engine.mechanisms import Hash, Mechanism

_M = Mechanism

ENCRYPTING: dict[Mechanism, tuple[KeyType, Mechanism]] = {
    _M.DES3_ECB_ENCRYPT_DATA: (KeyType.DES3, _M.DES3_ECB),
    _M.DES3_CBC_ENCRYPT_DATA: (KeyType.DES3, _M.DES3_CBC),
    _M.AES_ECB_ENCRYPT_DATA: (KeyType.AES, _M.AES_ECB),
    _M.AES_CBC_ENCRYPT_DATA: (KeyType.AES, _M.AES_CBC),
}
"""Derivation by encrypting data (PKCS#11 v2.40 2.15): the cipher, and how it is used."""

HASHING = {
    _M.SHA1_KEY_DERIVATION: Hash.SHA1,
    _M.SHA256_KEY_DERIVATION: Hash.SHA256,
    _M.SHA384_KEY_DERIVATION: Hash.SHA384,
    _M.SHA512_KEY_DERIVATION: Hash.SHA512,
    _M.SHA224_KEY_DERIVATION: Hash.SHA224,
}
"""Derivation by hashing the base key (PKCS#11 v3.0 2.20.5)."""

SHOWN = frozenset({_M.SHA1_KEY_DERIVATION, _M.SHA256_KEY_DERIVATION})
"""What these make of a key is its fingerprint, which a partition shows to everybody who sees the key."""

JOINING = frozenset(
    {_M.CONCATENATE_BASE_AND_KEY, _M.CONCATENATE_BASE_AND_DATA, _M.CONCATENATE_DATA_AND_BASE, _M.XOR_BASE_AND_DATA}
)
"""Derivation by simple means (PKCS#11 v3.0 2.43)."""

AGREEING = {
    _M.DH_PKCS_DERIVE: frozenset({KeyType.DH}),
    _M.ECDH1_DERIVE: frozenset({KeyType.EC, KeyType.EC_MONTGOMERY}),
}
"""Agreement with somebody's public key, and the types of the private keys that take part (PKCS#11 v3.0 2.4.8,
2.3.17)."""

MECHANISMS = frozenset({*ENCRYPTING, *HASHING, *JOINING, *AGREEING})
"""Everything that is done here."""

INHERITING = frozenset({*HASHING, *JOINING})
"""Where the new key reveals what the base key is: it cannot be less confined."""


SHORTEST = 8
"""Bytes of a key that is a confined key's hash: a shorter beginning of it could be found by trying, and with each byte
that is known the next one."""


def is_confined(attributes: Attributes) -> bool:
    """Whether a key with these attributes is one that nobody reads or takes out."""
    return bool(attributes.get(Attribute.SENSITIVE)) or not attributes.get(Attribute.EXTRACTABLE)


class Derivation(NamedTuple):
    """What a mechanism takes beside the base key."""

    mechanism: Mechanism
    data: bytes = b""
    """What is appended, combined or encrypted; of an agreement the other party's public value: a point, or the number
    y as a big integer."""
    iv: bytes = b""
    """Of CBC; empty for zeros."""
    kdf: Hash | None = None
    """The hash of ECDH's key derivation function (ANSI X9.63); ``None`` for the bare secret."""
    shared: bytes = b""
    """The data that ECDH's key derivation function takes beside the secret."""


def base_types(mechanism: Mechanism) -> tuple[ObjectClass, frozenset[KeyType]]:
    """The class and the types of the keys that the mechanism starts from; no types are all."""
    if mechanism in AGREEING:
        return ObjectClass.PRIVATE_KEY, AGREEING[mechanism]
    if mechanism in ENCRYPTING:
        cipher = ENCRYPTING[mechanism][0]
        return ObjectClass.SECRET_KEY, frozenset(ciphers.key_types(cipher))
    return ObjectClass.SECRET_KEY, frozenset()


def derive(how: Derivation, base: bytes, length: int, other: bytes = b"") -> bytes:
    """The new key's bytes: ``length`` of them, or as many as the mechanism gives when it is 0.

    ``other`` is the second key of CONCATENATE_BASE_AND_KEY. Raises ``KeySizeRange`` for a length that the mechanism
    does not give, ``DataLenRange``, ``MechanismParamInvalid``.
    """
    mechanism = how.mechanism
    if mechanism in AGREEING:
        return _agree(how, base, length)
    if mechanism in HASHING:
        digest = hashlib.new(HASHING[mechanism].name, base).digest()
        return _first(digest, length)
    if mechanism in ENCRYPTING:
        if not how.data:
            raise DataLenRange("no data")
        cipher, mode = ENCRYPTING[mechanism]
        if len(how.data) % ciphers.BLOCK[cipher]:
            raise DataLenRange("not a multiple of the block length")
        return _first(ciphers.wrap(mode, base, how.data, how.iv), length)
    return _join(how, base, other, length)


def _join(how: Derivation, base: bytes, other: bytes, length: int) -> bytes:
    """The new key has all of the base key in it: one that is shorter would betray it byte by byte."""
    if how.mechanism is Mechanism.XOR_BASE_AND_DATA:
        if len(how.data) < len(base):
            raise DataLenRange("less data than the base key has bytes")
        joined = bytes(one ^ two for one, two in zip(base, how.data, strict=False))
    elif how.mechanism is Mechanism.CONCATENATE_DATA_AND_BASE:
        joined = how.data + base
    else:
        joined = base + (other if how.mechanism is Mechanism.CONCATENATE_BASE_AND_KEY else how.data)
    if length not in (0, len(joined)):
        raise KeySizeRange(str(length))
    return joined


def _agree(how: Derivation, base: bytes, length: int) -> bytes:
    """A bare secret is cut at its leading end (PKCS#11 v3.0 2.3.17, 2.4.8)."""
    secret = _shared_secret(how, base)
    if how.kdf is None:
        if length > len(secret):
            raise KeySizeRange(str(length))
        return secret[-length:] if length else secret
    from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

    algorithm = crypto.hash_algorithm(how.kdf)
    return X963KDF(algorithm, length or algorithm.digest_size, how.shared or None).derive(secret)


def _shared_secret(how: Derivation, base: bytes) -> bytes:
    """Diffie-Hellman (PKCS#3 8.2, the secret as long as the prime), or on a curve (SP 800-56A 5.7.1.2, RFC 7748)."""
    from cryptography.hazmat.primitives.asymmetric import dh, ec, x448, x25519

    with encodings.quietly():
        try:
            key = encodings.load_private(base)
            if isinstance(key, dh.DHPrivateKey):
                group, public = key.parameters().parameter_numbers(), int.from_bytes(how.data, "big")
                if not 1 < public < group.p - 1:
                    raise MechanismParamInvalid("not a public value of the group")
                return key.exchange(dh.DHPublicNumbers(public, group).public_key())
            if isinstance(key, ec.EllipticCurvePrivateKey):
                point = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, _point(how.data))
                return key.exchange(ec.ECDH(), point)
            if isinstance(key, x25519.X25519PrivateKey):
                return key.exchange(x25519.X25519PublicKey.from_public_bytes(_point(how.data)))
            if isinstance(key, x448.X448PrivateKey):
                return key.exchange(x448.X448PublicKey.from_public_bytes(_point(how.data)))
        except (ValueError, DataInvalid) as problem:
            raise MechanismParamInvalid("the other party's public value") from problem
    raise MechanismParamInvalid("no key that agrees")


def _point(data: bytes) -> bytes:
    """A point as it is or as a DER OCTET STRING: a token takes the first and may take the second (PKCS#11 v3.0
    2.3.17)."""
    try:
        return der.read_octet_string(data)
    except DataInvalid:
        return data


def _first(data: bytes, length: int) -> bytes:
    if length > len(data):
        raise KeySizeRange(str(length))
    return data[:length] if length else data


def from_password(password: bytes, salt: bytes, iterations: int, length: int, hash_function: Hash) -> bytes:
    """``length`` bytes by PBKDF2 with HMAC (RFC 8018 5.2)."""
    return hashlib.pbkdf2_hmac(hash_function.name, password, salt, iterations, length)
