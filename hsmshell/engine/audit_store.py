"""The rows of the HSMs' audit logs: they are added and read, never changed."""

from __future__ import annotations

from hsmshell.engine.database import Database, storable
from hsmshell.engine.records import AuditRow

LONGEST = 64
"""The characters of a name that an event keeps; no user's name is so long."""


LARGEST_HANDLE = 0xFFFFFFFF
"""Handles have 32 bits."""


class AuditStore(Database):
    """Every method belongs inside ``transaction`` or ``reading``."""

    def add_audit(self, row: AuditRow) -> None:
        """Add an event to its HSM's stream; its sequence number is given here."""
        self._db.execute(
            "INSERT INTO audit SELECT ?1, ?2, (SELECT coalesce(max(sequence) + 1, 0) FROM audit "
            "WHERE device = ?1 AND hsm = ?2), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11",
            row._replace(
                private_handle=_handle(row.private_handle),
                public_handle=_handle(row.public_handle),
                user_type=_kept(row.user_type),
                user_name=_kept(row.user_name),
            ),
        )

    def latest_event(self, device: int, hsm: str, session: int) -> int | None:
        """The opcode of the last event of a session on one HSM; ``None`` when it was never there."""
        sql = "SELECT opcode FROM audit WHERE session = ? AND device = ? AND hsm = ? ORDER BY sequence DESC LIMIT 1"
        row = self._db.execute(sql, (session, device, hsm)).fetchone()
        return None if row is None else int(row[0])

    def audit(self, device: int) -> list[AuditRow]:
        """Every event of a cluster's HSMs, stream by stream: by node, those of HSMs that are gone at the end."""
        rows = self._db.execute(
            f"SELECT {', '.join(f'audit.{name}' for name in AuditRow._fields)} FROM audit "  # noqa: S608
            "LEFT JOIN container ON container.device = audit.device AND name = hsm "
            "WHERE audit.device = ? ORDER BY container.number IS NULL, container.number, hsm, sequence",
            (device,),
        )
        return [AuditRow(*row) for row in rows]


def _kept(text: str) -> str:
    """What somebody typed, so far as a log has room for it."""
    return storable(text[:LONGEST])


def _handle(number: int) -> int:
    """A handle, or 0 for a number that none can have: somebody asked for a key under it and was refused."""
    return number if 0 <= number <= LARGEST_HANDLE else 0
