"""Ending in good order when the process is told to terminate: what is temporary is removed on the way out."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

TERMINATED = 128 + signal.SIGTERM
"""The exit code that a shell reports for a process that the signal ended."""
AGAIN = 0.01
"""Seconds until it is tried again where the first time was lost."""


class Terminated(SystemExit):
    """The process was told to terminate."""


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within it SIGTERM raises ``Terminated``; once told, the process ends in peace. Another's handler stays."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    report = sys.unraisablehook

    def lost(args: UnraisableHookArgs) -> None:
        """Python drops what is raised in a finalizer or in a callback of its import system."""
        if isinstance(args.exc_value, Terminated):
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
        else:
            report(args)

    alarm = signal.signal(signal.SIGALRM, _terminate)
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = lost
    try:
        yield
    finally:
        sys.unraisablehook = report
        signal.signal(signal.SIGALRM, alarm)
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated(TERMINATED)
