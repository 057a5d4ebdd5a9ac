"""Which public keys are keys at all."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from hsmshell.engine import encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import DataInvalid


def rsa_der(modulus: int, exponent: int = 65537) -> bytes:
    return encodings.encode_public(rsa.RSAPublicNumbers(exponent, modulus).public_key())


ODD_2048 = (1 << 2047) | 1


@pytest.mark.parametrize("bits", [512, 513, 2048, 16384])
def test_sizes_that_are_taken(bits: int) -> None:
    der = rsa_der((1 << (bits - 1)) | 1)
    encodings.check_public(der)
    assert encodings.asymmetric_type(der) is KeyType.RSA


@pytest.mark.parametrize(
    "modulus", [15, (1 << 510) | 1, (1 << 16384) | 1, (1 << 65535) | 1, 1 << 2047], ids=int.bit_length
)
def test_moduli_that_are_refused(modulus: int) -> None:
    with pytest.raises(DataInvalid, match="modulus"):
        encodings.asymmetric_type(rsa_der(modulus, 3))


def test_the_smallest_exponent() -> None:
    encodings.check_public(rsa_der(ODD_2048, 3))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _raw_rsa(modulus: int, exponent: int) -> bytes:
    """A SubjectPublicKeyInfo that the library would not make."""
    numbers = b"".join(_der(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in (modulus, exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return _der(0x30, algorithm + _der(3, b"\0" + _der(0x30, numbers)))


def test_the_raw_form_is_one() -> None:
    assert _raw_rsa(ODD_2048, 65537) == rsa_der(ODD_2048)


@pytest.mark.parametrize("exponent", [0, 1, 2, 4, 65536, ODD_2048, ODD_2048 + 2], ids=int.bit_length)
def test_exponents_that_are_refused(exponent: int) -> None:
    with pytest.raises(DataInvalid):
        encodings.check_public(_raw_rsa(ODD_2048, exponent))


def test_other_types() -> None:
    curve = encodings.encode_public(ec.generate_private_key(ec.SECP256R1()).public_key())
    encodings.check_public(curve)
    assert encodings.asymmetric_type(curve) is KeyType.EC
    for key in (dsa.generate_private_key(1024).public_key(), ed25519.Ed25519PrivateKey.generate().public_key()):
        with pytest.raises(DataInvalid, match="neither"):
            encodings.check_public(encodings.encode_public(key))
