"""What the HSMs write down in the published scenarios: which events, in which order, on which HSM."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands.key_mgmt_util import run as key_mgmt_util
from hsmshell.console import Context
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster import Cluster, KeySpec, Session
from hsmshell.engine.errors import ObjectHandleInvalid
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login

_O = Opcode
Event = tuple[Opcode, int, int]
"""Opcode, handle of the private or secret key, handle of the public key."""


@pytest.fixture
def client(lab: Lab) -> Cluster:
    """The cluster as key_mgmt_util reaches it."""
    return lab.cluster().through_client()


def streams(cluster: Cluster) -> list[list[Event]]:
    """The events of each HSM that is there."""
    rows = cluster.audit()
    return [
        [(_O(row.opcode), row.private_handle, row.public_handle) for row in rows if row.hsm == node.name]
        for node in cluster.nodes()
    ]


def of(*opcodes: Opcode) -> list[Event]:
    return [(opcode, 0, 0) for opcode in opcodes]


def added(cluster: Cluster, before: list[list[Event]]) -> list[list[Event]]:
    """What came since."""
    return [now[len(old) :] for now, old in zip(streams(cluster), before, strict=True)]


def test_a_login_through_the_client_is_on_every_hsm_and_its_end_on_one(client: Cluster) -> None:
    client.logout(login(client))
    assert streams(client) == [of(_O.CN_LOGIN, _O.CN_LOGOUT), of(_O.CN_LOGIN)]


def test_the_end_is_where_commands_were_carried_out(client: Cluster) -> None:
    session = login(client)
    made = client.generate_secret_key(session, KeyType.AES, 32, KeySpec("key", session_only=True))
    client.logout(session, closing=True)
    first, second = streams(client)
    assert first == [(_O.CN_LOGIN, 0, 0), (_O.CN_GENERATE_KEY, made.handles[0], 0), (_O.CN_CLOSE_SESSION, 0, 0)]
    assert second == of(_O.CN_LOGIN)


def test_a_program_that_talks_to_each_hsm_by_itself_ends_on_each(lab: Lab) -> None:
    cluster = lab.cluster()
    for node in cluster.nodes():
        session = cluster.login("CU", "bob", "user1234", [node]).session
        assert session is not None
        cluster.logout(session)
    assert streams(cluster) == [of(_O.CN_LOGIN, _O.CN_LOGOUT)] * 2


def test_the_sessions_of_a_client_that_is_stopped_end_on_one_hsm(lab: Lab, client: Cluster) -> None:
    login(client)
    assert lab.cluster().faults.set_client(up=False) == 1
    assert streams(lab.cluster()) == [of(_O.CN_LOGIN, _O.CN_CLOSE_SESSION), of(_O.CN_LOGIN)]


@pytest.fixture
def session(client: Cluster) -> Session:
    return login(client)


def test_a_key_pair_is_made_and_deleted(client: Cluster, session: Session) -> None:
    before = streams(client)
    public, private = client.generate_rsa_pair(session, 2048, 65537, KeySpec("pair", session_only=True)).handles
    for handle in (private, public):
        client.delete_key(session, handle)
    assert added(client, before) == [
        [
            (_O.CN_GENERATE_KEY_PAIR, private, public),
            (_O.CN_DESTROY_OBJECT, private, 0),
            (_O.CN_DESTROY_OBJECT, public, 0),
        ],
        [],
    ]


def test_a_key_is_made_in_a_cluster(client: Cluster, session: Session) -> None:
    handle = aes_key(client, session)
    assert streams(client) == [
        [(_O.CN_LOGIN, 0, 0), (_O.CN_GENERATE_KEY, handle, 0), (_O.CN_EXTRACT_MASKED_OBJECT_USER, handle, 0)],
        [(_O.CN_LOGIN, 0, 0), (_O.CN_INSERT_MASKED_OBJECT_USER, handle, 0)],
    ]


def test_a_key_leaves_and_comes_in(client: Cluster, context: Callable[..., Context], session: Session) -> None:
    key, wrapping = aes_key(client, session), aes_key(client, session)
    login_first = ("singlecmd", "loginHSM", "-u", "CU", "-s", "crypto_user", "-p", "user1234")
    before = streams(client)
    assert key_mgmt_util((*login_first, "exSymKey", "-k", str(key), "-w", str(wrapping), "-out", "f"), context()) == 0
    first, second = added(client, before)
    assert first[1:-1] == [(_O.CN_WRAP_KEY, key, 0), (_O.CN_NIST_AES_WRAP, wrapping, 0)]
    assert second == of(_O.CN_LOGIN)
    before = streams(client)
    words = (*login_first, "imSymKey", "-f", "f", "-w", str(wrapping), "-t", "31", "-l", "new")
    assert key_mgmt_util(words, context()) == 0
    first, second = added(client, before)
    new = first[2][1]
    assert first[1:-1] == [
        (_O.CN_NIST_AES_WRAP, wrapping, 0), (_O.CN_UNWRAP_KEY, new, 0), (_O.CN_EXTRACT_MASKED_OBJECT_USER, new, 0),
    ]  # fmt: skip
    assert second == [(_O.CN_LOGIN, 0, 0), (_O.CN_INSERT_MASKED_OBJECT_USER, new, 0), (_O.CN_CLOSE_SESSION, 0, 0)]


def test_a_key_is_shared(lab: Lab, client: Cluster, session: Session) -> None:
    handle = aes_key(client, session)
    node = client.nodes()[1]
    own = lab.cluster().login("CU", "crypto_user", "user1234", [node]).session
    before = streams(client)
    lab.cluster().share_key(own, node, handle, 4, share=True)
    assert added(client, before) == [[], of(_O.CN_SHARE_OBJECT)]


def test_what_is_refused_is_written_down_too(client: Cluster, session: Session) -> None:
    with pytest.raises(ObjectHandleInvalid):
        client.delete_key(session, 9999)
    row = next(row for row in client.audit() if row.opcode == _O.CN_DESTROY_OBJECT)
    assert (row.refusal, row.private_handle) == ("ObjectHandleInvalid", 9999)


def test_the_stream_of_an_hsm_that_was_added_begins_with_a_login(lab: Lab, client: Cluster) -> None:
    node = lab.cluster().lifecycle.add_hsm()
    login(client)
    assert streams(client)[node.number] == of(_O.CN_LOGIN)
