"""Luna's ``ckdemo``: numbered menus on a Luna partition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsmshell.console import Context

__all__ = ["run"]


def run(arguments: Sequence[str], context: Context) -> int:
    """The program: greets, then does one menu entry after the other until ``0`` or the end of the input."""
    from commands.ckdemo.program import start

    return start(arguments, context)
