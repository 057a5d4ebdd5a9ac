"""The simulated hosts of a lab: each has a name, a prompt and a working directory; files travel between them by scp."""

from __future__ import annotations

import os
from typing import NamedTuple

from hsmshell.console.files import Files
from hsmshell.console.host_files import CLIENT_HOST, OWN, HostFiles
from hsmshell.engine.lab import HOSTS as HOSTS_DIRECTORY


class Host(NamedTuple):
    """A machine that an administrator logs in to."""

    name: str
    prompt: str
    """The prompt of the account there: ``$`` for a user, ``#`` for root."""
    tools: tuple[str, ...]
    """The emulated tools that are installed there."""


HOSTS: tuple[Host, ...] = (
    Host(CLIENT_HOST, "$ ", ("key_mgmt_util", "cloudhsm_mgmt_util", "configure", "cloudhsm_client")),
    Host("luna-client", "# ", ("ckdemo", "cmu", "vtl")),
)
"""The first one is where a session starts."""


class UnknownHost(LookupError):
    """No host of that name."""


def find(name: str) -> Host:
    """The host of that name, also when a user name stands before it (``root@luna-client``). Raises ``UnknownHost``."""
    for host in HOSTS:
        if host.name == name.rpartition("@")[2]:
            return host
    raise UnknownHost(name)


class Network:
    """The hosts' directories below a lab's directory."""

    def __init__(self, lab_directory: str, *, confined: bool = False) -> None:
        self._lab = lab_directory
        self._confined = confined
        self._base = os.path.join(lab_directory, HOSTS_DIRECTORY)

    def files(self, host: Host) -> Files:
        """The host's working directory; it is made when it is first needed. Raises ``OSError``."""
        directory = os.path.join(self._base, host.name)
        for folder in (self._base, directory):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        if host.name != CLIENT_HOST:
            return Files(directory, confined=self._confined)
        files = HostFiles(directory, self._lab, confined=self._confined)
        files.prepare()
        return files

    def copy(self, here: Host, source: str, target: str) -> None:
        """What scp does with one file: either side may be ``HOST:PATH``; an empty path or a folder keeps the name.

        Raises ``UnknownHost`` or ``OSError``.
        """
        from_host, from_path = self._split(here, source)
        to_host, to_path = self._split(here, target)
        self.copy_file(from_host, from_path, to_host, to_path)

    def copy_file(self, from_host: Host, from_path: str, to_host: Host, to_path: str) -> None:
        """One file from host to host; an empty target or a folder keeps the name. Raises ``OSError``."""
        data = self.files(from_host).read(from_path)
        if not to_path or to_path in (".", "~") or to_path.endswith("/") or os.path.isdir(self.place(to_host, to_path)):
            to_path = os.path.join(to_path.removeprefix("~"), os.path.basename(from_path))
        self.files(to_host).write(to_path, data)

    def place(self, host: Host, path: str) -> str:
        """Where a file of the host is written or removed. Raises ``OSError``."""
        files = self.files(host)
        return files.place(path) if isinstance(files, HostFiles) else files.locate(path)

    def names(self, host: Host, path: str = "") -> list[str]:
        """What ls shows of a folder or a file, and without a path of the working directory; there the folder is left
        out in which the lab keeps the files with a fixed path. Raises ``OSError``."""
        files = self.files(host)
        place = files.locate(path) if path else files.directory
        if os.path.isfile(place):
            return [path]
        hidden = OWN.split("/")[1] if host.name == CLIENT_HOST and not path else ""
        return sorted(name for name in os.listdir(place) if name != hidden)

    def _split(self, here: Host, text: str) -> tuple[Host, str]:
        name, colon, path = text.partition(":")
        if colon and "/" not in name:
            return find(name), path.removeprefix("~/")
        return here, text
