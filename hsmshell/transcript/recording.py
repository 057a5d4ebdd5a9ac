"""A console in front of the real one that keeps what is written and what is typed, each with its time."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from hsmshell.console.console import Answer, Ask, Console, EndOfInput
from hsmshell.console.values import Part, text_of


class What(enum.Enum):
    """What happened."""

    OUTPUT = "output"
    PROMPT = "prompt"
    ANSWER = "answer"
    END = "end of the input"
    INTERRUPT = "the question was given up: Ctrl-C, or the process was told to end"


class Event(NamedTuple):
    """Something that a terminal shows."""

    at: float
    """Seconds since the recording began."""
    what: What
    text: str
    """What was written or typed; of a question that was given up, what had been typed."""
    kind: Ask = Ask.LINE
    """Of a question and what became of it."""


class Closable(Console, Protocol):
    """A console on the process's own streams."""

    def close(self) -> None:
        """Let everything that was written leave."""


class RecordingConsole:
    """Passes everything on, and keeps it."""

    def __init__(self, inner: Closable, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._clock = clock
        self._start = clock()
        self.events: list[Event] = []

    @property
    def interactive(self) -> bool:
        return self._inner.interactive

    def write(self, *parts: Part) -> None:
        self._keep(What.OUTPUT, text_of(parts))
        self._inner.write(*parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        self._keep(What.PROMPT, prompt, kind)
        try:
            typed = self._inner.ask(prompt, kind, answer)
        except EndOfInput:
            self._keep(What.END, "", kind)
            raise
        except BaseException:
            hidden = kind.is_secret
            self._keep(What.INTERRUPT, "" if hidden else str(getattr(self._inner, "given_up", "")), kind)
            raise
        self._keep(What.ANSWER, typed, kind)
        return typed

    def close(self) -> None:
        """Let everything that was written leave. Raises ``OSError`` when it cannot."""
        self._inner.close()

    def _keep(self, what: What, text: str, kind: Ask = Ask.LINE) -> None:
        self.events.append(Event(self._clock() - self._start, what, text, kind))
