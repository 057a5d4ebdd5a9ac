"""The lines with which every command announces a key that it made."""

from __future__ import annotations

from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.console.values import handle
from hsmshell.engine.cluster import Created
from hsmshell.grammar import Arguments


def announce(tool: Utility, what: str, created: Created, arguments: Arguments) -> int:
    """``<what>  Key Handle: <handle>`` for one key, and what every HSM said; what a handler then returns."""
    tool.write(f"\n\t{what}  Key Handle: ", handle(created.handles[0]), "\n")
    return conclude(tool, created, arguments)


def conclude(tool: Utility, created: Created, arguments: Arguments) -> int:
    """What stands after the handles: the line for ``-attest``, and what every HSM said."""
    if arguments.flag("attest"):
        tool.attested()
    tool.told(created.outcomes)
    return SUCCESS
