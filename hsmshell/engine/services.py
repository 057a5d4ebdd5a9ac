"""What the engine takes from the world: time, randomness, and key pairs. Tests put their own in place of these."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.mechanisms import Curve

if TYPE_CHECKING:
    from hsmshell.engine.domain import Domain


def generate_rsa(bits: int, exponent: int) -> bytes:
    """A fresh RSA private key (FIPS 186-5 A.1) as PKCS#8 DER.

    ``cryptography`` makes keys with exponents 3 and 65537 only. Other exponents are built from primes of its own keys,
    see ``_rsa_with_exponent``.
    """
    from cryptography.hazmat.primitives.asymmetric import rsa

    from hsmshell.engine.encodings import encode_private

    if exponent != 65537:
        return _rsa_with_exponent(bits, exponent)
    return encode_private(rsa.generate_private_key(exponent, bits))


def _rsa_with_exponent(bits: int, exponent: int) -> bytes:
    """A key whose primes come from a freshly generated one and whose exponents are computed for ``exponent``.

    The primes are kept only when the exponent is coprime to both p - 1 and q - 1 (RFC 8017 3.1); the library checks
    the finished key.
    """
    from math import gcd

    from cryptography.hazmat.primitives.asymmetric import rsa

    from hsmshell.engine.encodings import encode_private

    while True:
        primes = rsa.generate_private_key(65537, bits).private_numbers()
        order = (primes.p - 1) * (primes.q - 1) // gcd(primes.p - 1, primes.q - 1)
        if gcd(exponent, order) == 1:
            break
    d = pow(exponent, -1, order)
    numbers = rsa.RSAPrivateNumbers(
        primes.p,
        primes.q,
        d,
        rsa.rsa_crt_dmp1(d, primes.p),
        rsa.rsa_crt_dmq1(d, primes.q),
        rsa.rsa_crt_iqmp(primes.p, primes.q),
        rsa.RSAPublicNumbers(exponent, primes.p * primes.q),
    )
    return encode_private(numbers.private_key())


def generate_ec(curve: Curve) -> bytes:
    """A fresh private key on a curve (FIPS 186-5 A.2; RFC 8032 5, RFC 7748 6) as PKCS#8 DER."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x448, x25519

    from hsmshell.engine.asymmetric import library_curve
    from hsmshell.engine.encodings import encode_private

    if curve is Curve.ED25519:
        return encode_private(ed25519.Ed25519PrivateKey.generate())
    if curve is Curve.ED448:
        return encode_private(ed448.Ed448PrivateKey.generate())
    if curve is Curve.X25519:
        return encode_private(x25519.X25519PrivateKey.generate())
    if curve is Curve.X448:
        return encode_private(x448.X448PrivateKey.generate())
    return encode_private(ec.generate_private_key(library_curve(curve)))


def generate_dsa(bits: int) -> bytes:
    """A fresh DSA private key with domain parameters of its own (FIPS 186-4 A.1, B.1) as PKCS#8 DER."""
    from cryptography.hazmat.primitives.asymmetric import dsa

    from hsmshell.engine.encodings import encode_private

    return encode_private(dsa.generate_private_key(bits))


def generate_dsa_domain(bits: int) -> Domain:
    """Fresh domain parameters of DSA whose prime has so many bits (FIPS 186-4 A.1)."""
    from cryptography.hazmat.primitives.asymmetric import dsa

    from hsmshell.engine.domain import Domain

    numbers = dsa.generate_parameters(bits).parameter_numbers()
    return Domain(numbers.p, numbers.g, numbers.q)


class Services(NamedTuple):
    """The engine's sources."""

    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    random_bytes: Callable[[int], bytes] = os.urandom
    """That many random bytes."""
    rsa_key: Callable[[int, int], bytes] = generate_rsa
    """A private key of so many bits and that public exponent, as PKCS#8 DER."""
    ec_key: Callable[[Curve], bytes] = generate_ec
    """A private key on that curve, as PKCS#8 DER."""
    dsa_key: Callable[[int], bytes] = generate_dsa
    """A private key whose prime modulus has so many bits, as PKCS#8 DER."""
    dsa_domain: Callable[[int], Domain] = generate_dsa_domain
    """Domain parameters of DSA whose prime has so many bits."""


SYSTEM = Services()
