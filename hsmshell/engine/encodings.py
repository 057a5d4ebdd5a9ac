"""The forms in which keys are stored and exchanged, by the ``cryptography`` library.

Key material has one form per class: a secret key is its bytes, a private key its PKCS#8 DER (RFC 5958), a public key
its SubjectPublicKeyInfo DER (RFC 5280 4.1.2.7). The library is imported where it is used, so that a command which needs
no cryptography does not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import DataInvalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

RSA_MODULUS_BITS = range(512, 16385)
"""What a modulus may have: no less than OpenSSL makes, no more than it computes with (OPENSSL_RSA_MAX_MODULUS_BITS)."""


LONGEST = 10_000
"""The bytes of DER that a key from outside may have: the PKCS#8 of an RSA key of 16384 bits has 9,300. What is longer
could keep OpenSSL busy for minutes."""

RSA_CHECKED_BITS = 4096
"""The longest modulus whose numbers are checked against each other. A longer one no policy permits, and OpenSSL would
take its time."""

_LONGEST_PEM = LONGEST * 3 // 2
"""The characters between the two marks of a key in a PEM file: Base64 adds a third, the headers of RFC 1421 little."""

_Key = TypeVar("_Key")


@contextmanager
def quietly() -> Iterator[None]:
    """Without the library's advice to programmers, such as that Diffie-Hellman in finite fields will go."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def loaded(load: Callable[[], _Key], what: str) -> _Key:
    """What the library makes of bytes from outside. Raises ``DataInvalid``."""
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm

    try:
        with quietly():
            return load()
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as problem:
        raise DataInvalid(what) from problem


def _require_short(data: bytes) -> None:
    """Raise ``DataInvalid`` for DER that is no key of ours in any case."""
    if len(data) > LONGEST:
        raise DataInvalid(f"{len(data)} bytes")


def _require_short_pem(data: bytes) -> None:
    """Raise ``DataInvalid`` for a PEM file with a key too long; a certificate beside it may be long."""
    for block in data.split(b"-----BEGIN ")[1:]:
        label, _, rest = block.partition(b"-----")
        body = rest.partition(b"-----END ")[0]
        if label.endswith((b"PRIVATE KEY", b"PUBLIC KEY")) and len(b"".join(body.split())) > _LONGEST_PEM:
            raise DataInvalid("a longer key than any of ours")


def load_private(der: bytes) -> PrivateKeyTypes:
    """A private key of our own store. It was checked when it came in; checking again costs 50 ms and more."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    with quietly():
        return load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)


def check_private(der: bytes) -> bytes:
    """The PKCS#8 DER of a private key that comes from outside, fully checked and encoded anew. An RSA key longer than
    any policy permits is only encoded.

    Raises ``DataInvalid`` for anything that is not an unencrypted RSA, DSA or EC private key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    _require_short(der)
    key = loaded(lambda: load_private(der), "not an unencrypted private key")
    if not isinstance(key, RSAPrivateKey) or key.key_size <= RSA_CHECKED_BITS:
        key = loaded(lambda: load_der_private_key(der, password=None), "not a consistent private key")
    return _of_a_kind(key)


def _of_a_kind(key: PrivateKeyTypes) -> bytes:
    """The key's PKCS#8 DER. Raises ``DataInvalid`` for one that is neither RSA, DSA nor EC."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    if not isinstance(key, (rsa.RSAPrivateKey, dsa.DSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise DataInvalid("neither RSA, DSA nor EC")
    return loaded(lambda: encode_private(key), "not a consistent private key")


def encode_private(key: PrivateKeyTypes) -> bytes:
    """PKCS#8 DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_public(der: bytes) -> PublicKeyTypes:
    """A public key from SubjectPublicKeyInfo DER. Raises ``DataInvalid``."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return loaded(lambda: load_der_public_key(der), "not a public key")


def read_public_pem(data: bytes) -> bytes:
    """The SubjectPublicKeyInfo DER of a PEM public key (RFC 7468 section 13, or PKCS#1). Raises ``DataInvalid``."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    _require_short_pem(data)
    return loaded(lambda: encode_public(load_pem_public_key(data)), "not a PEM public key")


def read_private_pem(data: bytes) -> bytes:
    """The PKCS#8 DER of an unencrypted PEM private key, which may be PKCS#8 (RFC 7468 section 10), PKCS#1, SEC 1 or
    OpenSSL's DSA form. Whether an RSA key's numbers fit together is for ``check_private`` to say.

    Raises ``DataInvalid``.
    """
    return _of_a_kind(loaded(lambda: _private_in_pem(data), "not an unencrypted PEM private key"))


def open_private_pem(data: bytes, passphrase: bytes) -> bytes:
    """The PKCS#8 DER of an encrypted PEM private key. Raises ``DataInvalid``, also for a wrong passphrase."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    _require_short_pem(data)
    return _of_a_kind(loaded(lambda: load_pem_private_key(data, passphrase), "not a private key of this passphrase"))


def is_private_pem(data: bytes) -> bool:
    """Whether a PEM file holds a private key, which may be encrypted."""
    try:
        loaded(lambda: _private_in_pem(data), "not a private key")
    except DataInvalid as problem:
        # The library raises TypeError when it needs a password.
        return isinstance(problem.__cause__, TypeError)
    return True


def _private_in_pem(data: bytes) -> PrivateKeyTypes:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    _require_short_pem(data)
    return load_pem_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)


def private_pem(der: bytes) -> bytes:
    """An unencrypted PKCS#8 private key as PEM (RFC 7468 section 10)."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return load_private(der).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encode_public(key: PublicKeyTypes) -> bytes:
    """SubjectPublicKeyInfo DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_pem(der: bytes) -> bytes:
    """SubjectPublicKeyInfo as PEM (RFC 7468 section 13)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return load_public(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_of(private_der: bytes) -> bytes:
    """The SubjectPublicKeyInfo DER of a private key's other half."""
    return encode_public(load_private(private_der).public_key())


def asymmetric_type(public_der: bytes) -> KeyType:
    """The key type of a public key. Raises ``DataInvalid`` for one that this HSM does not know or that is no key."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = load_public(public_der)
    if isinstance(key, rsa.RSAPublicKey):
        _check_rsa(key.public_numbers())
        return KeyType.RSA
    if isinstance(key, ec.EllipticCurvePublicKey):
        return KeyType.EC
    if isinstance(key, dsa.DSAPublicKey):
        return KeyType.DSA
    raise DataInvalid("neither RSA, DSA nor EC")


def check_public(der: bytes) -> None:
    """Raise ``DataInvalid`` for a public key that a Luna partition does not take here: it is neither RSA nor EC."""
    if asymmetric_type(der) not in (KeyType.RSA, KeyType.EC):
        raise DataInvalid("neither RSA nor EC")


def _check_rsa(numbers: rsa.RSAPublicNumbers) -> None:
    """What every RSA public key fulfils (RFC 8017 3.1), and a size that can be computed with."""
    if numbers.n.bit_length() not in RSA_MODULUS_BITS:
        raise DataInvalid(f"an RSA modulus of {numbers.n.bit_length()} bits")
    if not numbers.n % 2:
        raise DataInvalid("an even RSA modulus")
    if not 3 <= numbers.e < numbers.n or not numbers.e % 2:
        raise DataInvalid("an RSA exponent that is even, below 3 or too large")


def rsa_numbers(public_der: bytes) -> tuple[bytes, int, bytes]:
    """Modulus, its length in bits, and public exponent; the integers as big-endian bytes without leading zeros."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = load_public(public_der)
    if not isinstance(key, rsa.RSAPublicKey):
        raise DataInvalid("not an RSA key")
    numbers = key.public_numbers()
    return _unsigned(numbers.n), numbers.n.bit_length(), _unsigned(numbers.e)


def dsa_primes(public_der: bytes) -> tuple[bytes, bytes]:
    """The prime modulus of a DSA key and its subprime as big-endian bytes (CKA_PRIME, CKA_SUBPRIME)."""
    from cryptography.hazmat.primitives.asymmetric import dsa

    key = load_public(public_der)
    if not isinstance(key, dsa.DSAPublicKey):
        raise DataInvalid("not a DSA key")
    numbers = key.parameters().parameter_numbers()
    return _unsigned(numbers.p), _unsigned(numbers.q)


_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
"""The DER of the object identifier id-ecPublicKey; the curve's own follows it (RFC 5480 2.1.1)."""


def ec_numbers(public_der: bytes) -> tuple[bytes, bytes]:
    """The curve's object identifier as DER (CKA_EC_PARAMS) and the uncompressed point (SEC 1 2.3.3)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = load_public(public_der)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise DataInvalid("not an EC key")
    start = public_der.index(_EC_PUBLIC_KEY) + len(_EC_PUBLIC_KEY)
    curve = public_der[start : start + 2 + public_der[start + 1]]
    return curve, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _unsigned(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
