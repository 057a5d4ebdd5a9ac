"""Luna's ``vtl``: which partitions a client has as slots, and its high-availability groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsmshell.console import Context

__all__ = ["run"]


def run(arguments: Sequence[str], context: Context) -> int:
    """One command; 0 when it did what it was asked."""
    from commands.vtl.program import start

    return start(arguments, context)
