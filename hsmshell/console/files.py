"""The files that a tool reads and writes, relative to one working directory as on the real host."""

from __future__ import annotations

import errno
import os


class Files:
    """One host's working directory. A path that a user types is taken from there unless it is absolute."""

    def __init__(self, directory: str = "") -> None:
        self.directory = directory

    def locate(self, path: str) -> str:
        """The path that the operating system is asked for. Raises ``OSError`` for what can be no path."""
        if "\0" in path:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        return os.path.join(self.directory, path) if self.directory else path

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises ``OSError``."""
        with open(self.locate(path), "rb") as stream:  # noqa: PTH123 - pathlib costs more than the read
            return stream.read()

    def write(self, path: str, data: bytes) -> None:
        """Write the file, replacing one that is there. Raises ``OSError``.

        The new content stands beside the old one until it is whole, so that a full disk leaves the old file intact.
        A target that is no regular file (a device, a pipe) is written through.
        """
        target = self.locate(path)
        if os.path.lexists(target) and not os.path.isfile(target):
            with open(target, "wb") as stream:  # noqa: PTH123
                stream.write(data)
            return
        target = os.path.realpath(target)
        draft = f"{target}.{os.getpid()}.part"
        try:
            with open(draft, "wb") as stream:  # noqa: PTH123
                stream.write(data)
            os.replace(draft, target)
        except OSError:
            if os.path.exists(draft):
                os.unlink(draft)
            raise
