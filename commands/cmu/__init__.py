"""Luna's ``cmu``: the certificate management utility of a Luna partition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsmshell.console import Context

__all__ = ["run"]


def run(arguments: Sequence[str], context: Context) -> int:
    """One function of the utility; 0 when it did what it was asked."""
    from commands.cmu.program import start

    return start(arguments, context)
