"""How a tool speaks with a person or a script: two verbs, ``write`` and ``ask``."""

from __future__ import annotations

import enum
from typing import Protocol

from hsmshell.console.values import Kind, Part, Reading


class Ask(enum.Enum):
    """What an answer is for; it decides on history, echo and completion."""

    COMMAND = "command"
    """A command line; the only kind that reaches a history."""
    LINE = "line"
    """One line of free text."""
    SECRET = "secret"  # noqa: S105
    """Typed without echo."""
    MASKED = "masked"
    """A secret that leaves an asterisk for each character."""
    PIN = "pin"
    """A secret that the emulated tool shows while it is typed; kept out of histories and transcripts."""
    CONFIRM = "confirm"
    """A yes or no, or one letter of a choice."""
    MENU = "menu"
    """A number from a printed menu."""

    @property
    def is_hidden(self) -> bool:
        """Whether no screen and no log shows the answer."""
        return self in (Ask.SECRET, Ask.MASKED)

    @property
    def is_secret(self) -> bool:
        """Whether the answer is to be kept out of histories and transcripts."""
        return self.is_hidden or self is Ask.PIN

    def echo(self, answer: str) -> str:
        """What stands behind the prompt once the answer was given."""
        if self is Ask.MASKED:
            return "*" * len(answer)
        return "" if self is Ask.SECRET else answer


class EndOfInput(EOFError):
    """There is no further line to read."""


Answer = Kind | Reading


class Console(Protocol):
    """The two verbs. A tool has no other way to reach a terminal, a pipe or a transcript."""

    @property
    def interactive(self) -> bool:
        """Whether a person sits there, whose Ctrl-C may mean one line rather than the whole program."""

    def write(self, *parts: Part) -> None:
        """Print exactly these parts: no blank between them, no line end after them."""

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        """Print the prompt and return one line without its line end.

        ``answer`` tells what the answer is when it is a typed value, or finds such values in it, so that a transcript
        can rename them.
        Raises ``EndOfInput`` when there is none, ``KeyboardInterrupt`` when the person presses Ctrl-C.
        """
