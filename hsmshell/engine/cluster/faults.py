"""What may break around a cluster: the host's client, or one of the HSMs. For rehearsing; no tool asks for it."""

from __future__ import annotations

from hsmshell.engine.cluster.cluster import ClusterCore
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

    def serve(self) -> None:
        """Start the host's client for this cluster. It leaves the one that it served, as if it were stopped there."""
        from hsmshell.engine.lab import SERVED

        with self._store.transaction():
            before = self.lab.cluster()
            if before.device.id != self.device.id:
                before.faults.set_client(up=False)
            self._store.set_meta(SERVED, str(self.device.id))
            self.set_client(up=True)

    def set_node(self, node: Container, *, up: bool) -> None:
        """Take an HSM down, which ends what lived in connections to it; or bring it up with all else that was on it."""
        with self._store.transaction():
            self._store.set_container_state(node.id, UP if up else DOWN)
            if not up:
                self._store.end_connections(node.id)
