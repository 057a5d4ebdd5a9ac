"""What may break around a cluster: the host's client, or one of the HSMs. For rehearsing; no tool asks for it."""

from __future__ import annotations

from hsmshell.engine.cluster.cluster import MINIMUM_NODES, ClusterCore
from hsmshell.engine.records import DOWN, UP, Container


class ClusterFaults(ClusterCore):
    """Taking something down and bringing it up again."""

    def set_client(self, *, up: bool) -> int:
        """Start or stop the host's client. Stopping it ends every session that was opened through it, and the keys
        that lived in them; how many sessions ended.
        """
        with self._store.transaction():
            self._store.set_meta(self._client, UP if up else DOWN)
            if up:
                return 0
            lost = [row for row in self.lab.live_sessions() if row.device == self.device.id and not row.container]
            for row in lost:
                self.lab.end_session(row)
            return len(lost)

    def serve(self, minimum_nodes: int = 1) -> None:
        """Start the host's client for this cluster. It leaves the one that it served, as if it were stopped there.

        It takes care that every new token key is on so many HSMs at least.
        """
        from hsmshell.engine.lab import SERVED

        with self._store.transaction():
            before = self.lab.cluster()
            if before.device.id != self.device.id:
                before.faults.set_client(up=False)
            self._store.set_meta(SERVED, str(self.device.id))
            self._store.set_meta(MINIMUM_NODES, str(minimum_nodes))
            self.set_client(up=True)

    def set_node(self, node: Container, state: str) -> None:
        """Give an HSM one of the ``STATES``. Taking it down ends what lived in connections to it; whatever else was on
        it is there again when it comes up.
        """
        with self._store.transaction():
            self._store.set_container_state(node.id, state)
            if state == DOWN:
                self._store.end_connections(node.id)
