"""Giving up what computes for too long."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Within it ``TimeoutError`` is raised after so many seconds of the process's own computing.

    Only a main thread can be interrupted, and one whose timer somebody else uses is left alone.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGVTALRM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGVTALRM, _interrupt)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise TimeoutError
