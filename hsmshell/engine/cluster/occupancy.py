"""How full an HSM of a cluster is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hsmshell.engine.cluster.cluster import ClusterCore
from hsmshell.engine.records import Container, SessionRow
from hsmshell.engine.store import Store


class Occupancy(NamedTuple):
    """What one HSM holds."""

    users: int
    token_keys: int
    session_keys: int
    sessions: int
    channels: int
    """Programs that have a session."""


class ClusterOccupancy(ClusterCore):
    """Counting what is on an HSM. Nobody has to be logged in for that."""

    def of(self, node: Container) -> Occupancy:
        """What one HSM holds at this moment. Raises ``NodeUnavailable``."""
        with self._store.transaction():
            self._require_up(node)
            # First of all: sessions of dead processes end here, with the keys that lived in them.
            return count(self._store, node, self.lab.live_sessions())


def count(store: Store, node: Container, sessions: Sequence[SessionRow]) -> Occupancy:
    """What one HSM holds, of the lab's sessions those with it; inside a transaction."""
    session_keys = store.count_session_objects(node.id)
    own = [row for row in sessions if row.device == node.device and row.container in (0, node.id)]
    return Occupancy(
        users=store.count_users(node.id),
        token_keys=store.count_objects(node.id) - session_keys,
        session_keys=session_keys,
        sessions=len(own),
        channels=len({row.process for row in own}),
    )
