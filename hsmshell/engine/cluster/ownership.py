"""Whose the keys of an HSM are, and a digest by which two HSMs are compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from hsmshell.engine.access import Operation
from hsmshell.engine.cluster.cluster import ClusterCore, Session
from hsmshell.engine.errors import UserNotFound
from hsmshell.engine.records import Container, Holding

EVERYBODY = 0
"""Stands for all users where a user's number is asked for."""

SLOT_MASK = 0x1FFFF
"""The bits of a handle that are the key's place in its HSM; published handles fit that."""


class HeldKey(NamedTuple):
    """A key that a user owns, or may use."""

    handle: int
    owned: bool


class KeysOfUser(NamedTuple):
    """What one HSM says about a user's keys."""

    keys: tuple[HeldKey, ...]
    """In the order of their places."""
    digest: str
    """SHA-256, lower-case hexadecimal, over all keys of the HSM, whoever asks and about whom."""


class ClusterOwnership(ClusterCore):
    """Looking at keys without using them."""

    def keys_of(self, session: Session | None, node: Container, number: int, *, digest: bool) -> KeysOfUser:
        """The keys of one user of an HSM, of ``EVERYBODY`` those of all; the digest only when it is wanted.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable`` or ``UserNotFound``.
        """
        # Only a transaction may end the sessions of dead processes, with the keys that lived in them.
        with self._store.transaction():
            self.lab.live_sessions()
            self._number_on(node, Operation.LIST_ALL_KEYS, session)
            if number != EVERYBODY and self._store.user_numbered(node.id, number) is None:
                raise UserNotFound(str(number))
            holdings = self._store.holdings(node.id)
            names = {user.number: user.name for user in self._store.users(node.id)} if digest else {}
        held = [
            HeldKey(one.handle, one.owner == number or number == EVERYBODY)
            for one in holdings
            if number in (EVERYBODY, one.owner) or number in one.shares
        ]
        held.sort(key=lambda key: (key.handle & SLOT_MASK, key.handle))
        return KeysOfUser(tuple(held), _digest(holdings, names) if digest else "")


def _digest(holdings: Iterable[Holding], names: dict[int, str]) -> str:
    """Equal on two HSMs when the same users own and share the same token keys. Names, for numbers may differ between
    HSMs; in lower case, for their case does not matter. The real algorithm is not published.
    """
    lines = []
    for key in holdings:
        if not key.session:
            owner = names.get(key.owner, "").lower()
            shares = ",".join(sorted(names.get(user, "").lower() for user in key.shares))
            lines.append(f"{key.handle}|{owner}|{shares}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()
