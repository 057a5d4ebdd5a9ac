"""Published vectors through the engine's own functions: NIST's for key wrapping, RSA Laboratories' for OAEP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hsmshell.engine import crypto, encodings
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import HsmError, MechanismParamInvalid, WrappedKeyInvalid, WrappedKeyLenRange
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters

VECTORS = Path(cryptography_vectors.__file__).parent
NONE = MechanismParameters()


class WrapVector(NamedTuple):
    """K, P and C of NIST SP 800-38F's test files; no P where the bytes must not open."""

    key: bytes
    plain: bytes | None
    wrapped: bytes


def wrap_vectors(name: str) -> Iterator[WrapVector]:
    text = (VECTORS / "keywrap" / "kwtestvectors" / name).read_text("ascii")
    for block in re.split(r"COUNT = \d+\n", text)[1:]:
        entries = dict(re.findall(r"^([KPC]) = ([0-9a-f]+)$", block, re.MULTILINE))
        plain = bytes.fromhex(entries["P"]) if "P" in entries else None
        assert (plain is None) == ("FAIL" in block)
        yield WrapVector(bytes.fromhex(entries["K"]), plain, bytes.fromhex(entries["C"]))


MECHANISMS = {"KW": Mechanism.AES_KEY_WRAP, "KWP": Mechanism.AES_KEY_WRAP_KWP}


@pytest.mark.parametrize("size", [128, 192, 256])
@pytest.mark.parametrize("family", MECHANISMS)
def test_wrapping(family: str, size: int) -> None:
    vectors = list(wrap_vectors(f"{family}_AE_{size}.txt"))
    assert len(vectors) >= 500
    for vector in vectors:
        assert vector.plain is not None
        assert crypto.wrap(MECHANISMS[family], vector.key, vector.plain, NONE) == vector.wrapped


@pytest.mark.parametrize("size", [128, 192, 256])
@pytest.mark.parametrize("family", MECHANISMS)
def test_unwrapping(family: str, size: int) -> None:
    vectors = list(wrap_vectors(f"{family}_AD_{size}.txt"))
    refused = [vector for vector in vectors if vector.plain is None]
    assert len(refused) >= 50
    for vector in vectors:
        if vector.plain is None:
            with pytest.raises(WrappedKeyInvalid):
                crypto.unwrap(MECHANISMS[family], vector.key, vector.wrapped, NONE)
        else:
            assert crypto.unwrap(MECHANISMS[family], vector.key, vector.wrapped, NONE) == vector.plain


# OAEP


class OaepVector(NamedTuple):
    """A private key as PKCS#8, a message, and what it became under the public half."""

    key: bytes
    message: bytes
    encrypted: bytes


def oaep_vectors(path: Path) -> Iterator[OaepVector]:
    """RSA Laboratories' form: ``# Heading:`` and lines of hexadecimal; keys, each followed by its examples."""
    fields: dict[str, bytes] = {}
    for heading, body in re.findall(r"^# ([A-Z][a-z0-9 ]+): *\n((?:[0-9a-f ]+\n)+)", path.read_text("ascii"), re.M):
        digits = re.sub(r"\s", "", body)
        fields[heading] = bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))
        if heading == "Coefficient":
            fields["key"] = _private(fields)
        elif heading == "Encryption":
            yield OaepVector(fields["key"], fields["Message"], fields["Encryption"])


def _private(fields: dict[str, bytes]) -> bytes:
    names = ("Prime 1", "Prime 2", "Exponent", "Prime exponent 1", "Prime exponent 2", "Coefficient")
    p, q, d, dmp1, dmq1, iqmp = (int.from_bytes(fields[name], "big") for name in names)
    e, n = (int.from_bytes(fields[name], "big") for name in ("Public exponent", "Modulus"))
    numbers = rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, rsa.RSAPublicNumbers(e, n))
    return encodings.encode_private(numbers.private_key(unsafe_skip_rsa_key_validation=True))


def _check_oaep(path: Path, algorithm: Hash) -> int:
    count = 0
    parameters = MechanismParameters(hash=algorithm)
    for vector in oaep_vectors(path):
        assert crypto.unwrap(Mechanism.RSA_PKCS_OAEP, vector.key, vector.encrypted, parameters) == vector.message
        damaged = bytes([vector.encrypted[0], vector.encrypted[1] ^ 1]) + vector.encrypted[2:]
        with pytest.raises(WrappedKeyInvalid):
            crypto.unwrap(Mechanism.RSA_PKCS_OAEP, vector.key, damaged, parameters)
        with pytest.raises(WrappedKeyLenRange):
            crypto.unwrap(Mechanism.RSA_PKCS_OAEP, vector.key, vector.encrypted[1:], parameters)
        count += 1
    return count


def test_oaep_with_sha_1() -> None:
    assert _check_oaep(VECTORS / "asymmetric/RSA/pkcs-1v2-1d2-vec/oaep-vect.txt", Hash.SHA1) == 60


@pytest.mark.parametrize("algorithm", [Hash.SHA224, Hash.SHA256, Hash.SHA384, Hash.SHA512])
def test_oaep_with_sha_2(algorithm: Hash) -> None:
    name = algorithm.name.lower()
    assert _check_oaep(VECTORS / f"asymmetric/RSA/oaep-custom/oaep-{name}-{name}.txt", algorithm) > 10


def test_oaep_with_a_label() -> None:
    """BoringSSL's."""
    text = (VECTORS / "asymmetric/RSA/oaep-label.txt").read_text("ascii")
    found = 0
    for block in re.split(r"COUNT = \d+\n", text)[1:]:
        entries = dict(re.findall(r"^(\w+) = (.*)$", block, re.M))
        algorithm = Hash(entries["OAEPDigest"].replace("SHA", "SHA-", 1))
        key, wrapped = bytes.fromhex(entries["KEY"]), bytes.fromhex(entries["Input"])
        parameters = MechanismParameters(hash=algorithm, source=bytes.fromhex(entries["OAEPLabel"]))
        plain = crypto.unwrap(Mechanism.RSA_PKCS_OAEP, key, wrapped, parameters)
        assert plain == entries["Output"].strip('"').encode("ascii")
        with pytest.raises(WrappedKeyInvalid):
            crypto.unwrap(Mechanism.RSA_PKCS_OAEP, key, wrapped, parameters._replace(source=b""))
        found += 1
    assert found


# block ciphers


@pytest.mark.parametrize("size", [128, 192, 256])
def test_aes_modes(size: int) -> None:
    """NIST's multi-block messages; without padding the wrapped bytes are the cipher text."""
    for mode, mechanism in (("CBC", Mechanism.AES_CBC), ("ECB", Mechanism.AES_ECB)):
        text = (VECTORS / f"ciphers/AES/{mode}/{mode}MMT{size}.rsp").read_text("ascii")
        blocks = re.split(r"COUNT = \d+\n", text)[1:]
        assert len(blocks) >= 10
        for block in blocks:
            entries = {name: bytes.fromhex(value) for name, value in re.findall(r"^(\w+) = ([0-9a-f]+)", block, re.M)}
            parameters = MechanismParameters(iv=entries.get("IV", b""))
            key, plain, wrapped = entries["KEY"], entries["PLAINTEXT"], entries["CIPHERTEXT"]
            assert crypto.wrap(mechanism, key, plain, parameters) == wrapped
            assert crypto.unwrap(mechanism, key, wrapped, parameters) == plain


def test_aes_check_value() -> None:
    """FIPS 197's zero block under the zero key: 66e94bd4ef8a2c3b..."""
    assert crypto.zero_block_check_value(KeyType.AES, bytes(16)).hex() == "66e94b"


@pytest.mark.parametrize("length", [1, 15, 17, 32])
def test_an_iv_of_the_wrong_length_is_refused(length: int) -> None:
    parameters = MechanismParameters(iv=bytes(length))
    for operation in (crypto.wrap, crypto.unwrap):
        with pytest.raises(MechanismParamInvalid):
            operation(Mechanism.AES_CBC_PAD, bytes(16), bytes(16), parameters)


@pytest.mark.parametrize("mechanism", Mechanism)
@pytest.mark.parametrize("length", [0, 1, 7, 8, 16, 17, 255, 256, 257, 300])
def test_no_bytes_are_answered_with_anything_but_an_error_of_ours(
    mechanism: Mechanism, length: int, services: object
) -> None:
    private = services.rsa_key(2048, 65537)  # type: ignore[attr-defined]
    keys = [bytes(16), bytes(24)] if mechanism.name.startswith(("AES", "DES")) else [private]
    for key in keys:
        if mechanism.name.startswith("DES") and len(key) == 16:
            continue
        for operation in (crypto.unwrap, crypto.wrap):
            try:
                operation(mechanism, key, bytes(length), NONE)
            except HsmError:
                continue
