"""What a partition's keys encrypt and decrypt: published vectors, every mechanism both ways, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cryptography_vectors
import pytest

from hsmshell.engine import ciphers
from hsmshell.engine.access import Role
from hsmshell.engine.appliance.mechanism_table import MechanismFlag, mechanisms_of
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.errors import (
    ArgumentsBad,
    DataLenRange,
    EncryptedDataInvalid,
    EncryptedDataLenRange,
    HsmError,
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyIndigestible,
    KeyNotActive,
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    MechanismParamInvalid,
    SessionHandleInvalid,
    UserNotLoggedIn,
)
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import Traits, secret_traits

from .keys import Desk

VECTORS = Path(cryptography_vectors.__file__).parent / "ciphers"
_M = Mechanism
LENGTHS = {KeyType.AES: 32, KeyType.DES3: 24, KeyType.DES: 8}


def encrypting(profile: Profile = Profile.LUNA7) -> list[Mechanism]:
    return [info.mechanism for info in mechanisms_of(profile, fips=False) if MechanismFlag.ENCRYPT in info.flags]


def put(desk: Desk, key_type: KeyType, value: bytes, **flags: bool) -> int:
    template: Traits = {Attribute.ENCRYPT: True, Attribute.DECRYPT: True}
    return desk.put(value, secret_traits(key_type, value), {**template, **{Attribute[k]: v for k, v in flags.items()}})


def keys(desk: Desk, mechanism: Mechanism) -> tuple[int, int]:
    """What encrypts and what decrypts with the mechanism."""
    if mechanism not in ciphers.CIPHERS:
        return desk.rsa_pair(public={Attribute.ENCRYPT: True}, private={Attribute.DECRYPT: True})
    cipher = ciphers.CIPHERS[mechanism]
    handle = put(desk, cipher, bytes(range(1, LENGTHS.get(cipher, 16) + 1)))
    return handle, handle


def test_every_mechanism_both_ways(desk: Desk) -> None:
    mechanisms = encrypting()
    assert {_M.RSA_PKCS, _M.RSA_PKCS_OAEP, _M.AES_CTR, _M.AES_GCM, _M.DES_CBC, _M.AES_CBC_PAD} <= set(mechanisms)
    for mechanism in mechanisms:
        encrypt, decrypt = keys(desk, mechanism)
        for data in (bytes(range(48)), b"x" * 16):
            iv = bytes(range(ciphers.iv_length(mechanism)))
            parameters = MechanismParameters(iv=iv)
            sealed = desk.application.encrypt(desk.session, mechanism, encrypt, data, parameters)
            assert data not in sealed
            assert desk.application.decrypt(desk.session, mechanism, decrypt, sealed, parameters) == data


def nist(path: str, heading: str) -> Iterator[dict[str, bytes]]:
    """The entries of one half of a NIST response file."""
    half = (VECTORS / path).read_text("ascii").split(f"[{heading}]")[1].split("[")[0]
    for block in re.split(r"COUNT = \d+\s*\n", half)[1:]:
        yield {name: bytes.fromhex(value) for name, value in re.findall(r"^(\w+) = ([0-9a-f]*)", block, re.M)}


@pytest.mark.parametrize(
    "path, mechanism, key_type",
    [
        ("AES/ECB/ECBMMT256.rsp", _M.AES_ECB, KeyType.AES),
        ("AES/CBC/CBCMMT192.rsp", _M.AES_CBC, KeyType.AES),
        ("3DES/CBC/TCBCMMT3.rsp", _M.DES3_CBC, KeyType.DES3),
        ("3DES/ECB/TECBMMT2.rsp", _M.DES3_ECB, KeyType.DES3),
    ],
)
def test_block_modes_are_those_of_nist(desk: Desk, path: str, mechanism: Mechanism, key_type: KeyType) -> None:
    count = 0
    for entry in nist(path, "ENCRYPT"):
        key = entry.get("KEY") or entry["KEY1"] + entry["KEY2"] + entry["KEY3"]
        handle, parameters = put(desk, key_type, key), MechanismParameters(iv=entry.get("IV", b""))
        sealed = desk.application.encrypt(desk.session, mechanism, handle, entry["PLAINTEXT"], parameters)
        assert sealed == entry["CIPHERTEXT"]
        assert desk.application.decrypt(desk.session, mechanism, handle, sealed, parameters) == entry["PLAINTEXT"]
        count += 1
    assert count == 10


def test_des_is_triple_des_with_one_key_three_times(desk: Desk) -> None:
    """FIPS 81, appendix B: the example of the electronic codebook mode."""
    handle = put(desk, KeyType.DES, bytes.fromhex("0123456789abcdef"))
    sealed = desk.application.encrypt(desk.session, _M.DES_ECB, handle, b"Now is the time for all ")
    assert sealed.hex() == "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53"


def test_counter_mode(desk: Desk) -> None:
    """SP 800-38A F.5.1."""
    handle = put(desk, KeyType.AES, bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    parameters = MechanismParameters(iv=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
    data = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    sealed = desk.application.encrypt(desk.session, _M.AES_CTR, handle, data, parameters)
    assert sealed.hex() == "874d6191b620e3261bef6864990db6ce"


def test_gcm_with_an_iv_of_the_caller(desk: Desk) -> None:
    """The GCM specification's test case 4."""
    handle = put(desk, KeyType.AES, bytes.fromhex("feffe9928665731c6d6a8f9467308308"))
    parameters = MechanismParameters(
        iv=bytes.fromhex("cafebabefacedbaddecaf888"),
        additional=bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    )
    data = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    sealed = desk.application.encrypt(desk.session, _M.AES_GCM, handle, data, parameters)
    assert sealed[-16:].hex() == "5bc94fbc3221a5db94fae95ae7121a47"
    assert desk.application.decrypt(desk.session, _M.AES_GCM, handle, sealed, parameters) == data
    with pytest.raises(EncryptedDataInvalid):
        desk.application.decrypt(desk.session, _M.AES_GCM, handle, sealed, parameters._replace(additional=b""))


def test_gcm_with_an_iv_of_the_hsm(desk: Desk) -> None:
    handle = put(desk, KeyType.AES, bytes(16))
    for data in (b"", b"data"):
        first, second = (desk.application.encrypt(desk.session, _M.AES_GCM, handle, data) for _ in range(2))
        assert first[:12] != second[:12]
        assert len(first) == 12 + len(data) + 16
        assert desk.application.decrypt(desk.session, _M.AES_GCM, handle, first) == data
    for length in (0, 11, 27):
        with pytest.raises(EncryptedDataLenRange):
            desk.application.decrypt(desk.session, _M.AES_GCM, handle, bytes(length))


def test_fips_mode_makes_its_own_iv(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from(fips=True)
    handle = put(desk, KeyType.AES, bytes(16))
    with pytest.raises(MechanismParamInvalid):
        desk.application.encrypt(desk.session, _M.AES_GCM, handle, b"data", MechanismParameters(iv=bytes(12)))
    sealed = desk.application.encrypt(desk.session, _M.AES_GCM, handle, b"data")
    assert desk.application.decrypt(desk.session, _M.AES_GCM, handle, sealed) == b"data"


def test_what_fips_mode_does_not_encrypt_with(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from(fips=True)
    allowed = {_M.RSA_PKCS_OAEP, _M.DES3_ECB, _M.DES3_CBC, _M.DES3_CBC_PAD, _M.AES_ECB, _M.AES_CBC, _M.AES_CBC_PAD}
    for mechanism in set(encrypting()) - allowed - {_M.AES_CTR, _M.AES_GCM}:
        for operation in (desk.application.encrypt, desk.application.decrypt):
            with pytest.raises(MechanismInvalid):
                operation(desk.session, mechanism, 999, b"")
    with pytest.raises(KeySizeRange):
        desk.application.encrypt(desk.session, _M.DES3_CBC, put(desk, KeyType.DES2, bytes(range(16))), bytes(8))


@pytest.mark.parametrize(
    "mechanism, data, error",
    [
        (_M.AES_CBC, bytes(15), DataLenRange),
        (_M.AES_ECB, b"", DataLenRange),
        (_M.RSA_PKCS, bytes(246), DataLenRange),
        (_M.RSA_PKCS_OAEP, bytes(215), DataLenRange),
        (_M.AES_KEY_WRAP, bytes(16), MechanismInvalid),
        (_M.ARIA_CBC, bytes(16), MechanismInvalid),
        (None, b"", MechanismInvalid),
    ],
)
def test_what_is_not_encrypted(desk: Desk, mechanism: Mechanism | None, data: bytes, error: type[HsmError]) -> None:
    handle = keys(desk, mechanism)[0] if mechanism else 1
    with pytest.raises(error):
        desk.application.encrypt(desk.session, mechanism, handle, data)


@pytest.mark.parametrize(
    "mechanism, data, error",
    [
        (_M.AES_CBC_PAD, bytes(15), EncryptedDataLenRange),
        (_M.AES_CBC_PAD, b"", EncryptedDataLenRange),
        (_M.AES_CBC_PAD, bytes(16), EncryptedDataInvalid),
        (_M.RSA_PKCS, bytes(255), EncryptedDataLenRange),
        (_M.RSA_PKCS, b"\1" * 256, EncryptedDataInvalid),
        (_M.RSA_PKCS, b"\xff" * 256, EncryptedDataInvalid),
        (_M.RSA_PKCS_OAEP, bytes(255), EncryptedDataLenRange),
        (_M.RSA_PKCS_OAEP, b"\1" * 256, EncryptedDataInvalid),
    ],
)
def test_what_does_not_decrypt(desk: Desk, mechanism: Mechanism, data: bytes, error: type[HsmError]) -> None:
    _, handle = keys(desk, mechanism)
    with pytest.raises(error):
        desk.application.decrypt(desk.session, mechanism, handle, data)


def test_which_keys_encrypt(desk: Desk) -> None:
    public, private = keys(desk, _M.RSA_PKCS)
    closed = put(desk, KeyType.AES, bytes(16), ENCRYPT=False)
    encrypt = desk.application.encrypt
    for mechanism, handle, error in (
        (_M.RSA_PKCS, private, KeyTypeInconsistent),
        (_M.AES_ECB, public, KeyTypeInconsistent),
        (_M.DES3_ECB, closed, KeyTypeInconsistent),
        (_M.AES_ECB, closed, KeyFunctionNotPermitted),
        (_M.AES_ECB, 999, KeyHandleInvalid),
        (_M.RC2_CBC, put(desk, KeyType.RC2, bytes(5)), KeySizeRange),
    ):
        with pytest.raises(error):
            encrypt(desk.session, mechanism, handle, bytes(16))
    with pytest.raises(KeyTypeInconsistent):
        desk.application.decrypt(desk.session, _M.RSA_PKCS, public, bytes(256))


def test_uses_are_counted(desk: Desk) -> None:
    handle = put(desk, KeyType.AES, bytes(16))
    desk.limited(handle, 2)
    sealed = desk.application.encrypt(desk.session, _M.AES_ECB, handle, bytes(16))
    with pytest.raises(DataLenRange):
        desk.application.encrypt(desk.session, _M.AES_ECB, handle, bytes(15))
    assert desk.count(handle) == 1
    desk.application.decrypt(desk.session, _M.AES_ECB, handle, sealed)
    for operation in (desk.application.encrypt, desk.application.decrypt):
        with pytest.raises(KeyNotActive):
            operation(desk.session, _M.AES_ECB, handle, sealed)


def test_a_crypto_user_in_a_read_only_session_uses_up_a_limit(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from()
    handle = put(desk, KeyType.AES, bytes(16), TOKEN=True)
    desk.limited(handle, 1)
    desk.application.close()
    reader = desk.application.open_session(1, read_write=False)
    desk.application.login(reader, Role.CRYPTO_USER, "reader")
    desk.application.encrypt(reader, _M.AES_ECB, handle, bytes(16))
    with pytest.raises(KeyNotActive):
        desk.application.encrypt(reader, _M.AES_ECB, handle, bytes(16))


def test_digests(desk: Desk) -> None:
    digest = desk.application.digest
    assert digest(desk.session, _M.SHA256, b"abc").hex().startswith("ba7816bf8f01cfea")
    assert digest(desk.session, _M.MD5, b"abc").hex() == "900150983cd24fb0d6963f7d28e17f72"
    key = put(desk, KeyType.GENERIC_SECRET, b"abc")
    assert desk.application.digest_key(desk.session, _M.SHA256, key) == digest(desk.session, _M.SHA256, b"abc")
    public, private = keys(desk, _M.RSA_PKCS)
    for handle, error in ((public, KeyIndigestible), (private, KeyIndigestible), (999, KeyHandleInvalid)):
        with pytest.raises(error):
            desk.application.digest_key(desk.session, _M.SHA256, handle)
    with pytest.raises(MechanismInvalid):
        digest(desk.session, _M.AES_ECB, b"")


def test_what_needs_no_login(desk: Desk) -> None:
    desk.application.logout(desk.session)
    assert len(desk.application.random(desk.session, 33)) == 33
    desk.application.seed_random(desk.session, b"seed")
    desk.application.digest(desk.session, _M.SHA_1, b"")
    for length in (0, -1, 65537):
        with pytest.raises(ArgumentsBad):
            desk.application.random(desk.session, length)
    with pytest.raises(ArgumentsBad):
        desk.application.seed_random(desk.session, b"")
    with pytest.raises(UserNotLoggedIn):
        desk.application.encrypt(desk.session, _M.AES_ECB, 1, b"")
    with pytest.raises(SessionHandleInvalid):
        desk.application.random(None, 1)


def test_md5_is_not_for_fips_mode(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from(fips=True)
    with pytest.raises(MechanismInvalid):
        desk.application.digest(desk.session, _M.MD5, b"")
