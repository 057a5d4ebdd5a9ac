"""HSMs that answer and yet are not well: full ones, and ones that miss the keys that are made on others."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import Cluster, Created, KeySpec, Session
from hsmshell.engine.errors import KeyIdExists, NodeUnavailable, ObjectCountExceeded, UserCountExceeded
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import DROP_SYNC, FULL, UP
from tests.engine.driving import aes_key, login, set_state
from tests.key_mgmt_util.driving import LOGIN, answer, interactive


def made(cluster: Cluster, session: Session, **spec: object) -> Created:
    return cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("key", **spec))  # type: ignore[arg-type]


def said(created: Created) -> list[tuple[int, type | None]]:
    return [(outcome.node.number, type(outcome.error) if outcome.error else None) for outcome in created.outcomes]


def handles(lab: Lab) -> list[list[int]]:
    """What is on each HSM."""
    with lab.store.reading():
        return [[key.handle for key in lab.store.objects(node.id)] for node in lab.cluster().nodes()]


# full


@pytest.mark.parametrize("full", [0, 1])
def test_one_full_hsm_of_two_is_left_out_and_says_why(lab: Lab, cluster: Cluster, full: int) -> None:
    session = login(cluster)
    set_state(lab, full, FULL)
    created = made(cluster, session)
    assert said(created) == [(number, ObjectCountExceeded if number == full else None) for number in (0, 1)]
    assert [node.number for node in created.nodes] == [1 - full]
    assert handles(lab)[full] == []
    assert handles(lab)[1 - full] == list(created.handles)
    with pytest.raises(ObjectCountExceeded):
        made(cluster, session, minimum_nodes=2)
    assert sum(map(len, handles(lab))) == 1


def test_all_full(lab: Lab, cluster: Cluster) -> None:
    session, officer = login(cluster), login(cluster, "admin", "CO")
    masked = cluster.masking.extract_masked_object(session, aes_key(cluster, session))
    before = handles(lab)
    for number in (0, 1):
        set_state(lab, number, FULL)
    for refused in (
        lambda: made(cluster, session),
        lambda: made(cluster, session, session_only=True),
        lambda: cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair")),
        lambda: cluster.masking.insert_masked_object(session, masked),
    ):
        with pytest.raises(ObjectCountExceeded):
            refused()
    with pytest.raises(UserCountExceeded):
        cluster.create_user(officer, cluster.nodes()[0], "CU", "carol", "user1234")
    assert handles(lab) == before


def test_a_full_hsm_does_everything_else(lab: Lab, cluster: Cluster) -> None:
    session, officer = login(cluster), login(cluster, "admin", "CO")
    handle = aes_key(cluster, session)
    passing = aes_key(cluster, session, session_only=True)
    for number in (0, 1):
        set_state(lab, number, FULL)
    assert [key.handle for key in cluster.find(session)] == [handle, passing]
    cluster.share_key(session, cluster.nodes()[0], handle, 4, share=True)
    cluster.change_password(officer, cluster.nodes()[0], "CU", "bob", "user4321")
    assert len(cluster.delete_key(session, handle)) == 2
    assert cluster.login("CU", "bob", "user4321", cluster.nodes()[:1]).session is not None
    for number in (0, 1):
        set_state(lab, number, UP)
    assert len(made(cluster, session).nodes) == 2


def test_a_session_key_goes_to_the_first_hsm_with_room(lab: Lab, cluster: Cluster) -> None:
    set_state(lab, 0, FULL)
    session = login(cluster)
    created = made(cluster, session, session_only=True)
    assert said(created) == [(1, None)]
    outcomes = cluster.keep_key(session, created.handles[0])
    assert [type(outcome.error) for outcome in outcomes] == [ObjectCountExceeded, type(None)]
    assert handles(lab) == [[], list(created.handles)]


def test_a_user_is_created_where_there_is_room(lab: Lab, cluster: Cluster) -> None:
    officer, (first, second) = login(cluster, "admin", "CO"), cluster.nodes()
    set_state(lab, 0, FULL)
    with pytest.raises(UserCountExceeded):
        cluster.create_user(officer, first, "CU", "carol", "user1234")
    assert cluster.create_user(officer, second, "CU", "carol", "user1234") == 5


@pytest.mark.parametrize("state", [FULL, DROP_SYNC])
def test_sharers_are_those_whom_the_caller_means(lab: Lab, cluster: Cluster, state: str) -> None:
    """The first HSM's numbers are meant, also when it does not take the key; on the other one 5 is somebody else."""
    officer, (first, second) = login(cluster, "admin", "CO"), cluster.nodes()
    for node, name in ((first, "carol"), (second, "dave"), (second, "carol")):
        cluster.create_user(officer, node, "CU", name, "user1234")
    session = login(cluster)
    set_state(lab, 0, state)
    created = made(cluster, session, shares=(5,))
    assert cluster.read_key(session, created.handles[0], second).shares == {6}


# copies that get lost


def test_an_hsm_misses_what_is_made_on_others(lab: Lab, cluster: Cluster) -> None:
    session = login(cluster)
    set_state(lab, 1, DROP_SYNC)
    created = made(cluster, session)
    assert said(created) == [(0, None)], "nobody notices"
    assert handles(lab) == [list(created.handles), []]
    passing = aes_key(cluster, session, session_only=True)
    cluster.keep_key(session, passing)
    assert handles(lab) == [[created.handles[0], passing], []]
    with pytest.raises(NodeUnavailable):
        made(cluster, session, minimum_nodes=2)
    set_state(lab, 1, UP)
    assert len(made(cluster, session).nodes) == 2


def test_it_makes_a_key_when_it_is_alone(lab: Lab, cluster: Cluster) -> None:
    session = login(cluster)
    set_state(lab, 0, DROP_SYNC)
    assert said(made(cluster, session)) == [(1, None)]
    set_state(lab, 1, DROP_SYNC)
    assert said(made(cluster, session)) == [(0, None)]
    set_state(lab, 0, "down")
    assert said(made(cluster, session)) == [(1, None)]
    assert [len(one) for one in handles(lab)] == [1, 2]


def test_it_deletes_and_changes_what_it_has(lab: Lab, cluster: Cluster) -> None:
    session = login(cluster)
    handle = aes_key(cluster, session)
    set_state(lab, 1, DROP_SYNC)
    cluster.share_key(session, cluster.nodes()[1], handle, 4, share=True)
    assert cluster.read_key(session, handle, cluster.nodes()[1]).shares == {4}
    cluster.delete_key(session, handle)
    assert handles(lab) == [[], []]


def test_an_id_on_such_an_hsm_is_taken(lab: Lab, cluster: Cluster) -> None:
    session = login(cluster)
    aes_key(cluster, session, ident=b"one")
    set_state(lab, 1, DROP_SYNC)
    with pytest.raises(KeyIdExists):
        aes_key(cluster, session, ident=b"one")


# what key_mgmt_util says

CALL = "Cfm3GenerateSymmetricKey returned:"
GENERATE = "genSymKey -t 31 -s 32 -l key -min_srv"


GOOD = "{} and err state 0x00000000 : HSM Return: SUCCESS"
GONE = "0x30000085 : HSM CLUSTER ERROR: Server in cluster is unavailable"
NO_ROOM = "{} and err state 0x000000eb : HSM Error: Maximum number of keys reached"


@pytest.mark.parametrize(
    ("states", "servers", "code", "lines"),
    [
        ((UP, UP), 2, "0x00 : HSM Return: SUCCESS", [GOOD.format(0), GOOD.format(1)]),
        ((FULL, UP), 1, "0x00 : HSM Return: SUCCESS", [NO_ROOM.format(0), GOOD.format(1)]),
        ((UP, FULL), 1, "0x00 : HSM Return: SUCCESS", [GOOD.format(0), NO_ROOM.format(1)]),
        ((UP, FULL), 2, "0xeb : HSM Error: Maximum number of keys reached", []),
        ((FULL, FULL), 1, "0xeb : HSM Error: Maximum number of keys reached", []),
        ((UP, DROP_SYNC), 1, "0x00 : HSM Return: SUCCESS", [GOOD.format(0)]),
        ((UP, DROP_SYNC), 2, GONE, [f"{number} and err state {GONE}" for number in (0, 1)]),
        ((DROP_SYNC, DROP_SYNC), 1, "0x00 : HSM Return: SUCCESS", [GOOD.format(0)]),
    ],
)
def test_the_minimum_of_servers(
    lab: Lab, tmp_path: Path, states: tuple[str, str], servers: int, code: str, lines: list[str]
) -> None:
    for number, state in enumerate(states):
        set_state(lab, number, state)
    line = f"{GENERATE} {servers}"
    said = answer(interactive(lab, tmp_path, LOGIN, line), line)
    assert f"{CALL} {code}\n" in said
    assert [text.removeprefix("\tNode id ") for text in said.splitlines() if text.startswith("\tNode id ")] == lines
    assert [bool(keys) for keys in handles(lab)] == [GOOD.format(number) in lines for number in (0, 1)]
