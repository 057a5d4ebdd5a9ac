"""What a person typed at command prompts, kept in a file of mode 0600, without the passwords."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable

from prompt_toolkit.history import FileHistory


class PrivateHistory(FileHistory):
    """A line goes through ``mask`` before it is remembered, in memory and in the file."""

    def __init__(self, path: str, mask: Callable[[str], str]) -> None:
        super().__init__(path)
        self._path = path
        self._mask = mask

    def load_history_strings(self) -> Iterable[str]:
        # A history that cannot be read or written is no reason to stop somebody's work.
        try:
            return super().load_history_strings()
        except OSError:
            return []

    def append_string(self, string: str) -> None:
        super().append_string(self._mask(string))

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW
            descriptor = os.open(self._path, flags, 0o600)
            try:
                os.fchmod(descriptor, 0o600)
            finally:
                os.close(descriptor)
            super().store_string(string)
