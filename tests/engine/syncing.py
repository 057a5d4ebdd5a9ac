"""HSMs that lack something, and how it is brought to them."""

from __future__ import annotations

from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.cluster.lifecycle import restore
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import StoredObject, User
from tests.engine.driving import aes_key, login, set_state


def missed(lab: Lab, **spec: object) -> int:
    """A key of crypto_user that the second HSM does not have."""
    set_state(lab, 1, "down")
    session = login(lab.cluster())
    handle = aes_key(lab.cluster(), session, **spec)  # type: ignore[arg-type]
    lab.cluster().logout(session)
    set_state(lab, 1, "up")
    return handle


def copied(cluster: Cluster, session: Session, handle: int, target: int = 1) -> int:
    nodes = cluster.nodes()
    masked = cluster.sync.extract_key(session, nodes[1 - target], handle)
    return cluster.sync.insert_key(session, nodes[target], masked)


def at(cluster: Cluster, number: int, handle: int) -> StoredObject | None:
    with cluster.lab.store.reading():
        return cluster.lab.store.object(cluster.nodes()[number].id, handle)


def named(cluster: Cluster, number: int, name: str) -> User | None:
    with cluster.lab.store.reading():
        return cluster.lab.store.user_named(cluster.nodes()[number].id, name)


def restored(lab: Lab, name: str = "clone") -> Cluster:
    """Another cluster of the lineage, as the first was a moment ago."""
    return restore(lab, lab.cluster().lifecycle.backup().id, name)
