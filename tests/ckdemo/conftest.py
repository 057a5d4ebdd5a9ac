"""A lab for each test, and a way to type into ckdemo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.ckdemo import run
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.appliance import Session
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import StoredObject

LOGIN = ["1", "1", "1", "3", "1", "password"]
"""Opens a session with slot 1 and logs the crypto officer in."""
FLAGS = ["1"] * 9
"""Yes to every question about a new key."""
VALUE_KEY = ["1", "0", "4", "1", "10", "31", "1", "5", "00112233445566778899aabbccddeeff"]
"""Template entries of an AES key made from its bytes."""
NEWER_SCENARIO = """\
password_cost = 2
[[appliance]]
profile = "luna7"
[[appliance.partition]]
slot = 1
label = "p"
crypto_officer_pin = "password"
next_handle = 120
"""
"""An empty partition of a Luna 7, whose first object gets the handle 120."""
GOOD = "Status: Doing great, no errors (CKR_OK)"


class Played(NamedTuple):
    """What came of a run."""

    code: int
    text: str

    @property
    def statuses(self) -> list[str]:
        """The status lines after the greeting's."""
        return [line for line in self.text.splitlines() if line.startswith("Status: ")][1:]

    @property
    def last(self) -> str:
        """What the last action wrote, from its number on."""
        return self.text.split("Enter your choice : ")[-2]


class Desk:
    """A lab, a working directory, and ckdemo started in it as often as one likes."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.directory = directory

    def play(self, *answers: str, arguments: Sequence[str] = ("--no-menu",)) -> Played:
        console = ScriptedConsole(answers)
        code = run(arguments, Context(self.lab, console, Files(str(self.directory))))
        return Played(code, console.text)

    def logged_in(self, *answers: str) -> Played:
        """The same after opening a session and logging in, with an orderly exit."""
        return self.play(*LOGIN, *answers, "0")

    def objects(self) -> list[tuple[StoredObject, bytes]]:
        """Everything in the first partition, with its material."""
        partition = self.lab.appliance().partitions()[0]
        with self.lab.store.reading():
            items = self.lab.store.objects(partition.id)
            return [(item, self.lab.store.material(item.material)) for item in items]

    def material(self, handle: int) -> bytes:
        return next(material for item, material in self.objects() if item.handle == handle)

    def attributes(self, handle: int) -> Mapping[Attribute, AttributeValue]:
        return next(item.attributes for item, _ in self.objects() if item.handle == handle)

    def session(self) -> Session:
        """A crypto officer's session, for putting things into the partition."""
        application = self.lab.application()
        session = application.open_session(1)
        application.login_activated(session)
        self.application = application
        return session


@pytest.fixture
def desk(lab: Lab, work: Path) -> Desk:
    return Desk(lab, work)


@pytest.fixture
def desk_from(lab_from: Callable[[str], Lab], work: Path) -> Callable[[str], Desk]:
    """Makes a desk with a lab from a scenario's text."""
    return lambda scenario: Desk(lab_from(scenario), work)
