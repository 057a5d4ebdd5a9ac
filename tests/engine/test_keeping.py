"""A session key that becomes a token key, and where a key is."""

from __future__ import annotations

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import MAXIMUM_KEYS, KeySpec
from hsmshell.engine.errors import (
    AccessDenied,
    AttributeReadOnly,
    NodeUnavailable,
    ObjectCountExceeded,
    ObjectHandleInvalid,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state


def test_it_is_everywhere_under_its_handle_and_outlives_the_session(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session, "kept", session_only=True, shares=(4,), quorum=2)
    before = cluster.read_key(session, handle)
    outcomes = cluster.keep_key(session, handle)
    assert [(outcome.node.number, outcome.error) for outcome in outcomes] == [(0, None), (1, None)]
    cluster.logout(session)
    again = login(cluster)
    for node in cluster.nodes():
        key = cluster.read_key(again, handle, node)
        assert key.attributes == {**before.attributes, Attribute.TOKEN: True}
        assert (key.owner, key.shares, key.quorum, key.session) == (3, frozenset({4}), 2, 0)
        assert key.material == before.material


def test_only_its_owner_in_its_session_and_only_once(lab: Lab) -> None:
    cluster = lab.cluster()
    session, bob = login(cluster), login(cluster, "bob")
    handle = aes_key(cluster, session, session_only=True, shares=(4,))
    with pytest.raises(ObjectHandleInvalid):
        cluster.keep_key(bob, handle)
    with pytest.raises(ObjectHandleInvalid):
        cluster.keep_key(login(cluster), handle)
    with pytest.raises(UserNotLoggedIn):
        cluster.keep_key(None, handle)
    with pytest.raises(UserNotAuthorized):
        cluster.keep_key(login(cluster, "admin", "CO"), handle)
    cluster.keep_key(session, handle)
    with pytest.raises(AttributeReadOnly):
        cluster.keep_key(session, handle)
    with pytest.raises(AccessDenied):
        cluster.keep_key(bob, handle)


def test_a_node_that_is_down_misses_it_and_says_so(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session, session_only=True)
    set_state(lab, 1, "down")
    outcomes = cluster.keep_key(session, handle)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), NodeUnavailable]
    set_state(lab, 1, "up")
    assert [type(outcome.error) for outcome in cluster.locate(session, handle)] == [type(None), ObjectHandleInvalid]


def test_a_node_without_a_login_misses_it(lab: Lab) -> None:
    cluster = lab.cluster()
    first, _ = cluster.nodes()
    session = cluster.login("CU", "crypto_user", "user1234", [first]).session
    assert session is not None
    handle = aes_key(cluster, session, session_only=True)
    outcomes = cluster.keep_key(session, handle)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), UserNotLoggedIn]
    assert [type(one.error) for one in cluster.locate(login(cluster), handle)] == [type(None), ObjectHandleInvalid]


def test_a_full_node_gets_no_copy(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    other = aes_key(cluster, session)
    handle = aes_key(cluster, session, session_only=True)
    with lab.store.transaction():
        key = lab.store.object(cluster.nodes()[1].id, other)
        assert key is not None
        for number in range(MAXIMUM_KEYS - 1):
            lab.store.add_object(key._replace(handle=100_000 + number))
    assert [type(one.error) for one in cluster.keep_key(session, handle)] == [type(None), ObjectCountExceeded]
    assert cluster.read_key(session, handle).session == 0
    assert [type(one.error) for one in cluster.locate(session, handle)] == [type(None), ObjectHandleInvalid]


def test_a_session_pair_asks_for_room_where_it_goes(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    other = aes_key(cluster, session)
    with lab.store.transaction():
        key = lab.store.object(cluster.nodes()[1].id, other)
        assert key is not None
        for number in range(MAXIMUM_KEYS - 1):
            lab.store.add_object(key._replace(handle=100_000 + number))
    pair = cluster.generate_ec_pair(session, "prime256v1", KeySpec("x", b"", session_only=True))
    assert [node.number for node in pair.nodes] == [0]
    pair = cluster.generate_ec_pair(session, "prime256v1", KeySpec("x", b""))
    assert [type(one.error) for one in pair.outcomes] == [type(None), ObjectCountExceeded]
    with pytest.raises(ObjectCountExceeded):
        cluster.generate_ec_pair(session, "prime256v1", KeySpec("y", b"", minimum_nodes=2))


def test_locating_asks_for_a_login_and_shows_rights(lab: Lab) -> None:
    cluster = lab.cluster()
    session, bob = login(cluster), login(cluster, "bob")
    handle = aes_key(cluster, session)
    assert [outcome.error for outcome in cluster.locate(session, handle)] == [None, None]
    assert {type(outcome.error) for outcome in cluster.locate(bob, handle)} == {AccessDenied}
    assert {type(outcome.error) for outcome in cluster.locate(bob, handle + 1)} == {ObjectHandleInvalid}
    with pytest.raises(UserNotLoggedIn):
        cluster.locate(None, handle)
