"""What the HSMs of a cluster wrote into their audit logs since somebody last looked."""

from __future__ import annotations

from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.records import AuditRow


class Events:
    """Begins with what comes after it was made."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen = set(cluster.audit())

    def new(self) -> list[list[str]]:
        """The new events of each HSM as lines, in the order of the node ids."""
        fresh = [row for row in self._cluster.audit() if row not in self._seen]
        self._seen.update(fresh)
        return [[line(row) for row in fresh if row.hsm == node.name] for node in self._cluster.nodes()]


def line(row: AuditRow) -> str:
    """``CN_GENERATE_KEY_PAIR 408/407``, ``CN_LOGIN CU bob ! PinIncorrect``; what an event does not have is left out."""
    handles = f" {row.private_handle}/{row.public_handle}" if row.private_handle or row.public_handle else ""
    user = f" {row.user_type} {row.user_name}" if row.user_type or row.user_name else ""
    refusal = f" ! {row.refusal}" if row.refusal else ""
    return f"{Opcode(row.opcode).name}{handles}{user}{refusal}"  # type: ignore[call-arg]
