"""Message authentication codes, by the ``cryptography`` library: HMAC (FIPS 198-1) and CMAC (SP 800-38B)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine import ciphers, crypto
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import SignatureInvalid, SignatureLenRange
from hsmshell.engine.mechanisms import Hash, Mechanism

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

HMACS: dict[Mechanism, Mechanism] = {
    Mechanism.MD5_HMAC: Mechanism.MD5,
    Mechanism.SHA_1_HMAC: Mechanism.SHA_1,
    Mechanism.SHA224_HMAC: Mechanism.SHA224,
    Mechanism.SHA256_HMAC: Mechanism.SHA256,
    Mechanism.SHA384_HMAC: Mechanism.SHA384,
    Mechanism.SHA512_HMAC: Mechanism.SHA512,
}
"""Each HMAC with its hash."""

CMACS: dict[Mechanism, KeyType] = {Mechanism.AES_CMAC: KeyType.AES, Mechanism.DES3_CMAC: KeyType.DES3}
"""Each CMAC with its cipher."""

DIGESTS: dict[Mechanism, Hash] = {
    Mechanism.SHA_1: Hash.SHA1,
    Mechanism.SHA224: Hash.SHA224,
    Mechanism.SHA256: Hash.SHA256,
    Mechanism.SHA384: Hash.SHA384,
    Mechanism.SHA512: Hash.SHA512,
}
"""Each digest with its hash function; MD5 (RFC 1321) is beside them."""


def key_types(mechanism: Mechanism) -> tuple[KeyType, ...]:
    """The types of the keys that authenticate so; none for a mechanism that is no MAC."""
    if mechanism in HMACS:
        return (KeyType.GENERIC_SECRET,)
    if mechanism in CMACS:
        return ciphers.key_types(CMACS[mechanism])
    return ()


def code(mechanism: Mechanism, key: bytes, data: bytes) -> bytes:
    """The code of the data, in its full length."""
    if mechanism in HMACS:
        from cryptography.hazmat.primitives.hmac import HMAC

        context = HMAC(key, digest_algorithm(HMACS[mechanism]))
        context.update(data)
        return context.finalize()
    from cryptography.hazmat.primitives.cmac import CMAC

    cipher = CMAC(ciphers.algorithm(CMACS[mechanism], key))
    cipher.update(data)
    return cipher.finalize()


def verify(mechanism: Mechanism, key: bytes, data: bytes, given: bytes) -> None:
    """Return when this is the code. Raises ``SignatureLenRange`` or ``SignatureInvalid``."""
    from cryptography.hazmat.primitives.constant_time import bytes_eq

    expected = code(mechanism, key, data)
    if len(given) != len(expected):
        raise SignatureLenRange(f"{len(given)} bytes")
    if not bytes_eq(given, expected):
        raise SignatureInvalid(mechanism.name)


def digest(mechanism: Mechanism, data: bytes) -> bytes:
    """The data's digest."""
    from cryptography.hazmat.primitives import hashes

    context = hashes.Hash(digest_algorithm(mechanism))
    context.update(data)
    return context.finalize()


def digest_algorithm(mechanism: Mechanism) -> HashAlgorithm:
    """The library's form of a digest."""
    from cryptography.hazmat.primitives import hashes

    if mechanism is Mechanism.MD5:
        return hashes.MD5()  # noqa: S303 - the mechanism asked for
    return crypto.hash_algorithm(DIGESTS[mechanism])
