"""Reading the file of a log as text, whatever wrote it, and refusing what cannot be one."""

from __future__ import annotations

import codecs
import os
import stat

from hsmshell.engine.errors import LabError

LARGEST = 16 * 1024 * 1024
"""Bytes of a file; a larger one is not read to its end."""
MOST_LINES = 200_000
LONGEST_LINE = 64 * 1024
"""Characters."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT = [chr(code) for code in (*range(0x01, 0x07), *range(0x10, 0x1B), *range(0x1C, 0x20))]
"""Controls that neither a terminal's sequence nor a layout needs; those from BEL to SI, and ESC, are common in logs."""
_MANY, _ONE_IN = 16, 20


class Unreadable(LabError):
    """The file cannot be a log; the message says why and what to do."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line
        """Where in the file, from 1."""


def read(path: str) -> str:
    """The text of a log: UTF-8, or UTF-16 behind a byte order mark. Bytes that are no text are surrogates.

    Line ends stay as they are. Raises ``OSError``, or ``Unreadable`` for what is too large, binary, or no file at all.
    """
    # Looked at first: to open a pipe is to wait for somebody at its other end.
    if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
        raise Unreadable("a pipe or a device is no log; save the log in a file")
    with open(path, "rb") as stream:  # noqa: PTH123
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1024 // 1024} MiB; cut the log into several files")
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace")
    else:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    strange = sum(map(text.count, _NO_TEXT))
    if "\0" in text or strange > max(_MANY, len(text) // _ONE_IN):
        raise Unreadable("the file is binary, not text; name the log itself")
    _check_lines(text)
    return text


def _check_lines(text: str) -> None:
    if text.count("\n") > MOST_LINES:
        raise Unreadable(f"the file has more than {MOST_LINES:,} lines; cut the log into several files")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"the line has {len(line):,} characters, more than {LONGEST_LINE:,}; break or shorten it", number
            )
