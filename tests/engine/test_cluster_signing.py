"""Who may sign and verify with which keys of a cluster."""

from __future__ import annotations

import pytest

from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType
from hsmshell.engine.cluster import Cluster, KeySpec, Session
from hsmshell.engine.cluster.signing import LONGEST_DATA
from hsmshell.engine.errors import (
    AccessDenied,
    DataLenRange,
    HsmError,
    KeyFunctionNotPermitted,
    KeyTypeInconsistent,
    MechanismInvalid,
    NodeUnavailable,
    ObjectHandleInvalid,
    SignatureInvalid,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.signatures import METHODS
from tests.engine.driving import aes_key, login, set_state

RSA, PSS, EC = Mechanism.SHA256_RSA_PKCS, Mechanism.SHA256_RSA_PKCS_PSS, Mechanism.ECDSA_SHA256


class Keys:
    """A cluster with an RSA pair shared with bob, an EC pair that is not, and an AES key."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.cluster: Cluster = lab.cluster()
        self.session: Session = login(self.cluster)
        bob = next(user.number for user in self.cluster.users(self.cluster.nodes()[0]) if user.name == "bob")
        made = self.cluster.generate_rsa_pair(self.session, 2048, 65537, KeySpec("shared", shares=(bob,)))
        self.rsa_public, self.rsa_private = made.handles
        made = self.cluster.generate_ec_pair(self.session, "prime256v1", KeySpec("own"))
        self.ec_public, self.ec_private = made.handles
        self.secret = aes_key(self.cluster, self.session)

    def set(self, handle: int, attribute: Attribute, value: AttributeValue) -> None:
        for node in self.cluster.nodes():
            self.cluster.set_attribute(self.session, node, handle, attribute, value)


@pytest.fixture
def keys(lab: Lab) -> Keys:
    return Keys(lab)


@pytest.mark.parametrize("mechanism", METHODS)
def test_what_is_signed_verifies(keys: Keys, mechanism: Mechanism) -> None:
    is_rsa = METHODS[mechanism].scheme.key_type is KeyType.RSA
    private, public = (keys.rsa_private, keys.rsa_public) if is_rsa else (keys.ec_private, keys.ec_public)
    signature = keys.cluster.signing.sign(keys.session, private, mechanism, b"data")
    assert len(signature) == (256 if is_rsa else 64)
    keys.cluster.signing.verify(keys.session, public, mechanism, b"data", signature)
    with pytest.raises(SignatureInvalid):
        keys.cluster.signing.verify(keys.session, public, mechanism, b"Data", signature)


def test_no_session_and_no_officer(keys: Keys) -> None:
    officer = login(keys.cluster, "admin", "CO")
    for session, error in ((None, UserNotLoggedIn), (officer, UserNotAuthorized)):
        with pytest.raises(error):
            keys.cluster.signing.sign(session, keys.rsa_private, RSA, b"")
        with pytest.raises(error):
            keys.cluster.signing.verify(session, keys.rsa_public, RSA, b"", b"")


def test_a_sharer_signs_and_a_stranger_does_not(keys: Keys) -> None:
    bob = login(keys.cluster, "bob")
    signature = keys.cluster.signing.sign(bob, keys.rsa_private, RSA, b"data")
    keys.cluster.signing.verify(keys.session, keys.rsa_public, RSA, b"data", signature)
    with pytest.raises(AccessDenied):
        keys.cluster.signing.sign(bob, keys.ec_private, EC, b"data")


def test_everybody_verifies_with_a_public_key(keys: Keys) -> None:
    signature = keys.cluster.signing.sign(keys.session, keys.ec_private, EC, b"data")
    keys.cluster.signing.verify(login(keys.cluster, "bob"), keys.ec_public, EC, b"data", signature)


def refusal(keys: Keys, verb: str, handle: int, mechanism: Mechanism, data: bytes = b"") -> type[HsmError]:
    with pytest.raises(HsmError) as refused:
        if verb == "sign":
            keys.cluster.signing.sign(keys.session, handle, mechanism, data)
        else:
            keys.cluster.signing.verify(keys.session, handle, mechanism, data, bytes(256))
    return refused.type


def test_the_attribute_decides_first_and_the_class_next(keys: Keys) -> None:
    assert refusal(keys, "sign", keys.rsa_public, RSA) is KeyFunctionNotPermitted
    assert refusal(keys, "sign", keys.secret, RSA) is KeyFunctionNotPermitted
    assert refusal(keys, "verify", keys.rsa_private, RSA) is KeyFunctionNotPermitted
    assert refusal(keys, "verify", keys.secret, EC) is KeyFunctionNotPermitted
    for handle in (keys.rsa_public, keys.secret):
        keys.set(handle, Attribute.SIGN, True)
        assert refusal(keys, "sign", handle, RSA) is KeyTypeInconsistent
    for handle in (keys.rsa_private, keys.secret):
        keys.set(handle, Attribute.VERIFY, True)
        assert refusal(keys, "verify", handle, RSA) is KeyTypeInconsistent
    keys.set(keys.rsa_private, Attribute.SIGN, False)
    keys.set(keys.rsa_public, Attribute.VERIFY, False)
    assert refusal(keys, "sign", keys.rsa_private, RSA) is KeyFunctionNotPermitted
    assert refusal(keys, "verify", keys.rsa_public, RSA) is KeyFunctionNotPermitted


def test_the_mechanism_fits_the_key(keys: Keys) -> None:
    assert refusal(keys, "sign", keys.rsa_private, EC) is KeyTypeInconsistent
    assert refusal(keys, "sign", keys.ec_private, RSA) is KeyTypeInconsistent
    assert refusal(keys, "verify", keys.rsa_public, EC) is KeyTypeInconsistent
    assert refusal(keys, "verify", keys.ec_public, PSS) is KeyTypeInconsistent
    dsa_public, dsa_private = keys.cluster.generate_dsa_pair(keys.session, 2048, KeySpec("dsa")).handles
    for mechanism in METHODS:
        assert refusal(keys, "sign", dsa_private, mechanism) is KeyTypeInconsistent
        assert refusal(keys, "verify", dsa_public, mechanism) is KeyTypeInconsistent
    assert refusal(keys, "sign", keys.rsa_private, Mechanism.AES_CBC) is MechanismInvalid


@pytest.mark.parametrize("handle", [0, 1, 9999, 0xFFFFFFFF])
def test_a_handle_of_no_key(keys: Keys, handle: int) -> None:
    assert refusal(keys, "sign", handle, RSA) is ObjectHandleInvalid
    assert refusal(keys, "verify", handle, RSA) is ObjectHandleInvalid


def test_64_kilobytes_are_signed_and_no_byte_more(keys: Keys) -> None:
    data = bytes(LONGEST_DATA)
    assert len(data) == 65_536
    signature = keys.cluster.signing.sign(keys.session, keys.ec_private, EC, data)
    keys.cluster.signing.verify(keys.session, keys.ec_public, EC, data, signature)
    assert refusal(keys, "sign", keys.ec_private, EC, data + b"\0") is DataLenRange
    assert refusal(keys, "verify", keys.ec_public, EC, data + b"\0") is DataLenRange


def test_no_data_are_signed_too(keys: Keys) -> None:
    signature = keys.cluster.signing.sign(keys.session, keys.rsa_private, PSS, b"")
    keys.cluster.signing.verify(keys.session, keys.rsa_public, PSS, b"", signature)


def test_any_hsm_that_is_up_will_do(keys: Keys) -> None:
    signature = keys.cluster.signing.sign(keys.session, keys.ec_private, EC, b"data")
    set_state(keys.lab, 0, "down")
    keys.cluster.signing.verify(keys.session, keys.ec_public, EC, b"data", signature)
    for node in keys.cluster.nodes():
        set_state(keys.lab, node.number, "down")
    with pytest.raises(NodeUnavailable):
        keys.cluster.signing.sign(keys.session, keys.ec_private, EC, b"data")


def test_nothing_is_changed(keys: Keys) -> None:
    before = [keys.cluster.read_key(keys.session, handle) for handle in (keys.ec_public, keys.ec_private)]
    signature = keys.cluster.signing.sign(keys.session, keys.ec_private, EC, b"data")
    keys.cluster.signing.verify(keys.session, keys.ec_public, EC, b"data", signature)
    assert [keys.cluster.read_key(keys.session, handle) for handle in (keys.ec_public, keys.ec_private)] == before
