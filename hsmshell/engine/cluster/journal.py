"""What the HSMs of a cluster write down of what is asked of them, whether they do it or refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.audit import Opcode
from hsmshell.engine.errors import ClientUnavailable, HsmError, NodeUnavailable
from hsmshell.engine.records import AuditRow, Container, Device

if TYPE_CHECKING:
    from hsmshell.engine.cluster.cluster import Session
    from hsmshell.engine.lab import Lab


class About(NamedTuple):
    """What an event concerns, beside the session in which it happens."""

    private_handle: int = 0
    """The handle of a private or secret key."""
    public_handle: int = 0
    user_type: str = ""
    user_name: str = ""


NOTHING = About()


def note(
    lab: Lab, node: Container, opcode: Opcode, session: int = 0, about: About = NOTHING, refusal: str = ""
) -> None:
    """Add an event to the log of one HSM; inside a transaction. ``refusal`` is the name of an engine's error."""
    now = int(lab.services.clock() * 1_000_000)
    lab.store.add_audit(AuditRow(node.device, node.name, 0, now, opcode, session, refusal, *about))


def leaving(lab: Lab, nodes: Sequence[Container], session: int) -> list[Container]:
    """Of the HSMs with which a session through the client is open, those that write down its end; inside a transaction.

    Published logs show a login on every HSM, and the end where the session's commands were carried out. A session
    without commands ends on the first one.
    """
    latest = {node.id: lab.store.latest_event(node.device, node.name, session) for node in nodes}
    known = [node for node in nodes if latest[node.id] is not None]
    return [node for node in known if latest[node.id] != Opcode.CN_LOGIN] or known[:1]


class ClusterJournal:
    """A cluster's device, and its HSMs' audit logs."""

    def __init__(self, lab: Lab, device: Device) -> None:
        self.lab = lab
        self.device = device
        self._store = lab.store

    @contextmanager
    def _command(
        self, opcode: Opcode, session: Session | None, node: Container | None = None, about: About = NOTHING
    ) -> Iterator[None]:
        """One command in one transaction, see ``_refusals``."""
        with self._refusals(opcode, session, node, about), self._store.transaction():
            yield

    @contextmanager
    def _refusals(
        self, opcode: Opcode, session: Session | None, node: Container | None = None, about: About = NOTHING
    ) -> Iterator[None]:
        """One command, whose transactions end inside. When an HSM refuses it, that HSM writes the refusal down.

        ``node`` is the HSM that is asked, by default the first that is up. Successes are noted by the command itself,
        which knows which HSMs did it. Whoever was never reached notes nothing.
        """
        self._keep_daily()
        try:
            yield
        except (NodeUnavailable, ClientUnavailable):
            raise
        except HsmError as error:
            with self._store.transaction():
                up = [one for one in self._store.containers(self.device.id) if one.is_up]
                asked = [one for one in up if node is None or one.id == node.id]
                self._note(opcode, session, asked[:1], about, error)
            raise

    def _note(
        self,
        opcode: Opcode,
        session: Session | None,
        nodes: Sequence[Container],
        about: About = NOTHING,
        error: HsmError | None = None,
    ) -> None:
        """Add an event to the logs of these HSMs; inside a transaction."""
        for node in nodes:
            note(self.lab, node, opcode, session.id if session else 0, about, type(error).__name__ if error else "")

    def _keep_daily(self) -> None:
        """Before something is changed: the backups that have come due."""
        if self.lab.services.clock() >= self.lab.next_backup:
            from hsmshell.engine.cluster.daily import daily

            daily(self.lab)

    def audit(self) -> list[AuditRow]:
        """The whole log, stream by stream; nobody has to be logged in for that: it is delivered outside the HSMs."""
        with self._store.reading():
            return self._store.audit(self.device.id)
