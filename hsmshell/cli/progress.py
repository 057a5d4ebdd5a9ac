"""One line on a terminal that tells how far something is, and leaves no trace."""

from __future__ import annotations

import os
import sys

from hsmshell.console.values import printable

_EVERY = 100
_ERASE = "\r\x1b[K"


def wanted() -> bool:
    """Whether somebody is there to read it: stderr is a terminal that can rewrite a line."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")


class Progress:
    """The line, on stderr. Without ``shown`` nothing is written."""

    def __init__(self, total: int, shown: bool) -> None:
        self._total = total
        self._shown = shown
        self._text = ""
        self._exchanges = 0

    def file(self, number: int, path: str) -> None:
        """The next file has come; its number from 1."""
        self._text, self._exchanges = f"{number} of {self._total}  {printable(path)}", 0
        self._write(self._text)

    def exchange(self) -> None:
        """One more exchange is done; a long file tells of each hundred."""
        self._exchanges += 1
        if self._exchanges % _EVERY == 0:
            self._write(f"{self._text}  {self._exchanges} exchanges")

    def erase(self) -> None:
        """Take the line away, before something else is written."""
        self._write("")

    def _write(self, text: str) -> None:
        if not self._shown:
            return
        # A line that wraps could not be rewritten.
        import shutil

        room = shutil.get_terminal_size().columns - 1
        sys.stderr.write(_ERASE + text[:room])
        sys.stderr.flush()
