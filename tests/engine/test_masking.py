"""Masked objects: what comes back is what was sealed, and only in the lineage that sealed it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.errors import (
    AccessDenied,
    KeyIdExists,
    MaskedObjectInvalid,
    NodeUnavailable,
    ObjectHandleInvalid,
    UserNotFound,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state

CLUSTERS = """
[[cluster]]
name = "here"
  [[cluster.hsm]]
  id = "hsm-a"
  address = "10.0.0.1"
  [[cluster.user]]
  id = 3
  type = "CU"
  name = "crypto_user"
  password = "user1234"
[[cluster]]
name = "there"
  [[cluster.hsm]]
  id = "hsm-b"
  address = "10.0.0.2"
  [[cluster.user]]
  id = 7
  type = "CU"
  name = "crypto_user"
  password = "user1234"
"""


def test_everything_but_the_handle_comes_back(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session, "kept", extractable=False, shares=(4,), quorum=2)
    masked = cluster.masking.extract_masked_object(session, handle)
    created = cluster.masking.insert_masked_object(session, masked)
    old, new = cluster.read_key(session, handle), cluster.read_key(session, created.handles[0])
    assert new == old._replace(handle=created.handles[0], material=new.material)
    with lab.store.reading():
        assert lab.store.material(new.material) == lab.store.material(old.material)
    assert [node.number for node in created.nodes] == [0, 1]
    assert created.handles[0] != handle


def test_pairs_too(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    for handle in cluster.generate_ec_pair(session, "prime256v1", KeySpec("pair")).handles:
        masked = cluster.masking.extract_masked_object(session, handle)
        new = cluster.masking.insert_masked_object(session, masked).handles[0]
        assert cluster.read_key(session, new).attributes == cluster.read_key(session, handle).attributes


def test_a_session_key_stays_one(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    masked = cluster.masking.extract_masked_object(session, aes_key(cluster, session, session_only=True))
    created = cluster.masking.insert_masked_object(session, masked)
    assert len(created.nodes) == 1
    cluster.logout(session)
    assert cluster.find(login(cluster)) == []


def test_the_file_says_nothing_of_the_key(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session, "a telling label")
    masked = cluster.masking.extract_masked_object(session, handle)
    with lab.store.reading():
        material = lab.store.material(cluster.read_key(session, handle).material)
    assert material not in masked
    assert material.hex().encode() not in masked
    assert b"telling" not in masked
    assert masked != cluster.masking.extract_masked_object(session, handle)


def test_only_the_owner_extracts(lab: Lab) -> None:
    cluster = lab.cluster()
    owner, sharer = login(cluster), login(cluster, "bob")
    handle = aes_key(cluster, owner, shares=(4,))
    with pytest.raises(AccessDenied):
        cluster.masking.extract_masked_object(sharer, handle)
    with pytest.raises(ObjectHandleInvalid):
        cluster.masking.extract_masked_object(owner, handle + 1)
    with pytest.raises(UserNotLoggedIn):
        cluster.masking.extract_masked_object(None, handle)


@pytest.mark.parametrize("place", [0, 31, 34, 40, -1, -17])
def test_a_damaged_file_makes_no_key(lab: Lab, place: int) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    masked = bytearray(cluster.masking.extract_masked_object(session, aes_key(cluster, session)))
    masked[place] ^= 1
    with pytest.raises(MaskedObjectInvalid):
        cluster.masking.insert_masked_object(session, bytes(masked))
    for part in (b"", bytes(masked[:20]), bytes(masked[:-30])):
        with pytest.raises(MaskedObjectInvalid):
            cluster.masking.insert_masked_object(session, part)
    assert len(cluster.find(session)) == 1


def test_another_lineage_cannot_open_it(lab_from: Callable[[str], Lab]) -> None:
    here, there = lab_from(CLUSTERS).clusters()
    session, other = login(here), login(there)
    masked = here.masking.extract_masked_object(session, aes_key(here, session))
    with pytest.raises(MaskedObjectInvalid):
        there.masking.insert_masked_object(other, masked)
    assert there.find(other) == []


def test_a_clone_can_and_knows_the_users_by_their_names(lab_from: Callable[[str], Lab]) -> None:
    """A cluster that was restored from another's backup has its masking key; its users may have other numbers."""
    lab = lab_from(CLUSTERS)
    here, there = lab.clusters()
    there.device = there.device._replace(secret=here.device.secret)
    session, other = login(here), login(there)
    handle = aes_key(here, session, "moved")
    created = there.masking.insert_masked_object(other, here.masking.extract_masked_object(session, handle))
    arrived = there.read_key(other, created.handles[0])
    assert arrived.owner == 7
    assert arrived.attributes == here.read_key(session, handle).attributes
    assert lab.fingerprint(arrived) == lab.fingerprint(here.read_key(session, handle))


def test_an_owner_who_is_not_there(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    masked = cluster.masking.extract_masked_object(session, aes_key(cluster, session, shares=(4,)))
    admin = login(cluster, "admin", "CO")
    for node in cluster.nodes():
        cluster.delete_user(admin, node, "CU", "bob")
    with pytest.raises(UserNotFound):
        cluster.masking.insert_masked_object(session, masked)
    assert len(cluster.find(session)) == 1


def test_an_id_stays_unique_and_a_minimum_is_kept(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    masked = cluster.masking.extract_masked_object(session, aes_key(cluster, session, ident=b"one"))
    with pytest.raises(KeyIdExists):
        cluster.masking.insert_masked_object(session, masked)
    plain = cluster.masking.extract_masked_object(session, aes_key(cluster, session))
    set_state(lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        cluster.masking.insert_masked_object(session, plain, minimum_nodes=2)
    assert [node.number for node in cluster.masking.insert_masked_object(session, plain).nodes] == [0]
    assert cluster.read_key(session, cluster.find(session)[0].handle).attributes[Attribute.ID] == b"one"
