"""``lunash``: the shell of a Luna appliance, for its HSM, partitions and logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsmshell.console import Context

__all__ = ["run"]


def run(arguments: Sequence[str], context: Context) -> int:
    """The shell of the appliance that the argument names, or of the lab's first, until ``exit`` or the end of input."""
    from commands.lunash.program import start

    return start(arguments, context)
