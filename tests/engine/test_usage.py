"""What keys of a partition sign and open, who may use them, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, rsa

from hsmshell.engine import encodings, macs
from hsmshell.engine.access import Role
from hsmshell.engine.appliance.signing import key_types
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    DataLenRange,
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyNotActive,
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    SignatureInvalid,
    SignatureLenRange,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.mechanisms import Mechanism
from tests.conftest import KEYS, private_key

from .keys import Desk

SIGNING = [mechanism for mechanism in Mechanism if key_types(mechanism)]
DIGEST = bytes(range(32))


def test_every_mechanism_signs_and_verifies(desk: Desk) -> None:
    done = 0
    for mechanism in SIGNING:
        if key_types(mechanism) == (KeyType.DSA,):
            continue
        public, private = desk.keys(mechanism)
        signature = desk.application.sign(desk.session, mechanism, private, DIGEST)
        desk.application.verify(desk.session, mechanism, public, DIGEST, signature)
        broken = bytes([signature[0] ^ 1]) + signature[1:]
        for data, given in ((bytes(32), signature), (DIGEST, broken)):
            with pytest.raises(SignatureInvalid):
                desk.application.verify(desk.session, mechanism, public, data, given)
        with pytest.raises(SignatureLenRange):
            desk.application.verify(desk.session, mechanism, public, DIGEST, signature + b"\0")
        done += 1
    assert done == 27


def test_a_key_for_another_mechanism_does_not_sign(desk: Desk) -> None:
    public, private = desk.keys(Mechanism.RSA_PKCS)
    secret = desk.secret(KeyType.AES, bytes(16))
    for mechanism, handle in (
        (Mechanism.ECDSA, private),
        (Mechanism.SHA256_RSA_PKCS, public),
        (Mechanism.SHA256_RSA_PKCS, secret),
        (Mechanism.SHA256_HMAC, secret),
        (Mechanism.AES_CMAC, private),
    ):
        with pytest.raises(KeyTypeInconsistent):
            desk.application.sign(desk.session, mechanism, handle, DIGEST)
    with pytest.raises(MechanismInvalid):
        desk.application.sign(desk.session, Mechanism.AES_ECB, secret, DIGEST)
    with pytest.raises(KeyHandleInvalid):
        desk.application.sign(desk.session, Mechanism.AES_CMAC, 999, DIGEST)


def test_a_key_that_may_not_sign(desk: Desk) -> None:
    _, private = desk.pair(private_key(sorted(KEYS.glob("*.pem"))[0]), signs=False)
    with pytest.raises(KeyFunctionNotPermitted):
        desk.application.sign(desk.session, Mechanism.SHA256_RSA_PKCS, private, DIGEST)


@pytest.mark.parametrize(
    "mechanism, length",
    [(Mechanism.RSA_PKCS, 246), (Mechanism.RSA_X_509, 257), (Mechanism.ECDSA, 31), (Mechanism.ECDSA, 0)],
)
def test_data_of_a_length_that_is_not_signed(desk: Desk, mechanism: Mechanism, length: int) -> None:
    _, private = desk.keys(mechanism)
    with pytest.raises(DataLenRange):
        desk.application.sign(desk.session, mechanism, private, bytes(length))


def test_a_number_above_the_modulus_is_not_signed(desk: Desk) -> None:
    _, private = desk.keys(Mechanism.RSA_X_509)
    with pytest.raises(DataLenRange):
        desk.application.sign(desk.session, Mechanism.RSA_X_509, private, b"\xff" * 256)


def test_pkcs1_without_a_hash_is_what_the_hash_mechanism_makes_of_its_digest(desk: Desk) -> None:
    public, private = desk.keys(Mechanism.RSA_PKCS)
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017 9.2, note 1
    info = prefix + macs.digest(Mechanism.SHA256, b"data")
    signature = desk.application.sign(desk.session, Mechanism.RSA_PKCS, private, info)
    assert signature == desk.application.sign(desk.session, Mechanism.SHA256_RSA_PKCS, private, b"data")
    desk.application.verify(desk.session, Mechanism.RSA_PKCS, public, info, signature)


def test_uses_are_counted_up_to_the_limit(desk: Desk) -> None:
    key = desk.secret(KeyType.AES, bytes(16))
    target = desk.secret(KeyType.AES, bytes(32))
    desk.limited(key, 4)
    sign = desk.application.sign
    code = sign(desk.session, Mechanism.AES_CMAC, key, b"one")
    desk.application.verify(desk.session, Mechanism.AES_CMAC, key, b"one", code)
    wrapped = desk.application.wrap(desk.session, Mechanism.AES_KEY_WRAP, key, target)
    desk.application.unwrap(desk.session, Mechanism.AES_KEY_WRAP, key, wrapped, KeyType.AES, {})
    assert desk.count(key) == 4
    with pytest.raises(KeyNotActive):
        sign(desk.session, Mechanism.AES_CMAC, key, b"one")
    with pytest.raises(KeyNotActive):
        desk.application.wrap(desk.session, Mechanism.AES_KEY_WRAP, key, target)
    assert desk.count(key) == 4


def test_a_use_that_fails_is_not_counted(desk: Desk) -> None:
    key = desk.secret(KeyType.AES, bytes(16))
    desk.limited(key, 1)
    with pytest.raises(SignatureInvalid):
        desk.application.verify(desk.session, Mechanism.AES_CMAC, key, b"one", bytes(16))
    with pytest.raises(KeyHandleInvalid):
        desk.application.wrap(desk.session, Mechanism.AES_KEY_WRAP, key, 999)
    assert desk.count(key) == 0


def test_a_crypto_user_signs_but_does_not_wrap(desk: Desk) -> None:
    key = desk.secret(KeyType.AES, bytes(16))
    desk.application.logout(desk.session)
    with pytest.raises(UserNotLoggedIn):
        desk.application.sign(desk.session, Mechanism.AES_CMAC, key, b"")
    other = desk.application.open_session(1)
    desk.application.login(other, Role.CRYPTO_USER, "reader")
    with pytest.raises(UserNotAuthorized):
        desk.application.wrap(other, Mechanism.AES_ECB, 1, 1)
    with pytest.raises(UserNotAuthorized):
        desk.application.unwrap(other, Mechanism.AES_ECB, 1, b"", KeyType.AES, {})


# FIPS mode


def test_fips_mode_signs_with_2048_bits_and_more(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from(fips=True)
    public, private = desk.pair(encodings.encode_private(rsa.generate_private_key(65537, 1024)))
    with pytest.raises(KeySizeRange):
        desk.application.sign(desk.session, Mechanism.SHA256_RSA_PKCS, private, b"data")
    with pytest.raises(MechanismInvalid):
        desk.application.sign(desk.session, Mechanism.RSA_X_509, private, b"data")
    with pytest.raises(SignatureInvalid):
        desk.application.verify(desk.session, Mechanism.SHA256_RSA_PKCS, public, b"data", bytes(128))


def test_dsa_signs_a_digest(desk: Desk) -> None:
    from hsmshell.engine import raw_signatures

    key = dsa.generate_private_key(1024)
    private, public = encodings.encode_private(key), encodings.encode_public(key.public_key())
    for mechanism in raw_signatures.METHODS:
        if not mechanism.name.startswith("DSA"):
            continue
        signature = raw_signatures.sign(mechanism, private, DIGEST)
        assert len(signature) == 2 * ((key.parameters().parameter_numbers().q.bit_length() + 7) // 8)
        raw_signatures.verify(mechanism, public, DIGEST, signature)
        with pytest.raises(SignatureInvalid):
            raw_signatures.verify(mechanism, public, bytes(32), signature)
        with pytest.raises(SignatureLenRange):
            raw_signatures.verify(mechanism, public, DIGEST, signature[1:])
    with pytest.raises(DataLenRange):
        raw_signatures.sign(Mechanism.DSA, private, b"no digest")
