"""What a tool is given when it starts."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.console.console import Console
from hsmshell.console.files import Files
from hsmshell.console.system import System

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab


class Generation(enum.Enum):
    """The two output generations of key_mgmt_util that published samples show."""

    CLASSIC = "classic"
    LATE = "late"


def silent(text: str) -> None:
    """Tell nobody: nobody sits there, and what a tool writes has to be the tool's alone."""


class Context(NamedTuple):
    """A tool's whole surroundings: it reads no environment variable, no clock and no stream of its own."""

    lab: Lab
    console: Console
    files: Files
    generation: Generation = Generation.CLASSIC
    environment: Mapping[str, str] = {}
    notice: Callable[[str], None] = silent
    """Tells the person something of ours, one line without a name and a line end, beside what the tool writes."""
    system: System | None = None
    """Runs host commands (cat, openssl, ...); none where they are left to a real shell."""
