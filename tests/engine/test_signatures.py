"""NIST's signature vectors through the engine's own functions, and what is no signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hsmshell.engine import encodings, signatures
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    SignatureInvalid,
    SignatureLenRange,
)
from hsmshell.engine.mechanisms import Hash, Mechanism
from hsmshell.engine.signatures import METHODS, Scheme

VECTORS = Path(cryptography_vectors.__file__).parent / "asymmetric"
NIST_RSA = VECTORS / "RSA" / "FIPS_186-2"
BY_METHOD = {(method.scheme, method.hash): mechanism for mechanism, method in METHODS.items()}
CURVES: dict[str, ec.EllipticCurve] = {
    "P-224": ec.SECP224R1(),
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
    "K-256": ec.SECP256K1(),
}
RSA, PSS, EC = Mechanism.SHA256_RSA_PKCS, Mechanism.SHA256_RSA_PKCS_PSS, Mechanism.ECDSA_SHA256


def records(path: Path, last: str) -> Iterator[dict[str, str]]:
    """The records of a CAVS file, each ending with the entry ``last``; what stands above them holds on."""
    fields: dict[str, str] = {}
    for line in path.read_text("ascii").splitlines():
        if section := re.fullmatch(r"\[(.+),(.+)\]", line):
            fields = {"curve": section[1], "SHAAlg": section[2].replace("-", "")}
        elif entry := re.fullmatch(r"(\w+) = (.+)", line):
            fields[entry[1]] = entry[2]
            if entry[1] == last:
                yield fields


def number(fields: dict[str, str], name: str) -> int:
    return int(fields[name], 16)


def accepted(mechanism: Mechanism, key: bytes, data: bytes, signature: bytes) -> bool:
    try:
        signatures.verify(mechanism, key, data, signature)
    except (SignatureInvalid, SignatureLenRange):
        return False
    return True


def rsa_public(fields: dict[str, str]) -> bytes:
    return encodings.encode_public(rsa.RSAPublicNumbers(number(fields, "e"), number(fields, "n")).public_key())


def rsa_private(fields: dict[str, str]) -> bytes:
    p, q, d = number(fields, "p"), number(fields, "q"), number(fields, "d")
    public = rsa.RSAPublicNumbers(number(fields, "e"), number(fields, "n"))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    return encodings.encode_private(numbers.private_key(unsafe_skip_rsa_key_validation=True))


# vectors


def test_rsa_pkcs1_signatures_of_nist() -> None:
    """FIPS 186-3 SigGen15: moduli of 1024 to 4096 bits with all five hashes."""
    seen: Counter[str] = Counter()
    for fields in records(NIST_RSA / "SigGen15_186-3.rsp", "S"):
        mechanism = BY_METHOD[Scheme.PKCS1_V1_5, Hash[fields["SHAAlg"]]]
        key, data, signature = rsa_public(fields), bytes.fromhex(fields["Msg"]), bytes.fromhex(fields["S"])
        assert accepted(mechanism, key, data, signature)
        assert not accepted(mechanism, key, data + b"\0", signature)
        others = set(Hash) - {Hash[fields["SHAAlg"]]}
        assert not any(accepted(BY_METHOD[Scheme.PKCS1_V1_5, other], key, data, signature) for other in others)
        seen[fields["SHAAlg"]] += 1
    assert seen == dict.fromkeys(("SHA1", "SHA224", "SHA256", "SHA384", "SHA512"), 50)


def test_rsa_pkcs1_right_and_wrong_signatures_of_nist() -> None:
    """FIPS 186-3 SigVer15; the scheme is deterministic, so what is right is also what the private key makes."""
    results: Counter[str] = Counter()
    for fields in records(NIST_RSA / "SigVer15_186-3.rsp", "Result"):
        mechanism = BY_METHOD[Scheme.PKCS1_V1_5, Hash[fields["SHAAlg"]]]
        data, signature = bytes.fromhex(fields["Msg"]), bytes.fromhex(fields["S"])
        right = fields["Result"].startswith("P")
        assert accepted(mechanism, rsa_public(fields), data, signature) is right, fields
        if right:
            assert signatures.sign(mechanism, rsa_private(fields), data) == signature
        results[fields["Result"][0]] += 1
    assert results == {"P": 75, "F": 375}


def test_rsa_pkcs1_encodings_that_only_look_right_are_refused() -> None:
    """NIST's SigVer15EM: signatures whose padding or hash stands in the wrong place (Bleichenbacher 2006)."""
    count = 0
    for fields in records(VECTORS / "RSA" / "SigVer15EMTest.txt", "Result"):
        mechanism = BY_METHOD[Scheme.PKCS1_V1_5, Hash[fields["SHAAlg"]]]
        assert not accepted(mechanism, rsa_public(fields), bytes.fromhex(fields["Msg"]), bytes.fromhex(fields["S"]))
        count += 1
    assert count > 100


def test_pss_takes_a_salt_of_the_hashs_length_and_no_other() -> None:
    """FIPS 186-2 SigGenPSS: salts of 20 bytes, which is SHA-1's length; FIPS 186-3 SigGenPSS: no salt."""
    right: Counter[bool] = Counter()
    for name in ("SigGenPSS_186-2.rsp", "SigGenPSS_186-3.rsp"):
        for fields in records(NIST_RSA / name, "S"):
            mechanism = BY_METHOD[Scheme.PSS, Hash[fields["SHAAlg"]]]
            good = accepted(mechanism, rsa_public(fields), bytes.fromhex(fields["Msg"]), bytes.fromhex(fields["S"]))
            assert good is (name == "SigGenPSS_186-2.rsp" and fields["SHAAlg"] == "SHA1")
            right[good] += 1
    assert right == {True: 50, False: 450}


def test_ecdsa_right_and_wrong_signatures_of_nist() -> None:
    """FIPS 186-3 SigVer, in both forms; a point that is on no curve is refused before anything is verified."""
    results: Counter[str] = Counter()
    for fields in records(VECTORS / "ECDSA/FIPS_186-3/SigVer.rsp", "Result"):
        if fields["curve"] not in CURVES:
            continue
        curve, right = CURVES[fields["curve"]], fields["Result"].startswith("P")
        try:
            public = ec.EllipticCurvePublicNumbers(number(fields, "Qx"), number(fields, "Qy"), curve).public_key()
        except ValueError:
            assert "Q changed" in fields["Result"]
            continue
        mechanism = BY_METHOD[Scheme.ECDSA, Hash[fields["SHAAlg"]]]
        key, data = encodings.encode_public(public), bytes.fromhex(fields["Msg"])
        r, s, size = number(fields, "R"), number(fields, "S"), (curve.key_size + 7) // 8
        assert accepted(mechanism, key, data, r.to_bytes(size, "big") + s.to_bytes(size, "big")) is right, fields
        assert accepted(mechanism, key, data, encode_dss_signature(r, s)) is right, fields
        results[fields["Result"][0]] += 1
    assert results["P"] == 60
    assert results["F"] > 180


@pytest.mark.parametrize("path", ["FIPS_186-3/SigGen.txt", "SECP256K1/SigGen.txt"])
def test_ecdsa_signatures_of_known_keys(path: str) -> None:
    """Keys of NIST, and of the library for secp256k1: their signatures are accepted, and ours by the library."""
    seen: Counter[str] = Counter()
    for fields in records(VECTORS / "ECDSA" / path, "S"):
        if fields["curve"] not in CURVES or seen[fields["curve"] + fields["SHAAlg"]] == 5:
            continue
        seen[fields["curve"] + fields["SHAAlg"]] += 1
        curve, data = CURVES[fields["curve"]], bytes.fromhex(fields["Msg"])
        size = (curve.key_size + 7) // 8
        private = ec.derive_private_key(number(fields, "d"), curve)
        public, mechanism = private.public_key(), BY_METHOD[Scheme.ECDSA, Hash[fields["SHAAlg"]]]
        signature = number(fields, "R").to_bytes(size, "big") + number(fields, "S").to_bytes(size, "big")
        assert accepted(mechanism, encodings.encode_public(public), data, signature)
        ours = signatures.sign(mechanism, encodings.encode_private(private), data)
        assert len(ours) == 2 * size
        r, s = int.from_bytes(ours[:size], "big"), int.from_bytes(ours[size:], "big")
        public.verify(encode_dss_signature(r, s), data, ec.ECDSA(_library_hash(fields["SHAAlg"])))
    assert len(seen) == (5 if "SECP256K1" in path else 20)


def _library_hash(name: str) -> ec.hashes.HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    algorithm: ec.hashes.HashAlgorithm = getattr(hashes, name)()
    return algorithm


# what is no signature


@pytest.fixture(scope="module")
def small_numbers() -> tuple[bytes, bytes]:
    """A P-256 pair whose signatures are tried by hand."""
    private = ec.derive_private_key(12345, ec.SECP256R1())
    return encodings.encode_private(private), encodings.encode_public(private.public_key())


@pytest.mark.parametrize("length", [0, 1, 63, 65, 70, 72, 128, 132, 256, 4096])
def test_an_ecdsa_signature_has_the_length_of_two_numbers_or_is_der(
    small_numbers: tuple[bytes, bytes], length: int
) -> None:
    with pytest.raises(SignatureLenRange):
        signatures.verify(EC, small_numbers[1], b"data", bytes(length))


@pytest.mark.parametrize("extra", [b"\0", b"\x30\0"])
def test_der_with_something_behind_it_is_refused(small_numbers: tuple[bytes, bytes], extra: bytes) -> None:
    private, public = small_numbers
    raw = signatures.sign(EC, private, b"data")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    assert accepted(EC, public, b"data", der)
    assert not accepted(EC, public, b"data", der + extra)
    assert not accepted(EC, public, b"data", der[:-1])


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (1, 1), (2**256 - 1, 1)])
def test_numbers_outside_the_order_are_refused(small_numbers: tuple[bytes, bytes], r: int, s: int) -> None:
    with pytest.raises(SignatureInvalid):
        signatures.verify(EC, small_numbers[1], b"data", r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_an_ecdsa_signature_with_a_leading_zero_keeps_its_length(small_numbers: tuple[bytes, bytes]) -> None:
    private, public = small_numbers
    for count in range(10_000):
        signature = signatures.sign(EC, private, count.to_bytes(2, "big"))
        assert len(signature) == 64
        if signature[0] == 0:
            break
    assert signature[0] == 0
    assert accepted(EC, public, count.to_bytes(2, "big"), signature)


@pytest.mark.parametrize("mechanism", [RSA, PSS])
@pytest.mark.parametrize("length", [0, 1, 255, 257, 512])
def test_an_rsa_signature_has_the_length_of_the_modulus(services: object, mechanism: Mechanism, length: int) -> None:
    public = encodings.public_of(services.rsa_key(2048, 65537))  # type: ignore[attr-defined]
    with pytest.raises(SignatureLenRange):
        signatures.verify(mechanism, public, b"data", bytes(length))
    with pytest.raises(SignatureInvalid):
        signatures.verify(mechanism, public, b"data", bytes(256))
    with pytest.raises(SignatureInvalid):
        signatures.verify(mechanism, public, b"data", b"\xff" * 256)


def test_a_hash_that_does_not_fit_the_modulus_is_refused() -> None:
    """EMSA-PSS with SHA-512 needs 130 bytes (RFC 8017 9.1.1)."""
    private = encodings.encode_private(rsa.generate_private_key(65537, 1024))
    with pytest.raises(KeySizeRange):
        signatures.sign(Mechanism.SHA512_RSA_PKCS_PSS, private, b"data")


@pytest.mark.parametrize("mechanism", sorted(set(Mechanism) - set(METHODS)))
def test_other_mechanisms_do_not_sign(small_numbers: tuple[bytes, bytes], mechanism: Mechanism) -> None:
    with pytest.raises(MechanismInvalid):
        signatures.sign(mechanism, small_numbers[0], b"")
    with pytest.raises(MechanismInvalid):
        signatures.verify(mechanism, small_numbers[1], b"", b"")


@pytest.mark.parametrize("mechanism", METHODS)
def test_a_key_of_another_type_is_refused(
    services: object, small_numbers: tuple[bytes, bytes], mechanism: Mechanism
) -> None:
    other = small_numbers[0] if METHODS[mechanism].scheme.key_type is KeyType.RSA else _rsa(services)
    with pytest.raises(KeyTypeInconsistent):
        signatures.sign(mechanism, other, b"")
    with pytest.raises(KeyTypeInconsistent):
        signatures.verify(mechanism, encodings.public_of(other), b"", bytes(64))


def _rsa(services: object) -> bytes:
    return services.rsa_key(2048, 65537)  # type: ignore[attr-defined,no-any-return]
