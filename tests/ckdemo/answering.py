"""Somebody who answers every question of ckdemo with something plausible, and stops after so many answers."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hsmshell.console import Answer, Ask, Kind
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import DATABASE

CHOICE = "Enter your choice : "
FILE = "data.bin"
"""A file that lies in the working directory."""
HEX = "00112233445566778899aabbccddeeff"
BY_WORD = {
    "hex": HEX,
    "in bytes": "32",
    "in bits": "2048",
    "xponent": "65537",
    "filename": FILE,
    "Enter option": "0",
    "OAEP Source": "0",
    "> ": "16",
    "unwrap: ": "9",
    "[0-1]": "1",
    "boolean": "1",
    "mechanism type": "0x1080",
    "mechanism for wrapping": "21",
    "Select which one": "3",
    "string value": "new label",
    "[3]: ": "1",
}
"""The answer to a question that has the word in it; of others it is 1."""


class Plausible(ScriptedConsole):
    """Types the first answers, then what suits the questions; ``limit`` answers of those, and the input ends."""

    def __init__(self, first: list[str], limit: int, handle: str, pin: str) -> None:
        super().__init__(first)
        self._left, self._handle, self._pin = limit, handle, pin
        self._edited = False
        self._last = ""
        self._first = len(first)
        self.finished = False
        """Whether the dialogue came to its end."""

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        if self._first:
            self._first -= 1
        elif prompt == CHOICE:
            self.finished = True
        elif self._left:
            self._left -= 1
            # What is asked again is a list that goes on until a 0.
            again = prompt == self._last and "Template" not in prompt
            self._answers = iter(["0" if again else self._suitable(prompt, kind, answer)])
            self._last = prompt
        return super().ask(prompt, kind, answer)

    def _suitable(self, prompt: str, kind: Ask, answer: Answer | None) -> str:
        if answer is Kind.OBJECT:
            return self._handle
        if kind in (Ask.PIN, Ask.SECRET):
            return self._pin
        if "Accept Template" in prompt:
            self._edited = not self._edited
            return "1" if self._edited else "0"
        return next((text for word, text in BY_WORD.items() if word in prompt), "1")


def contents(directory: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a lab but its open sessions and the counters, which only ever rise."""
    connection = sqlite3.connect(Path(directory) / DATABASE)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(set(tables) - {"session", "sqlite_sequence", "counter"})
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in kept}
    finally:
        connection.close()
