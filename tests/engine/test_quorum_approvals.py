"""Approving tokens, and which approvals count."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from hsmshell.engine.access import UserType
from hsmshell.engine.cluster import Session
from hsmshell.engine.cluster.tokens import RECORD_LENGTH, Approval, Service
from hsmshell.engine.errors import NodeUnavailable, QuorumNotApproved
from hsmshell.engine.lab import Lab
from tests.conftest import NOON
from tests.engine.driving import aes_key, login, set_state
from tests.engine.quorum import World, approvals, file_of, hand_in


def test_two_users_approve_with_one_signature_each(world: World) -> None:
    world.register("crypto_user", "bob")
    session = world.login()
    issued = world.cluster.quorum.get_token(session, Service.KEY_USE, world.quorum_key(session))
    assert hand_in(world, session, file_of(issued), "crypto_user", "bob") == [None, None]
    for number in (0, 1):
        assert [token.approvers for token in world.tokens(number)] == [{"crypto_user", "bob"}]


def test_approvals_add_up_and_count_once(world: World) -> None:
    world.register("crypto_user", "bob")
    session = world.login()
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, world.quorum_key(session)))
    assert hand_in(world, session, data, "bob", "bob") == [None, None]
    assert [token.approvers for token in world.tokens()] == [{"bob"}]
    doubled = [approval._replace(user_name="BOB") for approval in approvals(data, "bob")]
    world.cluster.quorum.approve_token(session, data, doubled, 1)
    assert [token.approvers for token in world.tokens()] == [{"bob"}]
    assert hand_in(world, session, data, "crypto_user") == [None, None]
    assert [token.approvers for token in world.tokens()] == [{"crypto_user", "bob"}]


def test_the_approval_of_a_deleted_user_is_not_the_next_one_s_of_that_name(world: World) -> None:
    world.raise_services(Service.MISC_CO)
    session = world.login("admin")
    with world.lab.store.transaction():
        for issued in world.cluster.quorum.get_token(session, Service.MISC_CO):
            world.lab.store.put_token(issued.state.token._replace(approvers=frozenset({"admin", "second"})))
    for number, node in enumerate(world.nodes):
        world.cluster.delete_user(session, node, "CO", "second")
        world.cluster.create_user(session, node, "CO", "second", "another1")
        assert [token.approvers for token in world.tokens(number)] == [{"admin"}]
        with pytest.raises(QuorumNotApproved):
            world.cluster.quorum.set_quorum_value(session, node, Service.MISC_CO, 2)


Changed = Callable[[bytes, list[Approval]], tuple[bytes, list[Approval], int]]


@pytest.mark.parametrize(
    "change",
    [
        lambda data, good: (data, [good[0], good[1]._replace(signature=good[0].signature)], 2),
        lambda data, good: (data, [good[0], good[1]._replace(signature=b"")], 2),
        lambda data, good: (data, [good[0], good[1]._replace(user_name="nobody")], 2),
        lambda data, good: (data, [good[0], good[1]._replace(user_type=UserType.CRYPTO_OFFICER)], 2),
        lambda data, good: (data, [good[0], good[1]._replace(user_name="carol")], 2),
        lambda data, good: (data, [good[0], *approvals(data, "admin")], 2),
        lambda data, good: (data, good, 3),
        lambda data, good: (data, [], 0),
        lambda data, good: (data, [good[0], *approvals(data[:RECORD_LENGTH], "bob")], 2),
        lambda data, good: (b"", approvals(b"", "bob", "crypto_user"), 2),
        lambda data, good: (data + b"x", good, 2),
        lambda data, good: (b"x" + data, approvals(b"x" + data, "bob", "crypto_user"), 2),
    ],
    ids=[
        "another's signature", "no signature", "unknown", "of another type", "without a key", "no sharer of the key",
        "fewer than announced", "none", "signed only in part", "empty file", "file changed", "record shifted",
    ],
)  # fmt: skip
def test_approvals_refused_change_nothing(world: World, change: Changed) -> None:
    world.register("crypto_user", "bob", "admin")
    officer = world.login("admin")
    for node in world.nodes:
        world.cluster.create_user(officer, node, "CU", "carol", "user1234")
    session = world.login()
    handle = aes_key(world.cluster, session, shares=(4, 6), quorum=2)
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    before = world.everything()
    changed, signed, announced = change(data, approvals(data, "crypto_user", "bob"))
    outcomes = world.cluster.quorum.approve_token(session, changed, signed, announced)
    assert [type(outcome.error) for outcome in outcomes] == [QuorumNotApproved] * 2
    assert world.everything() == before
    assert hand_in(world, session, data, "crypto_user", "bob") == [None, None]


def test_only_the_session_that_asked_hands_in(world: World) -> None:
    world.register("crypto_user", "bob")
    session, again, bob = world.login(), world.login(), world.login("bob")
    handle = world.quorum_key(session)
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    before = world.everything()
    for other in (again, bob):
        with pytest.raises(QuorumNotApproved):
            world.cluster.quorum.approve_token(other, data, approvals(data, "bob"), 1)
    assert world.everything() == before
    world.cluster.quorum.get_token(bob, Service.KEY_USE, handle)
    assert hand_in(world, bob, data, "bob") == [QuorumNotApproved] * 2


def test_a_replaced_tokens_file_approves_nothing(world: World) -> None:
    world.register("bob")
    session = world.login()
    handle = world.quorum_key(session)
    old = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert hand_in(world, session, old, "bob") == [QuorumNotApproved] * 2


def test_each_hsm_decides_by_the_keys_it_knows(world: World) -> None:
    world.register("bob", nodes=world.nodes[:1])
    session = world.login()
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, world.quorum_key(session)))
    assert hand_in(world, session, data, "bob") == [None, QuorumNotApproved]
    set_state(world.lab, 0, "down")
    assert hand_in(world, session, data, "bob") == [NodeUnavailable, QuorumNotApproved]
    assert [[token.approvers for token in world.tokens(number)] for number in (0, 1)] == [[{"bob"}], [frozenset()]]


def test_officers_approve_for_officers(world: World) -> None:
    world.register("admin", "bob")
    world.raise_services(Service.USER_MGMT)
    session = world.login("second")
    data = file_of(world.cluster.quorum.get_token(session, Service.USER_MGMT))
    assert hand_in(world, session, data, "bob") == [QuorumNotApproved] * 2
    assert hand_in(world, session, data, "admin") == [None, None]


# listing, deleting, ending


def test_the_list_shows_how_far_a_token_is(world: World) -> None:
    world.register("bob")
    session = world.login()
    handle = world.quorum_key(session)
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    hand_in(world, session, data, "bob")
    for later, left in ((0, 600), (94.9, 506), (600, 0), (10_000, 0), (-50, 600)):
        world.clock[0] = NOON + later
        (state,) = world.cluster.quorum.tokens(session, world.nodes[1])
        assert (state.required, state.validity, state.token.approvers) == (2, left, {"bob"})
        assert (state.user_name, state.node.number) == ("crypto_user", 1)


def test_a_token_works_after_its_time(world: World) -> None:
    world.register("bob")
    session = world.login()
    handle = world.quorum_key(session, quorum=1)
    data = file_of(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    world.clock[0] += 10_000
    assert hand_in(world, session, data, "bob") == [None, None]
    world.cluster.quorum.consume_token(session, world.nodes[0], Service.KEY_USE, handle)


def test_everybody_sees_the_tokens_that_he_asked_for_or_may_approve(world: World) -> None:
    world.raise_services(Service.USER_MGMT)
    session, bob, admin, second = (world.login(name) for name in ("crypto_user", "bob", "admin", "second"))
    shared, alone = world.quorum_key(session), aes_key(world.cluster, bob, shares=(3,), quorum=1)
    with world.lab.store.transaction():
        for node in world.nodes:
            key = world.lab.store.object(node.id, alone)
            assert key is not None
            world.lab.store.replace_object(key._replace(shares=frozenset()))
    world.cluster.quorum.get_token(session, Service.KEY_USE, shared)
    world.cluster.quorum.get_token(bob, Service.KEY_USE, alone)
    world.cluster.quorum.get_token(admin, Service.USER_MGMT)

    def seen(who: Session) -> list[tuple[str, int]]:
        return [(state.user_name, state.token.handle) for state in world.cluster.quorum.tokens(who, world.nodes[0])]

    assert seen(session) == [("crypto_user", shared)]
    assert seen(bob) == [("crypto_user", shared), ("bob", alone)]
    assert seen(admin) == seen(second) == [("admin", 0)]
    world.cluster.quorum.delete_tokens(second)
    assert len(world.tokens()) == 3
    world.cluster.quorum.delete_tokens(second, everyones=True, nodes=world.nodes[:1])
    assert [len(world.tokens(number)) for number in (0, 1)] == [2, 3]
    world.cluster.quorum.delete_tokens(bob)
    assert seen(bob) == [("crypto_user", shared)]
    world.cluster.quorum.delete_tokens(bob, everyones=True)
    assert [len(world.tokens(number)) for number in (0, 1)] == [0, 1]


def test_deleting_passes_over_an_hsm_that_is_down(world: World) -> None:
    session = world.login()
    world.cluster.quorum.get_token(session, Service.KEY_USE, world.quorum_key(session))
    set_state(world.lab, 0, "down")
    outcomes = world.cluster.quorum.delete_tokens(session)
    assert [type(outcome.error) for outcome in outcomes] == [NodeUnavailable, type(None)]
    assert [len(world.tokens(number)) for number in (0, 1)] == [1, 0]


def test_tokens_end_with_their_session_and_with_its_process(world: World) -> None:
    session, bob = world.login(), world.login("bob")
    handle = world.quorum_key(session)
    other = Lab.open(world.lab.directory)
    theirs = login(other.cluster())
    other.cluster().quorum.get_token(theirs, Service.KEY_MANAGEMENT, handle)
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert len(world.cluster.quorum.tokens(bob, world.nodes[0])) == 2
    world.cluster.logout(session)
    left = world.cluster.quorum.tokens(bob, world.nodes[0])
    assert [state.token.service for state in left] == [Service.KEY_MANAGEMENT]
    assert other._lock is not None
    os.close(other._lock)  # as the kernel does when a process dies
    other.store.close()
    assert world.cluster.quorum.tokens(bob, world.nodes[0]) == []
