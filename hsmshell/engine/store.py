"""The rows of a lab's database, as the values of ``records``: with its bases, the only code that asks SQL questions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from hsmshell.engine.attributes import Attribute, decode_attributes, encode_attributes
from hsmshell.engine.audit_store import AuditStore
from hsmshell.engine.copies import ContainerCopies
from hsmshell.engine.database import decoding, storable
from hsmshell.engine.device_store import DeviceStore
from hsmshell.engine.holding_store import HoldingStore
from hsmshell.engine.records import (
    Certificate,
    SessionRow,
    StoredObject,
    Token,
    User,
)

_OBJECT = "container, handle, attributes, material, owner, quorum, session"


class Store(DeviceStore, AuditStore, HoldingStore, ContainerCopies):
    """The rows of a lab. Every method belongs inside ``transaction`` or ``reading``."""

    # meta and counters

    def meta(self, name: str, default: str = "") -> str:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def next_number(self, scope: str, name: str, first: int = 1) -> int:
        """The next value of a counter; none is ever given twice."""
        row = self._db.execute(
            "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
            (scope, name, first),
        ).fetchone()
        return int(row[0])

    def set_counter(self, scope: str, name: str, last: int) -> None:
        """State which value was the last one given."""
        self._db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", (scope, name, last))

    def raise_counter(self, scope: str, name: str, last: int) -> None:
        """State that a value was given, when none above it was."""
        self._db.execute(
            "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
            (scope, name, last),
        )

    def drop_counter(self, scope: str, name: str) -> int:
        """Forget a counter; the last value that it gave, 0 for none."""
        rows = self._db.execute(
            "DELETE FROM counter WHERE scope = ? AND name = ? RETURNING value", (scope, name)
        ).fetchall()
        return int(rows[0][0]) if rows else 0

    # users

    def add_user(self, user: User) -> None:
        self._db.execute("INSERT INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?)", user)

    def users(self, container: int) -> list[User]:
        rows = self._db.execute("SELECT * FROM user WHERE container = ? ORDER BY number", (container,))
        return [User(*row) for row in rows]

    def count_users(self, container: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM user WHERE container = ?", (container,)).fetchone()[0])

    def user_named(self, container: int, name: str) -> User | None:
        """Names are matched without regard to case."""
        sql = "SELECT * FROM user WHERE container = ? AND name = ?"
        row = self._db.execute(sql, (container, storable(name))).fetchone()
        return User(*row) if row else None

    def user_numbered(self, container: int, number: int) -> User | None:
        if not _is_storable(number):
            return None
        row = self._db.execute("SELECT * FROM user WHERE container = ? AND number = ?", (container, number)).fetchone()
        return User(*row) if row else None

    def replace_user(self, user: User) -> None:
        self._db.execute("INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?)", user)

    def delete_user(self, container: int, number: int) -> None:
        self._db.execute("DELETE FROM user WHERE container = ? AND number = ?", (container, number))
        self._db.execute("DELETE FROM share WHERE container = ? AND user = ?", (container, number))

    # objects

    def add_material(self, value: bytes) -> int:
        return int(self._db.execute("INSERT INTO material (value) VALUES (?)", (value,)).lastrowid or 0)

    def material(self, number: int) -> bytes:
        row = self._db.execute("SELECT value FROM material WHERE id = ?", (number,)).fetchone()
        return bytes(row[0]) if row else b""

    def add_object(self, item: StoredObject) -> None:
        """Add the object. Raises ``LabConflict`` when its container has one of that handle."""
        self._put_object("INSERT", item)

    def replace_object(self, item: StoredObject) -> None:
        """Put the object in the place of the one of that handle."""
        self._put_object("INSERT OR REPLACE", item)

    def _put_object(self, verb: str, item: StoredObject) -> None:
        """The columns that searches use follow the object's attributes."""
        self._db.execute(
            f"{verb} INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.container,
                item.handle,
                item.attributes[Attribute.CLASS],
                item.attributes.get(Attribute.KEY_TYPE, -1),
                storable(item.label),
                item.ident,
                item.owner,
                item.quorum,
                item.session,
                encode_attributes(item.attributes),
                item.material,
            ),
        )
        self._db.execute("DELETE FROM share WHERE container = ? AND handle = ?", (item.container, item.handle))
        self._db.executemany(
            "INSERT INTO share VALUES (?, ?, ?)", [(item.container, item.handle, user) for user in sorted(item.shares)]
        )

    def object(self, container: int, handle: int) -> StoredObject | None:
        if not _is_storable(handle):
            return None
        found = self._objects("container = ? AND handle = ?", (container, handle))
        return next(iter(found), None)

    def objects(
        self,
        container: int,
        *,
        object_class: int | None = None,
        key_type: int | None = None,
        label: str | None = None,
        ident: bytes | None = None,
        without: Collection[int] = (),
    ) -> list[StoredObject]:
        """The container's objects that have all the given traits, in the order of their handles, but for those of the
        handles in ``without``.
        """
        where, values = ["container = ?"], [container]  # type: tuple[list[str], list[int | str | bytes]]
        if without:
            where.append("handle NOT IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(without)))
        traits = {"class": object_class, "key_type": key_type, "ident": ident}
        if label is not None:
            traits["label"] = storable(label)  # type: ignore[assignment]
        for column, value in traits.items():
            if isinstance(value, int) and not _is_storable(value):
                return []
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        return self._objects(" AND ".join(where), values)

    def _objects(self, where: str, values: Iterable[int | str | bytes]) -> list[StoredObject]:
        rows = self._db.execute(
            f"SELECT {_OBJECT}, (SELECT group_concat(user) FROM share WHERE share.container = object.container "  # noqa: S608
            f"AND share.handle = object.handle) FROM object WHERE {where} ORDER BY handle",
            tuple(values),
        )
        return [_stored_object(*row) for row in rows]

    def delete_object(self, container: int, handle: int) -> None:
        self._delete_objects("container = ? AND handle = ?", (container, handle))
        self._db.execute("DELETE FROM token WHERE container = ? AND handle = ?", (container, handle))

    # quorum tokens

    def put_token(self, token: Token) -> None:
        """Add the token, or put it in the place of the one of that number."""
        approvers = json.dumps(sorted(token.approvers))
        self._db.execute("INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*token[:-1], approvers))

    def tokens(self, container: int) -> list[Token]:
        """The tokens of one HSM in the order of their numbers."""
        rows = self._db.execute("SELECT * FROM token WHERE container = ? ORDER BY number", (container,))
        with decoding():
            return [Token(*row)._replace(approvers=frozenset(json.loads(row[-1]))) for row in rows]

    def delete_token(self, container: int, number: int) -> None:
        self._db.execute("DELETE FROM token WHERE container = ? AND number = ?", (container, number))

    # certificates

    def put_certificate(self, certificate: Certificate) -> None:
        self._db.execute("INSERT OR REPLACE INTO certificate VALUES (?, ?, ?, ?)", certificate)

    def certificate(self, scope: str, kind: str) -> Certificate | None:
        sql = "SELECT * FROM certificate WHERE scope = ? AND kind = ?"
        row = self._db.execute(sql, (scope, kind)).fetchone()
        return Certificate(*row) if row else None

    def delete_certificate(self, scope: str, kind: str) -> None:
        self._db.execute("DELETE FROM certificate WHERE scope = ? AND kind = ?", (scope, kind))

    # sessions

    def add_session(self, row: SessionRow) -> int:
        """Add a session; its id is given here and never again."""
        cursor = self._db.execute(
            "INSERT INTO session (device, process, container, user_type, user_name) VALUES (?, ?, ?, ?, ?)", row[1:]
        )
        return int(cursor.lastrowid or 0)

    def sessions(self) -> list[SessionRow]:
        return [SessionRow(*row) for row in self._db.execute("SELECT * FROM session ORDER BY id")]

    def has_session(self, number: int) -> bool:
        return self._db.execute("SELECT 1 FROM session WHERE id = ?", (number,)).fetchone() is not None

    def end_connections(self, container: int) -> None:
        """End the sessions with this container alone, and the objects of any session in it."""
        for row in self.sessions():
            if row.container == container:
                self.delete_session(row.id)
        self._delete_objects("container = ? AND session <> 0", (container,))

    def delete_session(self, number: int) -> None:
        """End a session, and with it the objects that lived in it and the quorum tokens that were given to it."""
        self._db.execute("DELETE FROM session WHERE id = ?", (number,))
        self._db.execute("DELETE FROM token WHERE session = ?", (number,))
        self._delete_objects("session = ? AND session <> 0", (number,))


def _is_storable(number: int) -> bool:
    """SQLite holds numbers of 64 bits; a person may type a longer one."""
    return -(1 << 63) <= number < 1 << 63


def _stored_object(
    container: int,
    handle: int,
    attributes: str,
    material: int,
    owner: int,
    quorum: int,
    session: int,
    shares: str | None,
) -> StoredObject:
    """A row as a value; the sharers come as one text with commas."""
    users = frozenset(map(int, shares.split(","))) if shares else frozenset()
    with decoding():
        values = decode_attributes(attributes)
    return StoredObject(container, handle, values, material, owner, quorum, session, users)
