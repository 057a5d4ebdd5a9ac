"""A lab for each test, and a way to type into cloudhsm_mgmt_util."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.cloudhsm_mgmt_util import run
from hsmshell.console import Context, Files, Part
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.cluster import KeySpec, Session
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, StoredObject, Token, User
from hsmshell.engine.services import Services, generate_rsa
from tests.conftest import NOON

ZERO, ONE = "0(10.0.2.9)", "1(10.0.3.11)"
"""The lab's two servers as messages name them."""
OFFICER, USER, BOB = "loginHSM CO admin admin1234", "loginHSM CU crypto_user user1234", "loginHSM CU bob user1234"


@lru_cache
def pooled_rsa(bits: int, exponent: int) -> bytes:
    return generate_rsa(bits, exponent)


SERVICES = Services(
    clock=lambda: NOON,
    random_bytes=lambda count: bytes(range(1, 256))[:count].ljust(count, b"\7"),
    rsa_key=pooled_rsa,
)


class Played(NamedTuple):
    """What came of a run."""

    code: int
    text: str
    parts: Sequence[Part]

    @property
    def replies(self) -> list[str]:
        """What followed each command line, dialogs included; the last one is the end of input."""
        exchanges = re.split(r"(?m)^(?:aws-cloudhsm|server\d+)>", self.text)[1:]
        return [exchange.partition("\n")[2] for exchange in exchanges]


class Desk:
    """A lab, a working directory, and the tool started in it as often as one likes."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.directory = directory
        self.cluster = lab.cluster()

    def play(self, *answers: str, arguments: Sequence[str] = ()) -> Played:
        return self.feed(answers, arguments)

    def feed(self, answers: Iterable[str], arguments: Sequence[str] = ()) -> Played:
        """``answers`` may be a generator that does something to the lab between two lines."""
        console = ScriptedConsole(answers)
        code = run(arguments, Context(self.lab, console, Files(str(self.directory))))
        return Played(code, console.text, console.parts)

    def reply(self, *answers: str) -> str:
        """What followed the last command line."""
        return self.play(*answers).replies[-2]

    # the state of the lab, past the tool

    @property
    def nodes(self) -> tuple[Container, ...]:
        return self.cluster.nodes()

    def power(self, number: int, state: str) -> None:
        with self.lab.store.transaction():
            self.lab.store.set_container_state(self.nodes[number].id, state)

    def user(self, name: str, number: int = 0) -> User | None:
        with self.lab.store.reading():
            return self.lab.store.user_named(self.nodes[number].id, name)

    def key(self, handle: int, number: int = 0) -> StoredObject:
        with self.lab.store.reading():
            found = self.lab.store.object(self.nodes[number].id, handle)
        assert found is not None
        return found

    def label(self, handle: int, number: int = 0) -> str:
        return str(self.key(handle, number).attributes[Attribute.LABEL])

    def everything(self) -> list[object]:
        """All users, keys, tokens and settings of all HSMs."""
        with self.lab.store.reading():
            store = self.lab.store
            return [
                (store.users(node.id), store.objects(node.id), store.tokens(node.id), node.settings)
                for node in store.containers(1)
            ]

    def tokens(self, number: int = 0) -> list[Token]:
        with self.lab.store.reading():
            return self.lab.store.tokens(self.nodes[number].id)

    def login(self, kind: str, name: str, password: str, number: int | None = None) -> Session:
        """A session of this process, on one HSM or on all."""
        nodes = self.nodes if number is None else [self.nodes[number]]
        session = self.cluster.login(kind, name, password, nodes).session
        assert session is not None
        return session

    def make_key(self, label: str = "k", size: int = 32, **spec: object) -> int:
        """An AES key of crypto_user."""
        session = self.login("CU", "crypto_user", "user1234")
        made = self.cluster.generate_secret_key(session, KeyType.AES, size, KeySpec(label, **spec))  # type: ignore[arg-type]
        self.cluster.logout(session)
        return made.handles[0]

    def make_pair(self) -> tuple[int, int]:
        """An RSA pair of crypto_user: public, private."""
        session = self.login("CU", "crypto_user", "user1234")
        made = self.cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair"))
        self.cluster.logout(session)
        public, private = made.handles
        return public, private


@pytest.fixture
def desk(lab_directory: Path, work: Path) -> Iterator[Desk]:
    lab = Lab.open(str(lab_directory), SERVICES)
    yield Desk(lab, work)
    lab.close()


@pytest.fixture
def elsewhere(desk: Desk) -> Iterator[Desk]:
    """The same lab in another process."""
    lab = Lab.open(desk.lab.directory, SERVICES)
    yield Desk(lab, desk.directory)
    lab.close()
