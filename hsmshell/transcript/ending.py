"""Ending in good order when the process is told to terminate: what is temporary is removed on the way out."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from types import FrameType

_ENDING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})

TERMINATED = 128 + signal.SIGTERM
"""The exit code that a shell reports for a process that the signal ended."""


class Terminated(SystemExit):
    """The process was told to terminate."""


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """What would interrupt or end the process waits until the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def temporary_directory(prefix: str) -> Iterator[str]:
    """An empty directory that goes with the block, also when the process is interrupted or told to terminate.

    These signals wait while the directory is there and nobody has taken it into care yet. Should one come before the
    block has begun, the generator is closed, and its ending is the same.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        directory = tempfile.mkdtemp(prefix=prefix)
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            yield directory
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            shutil.rmtree(directory, ignore_errors=True)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within it SIGTERM raises ``Terminated``; once told, the process ends in peace. Another's handler stays."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated(TERMINATED)
