"""Clusters whose HSMs come and go, and know their users under different numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.errors import AccessDenied, KeyIdExists, NodeUnavailable, ObjectHandleInvalid
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state

DIFFERENT = """
password_cost = 2
[[cluster]]
name = "mixed"
  [[cluster.hsm]]
  id = "hsm-a"
  address = "10.0.0.1"
  [[cluster.hsm]]
  id = "hsm-b"
  address = "10.0.0.2"
  [[cluster.user]]
  id = 1
  type = "CO"
  name = "admin"
  password = "admin1234"
  [[cluster.user]]
  id = 3
  type = "CU"
  name = "crypto_user"
  password = "user1234"
"""


@pytest.fixture
def mixed(lab_from: Callable[[str], Lab]) -> Lab:
    """Bob is number 4 on the first HSM and 5 on the second, where somebody else is number 4."""
    lab = lab_from(DIFFERENT)
    cluster = lab.cluster()
    officer = login(cluster, "admin", "CO")
    first, second = cluster.nodes()
    cluster.create_user(officer, second, "CU", "alone", "user1234")
    for node in (first, second):
        cluster.create_user(officer, node, "CU", "bob", "user1234")
    cluster.logout(officer)
    return lab


def test_a_kept_key_follows_its_users_and_not_their_numbers(mixed: Lab) -> None:
    cluster = mixed.cluster()
    session = login(cluster)
    first, second = cluster.nodes()
    handle = aes_key(cluster, session, session_only=True, shares=(4,))
    cluster.keep_key(session, handle)
    assert cluster.read_key(session, handle, first).shares == {4}
    assert cluster.read_key(session, handle, second).shares == {5}
    assert cluster.locate(login(cluster, "bob"), handle)[1].error is None
    alone = cluster.login("CU", "alone", "user1234", [second]).session
    assert isinstance(cluster.locate(alone, handle)[1].error, AccessDenied)


def test_the_owner_of_a_kept_key_is_the_same_person_everywhere(mixed: Lab) -> None:
    cluster = mixed.cluster()
    bob = login(cluster, "bob")
    handle = aes_key(cluster, bob, session_only=True)
    cluster.keep_key(bob, handle)
    assert [cluster.read_key(bob, handle, node).owner for node in cluster.nodes()] == [4, 5]


def test_an_id_is_unique_on_every_hsm(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    set_state(lab, 0, "down")
    aes_key(cluster, session, ident=b"one")
    set_state(lab, 0, "up")
    with pytest.raises(KeyIdExists):
        aes_key(cluster, session, ident=b"one")
    with pytest.raises(KeyIdExists):
        cluster.generate_ec_pair(session, "prime256v1", KeySpec("pair", b"one"))


def test_a_session_key_whose_id_was_taken_elsewhere_is_not_kept(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    set_state(lab, 1, "down")
    handle = aes_key(cluster, session, ident=b"one", session_only=True)
    set_state(lab, 1, "up")
    set_state(lab, 0, "down")
    aes_key(cluster, session, ident=b"one")
    set_state(lab, 0, "up")
    with pytest.raises(KeyIdExists):
        cluster.keep_key(session, handle)
    assert cluster.read_key(session, handle).flag(Attribute.TOKEN) is False


def test_what_was_seen_before_does_not_count(lab: Lab) -> None:
    """The caller's picture of an HSM may be old: it is asked whether it is up when it is asked at all."""
    cluster = lab.cluster()
    before = cluster.nodes()
    officer = login(cluster, "admin", "CO")
    set_state(lab, 1, "down")
    outcomes = cluster.login("CU", "crypto_user", "user1234", before).outcomes
    assert [type(outcome.error) for outcome in outcomes] == [type(None), NodeUnavailable]
    with pytest.raises(NodeUnavailable):
        cluster.create_user(officer, before[1], "CU", "newbie", "user1234")
    with pytest.raises(NodeUnavailable):
        cluster.occupancy.of(before[1])
    set_state(lab, 1, "up")
    set_state(lab, 0, "down")
    with pytest.raises(NodeUnavailable):
        cluster.read_key(login(cluster), 407, before[0])


def test_an_hsm_that_goes_down_loses_its_session_keys(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    kept, lost = aes_key(cluster, session), aes_key(cluster, session, session_only=True)
    first = cluster.nodes()[0]
    direct = cluster.login("CU", "bob", "user1234", [first]).session
    assert direct is not None
    cluster.faults.set_node(first, "down")
    assert not cluster.is_open(direct)
    assert cluster.is_open(session)
    cluster.faults.set_node(first, "up")
    assert [key.handle for key in cluster.find(session)] == [kept]
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(session, lost)


def test_a_session_key_is_deleted_where_it_is(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session, session_only=True)
    assert [outcome.error for outcome in cluster.delete_key(session, handle)] == [None, None]
    assert cluster.find(session) == []


def test_keys_are_found_in_the_order_of_their_creation(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    first = aes_key(cluster, session)
    set_state(lab, 0, "down")
    second = aes_key(cluster, session)
    set_state(lab, 0, "up")
    third = aes_key(cluster, session)
    assert second > third > first
    assert [key.handle for key in cluster.find(session)] == [first, second, third]


def test_a_key_is_found_when_one_hsm_alone_lets_the_user_use_it(lab: Lab) -> None:
    cluster = lab.cluster()
    session, bob = login(cluster), login(cluster, "bob")
    handles = [aes_key(cluster, session), aes_key(cluster, session)]
    cluster.share_key(session, cluster.nodes()[1], handles[1], 4, share=True)
    assert [key.handle for key in cluster.find(bob)] == [handles[1]]
    assert [key.handle for key in cluster.find(session)] == handles


def test_a_session_key_cannot_be_on_two_hsms(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    with pytest.raises(NodeUnavailable):
        aes_key(cluster, session, session_only=True, minimum_nodes=2)
    masked = cluster.masking.extract_masked_object(session, aes_key(cluster, session, session_only=True))
    with pytest.raises(NodeUnavailable):
        cluster.masking.insert_masked_object(session, masked, minimum_nodes=2)
    with pytest.raises(AccessDenied):
        cluster.masking.insert_masked_object(login(cluster, "bob"), masked)
    assert len(cluster.find(session)) == 1
