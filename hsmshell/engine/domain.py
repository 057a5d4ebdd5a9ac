"""Domain parameters of DSA and Diffie-Hellman: their stored form, the published groups, and what makes them usable."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from hsmshell.engine import der
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import DataInvalid, DomainParamsInvalid, KeySizeRange

DSA_SUBPRIME_BITS = {1024: 160, 2048: 256, 3072: 256}
"""The lengths in bits that a DSA prime can have, each with that of its subprime (FIPS 186-4 4.2)."""

_MODP_CONSTANTS = {1024: 129093, 1536: 741804, 2048: 124476, 3072: 1690314, 4096: 240904}
"""What the formula of each group adds (RFC 2409 6.2; RFC 3526 2 to 5)."""

DH_BITS = range(1024, 4097)
"""The lengths in bits of the Diffie-Hellman primes that the HSM computes with."""


def prime_bits(key_type: KeyType) -> Collection[int]:
    """The lengths in bits that a prime of the type can have."""
    return DSA_SUBPRIME_BITS if key_type is KeyType.DSA else DH_BITS


class Domain(NamedTuple):
    """A prime, a base, and the order of the base where it is known."""

    prime: int
    base: int
    subprime: int = 0

    def encode(self, key_type: KeyType) -> bytes:
        """The stored form: Dss-Parms (RFC 3279 2.3.2) of DSA, DHParameter (PKCS#3 9) of Diffie-Hellman."""
        if key_type is KeyType.DSA:
            return der.integers((self.prime, self.subprime, self.base))
        return der.integers((self.prime, self.base))

    def check(self, key_type: KeyType) -> None:
        """Raise ``KeySizeRange`` for a prime of a length that the HSM does not compute with, ``DomainParamsInvalid``
        for numbers that contradict each other (FIPS 186-4 4.1)."""
        prime, base, subprime = self
        if prime.bit_length() not in prime_bits(key_type):
            raise KeySizeRange(f"a prime of {prime.bit_length()} bits")
        if not prime % 2 or not 1 < base < prime - 1:
            raise DomainParamsInvalid(key_type.name)
        if key_type is not KeyType.DSA:
            return
        if subprime.bit_length() not in (160, 224, 256) or (prime - 1) % subprime or pow(base, subprime, prime) != 1:
            raise DomainParamsInvalid(key_type.name)


def decode_domain(data: bytes, key_type: KeyType) -> Domain:
    """The reverse of ``Domain.encode``. Raises ``DataInvalid``."""
    numbers = der.read_integers(data)
    if key_type is KeyType.DSA and len(numbers) == 3:
        return Domain(numbers[0], numbers[2], numbers[1])
    if key_type is KeyType.DH and len(numbers) == 2:
        return Domain(numbers[0], numbers[1])
    raise DataInvalid(f"no domain parameters of {key_type.name}")


def published_group(bits: int) -> Domain:
    """The MODP group whose prime has so many bits. Raises ``KeySizeRange`` when there is none.

    The primes are made of pi by the formula that defines them (RFC 3526 2): their outer 64 bits are ones, the rest
    is the beginning of pi plus a small constant. The base is 2.
    """
    if bits not in _MODP_CONSTANTS:
        raise KeySizeRange(f"a prime of {bits} bits")
    middle = _pi(bits - 130) + _MODP_CONSTANTS[bits]
    return Domain((1 << bits) - (1 << bits - 64) - 1 + (middle << 64), 2)


def _pi(bits: int) -> int:
    """The integer part of 2^bits times pi, by Machin's formula with 64 bits to spare."""
    one = 1 << bits + 64
    return 4 * (4 * _inverse_tangent(5, one) - _inverse_tangent(239, one)) >> 64


def _inverse_tangent(divisor: int, one: int) -> int:
    """arctan(1 / divisor) by its series, in units of 1 / one."""
    term = total = one // divisor
    number, sign = 1, 1
    while term:
        term //= divisor * divisor
        number, sign = number + 2, -sign
        total += sign * (term // number)
    return total
