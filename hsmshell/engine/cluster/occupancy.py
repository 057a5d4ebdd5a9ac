"""How full an HSM of a cluster is."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.cluster.cluster import ClusterCore
from hsmshell.engine.records import Container


class Occupancy(NamedTuple):
    """What one HSM holds."""

    users: int
    token_keys: int
    session_keys: int
    sessions: int


class ClusterOccupancy(ClusterCore):
    """Counting what is on an HSM. Nobody has to be logged in for that."""

    def of(self, node: Container) -> Occupancy:
        """What one HSM holds at this moment. Raises ``NodeUnavailable``."""
        with self._store.transaction():
            self._require_up(node)
            # First of all: sessions of dead processes end here, with the keys that lived in them.
            sessions = self.lab.live_sessions()
            session_keys = self._store.count_session_objects(node.id)
            return Occupancy(
                users=len(self._store.users(node.id)),
                token_keys=self._store.count_objects(node.id) - session_keys,
                session_keys=session_keys,
                sessions=sum(row.device == self.device.id and row.container in (0, node.id) for row in sessions),
            )
