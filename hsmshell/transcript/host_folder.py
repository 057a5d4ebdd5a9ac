"""The folder in which the host commands of a log run: whether another one may be started there."""

from __future__ import annotations

import os

from hsmshell.transcript.refused import Refused

LARGEST_FOLDER = 256 << 20
"""The bytes of all files, beyond which nothing more is run."""
MOST_ENTRIES = 10_000
"""The files and folders, likewise."""
DEEPEST = 120
"""The folders in one another: more than a directive for a file makes, and few enough to be removed at the end."""


def look_around(*folders: str) -> None:
    """Refuse to go on in folders with too much in them, or with a symbolic link. Raises ``Refused`` and ``OSError``.

    No listed program makes one; through one that was there before a path could lead anywhere.
    """
    waiting = [(folder, 0) for folder in folders if os.path.isdir(folder)]
    size = count = 0
    while waiting:
        folder, depth = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                count += 1
                if entry.is_symlink():
                    raise Refused(f"{entry.name} is a symbolic link; with one in the working directory nothing is run")
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
                else:
                    size += entry.stat(follow_symlinks=False).st_size
        if size > LARGEST_FOLDER or count > MOST_ENTRIES or depth > DEEPEST:
            raise Refused("there is too much in the working directory already; nothing more is run there")
