"""Whose the keys of an HSM are, and the digest by which two HSMs are compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import Cluster, KeySpec
from hsmshell.engine.cluster.ownership import EVERYBODY, KeysOfUser
from hsmshell.engine.errors import HsmError, NodeUnavailable, UserNotAuthorized, UserNotFound, UserNotLoggedIn
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state

OWNERS = ("crypto_user", "bob", "alone")

MODEL = 407
"""A key that both HSMs have; the others are made like it."""

Held = dict[int, tuple[str, frozenset[str]]]
"""Handle -> the owner's name, and the names of those with whom it is shared."""


def held(lab: Lab, number: int, user: int, *, digest: bool = False) -> KeysOfUser:
    cluster = lab.cluster()
    return cluster.ownership.keys_of(login(cluster, "admin", "CO"), cluster.nodes()[number], user, digest=digest)


def digests(lab: Lab) -> list[str]:
    return [held(lab, number, EVERYBODY, digest=True).digest for number in (0, 1)]


# the digest

holdings = st.dictionaries(
    st.sampled_from([6, 7, 131078, 262159]),
    st.tuples(st.sampled_from(OWNERS), st.frozensets(st.sampled_from(OWNERS), max_size=2)),
    max_size=4,
).map(lambda keys: {handle: (owner, shares - {owner}) for handle, (owner, shares) in keys.items()})


@pytest.fixture
def mixed(lab: Lab) -> Lab:
    """The second HSM knows bob under the number of a user whom the first knows under another one."""
    cluster = lab.cluster()
    first, second = cluster.nodes()
    officer = login(cluster, "admin", "CO")
    cluster.delete_user(officer, second, "CU", "bob")
    cluster.create_user(officer, first, "CU", "alone", "user1234")
    for name in ("alone", "bob"):
        cluster.create_user(officer, second, "CU", name.title(), "user1234")
    aes_key(cluster, login(cluster))
    return lab


def put(lab: Lab, number: int, keys: Held) -> None:
    """Make these the keys of an HSM."""
    cluster = lab.cluster()
    node = cluster.nodes()[number]
    with lab.store.transaction():
        model = lab.store.object(cluster.nodes()[0].id, MODEL)
        assert model is not None
        names = {user.name.lower(): user.number for user in lab.store.users(node.id)}
        for key in lab.store.objects(node.id):
            if key.handle != MODEL:
                lab.store.delete_object(node.id, key.handle)
        for handle, (owner, shares) in keys.items():
            of = {"owner": names[owner], "shares": frozenset(names[name] for name in shares)}
            lab.store.add_object(model._replace(container=node.id, handle=handle, **of))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=holdings, other=st.none() | holdings)
def test_it_is_equal_exactly_when_the_same_people_own_and_share_the_same_keys(
    mixed: Lab, one: Held, other: Held | None
) -> None:
    put(mixed, 0, one)
    put(mixed, 1, one if other is None else other)
    first, second = digests(mixed)
    assert (first == second) == (other is None or one == other)


def test_the_digest_does_not_depend_on_whose_keys_are_asked_for(mixed: Lab) -> None:
    put(mixed, 0, {6: ("bob", frozenset({"alone"}))})
    answers = [held(mixed, 0, user, digest=True) for user in (EVERYBODY, 1, 3, 4, 5)]
    assert len({answer.digest for answer in answers}) == 1
    assert len(answers[0].digest) == 64
    assert [len(answer.keys) for answer in answers] == [2, 0, 1, 1, 1]
    assert held(mixed, 0, EVERYBODY).digest == ""


def test_what_lives_in_a_session_and_what_a_key_is_called_do_not_count(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session)
    before = digests(lab)
    assert before[0] == before[1]
    passing = aes_key(cluster, session, session_only=True, shares=(4,))
    cluster.set_attribute(session, cluster.nodes()[0], handle, Attribute.LABEL, "another")
    assert digests(lab) == before
    assert [key.handle for key in held(lab, 0, 4).keys] == [passing]
    cluster.keep_key(session, passing)
    after = digests(lab)
    assert after[0] == after[1] != before[0]


def test_every_change_of_ownership_shows(lab: Lab) -> None:
    cluster = lab.cluster()
    session, (first, _) = login(cluster), cluster.nodes()
    handle = aes_key(cluster, session)
    same = digests(lab)[0]
    cluster.share_key(session, first, handle, 4, share=True)
    assert digests(lab)[0] != digests(lab)[1] == same
    cluster.share_key(session, first, handle, 4, share=False)
    assert digests(lab) == [same, same]
    set_state(lab, 1, "down")
    cluster.delete_key(session, handle)
    set_state(lab, 1, "up")
    assert digests(lab)[0] != digests(lab)[1]


# the list


def test_keys_come_in_the_order_of_their_places(mixed: Lab) -> None:
    """The lower 17 bits of a handle are the place; published lists are in this order."""
    keys: Held = {handle: ("bob", frozenset()) for handle in (131078, 6, 262159, 14, 17, 524296)}
    put(mixed, 0, keys)
    assert [key.handle for key in held(mixed, 0, 4).keys] == [6, 131078, 524296, 14, 262159, 17]


def test_owned_shared_and_of_everybody(mixed: Lab) -> None:
    put(mixed, 0, {6: ("bob", frozenset({"alone"})), 7: ("alone", frozenset())})
    assert [tuple(key) for key in held(mixed, 0, 5).keys] == [(6, False), (7, True)]
    assert [tuple(key) for key in held(mixed, 0, 4).keys] == [(6, True)]
    assert [tuple(key) for key in held(mixed, 0, EVERYBODY).keys] == [(6, True), (7, True), (407, True)]
    assert held(mixed, 0, 2).keys == ()


def test_a_public_key_is_its_owner_s_alone(lab: Lab) -> None:
    cluster = lab.cluster()
    made = cluster.generate_ec_pair(login(cluster), "prime256v1", KeySpec("pair", shares=(4,)))
    assert [key.handle for key in held(lab, 0, 3).keys] == list(made.handles)
    assert [key.handle for key in held(lab, 0, 4).keys] == [made.handles[1]]


# who may look

Asking = Callable[[Cluster], object]


def asked(cluster: Cluster, session: object, number: int = 0, user: int = 3) -> object:
    return cluster.ownership.keys_of(session, cluster.nodes()[number], user, digest=True)  # type: ignore[arg-type]


REFUSED: dict[str, tuple[type[HsmError], Asking]] = {
    "nobody": (UserNotLoggedIn, lambda cluster: asked(cluster, None)),
    "a crypto user": (UserNotAuthorized, lambda cluster: asked(cluster, login(cluster))),
    "no such user": (UserNotFound, lambda cluster: asked(cluster, login(cluster, "admin", "CO"), user=9)),
    "a number beyond all": (UserNotFound, lambda cluster: asked(cluster, login(cluster, "admin", "CO"), user=1 << 70)),
    "an HSM without the session": (
        UserNotLoggedIn,
        lambda cluster: asked(cluster, cluster.login("CO", "admin", "admin1234", cluster.nodes()[1:]).session),
    ),
}


@pytest.mark.parametrize("who", REFUSED)
def test_who_is_refused(lab: Lab, who: str) -> None:
    error, ask = REFUSED[who]
    with pytest.raises(error) as raised:
        ask(lab.cluster())
    assert raised.type is error


def test_an_hsm_that_is_down(lab: Lab) -> None:
    session = login(lab.cluster(), "admin", "CO")
    set_state(lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        asked(lab.cluster(), session, 1)
