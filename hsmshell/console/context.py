"""What a tool is given when it starts."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.console.console import Console
from hsmshell.console.files import Files

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab


class Generation(enum.Enum):
    """The two output generations of key_mgmt_util that published samples show."""

    CLASSIC = "classic"
    LATE = "late"


class Context(NamedTuple):
    """A tool's whole surroundings: it reads no environment variable, no clock and no stream of its own."""

    lab: Lab
    console: Console
    files: Files
    generation: Generation = Generation.CLASSIC
    environment: Mapping[str, str] = {}
