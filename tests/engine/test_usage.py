"""What keys of a partition sign and open, who may use them, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from hsmshell.engine import ciphers, encodings, macs
from hsmshell.engine.access import Role
from hsmshell.engine.appliance.mechanism_table import MechanismFlag, mechanisms_of
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.appliance.signing import key_types
from hsmshell.engine.attributes import Attribute, Attributes, KeyType
from hsmshell.engine.errors import (
    DataLenRange,
    HsmError,
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyNotActive,
    KeyNotWrappable,
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    SignatureInvalid,
    SignatureLenRange,
    TemplateInconsistent,
    UserNotAuthorized,
    UserNotLoggedIn,
    WrappedKeyInvalid,
)
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import public_traits
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


# private keys in and out

PRIVATE_KEYS = {
    KeyType.RSA: lambda: private_key(sorted(KEYS.glob("*.pem"))[0]),
    KeyType.EC: lambda: encodings.encode_private(ec.generate_private_key(ec.SECP384R1())),
}
FITTING = {
    Mechanism.AES_CBC_PAD: KeyType.AES,
    Mechanism.AES_KEY_WRAP_KWP: KeyType.AES,
    Mechanism.DES3_CBC_PAD: KeyType.DES3,
}


@pytest.mark.parametrize("mechanism", FITTING)
@pytest.mark.parametrize("key_type", PRIVATE_KEYS)
def test_a_private_key_goes_out_and_comes_in(desk: Desk, mechanism: Mechanism, key_type: KeyType) -> None:
    wrapper = desk.secret(FITTING[mechanism], bytes(range(24)))
    public, private = desk.pair(PRIVATE_KEYS[key_type]())
    wrapped = desk.application.wrap(desk.session, mechanism, wrapper, private)
    new = desk.application.unwrap(desk.session, mechanism, wrapper, wrapped, key_type, {Attribute.SIGN: True})
    item = desk.application.read(desk.session, new)
    assert desk.material(new) == desk.material(private)
    assert item.key_type is key_type
    assert not any(
        item.flag(name) for name in (Attribute.LOCAL, Attribute.ALWAYS_SENSITIVE, Attribute.NEVER_EXTRACTABLE)
    )
    signing = Mechanism.SHA256_RSA_PKCS if key_type is KeyType.RSA else Mechanism.ECDSA_SHA256
    signature = desk.application.sign(desk.session, signing, new, b"data")
    desk.application.verify(desk.session, signing, public, b"data", signature)


@pytest.mark.parametrize("mechanism", [Mechanism.AES_KEY_WRAP, Mechanism.AES_CBC, Mechanism.AES_ECB])
def test_what_takes_secret_keys_only(desk: Desk, mechanism: Mechanism) -> None:
    wrapper = desk.secret(KeyType.AES, bytes(range(16)))
    _, private = desk.pair(PRIVATE_KEYS[KeyType.RSA]())
    with pytest.raises(KeyNotWrappable):
        desk.application.wrap(desk.session, mechanism, wrapper, private)
    with pytest.raises(TemplateInconsistent):
        desk.application.unwrap(desk.session, mechanism, wrapper, bytes(64), KeyType.RSA, {})


def test_in_cloning_mode_a_private_key_comes_in_but_never_goes_out(desk_from: Callable[..., Desk]) -> None:
    desk = desk_from(exports=False)
    wrapper = desk.secret(KeyType.AES, bytes(range(16)))
    _, private = desk.pair(PRIVATE_KEYS[KeyType.EC]())
    with pytest.raises(KeyNotWrappable):
        desk.application.wrap(desk.session, Mechanism.AES_KEY_WRAP_KWP, wrapper, private)


def test_bytes_that_are_no_private_key_of_that_type(desk: Desk) -> None:
    wrapper = desk.secret(KeyType.AES, bytes(range(16)))
    _, private = desk.pair(PRIVATE_KEYS[KeyType.EC]())
    secret = desk.secret(KeyType.AES, bytes(32))
    before = desk.application.objects(desk.session)
    for target, key_type in (
        (private, KeyType.RSA),
        (secret, KeyType.RSA),
        (private, KeyType.AES),
        (private, KeyType.DSA),
    ):
        wrapped = desk.application.wrap(desk.session, Mechanism.AES_CBC_PAD, wrapper, target)
        with pytest.raises(WrappedKeyInvalid):
            desk.application.unwrap(desk.session, Mechanism.AES_CBC_PAD, wrapper, wrapped, key_type, {})
    assert desk.application.objects(desk.session) == before


def test_an_unwrapped_key_is_sensitive(desk: Desk) -> None:
    wrapper = desk.secret(KeyType.AES, bytes(range(16)))
    wrapped = desk.application.wrap(desk.session, Mechanism.AES_CBC_PAD, wrapper, wrapper)
    readable: Attributes = {Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True}
    with pytest.raises(TemplateInconsistent):
        desk.application.unwrap(desk.session, Mechanism.AES_CBC_PAD, wrapper, wrapped, KeyType.AES, readable)
    new = desk.application.unwrap(desk.session, Mechanism.AES_CBC_PAD, wrapper, wrapped, KeyType.AES, {})
    assert desk.application.attribute(desk.session, new, Attribute.SENSITIVE) is True


# FIPS mode


@pytest.mark.parametrize(
    "mechanism, error",
    [
        (Mechanism.RSA_PKCS, MechanismInvalid),
        (Mechanism.DES_ECB, MechanismInvalid),
        (Mechanism.CAST5_CBC_PAD, MechanismInvalid),
        (Mechanism.SEED_CBC, MechanismInvalid),
        (Mechanism.RSA_PKCS_OAEP, KeySizeRange),
    ],
)
def test_fips_mode_refuses_to_wrap(desk_from: Callable[..., Desk], mechanism: Mechanism, error: type[HsmError]) -> None:
    desk = desk_from(fips=True)
    small = encodings.public_of(encodings.encode_private(rsa.generate_private_key(65537, 1024)))
    wrapper = desk.put(small, public_traits(small), {Attribute.WRAP: True})
    target = desk.secret(KeyType.AES, bytes(16))
    with pytest.raises(error):
        desk.application.wrap(desk.session, mechanism, wrapper, target, MechanismParameters())


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


# wrapping by every mechanism


def wrapping_mechanisms() -> list[Mechanism]:
    return [info.mechanism for info in mechanisms_of(Profile.LUNA7, fips=False) if MechanismFlag.WRAP in info.flags]


def test_every_mechanism_wraps_both_ways(desk: Desk) -> None:
    done = wrapping_mechanisms()
    assert {Mechanism.DES_ECB, Mechanism.AES_KEY_WRAP, Mechanism.RSA_PKCS, Mechanism.RSA_PKCS_OAEP} < set(done)
    target = desk.secret(KeyType.AES, bytes(range(16)))
    lengths = {KeyType.AES: 32, KeyType.DES3: 24, KeyType.DES: 8}
    for mechanism in done:
        cipher = ciphers.CIPHERS.get(mechanism)
        if cipher is None:
            wrapping, unwrapping = desk.rsa_pair({Attribute.WRAP: True}, {Attribute.UNWRAP: True})
        else:
            wrapping = unwrapping = desk.secret(cipher, bytes(range(1, lengths.get(cipher, 16) + 1)))
        wrapped = desk.application.wrap(desk.session, mechanism, wrapping, target)
        new = desk.application.unwrap(desk.session, mechanism, unwrapping, wrapped, KeyType.AES, {})
        assert desk.material(new) == desk.material(target)


@pytest.mark.parametrize("mechanism", [Mechanism.ARIA_CBC_PAD, Mechanism.AES_GCM, Mechanism.SHA256])
def test_what_wraps_nothing(desk: Desk, mechanism: Mechanism) -> None:
    """Neither what the library lacks nor what is for something else, whatever the handles are."""
    with pytest.raises(MechanismInvalid):
        desk.application.wrap(desk.session, mechanism, 999, 999)
    with pytest.raises(MechanismInvalid):
        desk.application.unwrap(desk.session, mechanism, 999, b"", KeyType.AES, {})


def test_triple_des_has_keys_of_two_parts(desk: Desk) -> None:
    two = desk.secret(KeyType.DES2, bytes(range(16)))
    three = desk.secret(KeyType.DES3, bytes(range(16)) + bytes(range(8)))
    target = desk.secret(KeyType.AES, bytes(range(16)))
    first, second = (desk.application.wrap(desk.session, Mechanism.DES3_CBC, key, target) for key in (two, three))
    assert first == second
