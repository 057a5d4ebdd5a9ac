"""What a program remembers of a login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.engine.access import Role


class Standing(NamedTuple):
    """A program's login: whose it is and where it holds."""

    role: Role
    serial: str
    """Of the token that was logged in to: a group's slot may get another number."""
    session: int
    """The lab's session with the partition that answered first: what the program makes for itself lives in it."""
    numbers: Mapping[int, int]
    """The lab's session with each partition behind the slot."""
    pin: str = ""
    """What a group's later members are opened with; kept in the program, as the real library keeps it."""

    def __repr__(self) -> str:
        """Without the PIN."""
        return f"Standing({self.role.name} of {self.serial})"
