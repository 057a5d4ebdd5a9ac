"""A lab for each test, and a way to start cmu in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.cmu import run
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine import encodings
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import StoredObject

MENU = "Select token\n[1] Token Label: partition1\n[2] Token Label: partition2\nEnter choice: "


class Played(NamedTuple):
    """What came of a run."""

    code: int
    text: str


class Desk:
    """A lab, a working directory with ``wrapping_public.pem`` in it, and cmu started there as often as one likes."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.directory = directory
        self.public = encodings.public_of(lab.services.rsa_key(2048, 65537))
        (directory / "wrapping_public.pem").write_bytes(encodings.public_pem(self.public))

    def play(self, *words: str, answers: tuple[str, ...] = ()) -> Played:
        console = ScriptedConsole(answers)
        code = run(words, Context(self.lab, console, Files(str(self.directory))))
        assert self.lab.store.sessions() == []
        return Played(code, console.text)

    def objects(self) -> list[tuple[StoredObject, bytes]]:
        """Everything in all partitions, with its material."""
        found = []
        for partition in self.lab.appliance().partitions():
            with self.lab.store.reading():
                items = self.lab.store.objects(partition.id)
                found += [(item, self.lab.store.material(item.material)) for item in items]
        return found

    def failures(self) -> list[int]:
        """The wrong PINs counted for each role of each partition."""
        with self.lab.store.reading():
            parts = self.lab.appliance().partitions()
            return [user.failures for part in parts for user in self.lab.store.users(part.id)]


@pytest.fixture
def desk(lab: Lab, work: Path) -> Desk:
    return Desk(lab, work)


@pytest.fixture
def desk_from(lab_from: Callable[[str], Lab], work: Path) -> Callable[[str], Desk]:
    """Makes a desk with a lab from a scenario's text."""
    return lambda scenario: Desk(lab_from(scenario), work)
