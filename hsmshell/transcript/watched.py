"""Files that know what a session read that it had not written: a replay begins without it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.console.host_files import HostFiles
from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.log import FileLine

LARGEST = 4096
"""The bytes of a file that a transcript may hold."""


class Missing(NamedTuple):
    """A file that the transcript cannot hold."""

    path: str
    reason: str


class WatchedFiles(HostFiles):
    """The client host's files, of which each is kept as it was when it was read first."""

    def __init__(self, directory: str, lab_directory: str) -> None:
        super().__init__(directory, lab_directory)
        self._written: dict[str, bytes] = {}
        self._read: dict[str, tuple[str, bytes, bool]] = {}

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises ``OSError``."""
        data = super().read(path)
        place = os.path.realpath(self.locate(path))
        if not self.kept(path) and self._written.get(place) != data and place not in self._read:
            self._read[place] = (path, data, place in self._written)
        return data

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        """As the host's files do it. Raises ``OSError``."""
        super().write_all(contents)
        self._written |= {os.path.realpath(self.locate(path)): data for path, data in contents.items()}

    def names(self) -> list[str]:
        """The names of the files that a replay begins with, as they were typed."""
        return [path for path, _, _ in self._read.values()]

    def inputs(self, disguise: Disguise) -> tuple[list[FileLine], list[Missing]]:
        """The lines of the files that a transcript can hold, and the files that it cannot."""
        lines: list[FileLine] = []
        missing: list[Missing] = []
        for path, data, changed in self._read.values():
            reason = "it was changed during the session" if changed else _unfit(path, data, disguise)
            if reason:
                missing.append(Missing(path, reason))
            else:
                lines += [FileLine(path, line) for line in data.decode().split("\n")[:-1]]
        return lines, missing


def _unfit(path: str, data: bytes, disguise: Disguise) -> str:
    """Why a file cannot be in a transcript; empty when it can."""
    if os.path.isabs(path) or ".." in path.split("/") or any(letter.isspace() for letter in path) or len(path) > 200:
        return "it is outside the working directory, or has a name that a transcript cannot hold"
    if len(data) > LARGEST:
        return f"it has more than {LARGEST} bytes"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "it is no text"
    if "PRIVATE KEY" in text:
        return "it has a private key in it"
    if disguise.tells(text):
        return "it has a password in it"
    plain = text.replace("\n", "").replace("\t", "")
    if not text.endswith("\n") or not plain.isprintable() or any(line != line.rstrip() for line in text.split("\n")):
        return "its lines cannot be written as they are"
    return ""
