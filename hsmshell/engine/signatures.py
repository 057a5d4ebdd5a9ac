"""Signatures, composed of the ``cryptography`` library's primitives; no algorithm here is ours.

RSA signatures are as long as the modulus. An ECDSA signature is made as PKCS#11 has it, r and s one after the other,
each as long as the curve's order (PKCS#11 v3.0 2.3.1); one in DER (RFC 3279 2.2.3) is verified too.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine import encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.crypto import hash_algorithm
from hsmshell.engine.errors import (
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    SignatureInvalid,
    SignatureLenRange,
)
from hsmshell.engine.mechanisms import Hash, Mechanism

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, padding


class Scheme(enum.Enum):
    """A signature scheme; the value is its standard's name for it."""

    PKCS1_V1_5 = "RSASSA-PKCS1-v1_5"
    PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"

    @property
    def key_type(self) -> KeyType:
        """The type of the keys that sign so."""
        return KeyType.EC if self is Scheme.ECDSA else KeyType.RSA


class Method(NamedTuple):
    """A scheme with its hash."""

    scheme: Scheme
    hash: Hash


METHODS: dict[Mechanism, Method] = {
    Mechanism.SHA1_RSA_PKCS: Method(Scheme.PKCS1_V1_5, Hash.SHA1),
    Mechanism.SHA224_RSA_PKCS: Method(Scheme.PKCS1_V1_5, Hash.SHA224),
    Mechanism.SHA256_RSA_PKCS: Method(Scheme.PKCS1_V1_5, Hash.SHA256),
    Mechanism.SHA384_RSA_PKCS: Method(Scheme.PKCS1_V1_5, Hash.SHA384),
    Mechanism.SHA512_RSA_PKCS: Method(Scheme.PKCS1_V1_5, Hash.SHA512),
    Mechanism.SHA1_RSA_PKCS_PSS: Method(Scheme.PSS, Hash.SHA1),
    Mechanism.SHA224_RSA_PKCS_PSS: Method(Scheme.PSS, Hash.SHA224),
    Mechanism.SHA256_RSA_PKCS_PSS: Method(Scheme.PSS, Hash.SHA256),
    Mechanism.SHA384_RSA_PKCS_PSS: Method(Scheme.PSS, Hash.SHA384),
    Mechanism.SHA512_RSA_PKCS_PSS: Method(Scheme.PSS, Hash.SHA512),
    Mechanism.ECDSA_SHA1: Method(Scheme.ECDSA, Hash.SHA1),
    Mechanism.ECDSA_SHA224: Method(Scheme.ECDSA, Hash.SHA224),
    Mechanism.ECDSA_SHA256: Method(Scheme.ECDSA, Hash.SHA256),
    Mechanism.ECDSA_SHA384: Method(Scheme.ECDSA, Hash.SHA384),
    Mechanism.ECDSA_SHA512: Method(Scheme.ECDSA, Hash.SHA512),
}


def method_of(mechanism: Mechanism) -> Method:
    """How the mechanism signs. Raises ``MechanismInvalid`` for one that does not."""
    if mechanism not in METHODS:
        raise MechanismInvalid(mechanism.name)
    return METHODS[mechanism]


def sign(mechanism: Mechanism, private_der: bytes, data: bytes) -> bytes:
    """The signature of the data, which the mechanism's hash is taken of.

    Raises ``KeyTypeInconsistent`` for a key of another type, ``KeySizeRange`` when the hash does not fit the modulus.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    scheme, name = method_of(mechanism)
    key, algorithm = encodings.load_private(private_der), hash_algorithm(name)
    if scheme is Scheme.ECDSA and isinstance(key, ec.EllipticCurvePrivateKey):
        size = _order_length(key.curve)
        return b"".join(
            number.to_bytes(size, "big") for number in decode_dss_signature(key.sign(data, ec.ECDSA(algorithm)))
        )
    if scheme is not Scheme.ECDSA and isinstance(key, rsa.RSAPrivateKey):
        try:
            return key.sign(data, _padding(scheme, name), algorithm)
        except ValueError as problem:
            raise KeySizeRange("the hash does not fit the modulus") from problem
    raise KeyTypeInconsistent(mechanism.name)


def verify(mechanism: Mechanism, public_der: bytes, data: bytes, signature: bytes) -> None:
    """Return when this is a signature of the data by the key's other half.

    Raises ``SignatureInvalid`` when it is not, ``SignatureLenRange`` when it cannot be one of any data,
    ``KeyTypeInconsistent`` for a key of another type.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    scheme, name = method_of(mechanism)
    key, algorithm = encodings.load_public(public_der), hash_algorithm(name)
    if scheme is Scheme.ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
        forms = list(_ecdsa_forms(signature, _order_length(key.curve)))
        if not forms:
            raise SignatureLenRange(f"{len(signature)} bytes")
        for form in forms:
            with contextlib.suppress(InvalidSignature):
                key.verify(form, data, ec.ECDSA(algorithm))
                return
        raise SignatureInvalid(mechanism.name)
    if scheme is not Scheme.ECDSA and isinstance(key, rsa.RSAPublicKey):
        # RFC 8017 8.1.2 and 8.2.2, step 1.
        if len(signature) != (key.key_size + 7) // 8:
            raise SignatureLenRange(f"{len(signature)} bytes")
        try:
            key.verify(signature, data, _padding(scheme, name), algorithm)
        except InvalidSignature as problem:
            raise SignatureInvalid(mechanism.name) from problem
        return
    raise KeyTypeInconsistent(mechanism.name)


def _padding(scheme: Scheme, name: Hash) -> padding.AsymmetricPadding:
    """RFC 8017 8.2, or 8.1 with MGF1 of the same hash and a salt of the hash's length."""
    from cryptography.hazmat.primitives.asymmetric import padding

    if scheme is Scheme.PKCS1_V1_5:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hash_algorithm(name)), padding.PSS.DIGEST_LENGTH)


def _order_length(curve: ec.EllipticCurve) -> int:
    """The length in bytes of the order of the base point; for every named curve of ours that of the field."""
    return (curve.key_size + 7) // 8


def _ecdsa_forms(signature: bytes, size: int) -> Iterator[bytes]:
    """The DER of the signatures that the bytes may be: r and s, or DER already."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    if len(signature) == 2 * size:
        yield encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
    try:
        decode_dss_signature(signature)
    except ValueError:
        return
    yield signature
