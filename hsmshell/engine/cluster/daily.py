"""The daily backups. Nothing runs between two commands, so a backup is taken when somebody is about to change something
after it came due: until then the cluster has stayed as it was when it came due.
"""

from __future__ import annotations

from hsmshell.engine.lab import Lab

DAY = 86400
"""Seconds after which a cluster is backed up again, counted from its latest backup whatever its reason."""

_NEXT = "next daily backup"
"""The earliest moment at which a backup of some cluster of the lab is due, in Unix seconds."""


def daily(lab: Lab) -> None:
    """Take the backups that have come due; to be called before a change, best inside its transaction.

    A cluster whose latest backup is several days old is backed up once, as of the last of these days. One that is not
    active has nothing to keep; for one without an HSM that is up, the backup waits for one.
    """
    now = int(lab.services.clock())
    with lab.store.reading():
        due = lab.store.meta(_NEXT)
    if due and now < int(due):
        lab.next_backup = int(due)
        return
    from hsmshell.engine.cluster.backups import Reason, take
    from hsmshell.engine.cluster.phase import Phase, phase_of

    with lab.store.transaction():
        for cluster in lab.store.devices("cluster"):
            last = int(lab.store.meta(_last(cluster.id), str(now)))
            moment = last + (now - last) // DAY * DAY
            if moment <= last:
                continue
            if phase_of(lab.store, cluster) is not Phase.ACTIVE:
                lab.store.set_meta(_last(cluster.id), str(moment))
                continue
            node = next((one for one in lab.store.containers(cluster.id) if one.is_up), None)
            if node is not None:
                take(lab, cluster, node, Reason.DAILY, moment)
        _schedule(lab, now)


def count_from(lab: Lab, cluster: int, moment: int) -> None:
    """State when a cluster was backed up last, or made; inside a transaction."""
    lab.store.set_meta(_last(cluster), str(moment))
    _schedule(lab, int(lab.services.clock()))


def _schedule(lab: Lab, now: int) -> None:
    """Note when the next backup is due. Counting begins now for a cluster that was never counted."""
    moments = [now]
    for cluster in lab.store.devices("cluster"):
        last = lab.store.meta(_last(cluster.id))
        if not last:
            last = str(now)
            lab.store.set_meta(_last(cluster.id), last)
        moments.append(int(last))
    lab.store.set_meta(_NEXT, str(min(moments) + DAY))


def _last(cluster: int) -> str:
    return f"backed up:{cluster}"
