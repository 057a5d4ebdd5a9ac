"""The byte-exact console: pipes, here-documents, expect. Line editing is left to the kernel's terminal driver."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TextIO

from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.values import Part, text_of

LONGEST = 1 << 20
"""The characters that a line of the input may have: a device that never ends is no input."""


class PlainConsole:
    """Writes and reads two text streams and nothing else.

    When the input is not a terminal the answer is written after its prompt, as a terminal's own echo would do, so that
    what a pipe captures is the same log as what a screen shows. Secrets are never written.
    """

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._source = source
        self._sink = sink
        self._terminal = source.isatty()

    @property
    def interactive(self) -> bool:
        return self._terminal

    def write(self, *parts: Part) -> None:
        self._sink.write(text_of(parts))

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        hidden = kind.is_hidden
        with self._echo_off() if hidden and self._terminal else nullcontext():
            self._sink.write(prompt)
            self._sink.flush()
            line = self._source.readline(LONGEST)
        if len(line) == LONGEST:
            raise OSError(errno.EMSGSIZE, f"a line of the input has more than {LONGEST} characters")
        if not line:
            self._sink.write("\n")
            self._sink.flush()
            raise EndOfInput
        text = line.rstrip("\r\n")
        if hidden or not self._terminal:
            self._sink.write(kind.echo(text) + "\n")
            # A tool may write to /dev/stdout next.
            self._sink.flush()
        return text

    def close(self) -> None:
        """Let everything that was written leave. Raises ``OSError`` when it cannot."""
        try:
            self._sink.flush()
        except OSError:
            discard(self._sink)
            raise

    @contextmanager
    def _echo_off(self) -> Iterator[None]:
        """The terminal's echo is off before the prompt appears, so that a script may answer at once; nothing that was
        typed ahead is thrown away."""
        import termios

        terminal = self._source.fileno()
        before = termios.tcgetattr(terminal)
        quiet = list(before)
        quiet[3] = int(quiet[3]) & ~termios.ECHO
        try:
            termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
            yield
        finally:
            # A terminal that was closed has no echo to bring back.
            with suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def discard(stream: TextIO) -> None:
    """Lead the stream nowhere: what is still buffered has no reader or no room, and would fail again at the end."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def standard_console() -> PlainConsole:
    """The plain console on this process's standard streams, safe for any byte a user may send."""
    source = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8", errors="surrogateescape", newline="\n")
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="surrogateescape", newline="")
    return PlainConsole(source, sink)
