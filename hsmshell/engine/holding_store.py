"""Whose the objects of a container are, and how many there are, without reading the objects."""

from __future__ import annotations

from hsmshell.engine.database import Database
from hsmshell.engine.records import Holding


class HoldingStore(Database):
    """Every method belongs inside ``transaction`` or ``reading``."""

    def holders(self, device: int, handle: int) -> dict[int, int]:
        """The device's containers that have an object of that handle, and the rows of their materials."""
        sql = (
            "SELECT container.id, material FROM container JOIN object ON object.container = container.id "
            "AND handle = ?2 WHERE device = ?1"
        )
        return dict(self._db.execute(sql, (device, handle)).fetchall())

    def holdings(self, container: int) -> list[Holding]:
        """Whose every object of the container is, in the order of the handles."""
        shares: dict[int, list[int]] = {}
        for handle, user in self._db.execute("SELECT handle, user FROM share WHERE container = ?", (container,)):
            shares.setdefault(handle, []).append(user)
        sql = "SELECT handle, owner, session FROM object WHERE container = ? ORDER BY handle"
        rows = self._db.execute(sql, (container,))
        return [Holding(handle, owner, session, frozenset(shares.get(handle, ()))) for handle, owner, session in rows]

    def count_objects(self, container: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM object WHERE container = ?", (container,)).fetchone()[0])

    def count_session_objects(self, container: int) -> int:
        sql = "SELECT count(*) FROM object WHERE container = ? AND session <> 0"
        return int(self._db.execute(sql, (container,)).fetchone()[0])

    def owns_objects(self, container: int, owner: int) -> bool:
        sql = "SELECT 1 FROM object WHERE container = ? AND owner = ? LIMIT 1"
        return self._db.execute(sql, (container, owner)).fetchone() is not None

    def highest_handle(self, device: int, handles: range) -> int | None:
        """The highest handle of the range that an object on one of the device's containers has."""
        row = self._db.execute(
            "SELECT max(handle) FROM object JOIN container ON container.id = object.container "
            "WHERE container.device = ? AND handle >= ? AND handle < ?",
            (device, handles.start, handles.stop),
        ).fetchone()
        return None if row[0] is None else int(row[0])
