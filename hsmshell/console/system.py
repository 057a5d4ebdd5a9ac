"""The programs of the machine that stand beside the emulated tools: what running a line of them gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from hsmshell.console.files import Files


class Completed(NamedTuple):
    """What came of a command line."""

    status: int
    """As a shell has it: 0 good, 126 refused, 127 not there, 124 ended because it took too long."""
    output: str
    """Standard output and standard error in the order in which they were written."""


class System(Protocol):
    """Runs a line of host commands."""

    def __call__(self, line: str, files: Files | None = None) -> Completed:
        """Run the line in the working directory of ``files``, else in the one that the system was made for.

        What is not run is told in the output, by one sentence.
        """

    def starts(self, program: str) -> bool:
        """Whether it starts programs of that name."""
