"""A simulated host's files that have a fixed path on the real one. The lab keeps them; a real one is never changed."""

from __future__ import annotations

import contextlib
import errno
import os
import posixpath
from collections.abc import Mapping

from hsmshell.console.files import Files
from hsmshell.engine.lab import HOSTS

CLIENT_HOST = "cloudhsm-client"
"""The simulated host on which a CloudHSM cluster is administered."""

OWN = "/opt/cloudhsm"
"""Below it are the host's own files."""

CONFIGURATION = f"{OWN}/etc"
"""The folder of the files that a person puts there; it is there from the start."""

MANAGEMENT = f"{CONFIGURATION}/cloudhsm_mgmt_util.cfg"
"""Which HSMs cloudhsm_mgmt_util connects to."""

CUSTOMER_CA = f"{CONFIGURATION}/customerCA.crt"
"""The certificate that signed the cluster's: the trust anchor."""


class HostFiles(Files):
    """The files of ``CLIENT_HOST``. A path below ``OWN`` is read from the lab, and from the real place while the lab
    has no such file; it is written in the lab alone. Other paths are those of any working directory.
    """

    def __init__(self, directory: str, lab_directory: str, *, confined: bool = False) -> None:
        super().__init__(directory, confined=confined)
        self._base = os.path.join(os.path.abspath(lab_directory), HOSTS, CLIENT_HOST)
        self._roots.append(self._base)

    def kept(self, path: str) -> str:
        """Where the lab keeps the file of that path; empty when it is none of the host's own."""
        plain = "/" + posixpath.normpath(path).lstrip("/")
        if not path.startswith("/") or not plain.startswith(f"{OWN}/"):
            return ""
        return os.path.join(self._base, plain.lstrip("/"))

    def has(self, path: str) -> bool:
        """Whether the lab has that file of the host's own. Raises ``OSError`` for what can be no path."""
        kept = self.kept(path)
        return bool(kept) and os.path.lexists(super().locate(kept))

    def locate(self, path: str) -> str:
        """The path to read; of a confined host, never a real one of the host's own. Raises ``OSError``."""
        kept = self.kept(path)
        return super().locate(kept if kept and (self.confined or self.has(path)) else path)

    def place(self, path: str) -> str:
        """The path to write or to remove, which is never a real one of the host's own. Raises ``OSError``."""
        return super().locate(self.kept(path) or path)

    def prepare(self) -> None:
        """Make the folder that is there from the start. Raises ``OSError``."""
        _make_private(self._base, self.place(CONFIGURATION))

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        """As ``Files`` does it; the lab's copies are for this user alone. Raises ``OSError``."""
        names: dict[str, str] = {}
        path = ""
        try:
            for path in contents:
                names[self._ready(path)] = path
            super().write_all({name: contents[path] for name, path in names.items()})
        except OSError as problem:
            path = names.get(str(problem.filename), path)
            raise OSError(problem.errno, problem.strerror, path) from problem
        for name, path in names.items():
            if name != path:
                os.chmod(self.place(path), 0o600)

    def _ready(self, path: str) -> str:
        """The path to write to, of which the folder is there. Raises ``OSError``."""
        kept = self.kept(path)
        if not kept:
            return path
        place = self.place(path)
        if path.endswith("/") or os.path.isdir(place):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        _make_private(self._base, os.path.dirname(place))
        return kept


def _make_private(base: str, folder: str) -> None:
    """Make the folder and those above it in the lab, each for this user alone."""
    lab = os.path.dirname(os.path.dirname(base))
    current = lab
    for part in os.path.relpath(folder, lab).split(os.sep):
        current = os.path.join(current, part)
        with contextlib.suppress(FileExistsError):  # what is no folder is told by what comes after it
            os.mkdir(current, 0o700)
