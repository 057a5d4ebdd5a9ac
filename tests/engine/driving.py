"""Short ways to what the engine's tests need again and again."""

from __future__ import annotations

from hsmshell.engine.appliance import Application, Session
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import Cluster, KeySpec
from hsmshell.engine.cluster import Session as Login
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.signatures import sign

PASSWORDS = {"admin": "admin1234", "crypto_user": "user1234", "bob": "user1234"}
"""The users of the scenario migration."""

PIN = "password"
"""The Crypto Officer's PIN of both its partitions."""


def login(cluster: Cluster, name: str = "crypto_user", user_type: str = "CU", password: str = "") -> Login:
    """A session with every HSM."""
    session = cluster.login(user_type, name, password or PASSWORDS[name], cluster.nodes()).session
    assert session is not None
    return session


def aes_key(cluster: Cluster, session: Login, label: str = "key", **spec: object) -> int:
    """A new AES key's handle."""
    made = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec(label, **spec))  # type: ignore[arg-type]
    return made.handles[0]


def quorum_signature(private_der: bytes, data: bytes) -> bytes:
    """What an approver makes of a token file."""
    return sign(Mechanism.SHA256_RSA_PKCS, private_der, data)


def set_state(lab: Lab, number: int, state: str) -> None:
    """Take an HSM of the cluster down, or bring it up."""
    with lab.store.transaction():
        node = next(node for node in lab.cluster().nodes() if node.number == number)
        lab.store.set_container_state(node.id, state)


def open_partition(lab: Lab, slot: int = 1) -> tuple[Application, Session]:
    """A program on a partition, logged in as its Crypto Officer."""
    from hsmshell.engine.access import Role

    application = lab.application()
    session = application.open_session(slot)
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    return application, session
