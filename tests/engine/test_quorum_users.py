"""What takes approvals: managing users, and sharing a key that asks for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.cluster import Session
from hsmshell.engine.cluster.second_factor import Factor
from hsmshell.engine.cluster.sessions import Proof
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import (
    HsmError,
    PinLenRange,
    QuorumNotApproved,
    SignatureInvalid,
    UserExists,
    UserIsLoggedIn,
    UserNotFound,
    UserNotLoggedIn,
)
from hsmshell.engine.records import Container
from tests.engine.driving import aes_key
from tests.engine.quorum import PRIVATE, World, file_of, hand_in

Doing = Callable[[World, Session, Container], object]

NEEDING: dict[str, Doing] = {
    "create": lambda it, officer, node: it.cluster.create_user(officer, node, "CU", "carol", "user1234"),
    "create an officer": lambda it, officer, node: it.cluster.create_user(officer, node, "CO", "carol", "user1234"),
    "delete": lambda it, officer, node: it.cluster.delete_user(officer, node, "CU", "bob"),
    "another's password": lambda it, officer, node: it.cluster.change_password(officer, node, "CU", "bob", "user4321"),
}
FAILING: dict[str, tuple[type[HsmError], Doing]] = {
    "a user who is there": (
        UserExists,
        lambda it, officer, node: it.cluster.create_user(officer, node, "CU", "bob", "user1234"),
    ),
    "nobody of that name": (UserNotFound, lambda it, officer, node: it.cluster.delete_user(officer, node, "CU", "x")),
    "a short password": (
        PinLenRange,
        lambda it, officer, node: it.cluster.change_password(officer, node, "CU", "bob", "short"),
    ),
    "a second factor without its signature": (
        SignatureInvalid,
        lambda it, officer, node: it.cluster.change_password(
            officer, node, "CO", "second", "user4321", Factor(public_of(PRIVATE["second"]), Proof(bytes(32), b""))
        ),
    ),
    "a user at work": (
        UserIsLoggedIn,
        lambda it, officer, node: [it.login("bob"), it.cluster.delete_user(officer, node, "CU", "bob")],
    ),
}


@pytest.fixture
def ready(world: World) -> tuple[World, Session]:
    """Managing users takes two approvals on both HSMs; the officer has no token yet."""
    world.register("admin", "second")
    world.raise_services(Service.USER_MGMT)
    return world, world.login("admin")


def approve(world: World, officer: Session, service: Service = Service.USER_MGMT, *names: str) -> None:
    """Get a token on every HSM that has both approvals, or those of ``names``."""
    data = file_of(world.cluster.quorum.get_token(officer, service))
    assert hand_in(world, officer, data, *(names or ("admin", "second"))) == [None, None]


def counts(world: World) -> list[int]:
    """How many tokens each HSM has."""
    return [len(world.tokens(number)) for number in (0, 1)]


@pytest.mark.parametrize("what", NEEDING)
def test_it_takes_a_token_and_each_hsm_uses_up_its_own(ready: tuple[World, Session], what: str) -> None:
    world, officer = ready
    first, second = world.nodes
    before = world.everything()
    with pytest.raises(QuorumNotApproved):
        NEEDING[what](world, officer, first)
    assert world.everything() == before
    approve(world, officer)
    assert counts(world) == [1, 1]
    NEEDING[what](world, officer, first)
    assert counts(world) == [0, 1]
    with pytest.raises(QuorumNotApproved):
        world.cluster.create_user(officer, first, "CU", "dave", "user1234")
    NEEDING[what](world, officer, second)
    assert counts(world) == [0, 0]


@pytest.mark.parametrize("what", FAILING)
def test_what_fails_leaves_the_token(ready: tuple[World, Session], what: str) -> None:
    world, officer = ready
    error, doing = FAILING[what]
    approve(world, officer)
    before = [world.tokens(number) for number in (0, 1)]
    with pytest.raises(error):
        doing(world, officer, world.nodes[0])
    assert [world.tokens(number) for number in (0, 1)] == before
    NEEDING["create"](world, officer, world.nodes[0])
    assert counts(world) == [0, 1]


def test_one_s_own_password_takes_none(ready: tuple[World, Session]) -> None:
    world, officer = ready
    for node in world.nodes:
        world.cluster.change_password(officer, node, "CO", "admin", "admin4321")
    approve(world, officer)
    world.cluster.change_password(officer, world.nodes[0], "CO", "ADMIN", "admin1234")
    assert counts(world) == [1, 1], "and uses none up"


def test_only_the_hsm_whose_number_was_raised_wants_approvals(world: World) -> None:
    officer, (first, second) = world.login("admin"), world.nodes
    world.cluster.quorum.set_quorum_value(officer, first, Service.USER_MGMT, 2)
    with pytest.raises(QuorumNotApproved):
        world.cluster.create_user(officer, first, "CU", "carol", "user1234")
    assert world.cluster.create_user(officer, second, "CU", "carol", "user1234") == 6


def test_tokens_that_do_not_help(ready: tuple[World, Session]) -> None:
    world, officer = ready
    first, _ = world.nodes
    world.raise_services(Service.MISC_CO)
    for service, names in ((Service.USER_MGMT, ("admin",)), (Service.MISC_CO, ("admin", "second"))):
        approve(world, officer, service, *names)
        with pytest.raises(QuorumNotApproved):
            world.cluster.create_user(officer, first, "CU", "carol", "user1234")
    approve(world, officer)
    for session in (world.login("admin"), world.login("second")):
        with pytest.raises(QuorumNotApproved):
            world.cluster.create_user(session, first, "CU", "carol", "user1234")
    world.cluster.create_user(officer, first, "CU", "carol", "user1234")


def test_tokens_end_with_the_session(ready: tuple[World, Session]) -> None:
    world, officer = ready
    approve(world, officer)
    world.cluster.logout(officer)
    assert counts(world) == [0, 0]
    with pytest.raises(QuorumNotApproved):
        world.cluster.create_user(world.login("admin"), world.nodes[0], "CU", "carol", "user1234")


def test_a_deleted_approver_counts_no_more(world: World) -> None:
    """The name may be another's one day, who has approved nothing."""
    officer, (first, _) = world.login("admin"), world.nodes
    for node in world.nodes:
        world.cluster.create_user(officer, node, "CO", "third", "user1234")
    world.cluster.logout(officer)
    world.register("admin", "second")
    world.raise_services(Service.USER_MGMT)
    officer, third = world.login("admin"), world.login("third")
    approve(world, officer)
    approve(world, third)
    world.cluster.delete_user(third, first, "CO", "second")
    assert [token.approvers for token in world.tokens()] == [{"admin"}]
    with pytest.raises(QuorumNotApproved):
        world.cluster.create_user(officer, first, "CU", "carol", "user1234")


# keys


@pytest.mark.parametrize("share", [True, False])
def test_sharing_a_key_with_an_m_value(world: World, share: bool) -> None:
    officer = world.login("admin")
    numbers = [world.cluster.create_user(officer, node, "CU", "carol", "user1234") for node in world.nodes]
    world.register("crypto_user", "bob")
    session, (first, second) = world.login(), world.nodes
    handle = aes_key(world.cluster, session, shares=(4,) if share else (4, numbers[0]), quorum=2)

    def change(node: Container) -> None:
        world.cluster.share_key(session, node, handle, numbers[0], share=share)

    before = world.everything()
    with pytest.raises(QuorumNotApproved):
        change(first)
    assert world.everything() == before
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_MANAGEMENT, handle))
    assert hand_in(world, session, data, "crypto_user", "bob") == [None, None]
    change(first)
    assert counts(world) == [0, 1]
    assert (numbers[0] in world.cluster.read_key(session, handle, first).shares) is share
    assert (numbers[0] in world.cluster.read_key(session, handle, second).shares) is not share
    with pytest.raises(QuorumNotApproved):
        change(first)
    change(second)
    assert counts(world) == [0, 0]


def test_the_token_of_another_key_or_of_a_use_does_not_help(world: World) -> None:
    world.register("crypto_user", "bob")
    session = world.login()
    handle, other = world.quorum_key(session), world.quorum_key(session)
    for service, key in ((Service.KEY_USE, handle), (Service.KEY_MANAGEMENT, other)):
        data = file_of(world.cluster.quorum.get_token(session, service, key))
        assert hand_in(world, session, data, "crypto_user", "bob") == [None, None]
        with pytest.raises(QuorumNotApproved):
            world.cluster.share_key(session, world.nodes[0], handle, 4, share=True)
    assert counts(world) == [2, 2]


def test_another_session_of_the_owner_may_share(world: World) -> None:
    """The token is asked for in key_mgmt_util, and cloudhsm_mgmt_util shares."""
    world.register("crypto_user", "bob")
    session = world.login()
    handle = world.quorum_key(session)
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_MANAGEMENT, handle))
    hand_in(world, session, data, "crypto_user", "bob")
    world.cluster.share_key(world.login(), world.nodes[0], handle, 4, share=True)
    assert counts(world) == [0, 1]


def test_what_is_wrong_with_the_share_is_told_before_the_approval(world: World) -> None:
    session = world.login()
    handle = world.quorum_key(session)
    with pytest.raises(UserNotFound):
        world.cluster.share_key(session, world.nodes[0], handle, 99, share=True)


# sessions


def test_an_hsm_without_the_session_changes_no_password(world: World) -> None:
    cluster = world.cluster
    first, second = cluster.nodes()
    session = cluster.login("CU", "bob", "user1234", [first]).session
    with pytest.raises(UserNotLoggedIn):
        cluster.change_password(session, second, "CU", "bob", "user4321")
    cluster.change_password(session, first, "CU", "bob", "user4321")
    assert cluster.login("CU", "bob", "user1234", [second]).session is not None
