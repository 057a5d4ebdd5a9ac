"""Tokens: their bytes, asking for one, how many there may be."""

from __future__ import annotations

import pytest

from hsmshell.engine.cluster.tokens import LIFETIME, MAXIMUM_TOKENS, RECORD_LENGTH, Service, TokenState
from hsmshell.engine.errors import (
    AccessDenied,
    ArgumentsBad,
    NodeUnavailable,
    ObjectHandleInvalid,
    QuorumNotEnabled,
    TokenCountExceeded,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.records import Container, Token
from tests.conftest import NOON
from tests.engine.driving import aes_key, set_state
from tests.engine.quorum import World, file_of, hand_in

# the record


def test_the_record_is_laid_out_as_the_published_one() -> None:
    """Its fields' values are those of the token on the newer guide's page about quorum."""
    node = Container(1, 1, 0x18, "hsm", "10.0.0.1", "serial", "up", {})
    nonce = bytes.fromhex("9f5e1647dc3f798dcc90257caf8e59b3")
    token = Token(1, 1, Service.USER_MGMT, 0, 1, 1, nonce, 0x63E6F6DE)
    assert TokenState(node, token, "admin", 2, 600).record == bytes.fromhex(
        "0001 0003 00000018 0000000000000000 9f5e1647dc3f798dcc90257caf8e59b3"
        "61646d696e0000000000000000000000 00000000000000000000000000000000"
        "0000000063e6f6de 0000000000000000"
    )


@pytest.mark.parametrize("name", ["x", "y" * 31, "é" * 31])
def test_a_record_has_80_bytes_and_a_name_that_ends(name: str) -> None:
    node = Container(1, 1, 0, "hsm", "10.0.0.1", "serial", "up", {})
    record = TokenState(node, Token(1, 1, 1, 0xC0006, 1, 1, bytes(16), 1), name, 2, 600).record
    assert len(record) == RECORD_LENGTH
    assert record[63] == 0
    assert record[8:16] == bytes.fromhex("00000000000c0006")


# asking


def test_a_token_for_a_key_on_every_hsm(world: World) -> None:
    session = world.login()
    handle = world.quorum_key(session)
    first, second = world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    for number, (state, replaced) in enumerate((first, second)):
        assert replaced is None
        assert state.node.number == number
        assert (state.token.number, state.token.service, state.token.handle) == (1, Service.KEY_USE, handle)
        assert (state.user_name, state.required, state.validity) == ("crypto_user", 2, LIFETIME)
        assert state.token.created == int(NOON)
        assert world.tokens(number) == [state.token]
    assert first.state.token.nonce != second.state.token.nonce
    assert len(first.state.token.nonce) == 16


def test_a_token_of_the_hsm_that_is_asked(world: World) -> None:
    world.raise_services(Service.USER_MGMT)
    (issued,) = world.cluster.quorum.get_token(world.login("admin"), Service.USER_MGMT, nodes=world.nodes[1:])
    assert issued.state.node.number == 1
    assert (world.tokens(0), world.tokens(1)) == ([], [issued.state.token])


def test_a_second_token_for_the_same_replaces_the_first_and_no_other(world: World) -> None:
    session, bob = world.login(), world.login("bob")
    handle, other = world.quorum_key(session), world.quorum_key(session)
    asked = [
        (session, Service.KEY_USE, handle),
        (session, Service.KEY_MANAGEMENT, handle),
        (session, Service.KEY_USE, other),
        (bob, Service.KEY_USE, handle),
    ]
    kept = [world.cluster.quorum.get_token(*one)[0].state.token for one in asked]
    assert [token.number for token in kept] == [1, 2, 3, 4]
    again = world.cluster.quorum.get_token(session, Service.KEY_MANAGEMENT, handle)[0]
    assert again.replaced == kept[1]
    assert again.state.token.nonce != kept[1].nonce
    assert world.tokens() == [kept[0], again.state.token, kept[2], kept[3]]


def test_the_lowest_free_number_is_given(world: World) -> None:
    session, bob = world.login(), world.login("bob")
    handle = world.quorum_key(session)
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    world.cluster.quorum.get_token(bob, Service.KEY_USE, handle)
    world.cluster.quorum.delete_tokens(session)
    assert world.cluster.quorum.get_token(bob, Service.KEY_MANAGEMENT, handle)[0].state.token.number == 1


def test_requests_refused(world: World) -> None:
    session, officer = world.login(), world.login("admin")
    plain, theirs = aes_key(world.cluster, session), aes_key(world.cluster, world.login("bob"), shares=(3,), quorum=1)
    private = aes_key(world.cluster, world.login("bob"))
    before = world.everything()
    for error, who, service, handle in (
        (QuorumNotEnabled, session, Service.KEY_USE, plain),
        (ObjectHandleInvalid, session, Service.KEY_USE, 99999),
        (ObjectHandleInvalid, session, Service.KEY_USE, 0),
        (AccessDenied, session, Service.KEY_MANAGEMENT, private),
        (UserNotAuthorized, session, Service.USER_MGMT, 0),
        (UserNotAuthorized, officer, Service.KEY_USE, theirs),
        (QuorumNotEnabled, officer, Service.USER_MGMT, 0),
        (QuorumNotEnabled, officer, Service.MISC_CO, 0),
        (ArgumentsBad, officer, Service.MISC_CO, theirs),
    ):
        with pytest.raises(error) as raised:
            world.cluster.quorum.get_token(who, service, handle)
        assert raised.type is error
    assert world.everything() == before
    assert world.cluster.quorum.get_token(session, Service.KEY_USE, theirs)


def test_hsms_that_cannot_be_asked_give_none(world: World) -> None:
    session = world.login()
    handle = world.quorum_key(session)
    set_state(world.lab, 0, "down")
    (issued,) = world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert issued.state.node.number == 1
    set_state(world.lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    set_state(world.lab, 0, "up")
    elsewhere = world.cluster.login("CU", "bob", "user1234", world.nodes[1:]).session
    assert elsewhere is None
    set_state(world.lab, 1, "up")
    elsewhere = world.cluster.login("CU", "bob", "user1234", world.nodes[1:]).session
    with pytest.raises(UserNotLoggedIn):
        world.cluster.quorum.get_token(elsewhere, Service.KEY_USE, handle, nodes=world.nodes[:1])


def test_a_session_keys_hsm_alone_gives_a_token_and_takes_the_approvals(world: World) -> None:
    world.register("crypto_user")
    session = world.login()
    handle = aes_key(world.cluster, session, shares=(4,), quorum=1, session_only=True)
    issued = world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert [one.state.node.number for one in issued] == [0]
    assert hand_in(world, session, file_of(issued), "crypto_user") == [None]
    with pytest.raises(ObjectHandleInvalid):
        world.cluster.quorum.get_token(world.login("bob"), Service.KEY_USE, handle)


def test_withdrawing_puts_everything_back(world: World) -> None:
    session, bob = world.login(), world.login("bob")
    handle = world.quorum_key(session)
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    before = world.everything()
    world.cluster.quorum.withdraw_tokens(world.cluster.quorum.get_token(session, Service.KEY_USE, handle))
    world.cluster.quorum.withdraw_tokens(world.cluster.quorum.get_token(bob, Service.KEY_USE, handle))
    assert world.everything() == before
    again = world.login()
    lost = world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    issued = world.cluster.quorum.get_token(again, Service.KEY_USE, handle)
    world.cluster.quorum.withdraw_tokens(lost)
    assert world.tokens() == [issued[0].state.token]
    world.cluster.logout(session)
    world.cluster.quorum.withdraw_tokens(issued)
    assert world.tokens() == []


def fill(world: World, count: int, created: float) -> None:
    with world.lab.store.transaction():
        taken = {token.number for token in world.lab.store.tokens(world.nodes[0].id)}
        free = [number for number in range(1, MAXIMUM_TOKENS + 1) if number not in taken]
        for number in free[:count]:
            world.lab.store.put_token(Token(world.nodes[0].id, number, 1, 1, 99, 0, bytes(16), int(created)))


def test_the_oldest_make_room_when_their_time_is_over(world: World) -> None:
    session = world.login()
    handle = world.quorum_key(session)
    fill(world, MAXIMUM_TOKENS - 1, NOON - LIFETIME)
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert len(world.tokens()) == MAXIMUM_TOKENS
    world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert len(world.tokens()) == MAXIMUM_TOKENS
    world.cluster.quorum.get_token(session, Service.KEY_MANAGEMENT, handle)
    assert [token.service for token in world.tokens()] == [Service.KEY_MANAGEMENT, Service.KEY_USE]


def test_an_hsm_full_of_young_tokens_gives_none_and_neither_do_the_others(world: World) -> None:
    session = world.login()
    handle = world.quorum_key(session)
    fill(world, MAXIMUM_TOKENS, NOON - LIFETIME + 1)
    before = world.everything()
    with pytest.raises(TokenCountExceeded):
        world.cluster.quorum.get_token(session, Service.KEY_USE, handle)
    assert world.everything() == before
