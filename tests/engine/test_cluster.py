"""A cluster's keys: replication, HSMs that are down, handles, rules for new keys, wrapping."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.cluster import Criteria, KeySpec
from hsmshell.engine.cluster.cluster import HANDLE_RANGE
from hsmshell.engine.errors import (
    AccessDenied,
    AttributeReadOnly,
    AttributeValueInvalid,
    KeyFunctionNotPermitted,
    KeyIdExists,
    KeyUnextractable,
    NodeUnavailable,
    ObjectHandleInvalid,
    PolicyViolation,
    QuorumValueInvalid,
    ShareListInvalid,
    WrappedKeyInvalid,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters
from tests.engine.driving import aes_key, login, set_state

# keys on their HSMs


def test_a_key_is_on_both_hsms_under_one_handle(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    made = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("here and there"))
    assert [node.number for node in made.nodes] == [0, 1]
    first, second = (cluster.read_key(session, made.handles[0], node) for node in cluster.nodes())
    assert first._replace(container=0) == second._replace(container=0)


def test_the_guides_pair_is_407_and_408(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    made = cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("classic_wrap"))
    assert made.handles == (407, 408)
    classes = [cluster.read_key(session, handle).object_class for handle in made.handles]
    assert classes == [ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY]


def test_a_session_key_is_on_one_hsm_and_ends_with_the_session(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    made = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("for now", session_only=True))
    assert [node.number for node in made.nodes] == [0]
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(login(cluster), made.handles[0])
    cluster.logout(session)
    assert cluster.find(login(cluster)) == []


def test_with_one_hsm_down_keys_are_made_on_the_other(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    set_state(lab, 0, "down")
    made = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("lonely"))
    assert [node.number for node in made.nodes] == [1]
    assert made.handles[0] >= HANDLE_RANGE
    with pytest.raises(NodeUnavailable):
        cluster.read_key(session, made.handles[0], cluster.nodes()[0])
    set_state(lab, 0, "up")
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(session, made.handles[0], cluster.nodes()[0])
    assert cluster.read_key(session, made.handles[0]).label == "lonely"
    following = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("together"))
    assert len(following.nodes) == 2
    assert following.handles != made.handles


def test_with_all_hsms_down_nothing_goes(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    for number in (0, 1):
        set_state(lab, number, "down")
    with pytest.raises(NodeUnavailable):
        aes_key(cluster, session)
    with pytest.raises(NodeUnavailable):
        cluster.find(session)
    answer = cluster.login("CU", "bob", "user1234", cluster.nodes())
    assert answer.session is None
    assert {type(outcome.error) for outcome in answer.outcomes} == {NodeUnavailable}


def test_minimum_nodes(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    aes_key(cluster, session, minimum_nodes=2)
    with pytest.raises(NodeUnavailable):
        aes_key(cluster, session, minimum_nodes=3)
    set_state(lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        aes_key(cluster, session, minimum_nodes=2)
    assert len(cluster.find(session)) == 1


def test_a_key_deleted_with_one_hsm_down_stays_there(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    handle = aes_key(cluster, session)
    set_state(lab, 1, "down")
    up, down = cluster.delete_key(session, handle)
    assert up.error is None
    assert isinstance(down.error, NodeUnavailable)
    set_state(lab, 1, "up")
    assert cluster.read_key(session, handle, cluster.nodes()[1]).handle == handle


GENERATOR = """
import json, sys
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.lab import Lab
lab = Lab.open(sys.argv[1])
cluster = lab.cluster()
session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
sys.stdin.readline()
made = [cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec(f"{sys.argv[2]} {n}")).handles[0]
        for n in range(25)]
print(json.dumps(made))
lab.close()
"""


def test_two_processes_never_get_the_same_handle(lab: Lab) -> None:
    command = [sys.executable, "-c", GENERATOR, lab.directory]
    processes = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    handles = [handle for output in outputs for handle in json.loads(output)]
    assert len(handles) == len(set(handles)) == 50
    cluster = lab.cluster()
    found = cluster.find(login(cluster))
    assert [key.handle for key in found] == sorted(handles)
    assert len({key.attributes[Attribute.CHECK_VALUE] for key in found}) > 40


# what a key's maker may ask for


def test_ids_are_unique(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    aes_key(cluster, session, ident=b"one")
    with pytest.raises(KeyIdExists):
        aes_key(cluster, session, ident=b"one")
    aes_key(cluster, session, ident=b"two")
    for _ in range(2):
        aes_key(cluster, session)  # having none is no conflict


@pytest.mark.parametrize("shares", [(3,), (99,), (1,), (2,), (4, 99)])
def test_share_lists_that_are_refused(lab: Lab, shares: tuple[int, ...]) -> None:
    """The owner's own number, nobody's, an officer's, the appliance user's."""
    cluster = lab.cluster()
    session = login(cluster)
    with pytest.raises(ShareListInvalid):
        aes_key(cluster, session, shares=shares)
    assert cluster.find(session) == []


@pytest.mark.parametrize(("shares", "quorum"), [((4,), 3), ((), 1), ((4, 4), 3)])
def test_quorums_that_nobody_could_meet(lab: Lab, shares: tuple[int, ...], quorum: int) -> None:
    cluster = lab.cluster()
    with pytest.raises(QuorumValueInvalid):
        aes_key(cluster, login(cluster), shares=shares, quorum=quorum)


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65537), (2047, 65537), (8192, 65537), (2048, 3), (2048, 65538)])
def test_pairs_that_fips_refuses(lab: Lab, bits: int, exponent: int) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    with pytest.raises(PolicyViolation):
        cluster.generate_rsa_pair(session, bits, exponent, KeySpec("pair"))
    assert aes_key(cluster, session) == 407, "a refused pair uses up no handle"


def test_finding(lab: Lab) -> None:
    cluster = lab.cluster()
    owner, sharer = login(cluster), login(cluster, "bob")
    mine = aes_key(cluster, owner, "mine")
    ours = aes_key(cluster, owner, "ours", shares=(4,), ident=b"x")
    public, private = cluster.generate_rsa_pair(owner, 2048, 65537, KeySpec("pair")).handles
    now = aes_key(cluster, owner, "now", session_only=True)

    def find(session: object, **criteria: object) -> list[int]:
        return [key.handle for key in cluster.find(session, Criteria(**criteria))]  # type: ignore[arg-type]

    assert find(owner) == [mine, ours, public, private, now]
    assert find(sharer) == [ours, public]
    assert find(owner, label="ours") == find(owner, ident=b"x") == [ours]
    assert find(owner, object_class=int(ObjectClass.SECRET_KEY), session_keys=False) == [mine, ours]
    assert find(owner, session_keys=True) == [now]
    assert find(owner, users=frozenset({4})) == [ours, public]
    assert find(owner, key_type=int(KeyType.RSA), object_class=int(ObjectClass.PRIVATE_KEY)) == [private]
    modulus = cluster.read_key(owner, public).attributes[Attribute.MODULUS]
    assert find(owner, modulus=modulus) == [public, private]
    check = cluster.read_key(owner, mine).attributes[Attribute.CHECK_VALUE]
    assert find(owner, check_value=check, label="mine") == [mine]


# attributes


def test_what_may_change(lab: Lab) -> None:
    cluster = lab.cluster()
    owner, node = login(cluster), cluster.nodes()[0]
    handle = aes_key(cluster, owner)
    cluster.set_attribute(owner, node, handle, Attribute.LABEL, "renamed")
    first, second = (cluster.read_key(owner, handle, node).label for node in cluster.nodes())
    assert (first, second) == ("renamed", "key"), "each HSM is told by itself"
    with pytest.raises(AttributeReadOnly):
        cluster.set_attribute(owner, node, handle, Attribute.EXTRACTABLE, False)
    with pytest.raises(AttributeValueInvalid):
        cluster.set_attribute(owner, node, handle, Attribute.WRAP, 1)


def test_wrap_with_trusted_is_a_one_way_street(lab: Lab) -> None:
    cluster = lab.cluster()
    owner, officer = login(cluster), login(cluster, "admin", "CO")
    node = cluster.nodes()[0]
    target, wrapper = aes_key(cluster, owner), aes_key(cluster, owner, "wrapper")
    cluster.set_attribute(owner, node, target, Attribute.WRAP_WITH_TRUSTED, True)
    with pytest.raises(AttributeReadOnly):
        cluster.set_attribute(owner, node, target, Attribute.WRAP_WITH_TRUSTED, False)
    with pytest.raises(AccessDenied):
        cluster.wrap_key(owner, wrapper, target, Mechanism.AES_KEY_WRAP)
    cluster.set_attribute(officer, node, wrapper, Attribute.TRUSTED, True)
    assert cluster.wrap_key(owner, wrapper, target, Mechanism.AES_KEY_WRAP)[1]


# out and in


def test_a_key_goes_out_and_comes_back(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    public, private = cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair")).handles
    handle = aes_key(cluster, session, "traveller")
    for mechanism in (Mechanism.RSA_PKCS_OAEP, Mechanism.RSA_AES_KEY_WRAP):
        parameters = MechanismParameters(hash=Hash.SHA256)
        key, wrapped = cluster.wrap_key(session, public, handle, mechanism, parameters)
        back = cluster.unwrap_key(
            session, private, wrapped, mechanism, key.object_class, key.key_type, KeySpec("back"), parameters
        )
        arrived = cluster.read_key(session, back.handles[0])
        assert arrived.attributes[Attribute.CHECK_VALUE] == key.attributes[Attribute.CHECK_VALUE]
        with lab.store.reading():
            assert lab.store.material(arrived.material) == lab.store.material(key.material)
        assert not arrived.flag(Attribute.LOCAL)
        with pytest.raises(WrappedKeyInvalid):
            cluster.unwrap_key(
                session, private, wrapped, mechanism, key.object_class, key.key_type, KeySpec("wrong hash")
            )


def test_what_wrapping_refuses(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    public, private = cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair")).handles
    fixed = aes_key(cluster, session, "fixed", extractable=False)
    free = aes_key(cluster, session, "free")
    cases = [
        (KeyUnextractable, free, fixed, Mechanism.AES_KEY_WRAP),
        (WrappingKeyTypeInconsistent, public, free, Mechanism.AES_KEY_WRAP),
        (KeyFunctionNotPermitted, private, free, Mechanism.RSA_PKCS_OAEP),
        (ObjectHandleInvalid, free, public, Mechanism.AES_KEY_WRAP),
        (ObjectHandleInvalid, 12345, free, Mechanism.AES_KEY_WRAP),
        (ObjectHandleInvalid, free, 12345, Mechanism.AES_KEY_WRAP),
    ]
    for error, wrapping, target, mechanism in cases:
        with pytest.raises(error) as raised:
            cluster.wrap_key(session, wrapping, target, mechanism)
        assert raised.type is error
