"""Keys from one HSM to another, of the cluster or of another one of its lineage; who is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import MAXIMUM_KEYS, MAXIMUM_USERS, Cluster, KeySpec, Session
from hsmshell.engine.cluster.lifecycle import create
from hsmshell.engine.cluster.ownership import EVERYBODY
from hsmshell.engine.errors import (
    AccessDenied,
    HsmError,
    KeyIdExists,
    MaskedObjectInvalid,
    NodeUnavailable,
    ObjectCountExceeded,
    ObjectExists,
    ObjectHandleInvalid,
    UserCountExceeded,
    UserExists,
    UserNotAuthorized,
    UserNotFound,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state
from tests.engine.syncing import at, copied, missed, named, restored

# keys


@pytest.mark.parametrize("who", ["admin", "crypto_user"])
def test_a_key_that_one_hsm_missed(lab: Lab, cluster: Cluster, who: str) -> None:
    handle = missed(lab, ident=b"one", shares=(4,), quorum=2)
    session = login(cluster, who, "CO" if who == "admin" else "CU")
    assert copied(cluster, session, handle) == handle
    original, copy = at(cluster, 0, handle), at(cluster, 1, handle)
    assert original is not None
    assert copy == original._replace(container=cluster.nodes()[1].id), "the material is kept once for both"
    officer = login(cluster, "admin", "CO")
    digests = {cluster.ownership.keys_of(officer, node, EVERYBODY, digest=True).digest for node in cluster.nodes()}
    assert len(digests) == 1


def test_owner_and_sharers_are_the_same_people_under_other_numbers(lab: Lab, cluster: Cluster) -> None:
    officer, (_, second) = login(cluster, "admin", "CO"), cluster.nodes()
    cluster.delete_user(officer, second, "CU", "bob")
    cluster.delete_user(officer, second, "CU", "crypto_user")
    for name in ("Bob", "Crypto_User"):
        cluster.create_user(officer, second, "CU", name, "user1234")
    handle = missed(lab, shares=(4,))
    copied(cluster, officer, handle)
    copy = at(cluster, 1, handle)
    assert copy is not None
    assert (copy.owner, copy.shares) == (6, {5})


def test_a_key_that_is_there_already(lab: Lab, cluster: Cluster, officer: Session) -> None:
    handle = aes_key(cluster, login(cluster))
    with pytest.raises(ObjectExists):
        copied(cluster, officer, handle)
    # What differs between the two copies is not made equal.
    cluster.set_attribute(login(cluster), cluster.nodes()[0], handle, Attribute.LABEL, "new")
    with pytest.raises(ObjectExists):
        copied(cluster, officer, handle)


@pytest.mark.parametrize("name", ["crypto_user", "bob"])
def test_an_hsm_that_does_not_know_the_owner_or_a_sharer(
    lab: Lab, cluster: Cluster, officer: Session, name: str
) -> None:
    handle = missed(lab, shares=(4,))
    cluster.delete_user(officer, cluster.nodes()[1], "CU", name)
    with pytest.raises(UserNotFound):
        copied(cluster, officer, handle)
    assert at(cluster, 1, handle) is None
    number = {"crypto_user": 3, "bob": 4}[name]
    user = cluster.sync.extract_user(officer, cluster.nodes()[0], number)
    assert cluster.sync.insert_user(officer, cluster.nodes()[1], user) == number
    assert copied(cluster, officer, handle) == handle


def test_crypto_users_take_and_put_their_own_keys_alone(lab: Lab, cluster: Cluster, officer: Session) -> None:
    handle = missed(lab, shares=(4,))
    bob, (first, second) = login(cluster, "bob"), cluster.nodes()
    with pytest.raises(AccessDenied):
        cluster.sync.extract_key(bob, first, handle)
    masked = cluster.sync.extract_key(officer, first, handle)
    with pytest.raises(AccessDenied):
        cluster.sync.insert_key(bob, second, masked)
    assert cluster.sync.insert_key(login(cluster), second, masked) == handle


def test_a_session_key_stays(cluster: Cluster, officer: Session) -> None:
    session = login(cluster)
    handle = aes_key(cluster, session, session_only=True)
    for who in (session, officer):
        with pytest.raises(ObjectHandleInvalid):
            cluster.sync.extract_key(who, cluster.nodes()[0], handle)


def test_a_public_key_goes_by_itself(lab: Lab, cluster: Cluster, officer: Session) -> None:
    set_state(lab, 1, "down")
    public, private = cluster.generate_ec_pair(login(cluster), "prime256v1", KeySpec("pair")).handles
    set_state(lab, 1, "up")
    assert copied(cluster, officer, public) == public
    assert at(cluster, 1, private) is None


def test_an_id_that_another_key_has(lab: Lab, cluster: Cluster, officer: Session) -> None:
    handle = missed(lab, ident=b"one")
    set_state(lab, 0, "down")
    aes_key(cluster, login(cluster), ident=b"one")
    set_state(lab, 0, "up")
    with pytest.raises(KeyIdExists):
        copied(cluster, officer, handle)


# handles


def test_a_taken_handle_gives_way_to_a_new_one(lab: Lab, cluster: Cluster) -> None:
    clone = restored(lab)
    ours, theirs = aes_key(cluster, login(cluster), "ours"), aes_key(clone, login(clone), "theirs")
    assert ours == theirs
    masked = cluster.sync.extract_key(login(cluster, "admin", "CO"), cluster.nodes()[0], ours)
    handle = clone.sync.insert_key(login(clone, "admin", "CO"), clone.nodes()[0], masked)
    assert handle == theirs + 1
    assert [key.label for key in clone.find(login(clone))] == ["theirs", "ours"]


def test_a_handle_is_one_key_s_on_every_hsm_of_a_cluster(lab: Lab, cluster: Cluster) -> None:
    """The HSM that gets the key has the handle free, and another one of its cluster has not."""
    clone = restored(lab)
    second = clone.lifecycle.add_hsm()
    ours = aes_key(cluster, login(cluster), "ours")
    with lab.store.transaction():
        lab.store.set_container_state(second.id, "down")
    assert aes_key(clone, login(clone), "theirs") == ours
    with lab.store.transaction():
        lab.store.set_container_state(second.id, "up")
    masked = cluster.sync.extract_key(login(cluster, "admin", "CO"), cluster.nodes()[0], ours)
    handle = clone.sync.insert_key(login(clone, "admin", "CO"), second, masked)
    assert handle != ours
    assert sorted(key.label for key in clone.find(login(clone))) == ["ours", "theirs"]


def test_new_keys_never_collide_with_those_that_kept_their_handles(lab: Lab, cluster: Cluster) -> None:
    clone = restored(lab)
    session, officer = login(cluster), login(cluster, "admin", "CO")
    kept = [aes_key(cluster, session, f"{number}") for number in range(6)]
    for handle in (kept[1], kept[2], kept[4]):
        masked = cluster.sync.extract_key(officer, cluster.nodes()[0], handle)
        assert clone.sync.insert_key(login(clone, "admin", "CO"), clone.nodes()[0], masked) == handle
    made = [aes_key(clone, login(clone), f"new {number}") for number in range(4)]
    assert made == [kept[0], kept[3], kept[5], kept[5] + 1]
    added = clone.lifecycle.add_hsm()
    assert len(clone.find(login(clone))) == 7
    with lab.store.reading():
        assert len(lab.store.objects(added.id)) == 7


def test_a_masked_object_without_a_handle_gets_a_new_one(lab: Lab, cluster: Cluster) -> None:
    """It was extracted by key_mgmt_util."""
    handle = missed(lab)
    session = login(cluster)
    masked = cluster.masking.extract_masked_object(session, handle)
    new = cluster.sync.insert_key(session, cluster.nodes()[1], masked)
    assert new == 0x40000 + 6
    assert at(cluster, 1, handle) is None


# refusals by both

STEPS: dict[str, Callable[[Cluster, Session | None, int], object]] = {
    "extract key": lambda cluster, session, number: cluster.sync.extract_key(session, cluster.nodes()[number], 407),
    "insert key": lambda cluster, session, number: cluster.sync.insert_key(session, cluster.nodes()[number], b"x"),
    "extract user": lambda cluster, session, number: cluster.sync.extract_user(session, cluster.nodes()[number], 4),
    "insert user": lambda cluster, session, number: cluster.sync.insert_user(session, cluster.nodes()[number], b"x"),
}


@pytest.mark.parametrize("step", STEPS)
def test_who_must_be_logged_in_where(lab: Lab, cluster: Cluster, step: str) -> None:
    aes_key(cluster, login(cluster))
    alone = cluster.login("CO", "admin", "admin1234", cluster.nodes()[:1]).session
    assert alone is not None
    for session, number in ((None, 0), (alone, 1)):
        with pytest.raises(UserNotLoggedIn):
            STEPS[step](cluster, session, number)
    officer = login(cluster, "admin", "CO")
    set_state(lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        STEPS[step](cluster, officer, 1)


@pytest.mark.parametrize("step", ["extract user", "insert user"])
def test_users_are_the_officers_business(cluster: Cluster, step: str) -> None:
    with pytest.raises(UserNotAuthorized):
        STEPS[step](cluster, login(cluster), 0)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (ObjectHandleInvalid, lambda it, who: it.sync.extract_key(who, it.nodes()[0], 999)),
        (UserNotFound, lambda it, who: it.sync.extract_user(who, it.nodes()[0], 9)),
        (UserNotFound, lambda it, who: it.sync.extract_user(who, it.nodes()[0], 2)),
        (UserExists, lambda it, who: it.sync.insert_user(who, it.nodes()[1], masked_user(it, who))),
        (MaskedObjectInvalid, lambda it, who: it.sync.insert_key(who, it.nodes()[1], b"nothing")),
        (MaskedObjectInvalid, lambda it, who: it.sync.insert_key(who, it.nodes()[1], masked_user(it, who))),
        (MaskedObjectInvalid, lambda it, who: it.sync.insert_user(who, it.nodes()[1], masked_key(it, who))),
        (MaskedObjectInvalid, lambda it, who: it.sync.insert_user(who, it.nodes()[1], masked_user(it, who)[:-1])),
    ],
)
def test_refused_and_nothing_changed(
    cluster: Cluster, officer: Session, error: type[HsmError], step: Callable[[Cluster, Session], object]
) -> None:
    aes_key(cluster, login(cluster))

    def everything() -> object:
        with cluster.lab.store.reading():
            store = cluster.lab.store
            return [(store.users(node.id), store.objects(node.id)) for node in cluster.nodes()]

    before = everything()
    with pytest.raises(error) as raised:
        step(cluster, officer)
    assert raised.type is error
    assert everything() == before


def masked_user(cluster: Cluster, officer: Session) -> bytes:
    return cluster.sync.extract_user(officer, cluster.nodes()[0], 4)


def masked_key(cluster: Cluster, officer: Session) -> bytes:
    return cluster.sync.extract_key(officer, cluster.nodes()[0], 407)


def test_another_lineage_takes_neither(lab: Lab, cluster: Cluster, officer: Session) -> None:
    handle = aes_key(cluster, login(cluster))
    user, key = masked_user(cluster, officer), cluster.sync.extract_key(officer, cluster.nodes()[0], handle)
    stranger = create(lab, "stranger")
    node = stranger.lifecycle.add_hsm("10.9.0.9")
    with lab.store.transaction():
        lab.store.set_device_settings(stranger.device.id, {**stranger.device.settings, "initialized": True})
        admin = named(cluster, 0, "admin")
        assert admin is not None
        lab.store.replace_user(admin._replace(container=node.id))
    there = login(lab.clusters()[-1], "admin", "CO")
    for insert, masked in ((stranger.sync.insert_key, key), (stranger.sync.insert_user, user)):
        with pytest.raises(MaskedObjectInvalid):
            insert(there, node, masked)


def test_a_clone_gets_user_and_key(lab: Lab, cluster: Cluster, officer: Session) -> None:
    clone = restored(lab)
    (node,) = clone.nodes()
    for one in cluster.nodes():
        cluster.create_user(officer, one, "CU", "carol", "carol1234")
    carol = login(cluster, "carol", password="carol1234")
    handle = aes_key(cluster, carol, "carol's", shares=(4,))
    there = login(clone, "admin", "CO")
    key = cluster.sync.extract_key(officer, cluster.nodes()[0], handle)
    with pytest.raises(UserNotFound):
        clone.sync.insert_key(there, node, key)
    clone.sync.insert_user(there, node, cluster.sync.extract_user(officer, cluster.nodes()[0], 5))
    assert clone.sync.insert_key(there, node, key) == handle
    again = login(clone, "carol", password="carol1234")
    with lab.store.reading():
        fingerprints = {lab.fingerprint(one.read_key(who, handle)) for one, who in ((cluster, carol), (clone, again))}
    assert len(fingerprints) == 1


# room


def test_a_full_hsm_takes_neither_key_nor_user(lab: Lab, cluster: Cluster, officer: Session) -> None:
    handle = missed(lab)
    cluster.create_user(officer, cluster.nodes()[0], "CU", "carol", "carol1234")
    user = cluster.sync.extract_user(officer, cluster.nodes()[0], 5)
    set_state(lab, 1, "full")
    with pytest.raises(ObjectCountExceeded):
        copied(cluster, officer, handle)
    with pytest.raises(UserCountExceeded):
        cluster.sync.insert_user(officer, cluster.nodes()[1], user)
    set_state(lab, 1, "drop-sync")
    assert copied(cluster, officer, handle) == handle, "what is put there by name arrives"
    assert cluster.sync.insert_user(officer, cluster.nodes()[1], user) == 5


def test_the_last_key_and_the_last_user_that_fit(lab: Lab, cluster: Cluster, officer: Session) -> None:
    one, other = missed(lab), missed(lab)
    first, second = cluster.nodes()
    for name in ("carol", "dave"):
        cluster.create_user(officer, first, "CU", name, "user1234")
    with lab.store.transaction():
        key, user = lab.store.object(first.id, one), lab.store.user_numbered(second.id, 4)
        assert key is not None
        assert user is not None
        for number in range(MAXIMUM_KEYS - 1):
            lab.store.add_object(key._replace(container=second.id, handle=1000 + number))
        for number in range(MAXIMUM_USERS - 5):
            lab.store.add_user(user._replace(number=100 + number, name=f"user{number}"))
    assert copied(cluster, officer, one) == one
    with pytest.raises(ObjectCountExceeded):
        copied(cluster, officer, other)
    for number, error in ((5, None), (6, UserCountExceeded)):
        masked = cluster.sync.extract_user(officer, first, number)
        if error is None:
            cluster.sync.insert_user(officer, second, masked)
        else:
            with pytest.raises(error):
                cluster.sync.insert_user(officer, second, masked)
