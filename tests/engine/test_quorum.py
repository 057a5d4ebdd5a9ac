"""Quorum keys, numbers of approvals, and using approved tokens up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import (
    ArgumentsBad,
    DataLenRange,
    HsmError,
    KeySizeRange,
    NodeUnavailable,
    ObjectHandleInvalid,
    PolicyViolation,
    QuorumNotApproved,
    QuorumValueInvalid,
    SignatureInvalid,
    UserNotAuthorized,
    UserNotFound,
    UserNotLoggedIn,
)
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.services import generate_ec, generate_rsa
from tests.engine.driving import aes_key, quorum_signature, set_state
from tests.engine.quorum import PRIVATE, World, file_of, hand_in

# registration


def test_a_user_registers_a_key_on_each_hsm_by_itself(world: World) -> None:
    first, second = world.nodes
    world.register("bob", nodes=(first,))
    keys = [next(user.quorum_key for user in world.cluster.users(node) if user.name == "bob") for node in world.nodes]
    assert keys == [public_of(PRIVATE["bob"]), b""]
    world.register("bob", nodes=(second,))
    assert all(user.quorum_key for node in world.nodes for user in world.cluster.users(node) if user.name == "bob")


Request = Callable[[], tuple[str, str, bytes, bytes, bytes]]
BOB = public_of(PRIVATE["bob"])


def request(
    kind: str = "CU", name: str = "bob", token: bytes = b"t", signed: bytes | None = None, key: bytes = b""
) -> tuple[str, str, bytes, bytes, bytes]:
    private = key or PRIVATE["bob"]
    signature = quorum_signature(private, token if signed is None else signed)
    return kind, name, token, signature, public_of(private)


@pytest.mark.parametrize(
    ("error", "made"),
    [
        (SignatureInvalid, lambda: request(signed=b"another")),
        (SignatureInvalid, lambda: (*request()[:4], public_of(PRIVATE["admin"]))),
        (SignatureInvalid, lambda: (*request()[:3], b"", BOB)),
        (UserNotAuthorized, lambda: request(name="crypto_user")),
        (UserNotFound, lambda: request(kind="CO")),
        (UserNotFound, lambda: request(name="nobody")),
        (DataLenRange, lambda: request(token=bytes(246))),
        (KeySizeRange, lambda: request(key=generate_rsa(1024, 65537))),
        (KeySizeRange, lambda: request(key=generate_rsa(2304, 65537))),
        (KeySizeRange, lambda: (*request()[:4], public_of(generate_ec(Curve.P256)))),
        (KeySizeRange, lambda: (*request()[:4], b"no key")),
    ],
)
def test_registration_refused(world: World, error: type[HsmError], made: Request) -> None:
    session = world.login("bob")
    before = world.everything()
    with pytest.raises(error) as raised:
        world.cluster.quorum.register_quorum_key(session, world.nodes[0], *made())
    assert raised.type is error
    assert world.everything() == before


def test_registration_takes_245_bytes_and_a_name_in_any_case(world: World) -> None:
    world.cluster.quorum.register_quorum_key(world.login("bob"), world.nodes[0], *request(name="BOB", token=bytes(245)))
    world.cluster.quorum.register_quorum_key(world.login("bob"), world.nodes[1], *request(token=b""))
    assert all(user.quorum_key for node in world.nodes for user in world.cluster.users(node) if user.name == "bob")


def test_a_second_factor_is_not_replaced(world: World) -> None:
    session, node = world.login("bob"), world.nodes[0]
    with world.lab.store.transaction():
        user = world.lab.store.user_named(node.id, "bob")
        assert user is not None
        world.lab.store.replace_user(user._replace(second_factor=b"key"))
    with pytest.raises(PolicyViolation):
        world.cluster.quorum.register_quorum_key(session, node, *request())


def test_an_hsm_without_the_session_or_down_registers_nothing(world: World) -> None:
    first, _ = world.nodes
    session = world.cluster.login("CU", "bob", "user1234", [first]).session
    set_state(world.lab, 0, "down")
    for node, error in zip(world.nodes, (NodeUnavailable, UserNotLoggedIn), strict=True):
        with pytest.raises(error):
            world.cluster.quorum.register_quorum_key(session, node, *request())


# the number of approvals of a service


def test_it_starts_with_one_and_each_hsm_has_its_own(world: World) -> None:
    first, second = world.nodes
    officer = world.login("admin")
    assert [world.cluster.quorum.quorum_value(node, service) for node in world.nodes for service in Service] == [1] * 8
    world.cluster.quorum.set_quorum_value(officer, first, Service.USER_MGMT, 2)
    assert [world.cluster.quorum.quorum_value(node, Service.USER_MGMT) for node in (first, second)] == [2, 1]
    assert world.cluster.quorum.quorum_value(first, Service.MISC_CO) == 1


def test_an_hsm_that_was_removed_has_no_quorum_value(world: World) -> None:
    gone = world.nodes[1]
    world.cluster.lifecycle.remove_hsm(gone)
    with pytest.raises(NodeUnavailable):
        world.cluster.quorum.quorum_value(gone, Service.USER_MGMT)


@pytest.mark.parametrize(
    ("service", "value", "error"),
    [
        (Service.USER_MGMT, 0, QuorumValueInvalid),
        (Service.USER_MGMT, 1, QuorumValueInvalid),
        (Service.MISC_CO, 3, QuorumValueInvalid),
        (Service.KEY_USE, 2, ArgumentsBad),
    ],
)
def test_values_refused(world: World, service: Service, value: int, error: type[HsmError]) -> None:
    officer = world.login("admin")
    before = world.everything()
    with pytest.raises(error):
        world.cluster.quorum.set_quorum_value(officer, world.nodes[0], service, value)
    assert world.everything() == before


def test_no_more_than_eight_approvals(world: World) -> None:
    officer = world.login("admin")
    for number in range(8):
        world.cluster.create_user(officer, world.nodes[0], "CO", f"officer{number}", "user1234")
    world.cluster.quorum.set_quorum_value(officer, world.nodes[0], Service.MISC_CO, 8)
    with pytest.raises(QuorumValueInvalid):
        world.cluster.quorum.set_quorum_value(officer, world.nodes[0], Service.USER_MGMT, 9)


def test_a_raised_service_cannot_be_changed_while_the_other_is_not(world: World) -> None:
    world.raise_services(Service.USER_MGMT)
    officer = world.login("admin")
    with pytest.raises(QuorumNotApproved):
        world.cluster.quorum.set_quorum_value(officer, world.nodes[0], Service.USER_MGMT, 2)
    world.cluster.quorum.set_quorum_value(officer, world.nodes[0], Service.MISC_CO, 2)


def test_changing_takes_a_token_with_as_many_approvals_as_either_needs(world: World) -> None:
    world.register("admin")
    officer, node = world.login("admin"), world.nodes[0]
    world.cluster.create_user(officer, node, "CO", "third", "user1234")
    world.cluster.quorum.set_quorum_value(officer, node, Service.USER_MGMT, 3)
    world.cluster.quorum.set_quorum_value(officer, node, Service.MISC_CO, 2)
    (issued,) = world.cluster.quorum.get_token(officer, Service.MISC_CO, nodes=[node])
    with world.lab.store.transaction():
        world.lab.store.put_token(issued.state.token._replace(approvers=frozenset({"admin", "second"})))
    with pytest.raises(QuorumNotApproved):
        world.cluster.quorum.set_quorum_value(officer, node, Service.USER_MGMT, 2)
    assert len(world.tokens()) == 1
    world.cluster.quorum.set_quorum_value(officer, node, Service.MISC_CO, 3)
    assert world.tokens() == []
    (issued,) = world.cluster.quorum.get_token(officer, Service.MISC_CO, nodes=[node])
    with world.lab.store.transaction():
        world.lab.store.put_token(issued.state.token._replace(approvers=frozenset({"admin", "second", "third"})))
    world.cluster.quorum.set_quorum_value(officer, node, Service.USER_MGMT, 2)
    assert world.cluster.quorum.quorum_value(node, Service.USER_MGMT) == 2
    assert world.tokens() == []


# using up


def test_an_approved_token_is_used_once(world: World) -> None:
    world.register("crypto_user", "bob")
    session = world.login()
    handle, node = world.quorum_key(session), world.nodes[0]
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    hand_in(world, session, data, "bob")
    with pytest.raises(QuorumNotApproved):
        world.cluster.quorum.consume_token(session, node, Service.KEY_USE, handle)
    hand_in(world, session, data, "crypto_user")
    other = world.quorum_key(session)
    for who, service, key in (
        (world.login("bob"), Service.KEY_USE, handle),
        (session, Service.KEY_MANAGEMENT, handle),
        (session, Service.KEY_USE, other),
    ):
        with pytest.raises(QuorumNotApproved):
            world.cluster.quorum.consume_token(who, node, service, key)
    # The tool that uses the key need not be the one that asked.
    world.cluster.quorum.consume_token(world.login(), node, Service.KEY_USE, handle)
    assert (len(world.tokens(0)), len(world.tokens(1))) == (0, 1)
    with pytest.raises(QuorumNotApproved):
        world.cluster.quorum.consume_token(session, node, Service.KEY_USE, handle)


def test_nothing_is_used_when_no_approval_is_needed(world: World) -> None:
    session, officer = world.login(), world.login("admin")
    world.cluster.quorum.consume_token(session, world.nodes[0], Service.KEY_USE, aes_key(world.cluster, session))
    world.cluster.quorum.consume_token(officer, world.nodes[0], Service.USER_MGMT)
    with pytest.raises(UserNotAuthorized):
        world.cluster.quorum.consume_token(session, world.nodes[0], Service.USER_MGMT)


def test_an_operation_that_fails_leaves_the_token(world: World) -> None:
    world.register("bob")
    session = world.login()
    handle = world.quorum_key(session, quorum=1)
    hand_in(world, session, file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle)), "bob")
    before = world.everything()

    def operation() -> None:
        with world.lab.store.transaction():
            world.cluster.quorum.consume_token(session, world.nodes[0], Service.KEY_USE, handle)
            raise ObjectHandleInvalid

    with pytest.raises(ObjectHandleInvalid):
        operation()
    assert world.everything() == before
