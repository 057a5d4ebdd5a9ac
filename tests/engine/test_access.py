"""Passwords, and the table of rights walked cell by cell: every kind of user, every operation, every relation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import pytest

from hsmshell.engine.access import Operation, check_password, hash_password
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.cluster import Cluster, KeySpec, Session
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import (
    AccessDenied,
    HsmError,
    QuorumNotApproved,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from tests.conftest import KEYS, private_key
from tests.engine.driving import aes_key, login, quorum_signature

# passwords


def test_a_password_fits_its_own_verifier_only() -> None:
    verifier = hash_password("user1234", b"salt" * 4)
    assert check_password("user1234", verifier)
    assert not check_password("user1235", verifier)
    assert not check_password("", verifier)
    assert "user1234" not in verifier


def test_an_empty_verifier_fits_no_password() -> None:
    assert not check_password("", "")
    assert not check_password("anything", "")


def test_the_verifier_is_scrypt_of_rfc_7914() -> None:
    """The third vector of section 12 has p=1, r=8, n=16384; only its first half is kept here: 32 bytes."""
    verifier = hash_password("pleaseletmein", b"SodiumChloride", 16384)
    assert verifier == (
        "scrypt$16384$536f6469756d43686c6f72696465$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    )


@pytest.mark.parametrize("cost", [2, 1024, 4096])
def test_the_cost_is_part_of_the_verifier(cost: int) -> None:
    assert check_password("pass word \udcff", hash_password("pass word \udcff", b"0123456789abcdef", cost))


# rights


class World(NamedTuple):
    """A cluster with a key of crypto_user, shared with bob and nobody else. The key and the officers need approvals."""

    cluster: Cluster
    key: int
    public: int
    masked: bytes
    """A key of crypto_user that the second HSM lacks, sealed."""
    sessions: dict[str, Session | None]


@pytest.fixture
def world(lab: Lab) -> World:
    cluster = lab.cluster()
    officer = login(cluster, "admin", "CO")
    for node in cluster.nodes():
        cluster.create_user(officer, node, "CU", "stranger", "user1234")
        cluster.create_user(officer, node, "CU", "spare", "user1234")
        cluster.create_user(officer, node, "PRECO", "novice", "user1234")
        cluster.create_user(officer, node, "PCO", "first", "user1234")
        cluster.quorum.set_quorum_value(officer, node, Service.USER_MGMT, 2)
    owner = login(cluster)
    key = aes_key(cluster, owner, shares=(4,), quorum=2)
    public, _ = cluster.generate_rsa_pair(owner, 2048, 65537, KeySpec("pair")).handles
    sessions: dict[str, Session | None] = {
        "nobody": None,
        "officer": officer,
        "first officer": login(cluster, "first", "PCO", "user1234"),
        "novice": login(cluster, "novice", "PRECO", "user1234"),
        "owner": owner,
        "sharer": login(cluster, "bob"),
        "stranger": login(cluster, "stranger", "CU", "user1234"),
    }
    lost, second = aes_key(cluster, owner, "lost"), cluster.nodes()[1]
    masked = cluster.sync.extract_key(owner, cluster.nodes()[0], lost)
    with lab.store.transaction():
        lab.store.delete_object(second.id, lost)
    return World(cluster, key, public, masked, sessions)


Act = Callable[[World, Session | None], object]


def _change_own(world: World, session: Session | None) -> None:
    """Whoever it is; nobody has no name of his own."""
    for node in world.cluster.nodes():
        kind = session.user_type.value if session else "CU"
        name = session.user_name if session else "bob"
        world.cluster.change_password(session, node, kind, name, "newpass77")


def _register(world: World, session: Session | None) -> None:
    """The caller's own key."""
    private = private_key(KEYS / "1.pem")
    kind, name = (session.user_type.value, session.user_name) if session else ("CU", "bob")
    node, signature = world.cluster.nodes()[0], quorum_signature(private, b"token")
    world.cluster.quorum.register_quorum_key(session, node, kind, name, b"token", signature, public_of(private))


def _approve(world: World, session: Session | None) -> None:
    """Whoever may do it is told that there is no token."""
    with contextlib.suppress(QuorumNotApproved):
        world.cluster.quorum.approve_token(session, b"", [], 0)


def _told_to_ask(act: Act) -> Act:
    """Whoever may do it is told that approvals are missing."""

    def told(world: World, session: Session | None) -> None:
        with contextlib.suppress(QuorumNotApproved):
            act(world, session)

    return told


ACTS: dict[Operation, Act] = {
    Operation.CREATE_KEY: lambda w, s: aes_key(w.cluster, s),  # type: ignore[arg-type]
    Operation.USE_KEY: lambda w, s: w.cluster.wrap_data(s, w.key, bytes(16), Mechanism.AES_KEY_WRAP),
    Operation.READ_KEY: lambda w, s: w.cluster.read_key(s, w.key),
    Operation.EXTRACT_KEY: lambda w, s: w.cluster.wrap_key(s, w.public, w.key, Mechanism.RSA_PKCS_OAEP),
    Operation.MASK_KEY: lambda w, s: w.cluster.masking.extract_masked_object(s, w.key),
    Operation.SYNC_KEY: lambda w, s: w.cluster.sync.extract_key(s, w.cluster.nodes()[0], w.key),
    Operation.INSERT_KEY: lambda w, s: w.cluster.sync.insert_key(s, w.cluster.nodes()[1], w.masked),
    Operation.LIST_ALL_KEYS: lambda w, s: w.cluster.ownership.keys_of(s, w.cluster.nodes()[0], 3, digest=True),
    Operation.SYNC_USER: lambda w, s: w.cluster.sync.extract_user(s, w.cluster.nodes()[0], 4),
    Operation.CHANGE_KEY: lambda w, s: w.cluster.set_attribute(
        s, w.cluster.nodes()[0], w.key, Attribute.LABEL, "changed"
    ),
    Operation.TRUST_KEY: lambda w, s: w.cluster.set_attribute(s, w.cluster.nodes()[0], w.key, Attribute.TRUSTED, True),
    Operation.DELETE_KEY: lambda w, s: w.cluster.delete_key(s, w.key),
    Operation.SHARE_KEY: _told_to_ask(lambda w, s: w.cluster.share_key(s, w.cluster.nodes()[0], w.key, 6, share=True)),
    Operation.CREATE_USER: _told_to_ask(
        lambda w, s: w.cluster.create_user(s, w.cluster.nodes()[0], "CU", "newbie", "user1234")
    ),
    Operation.DELETE_USER: _told_to_ask(lambda w, s: w.cluster.delete_user(s, w.cluster.nodes()[0], "CU", "spare")),
    Operation.CHANGE_OWN_PASSWORD: _change_own,
    Operation.CHANGE_OTHER_PASSWORD: _told_to_ask(
        lambda w, s: w.cluster.change_password(s, w.cluster.nodes()[0], "CU", "spare", "newpass77")
    ),
    Operation.REGISTER_QUORUM_KEY: _register,
    Operation.SET_QUORUM_VALUE: lambda w, s: w.cluster.quorum.set_quorum_value(
        s, w.cluster.nodes()[0], Service.MISC_CO, 2
    ),
    Operation.REQUEST_TOKEN: lambda w, s: w.cluster.quorum.get_token(s, Service.USER_MGMT),
    Operation.REQUEST_KEY_TOKEN: lambda w, s: w.cluster.quorum.get_token(s, Service.KEY_USE, w.key),
    Operation.APPROVE_TOKEN: _approve,
    Operation.LIST_TOKENS: lambda w, s: w.cluster.quorum.tokens(s, w.cluster.nodes()[0]),
    Operation.DELETE_TOKENS: lambda w, s: w.cluster.quorum.delete_tokens(s),
}

OFFICERS = {"officer", "first officer"}
CRYPTO_USERS = {"owner", "sharer", "stranger"}

PERMITTED: dict[Operation, set[str]] = {
    Operation.CREATE_KEY: CRYPTO_USERS,
    Operation.USE_KEY: {"owner", "sharer"},
    Operation.READ_KEY: {"owner", "sharer"},
    Operation.EXTRACT_KEY: {"owner"},
    Operation.MASK_KEY: {"owner"},
    Operation.SYNC_KEY: {*OFFICERS, "owner"},
    Operation.INSERT_KEY: {*OFFICERS, "owner"},
    Operation.LIST_ALL_KEYS: OFFICERS,
    Operation.SYNC_USER: OFFICERS,
    Operation.CHANGE_KEY: {"owner"},
    Operation.TRUST_KEY: OFFICERS,
    Operation.DELETE_KEY: {"owner"},
    Operation.SHARE_KEY: {"owner"},
    Operation.CREATE_USER: OFFICERS,
    Operation.DELETE_USER: OFFICERS,
    Operation.CHANGE_OWN_PASSWORD: {*OFFICERS, *CRYPTO_USERS, "novice"},
    Operation.CHANGE_OTHER_PASSWORD: OFFICERS,
    Operation.REGISTER_QUORUM_KEY: OFFICERS | CRYPTO_USERS,
    Operation.SET_QUORUM_VALUE: OFFICERS,
    Operation.REQUEST_TOKEN: OFFICERS,
    Operation.REQUEST_KEY_TOKEN: {"owner", "sharer"},
    Operation.APPROVE_TOKEN: OFFICERS | CRYPTO_USERS,
    Operation.LIST_TOKENS: OFFICERS | CRYPTO_USERS,
    Operation.DELETE_TOKENS: OFFICERS | CRYPTO_USERS,
}
"""What the guide says, written down once more and not taken from the engine's own table."""

RIGHT_KIND: dict[Operation, set[str]] = {
    operation: OFFICERS if permitted <= OFFICERS else CRYPTO_USERS for operation, permitted in PERMITTED.items()
}
WHO = ("nobody", "officer", "first officer", "novice", "owner", "sharer", "stranger")


def _refusal(operation: Operation, who: str) -> type[HsmError]:
    if who == "nobody":
        return UserNotLoggedIn
    return AccessDenied if who in RIGHT_KIND[operation] else UserNotAuthorized


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("operation", Operation)
def test_rights(world: World, operation: Operation, who: str) -> None:
    before = _picture(world)
    session = world.sessions[who]
    if who in PERMITTED[operation]:
        ACTS[operation](world, session)
        return
    refusal = _refusal(operation, who)
    with pytest.raises(refusal) as raised:
        ACTS[operation](world, session)
    assert raised.type is refusal
    assert _picture(world) == before


def test_every_operation_is_walked() -> None:
    assert set(ACTS) == set(PERMITTED) == set(Operation)


def test_a_public_key_is_anybodys_to_use(world: World) -> None:
    stranger = world.sessions["stranger"]
    assert world.cluster.export_public_key(stranger, world.public)
    assert world.cluster.wrap_data(stranger, world.public, bytes(32), Mechanism.RSA_PKCS_OAEP)
    with pytest.raises(AccessDenied):
        world.cluster.delete_key(stranger, world.public)


def _picture(world: World) -> object:
    """Everything that a refused operation might have changed."""
    store = world.cluster.lab.store
    with store.reading():
        nodes = world.cluster.nodes()
        return nodes, [(store.users(node.id), store.objects(node.id), store.tokens(node.id)) for node in nodes]
