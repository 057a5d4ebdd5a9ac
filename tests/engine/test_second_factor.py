"""The second factor: an officer's own RSA key, without whose signature no HSM lets the officer in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_private_key

from hsmshell.engine.cluster import MAXIMUM_FAILURES
from hsmshell.engine.cluster.second_factor import Factor, new_digest
from hsmshell.engine.cluster.sessions import Proof
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import (
    HsmError,
    KeySizeRange,
    PinIncorrect,
    PinLocked,
    PolicyViolation,
    SignatureInvalid,
    UserTypeInvalid,
)
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.records import User
from hsmshell.engine.services import generate_ec, generate_rsa
from tests.engine.driving import quorum_signature
from tests.engine.quorum import PRIVATE, World, file_of, hand_in

DIGEST = hashlib.sha256(b"what the HSM made up").digest()
KEY, OTHER = PRIVATE["admin"], PRIVATE["bob"]


def proof(private_der: bytes = KEY, digest: bytes = DIGEST) -> Proof:
    """A digest, signed as ``openssl pkeyutl -pkeyopt digest:sha256`` signs it."""
    key = load_der_private_key(private_der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Proof(digest, key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())))


def factor(private_der: bytes = KEY) -> Factor:
    return Factor(public_of(private_der), proof(private_der))


def user(world: World, name: str = "second", number: int = 0) -> User:
    return next(one for one in world.cluster.users(world.nodes[number]) if one.name == name)


def keys(world: World, number: int = 0) -> tuple[bytes, bytes]:
    """The quorum key and the second factor of the second officer."""
    one = user(world, number=number)
    return one.quorum_key, one.second_factor


def secure(world: World, private_der: bytes = KEY) -> None:
    """Give the second officer a second factor everywhere."""
    officer = world.login("admin")
    for node in world.nodes:
        world.cluster.change_password(officer, node, "CO", "second", "user1234", factor(private_der))
    world.cluster.logout(officer)


def outcomes(world: World, proofs: dict[int, Proof] | None, password: str = "user1234") -> list[type | None]:
    """What each HSM says to the second officer."""
    answer = world.cluster.login("CO", "second", password, world.nodes, proofs=proofs)
    if answer.session is not None:
        world.cluster.logout(answer.session)
    return [type(outcome.error) if outcome.error else None for outcome in answer.outcomes]


# setting it


def test_it_is_set_when_the_officer_is_created(world: World) -> None:
    officer = world.login("admin")
    world.cluster.create_user(officer, world.nodes[0], "CO", "carol", "user1234", factor())
    carol = user(world, "carol")
    assert carol.second_factor == carol.quorum_key == public_of(KEY)


def test_it_is_set_replaced_and_taken_away_with_the_password(world: World) -> None:
    officer, (node, _) = world.login("admin"), world.nodes
    for private in (KEY, OTHER):
        world.cluster.change_password(officer, node, "CO", "second", "user1234", factor(private))
        assert keys(world) == (public_of(private),) * 2
    assert keys(world, 1) == (b"", b""), "each HSM is told by itself"
    world.cluster.change_password(officer, node, "CO", "second", "user1234")
    assert keys(world) == (b"", b""), "and the registration goes with it"


def test_a_registration_stays_when_there_was_no_second_factor(world: World) -> None:
    officer, (node, _) = world.login("admin"), world.nodes
    world.cluster.quorum.register_quorum_key(
        officer, node, "CO", "admin", b"token", quorum_signature(KEY, b"token"), public_of(KEY)
    )
    world.cluster.change_password(officer, node, "CO", "admin", "admin4321")
    assert (user(world, "admin").quorum_key, user(world, "admin").second_factor) == (public_of(KEY), b"")


def test_a_user_with_a_second_factor_registers_no_other_key(world: World) -> None:
    secure(world)
    session = world.cluster.login(
        "CO", "second", "user1234", world.nodes, proofs={node.id: proof() for node in world.nodes}
    ).session
    with pytest.raises(PolicyViolation):
        world.cluster.quorum.register_quorum_key(
            session, world.nodes[0], "CO", "second", b"t", quorum_signature(OTHER, b"t"), public_of(OTHER)
        )


Setting = Callable[[], Factor]
REFUSED: dict[str, tuple[type[HsmError], Setting]] = {
    "no signature": (SignatureInvalid, lambda: Factor(public_of(KEY), Proof(DIGEST, b""))),
    "another key's signature": (SignatureInvalid, lambda: Factor(public_of(KEY), proof(OTHER))),
    "another digest's": (SignatureInvalid, lambda: Factor(public_of(KEY), Proof(bytes(32), proof().signature))),
    "the digest hashed once more": (
        SignatureInvalid,
        lambda: Factor(public_of(KEY), Proof(DIGEST, quorum_signature(KEY, DIGEST))),
    ),
    "no digest": (SignatureInvalid, lambda: Factor(public_of(KEY), Proof(b"", proof().signature))),
    "1024 bits": (KeySizeRange, lambda: factor(generate_rsa(1024, 65537))),
    "3072 bits": (KeySizeRange, lambda: factor(generate_rsa(3072, 65537))),
    "a curve": (KeySizeRange, lambda: Factor(public_of(generate_ec(Curve.P256)), proof())),
    "no key": (KeySizeRange, lambda: Factor(b"", proof())),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_second_factor(world: World, what: str) -> None:
    error, made = REFUSED[what]
    officer, (node, _) = world.login("admin"), world.nodes
    before = world.everything()
    for refused in (
        lambda: world.cluster.create_user(officer, node, "CO", "carol", "user1234", made()),
        lambda: world.cluster.change_password(officer, node, "CO", "second", "user4321", made()),
    ):
        with pytest.raises(error) as raised:
            refused()
        assert raised.type is error
    assert world.everything() == before


def test_a_crypto_user_gets_none(world: World) -> None:
    officer, (node, _) = world.login("admin"), world.nodes
    before = world.everything()
    with pytest.raises(UserTypeInvalid):
        world.cluster.create_user(officer, node, "CU", "carol", "user1234", factor())
    with pytest.raises(UserTypeInvalid):
        world.cluster.change_password(officer, node, "CU", "bob", "user4321", factor())
    assert world.everything() == before


def test_every_digest_is_new() -> None:
    random = iter([bytes(32), bytes(31) + b"\1"])
    digests = [new_digest(lambda count: next(random)[:count]) for _ in range(2)]
    assert digests == [hashlib.sha256(bytes(32)).digest(), hashlib.sha256(bytes(31) + b"\1").digest()]


# logging in with it


def test_each_hsm_wants_its_own_signature(world: World) -> None:
    secure(world)
    first, second = (node.id for node in world.nodes)
    assert outcomes(world, None) == [PinIncorrect] * 2
    assert outcomes(world, {first: proof()}) == [None, PinIncorrect]
    assert outcomes(world, {first: proof(OTHER), second: proof()}) == [PinIncorrect, None]
    assert outcomes(world, {first: proof(), second: proof(digest=bytes(32))}) == [None, None]
    assert outcomes(world, {first: proof(), second: Proof(bytes(32), proof().signature)}) == [None, PinIncorrect]


def test_the_password_is_wanted_too_and_both_count_as_failures(world: World) -> None:
    secure(world)
    proofs = {node.id: proof() for node in world.nodes}
    assert outcomes(world, proofs, "wrong1234") == [PinIncorrect] * 2
    for _ in range(MAXIMUM_FAILURES - 1):
        assert outcomes(world, None) == [PinIncorrect] * 2
    assert user(world).failures == MAXIMUM_FAILURES
    assert outcomes(world, proofs) == [PinLocked] * 2
    secure(world)
    assert outcomes(world, proofs) == [None] * 2


def test_a_signature_that_nobody_needs_is_not_looked_at(world: World) -> None:
    assert outcomes(world, {node.id: Proof(b"", b"nothing") for node in world.nodes}) == [None] * 2


def test_the_quorum_key_of_such_an_officer_approves(world: World) -> None:
    secure(world, PRIVATE["second"])
    world.raise_services(Service.USER_MGMT)
    officer = world.login("admin")
    data = file_of(world.cluster.quorum.get_token(officer, Service.USER_MGMT))
    assert hand_in(world, officer, data, "second") == [None, None]
