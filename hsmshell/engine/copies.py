"""Whole containers: their contents copied row by row inside the database, and removed without a trace.

The bytes of a key are kept once for all copies of it, so that a copy of many keys is a matter of milliseconds.
"""

from __future__ import annotations

from hsmshell.engine.database import Database

_COPY = """
INSERT INTO user
    SELECT ?2, number, type, name, verifier, failures, quorum_key, second_factor FROM user WHERE container = ?1;
INSERT INTO object
    SELECT ?2, handle, class, key_type, label, ident, owner, quorum, 0, attributes, material FROM object
    WHERE container = ?1 AND session = 0;
INSERT INTO share
    SELECT ?2, handle, share.user FROM share JOIN object USING (container, handle)
    WHERE container = ?1 AND session = 0;
INSERT INTO counter
    SELECT 'container:' || ?2, name, value FROM counter WHERE scope = 'container:' || ?1
"""


class ContainerCopies(Database):
    """Every method belongs inside ``transaction`` or ``reading``."""

    def copy_contents(self, source: int, target: int) -> None:
        """Copy the users, the token objects with their shares, and the counters into an empty container."""
        for statement in _COPY.split(";"):
            self._db.execute(statement, (source, target))

    def delete_container(self, container: int) -> None:
        """Remove a container with all that is in it, the sessions with it alone, and its certificates.

        Its number is never given again: a session that was opened before names containers by their numbers.
        """
        self.empty_container(container)
        self._db.execute("DELETE FROM session WHERE container = ?", (container,))
        scope = f"container:{container}"
        self._db.execute("DELETE FROM counter WHERE scope = ?", (scope,))
        self._db.execute("DELETE FROM certificate WHERE scope = ?", (scope,))
        self._db.execute(
            "INSERT INTO counter SELECT 'lab', 'container', max(id) FROM container WHERE true "
            "ON CONFLICT DO UPDATE SET value = max(value, excluded.value)"
        )
        self._db.execute("DELETE FROM container WHERE id = ?", (container,))

    def empty_container(self, container: int) -> None:
        """Remove a container's objects; the container stays, and its users."""
        self._erases = True
        self._delete_objects("container = ?", (container,))

    def _delete_objects(self, where: str, values: tuple[int, ...]) -> None:
        """A deleted key's bytes go with its last copy: ``secure_delete`` overwrites them in the file, and the
        write-ahead log that may still have them goes with a container's erasure, or when the last process closes the
        lab."""
        rows = self._db.execute(f"DELETE FROM object WHERE {where} RETURNING material", values).fetchall()  # noqa: S608
        self._db.executemany(
            "DELETE FROM material WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM object WHERE material = ?1)", rows
        )
