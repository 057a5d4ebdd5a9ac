"""Keys go out of a partition wrapped and come in again, as its mode, its policies and the mechanisms permit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute, Attributes, KeyType
from hsmshell.engine.errors import (
    HsmError,
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyNotWrappable,
    KeySizeRange,
    KeyUnextractable,
    MechanismInvalid,
    TemplateInconsistent,
    UserNotLoggedIn,
    WrappedKeyInvalid,
    WrappingKeyHandleInvalid,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import public_traits
from tests.conftest import KEYS, private_key
from tests.engine.driving import open_partition
from tests.engine.keys import Desk

_A = Attribute
AES, FIXED, PUBLIC, PRIVATE = 120, 131, 137, 138
"""The objects of the scenario migration."""


# secret keys


def test_the_order_of_wrappings_refusals(lab: Lab) -> None:
    application, session = open_partition(lab)
    pad = Mechanism.AES_CBC_PAD
    application.set_attributes(session, PUBLIC, {_A.WRAP: True})
    idle = application.generate_secret_key(session, KeyType.AES, 16, {_A.TOKEN: True})
    cases = [
        (MechanismInvalid, Mechanism.AES_GCM, 999, 999),
        (MechanismInvalid, None, 999, 999),
        (WrappingKeyHandleInvalid, pad, 999, 999),
        (WrappingKeyTypeInconsistent, pad, PUBLIC, 999),
        (WrappingKeyTypeInconsistent, Mechanism.RSA_PKCS_OAEP, AES, 999),
        (KeyFunctionNotPermitted, pad, idle, 999),
        (KeyHandleInvalid, pad, AES, 999),
        (KeyUnextractable, pad, AES, FIXED),
        (KeyNotWrappable, pad, AES, PRIVATE),
    ]
    for error, mechanism, wrapping, target in cases:
        with pytest.raises(error) as raised:
            application.wrap(session, mechanism, wrapping, target)
        assert raised.type is error
    assert len(application.wrap(session, Mechanism.RSA_PKCS_OAEP, PUBLIC, AES)) == 256
    application.logout(session)
    with pytest.raises(UserNotLoggedIn):
        application.wrap(session, pad, AES, AES)


@pytest.mark.parametrize("mechanism", [Mechanism.AES_CBC_PAD, Mechanism.AES_CBC, Mechanism.AES_ECB])
def test_a_key_goes_out_and_comes_back(lab: Lab, mechanism: Mechanism) -> None:
    application, session = open_partition(lab)
    wrapper = application.generate_secret_key(session, KeyType.AES, 32, {_A.WRAP: True, _A.UNWRAP: True})
    wrapped = application.wrap(session, mechanism, wrapper, AES)
    back = application.unwrap(session, mechanism, wrapper, wrapped, KeyType.AES, {_A.LABEL: "back"})
    first, second = application.read(session, AES), application.read(session, back)
    assert first.attributes[_A.FINGERPRINT_SHA256] == second.attributes[_A.FINGERPRINT_SHA256]
    assert (first.flag(_A.LOCAL), second.flag(_A.LOCAL)) == (True, False)
    assert not second.flag(_A.ALWAYS_SENSITIVE)


def test_triple_des_keys_of_two_and_three_parts_wrap(lab: Lab) -> None:
    application, session = open_partition(lab)
    for key_type, size in ((KeyType.DES2, 16), (KeyType.DES3, 24)):
        wrapper = application.generate_secret_key(session, key_type, size, {_A.WRAP: True, _A.UNWRAP: True})
        wrapped = application.wrap(session, Mechanism.DES3_CBC_PAD, wrapper, AES)
        back = application.unwrap(session, Mechanism.DES3_CBC_PAD, wrapper, wrapped, KeyType.AES, {})
        assert application.read(session, back).attributes[_A.VALUE_LEN] == 32


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
