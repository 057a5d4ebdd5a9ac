"""A lab whose users approve what others ask for."""

from __future__ import annotations

from pathlib import Path

from hsmshell.engine.access import UserType
from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.cluster.tokens import Approval, IssuedToken, Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, Token
from hsmshell.engine.services import Services
from tests.conftest import KEYS, NOON, private_key
from tests.engine.driving import PASSWORDS, aes_key, login, quorum_signature

PRIVATE = {
    name: private_key(KEYS / f"{number}.pem")
    for number, name in enumerate(("admin", "crypto_user", "bob", "second"), 1)
}
"""The users' own keys."""

OFFICERS = ("admin", "second", "third")
"""The officers by name; a test that wants the third one makes it."""


class World:
    """The scenario migration with a clock that can be set, a second officer, and users with registered keys."""

    def __init__(self, directory: Path, services: Services) -> None:
        self.clock = [NOON]
        self.lab = Lab.open(str(directory), services._replace(clock=lambda: self.clock[0]))
        self.cluster: Cluster = self.lab.cluster()
        officer = login(self.cluster, "admin", "CO")
        for node in self.nodes:
            self.cluster.create_user(officer, node, "CO", "second", "user1234")
        self.cluster.logout(officer)

    @property
    def nodes(self) -> tuple[Container, ...]:
        return self.cluster.nodes()

    def login(self, name: str = "crypto_user") -> Session:
        kind = "CO" if name in OFFICERS else "CU"
        return login(self.cluster, name, kind, PASSWORDS.get(name, "user1234"))

    def register(self, *names: str, nodes: tuple[Container, ...] = ()) -> None:
        for name in names:
            session, private = self.login(name), PRIVATE[name]
            for node in nodes or self.nodes:
                signature = quorum_signature(private, b"token")
                kind = session.user_type.value
                self.cluster.quorum.register_quorum_key(
                    session, node, kind, name, b"token", signature, public_of(private)
                )
            self.cluster.logout(session)

    def quorum_key(self, session: Session, quorum: int = 2) -> int:
        """A key of crypto_user that bob shares."""
        return aes_key(self.cluster, session, shares=(4,), quorum=quorum)

    def raise_services(self, *services: Service, value: int = 2) -> None:
        officer = self.login("admin")
        for service in services:
            for node in self.nodes:
                self.cluster.quorum.set_quorum_value(officer, node, service, value)
        self.cluster.logout(officer)

    def tokens(self, number: int = 0) -> list[Token]:
        with self.lab.store.reading():
            return self.lab.store.tokens(self.nodes[number].id)

    def everything(self) -> object:
        with self.lab.store.reading():
            store = self.lab.store
            return self.nodes, [(store.users(node.id), store.tokens(node.id)) for node in self.nodes]


def file_of(issued: tuple[IssuedToken, ...]) -> bytes:
    return b"".join(one.state.record for one in issued)


def approvals(data: bytes, *names: str) -> list[Approval]:
    kinds = dict.fromkeys(OFFICERS, UserType.CRYPTO_OFFICER)
    return [
        Approval(kinds.get(name, UserType.CRYPTO_USER), name, quorum_signature(PRIVATE[name], data)) for name in names
    ]


def hand_in(world: World, session: Session, data: bytes, *names: str) -> list[type | None]:
    """Approve; what each HSM that was asked said."""
    outcomes = world.cluster.quorum.approve_token(session, data, approvals(data, *names), len(names))
    return [type(outcome.error) if outcome.error else None for outcome in outcomes]
