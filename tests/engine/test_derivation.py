"""Derived keys: published vectors, openssl's word, and how confined they are."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine import der, encodings
from hsmshell.engine.appliance import PairSpec, Password
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.derivation import Derivation, derive, from_password
from hsmshell.engine.errors import (
    DataLenRange,
    HsmError,
    KeyFunctionNotPermitted,
    KeyIndigestible,
    KeyNotActive,
    KeySizeRange,
    MechanismInvalid,
    MechanismParamInvalid,
    TemplateInconsistent,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Curve, Hash, Mechanism
from tests.engine.driving import open_partition
from tests.engine.test_appliance_generation import fips

_A = Attribute
_M = Mechanism
Template = dict[Attribute, AttributeValue]

OPEN: Template = {_A.SENSITIVE: False, _A.EXTRACTABLE: True, _A.DERIVE: True}
BASE = bytes(range(16))
BLOCK = bytes.fromhex("00112233445566778899aabbccddeeff")


@pytest.mark.parametrize(
    "how, length, expected",
    [
        # SHA-256 of 00 01 .. 0f, and its beginning.
        (Derivation(_M.SHA256_KEY_DERIVATION), 0, "be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991"),
        (Derivation(_M.SHA256_KEY_DERIVATION), 16, "be45cb2605bf36bebde684841a28f0fd"),
        # FIPS 197 C.1.
        (Derivation(_M.AES_ECB_ENCRYPT_DATA, BLOCK), 16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (Derivation(_M.AES_CBC_ENCRYPT_DATA, bytes(16), BLOCK), 8, "69c4e0d86a7b0430"),
        (Derivation(_M.XOR_BASE_AND_DATA, b"\xff" * 16), 16, "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"),
        (Derivation(_M.CONCATENATE_BASE_AND_DATA, b"\xff"), 17, BASE.hex() + "ff"),
        (Derivation(_M.CONCATENATE_DATA_AND_BASE, b"\xff"), 0, "ff" + BASE.hex()),
    ],
)
def test_published_values(how: Derivation, length: int, expected: str) -> None:
    assert derive(how, BASE, length).hex() == expected


@pytest.mark.parametrize(
    "error, how, length",
    [
        (KeySizeRange, Derivation(_M.SHA1_KEY_DERIVATION), 21),
        (KeySizeRange, Derivation(_M.AES_ECB_ENCRYPT_DATA, BLOCK), 17),
        (DataLenRange, Derivation(_M.AES_ECB_ENCRYPT_DATA, b"short"), 5),
        (DataLenRange, Derivation(_M.AES_ECB_ENCRYPT_DATA), 0),
        (MechanismParamInvalid, Derivation(_M.AES_CBC_ENCRYPT_DATA, BLOCK, b"\1"), 16),
        (DataLenRange, Derivation(_M.XOR_BASE_AND_DATA, b"\1"), 1),
        (KeySizeRange, Derivation(_M.XOR_BASE_AND_DATA, bytes(16)), 1),
        (KeySizeRange, Derivation(_M.CONCATENATE_BASE_AND_DATA, b"\1"), 1),
    ],
)
def test_what_is_not_derived(error: type[HsmError], how: Derivation, length: int) -> None:
    with pytest.raises(error):
        derive(how, BASE, length)


def test_pbkdf2_as_in_rfc_6070() -> None:
    assert from_password(b"password", b"salt", 2, 20, Hash.SHA1).hex() == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"


def openssl_agrees(openssl: str, work: Path, private: bytes, public: bytes) -> bytes:
    """The secret that openssl finds from its private and our public key."""
    (work / "private.pem").write_bytes(encodings.private_pem(private))
    (work / "public.pem").write_bytes(encodings.public_pem(public))
    command = [openssl, "pkeyutl", "-derive", "-inkey", "private.pem", "-peerkey", "public.pem"]
    return subprocess.run(command, capture_output=True, check=True, cwd=work, timeout=20).stdout


@pytest.mark.parametrize(
    "spec, mechanism",
    [
        (PairSpec(KeyType.DH, 2048), _M.DH_PKCS_DERIVE),
        (PairSpec(KeyType.EC, curve=Curve.P256), _M.ECDH1_DERIVE),
        (PairSpec(KeyType.EC, curve=Curve.P521), _M.ECDH1_DERIVE),
        (PairSpec(KeyType.EC_MONTGOMERY, curve=Curve.X25519), _M.ECDH1_DERIVE),
        (PairSpec(KeyType.EC_MONTGOMERY, curve=Curve.X448), _M.ECDH1_DERIVE),
    ],
)
def test_openssl_finds_the_same_secret(
    lab: Lab, work: Path, judge: Callable[[str], str], spec: PairSpec, mechanism: Mechanism
) -> None:
    application, session = open_partition(lab)
    ours, base = application.generate_pair(session, spec, {}, {_A.DERIVE: True})
    with lab.store.reading():
        public = lab.store.material(application.read(session, ours).material)
    theirs, secret_half = application.generate_pair(session, spec, {}, {})
    with lab.store.reading():
        private = lab.store.material(application.read(session, secret_half).material)
    value = application.attribute(session, theirs, _A.VALUE if spec.key_type is KeyType.DH else _A.EC_POINT)
    assert isinstance(value, bytes)
    secret = openssl_agrees(judge("openssl"), work, private, public)
    how = Derivation(mechanism, value)
    new = application.derive(session, how, base, KeyType.GENERIC_SECRET, 24, OPEN)
    assert application.attribute(session, new, _A.VALUE) == secret[-24:]


def test_the_point_may_be_bare_or_an_octet_string(lab: Lab) -> None:
    application, session = open_partition(lab)
    spec = PairSpec(KeyType.EC, curve=Curve.P256)
    public, base = application.generate_pair(session, spec, {}, {_A.DERIVE: True})
    point = application.attribute(session, public, _A.EC_POINT)
    assert isinstance(point, bytes)
    values = []
    for form in (point, der.read_octet_string(point)):
        how = Derivation(_M.ECDH1_DERIVE, form, kdf=Hash.SHA256, shared=b"us")
        new = application.derive(session, how, base, KeyType.AES, 32, OPEN)
        values.append(application.attribute(session, new, _A.VALUE))
    assert values[0] == values[1]
    for wrong in (b"", point[:-1], point[:-1] + bytes([point[-1] ^ 1])):
        with pytest.raises(MechanismParamInvalid):
            application.derive(session, Derivation(_M.ECDH1_DERIVE, wrong), base, KeyType.AES, 32, OPEN)


@pytest.mark.parametrize(
    "how",
    [
        Derivation(_M.SHA384_KEY_DERIVATION),
        Derivation(_M.XOR_BASE_AND_DATA, bytes(16)),
        Derivation(_M.CONCATENATE_BASE_AND_DATA, bytes(16)),
        Derivation(_M.CONCATENATE_DATA_AND_BASE, bytes(16)),
    ],
)
@pytest.mark.parametrize("loosened", [{_A.SENSITIVE: False}, {_A.EXTRACTABLE: True}, {_A.PRIVATE: False}])
def test_a_key_that_tells_of_its_base_is_as_confined(lab: Lab, how: Derivation, loosened: Template) -> None:
    application, session = open_partition(lab)
    base = application.generate_secret_key(session, KeyType.AES, 16, {_A.DERIVE: True})
    with pytest.raises(TemplateInconsistent):
        application.derive(session, how, base, KeyType.GENERIC_SECRET, 0, loosened)
    new = application.read(session, application.derive(session, how, base, KeyType.GENERIC_SECRET, 0, {}))
    confined = (new.flag(_A.SENSITIVE), new.flag(_A.EXTRACTABLE), new.flag(_A.PRIVATE))
    assert confined == (True, False, True)
    assert (new.flag(_A.ALWAYS_SENSITIVE), new.flag(_A.NEVER_EXTRACTABLE), new.flag(_A.LOCAL)) == (True, True, False)


def test_two_keys_joined_are_as_confined_as_the_more_confined(lab: Lab) -> None:
    application, session = open_partition(lab)
    free = application.generate_secret_key(session, KeyType.AES, 16, OPEN)
    bound = application.generate_secret_key(session, KeyType.AES, 16, {_A.DERIVE: True})
    how = Derivation(_M.CONCATENATE_BASE_AND_KEY)
    for first, second in ((free, bound), (bound, free)):
        with pytest.raises(TemplateInconsistent):
            application.derive(session, how, first, KeyType.GENERIC_SECRET, 32, OPEN, second)
    new = application.read(session, application.derive(session, how, free, KeyType.GENERIC_SECRET, 32, {}, bound))
    assert (new.flag(_A.SENSITIVE), new.flag(_A.EXTRACTABLE), new.flag(_A.NEVER_EXTRACTABLE)) == (True, False, False)
    with pytest.raises(KeySizeRange):
        application.derive(session, how, free, KeyType.GENERIC_SECRET, 16, {}, bound)


def test_refusals(lab: Lab) -> None:
    application, session = open_partition(lab)
    idle = application.generate_secret_key(session, KeyType.AES, 16, {})
    limited = application.generate_secret_key(session, KeyType.AES, 16, {_A.DERIVE: True, _A.USAGE_LIMIT: 1})
    hashing = Derivation(_M.SHA384_KEY_DERIVATION)
    with pytest.raises(KeyFunctionNotPermitted):
        application.derive(session, hashing, idle, KeyType.AES, 32, {})
    with pytest.raises(TemplateInconsistent):
        application.derive(session, hashing, limited, KeyType.RSA, 32, {})
    for key_type, length in ((KeyType.AES, 5), (KeyType.GENERIC_SECRET, -1)):
        with pytest.raises(KeySizeRange):
            application.derive(session, hashing, limited, key_type, length, {})
    assert application.derive(session, hashing, limited, KeyType.AES, 32, {}), "what failed was no use"
    with pytest.raises(KeyNotActive):
        application.derive(session, hashing, limited, KeyType.AES, 32, {})
    with pytest.raises(MechanismInvalid):
        application.derive(session, Derivation(_M.AES_CBC), limited, KeyType.AES, 32, {})
    with pytest.raises(MechanismParamInvalid):
        application.generate_from_password(session, Password(b"x", b"y", 1_000_001), KeyType.AES, 16, {})


@pytest.mark.parametrize("mechanism", [_M.SHA1_KEY_DERIVATION, _M.SHA256_KEY_DERIVATION])
def test_what_a_fingerprint_shows_is_no_key(lab: Lab, mechanism: Mechanism) -> None:
    """The SHA-1 and SHA-256 of a confined key stand in its attributes."""
    application, session = open_partition(lab)
    for handle in (120, 131):
        with pytest.raises(KeyFunctionNotPermitted):
            application.derive(session, Derivation(mechanism), handle, KeyType.GENERIC_SECRET, 20, {})


def test_encrypting_data_is_no_derivation_in_fips_mode(lab: Lab) -> None:
    application, session = fips(lab)
    for mechanism in (_M.AES_ECB_ENCRYPT_DATA, _M.AES_CBC_ENCRYPT_DATA, _M.DES3_ECB_ENCRYPT_DATA):
        with pytest.raises(MechanismInvalid):
            application.derive(session, Derivation(mechanism, BLOCK), 120, KeyType.AES, 16, {})
    assert application.derive(session, Derivation(_M.SHA384_KEY_DERIVATION), 120, KeyType.AES, 32, {})


def test_a_des_key_gets_its_parity(lab: Lab) -> None:
    application, session = open_partition(lab)
    template: Template = {_A.CLASS: int(ObjectClass.SECRET_KEY), _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: BASE}
    base = application.create(session, {**template, **OPEN})
    new = application.derive(session, Derivation(_M.SHA256_KEY_DERIVATION), base, KeyType.DES3, 0, OPEN)
    value = application.attribute(session, new, _A.VALUE)
    assert isinstance(value, bytes)
    assert all(bin(byte).count("1") % 2 for byte in value)


def test_no_digest_and_no_short_hash_tells_what_is_derived_of_a_confined_key(lab: Lab) -> None:
    application, session = open_partition(lab)
    hashing = Derivation(_M.SHA384_KEY_DERIVATION)
    with pytest.raises(KeyIndigestible):
        application.digest_key(session, _M.SHA384, 120)
    for length in (1, 7):
        with pytest.raises(KeySizeRange):
            application.derive(session, hashing, 120, KeyType.GENERIC_SECRET, length, {})
    application.derive(session, hashing, 120, KeyType.GENERIC_SECRET, 8, {})
    known = {_A.CLASS: int(ObjectClass.SECRET_KEY), _A.KEY_TYPE: int(KeyType.GENERIC_SECRET), _A.VALUE: b"abc"}
    handle = application.create(session, {**known, _A.SENSITIVE: False, _A.EXTRACTABLE: True, _A.DERIVE: True})
    assert application.digest_key(session, _M.SHA384, handle) == hashlib.sha384(b"abc").digest()
    application.derive(session, hashing, handle, KeyType.GENERIC_SECRET, 1, {_A.SENSITIVE: False, _A.EXTRACTABLE: True})
