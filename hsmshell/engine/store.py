"""The lab's database: one SQLite file, and the only code that speaks SQL.

Write-ahead log with ``synchronous=FULL``: a transaction that has ended is on the disk. Writers begin with
``BEGIN IMMEDIATE``, so that two processes queue instead of failing when the second one comes to write.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from hsmshell.engine.attributes import Attribute, decode_attributes, encode_attributes
from hsmshell.engine.errors import LabConflict, LabError, LabForeign, LabMissing
from hsmshell.engine.records import Container, Device, SessionRow, Settings, StoredObject, User
from hsmshell.engine.schema import APPLICATION_ID, TABLES, VERSION

BUSY_SECONDS = 60
"""How long a command waits for another process's transaction."""

_OBJECT = "container, handle, attributes, material, owner, quorum, session"


class Store:
    """An open database. Every reading or writing method belongs inside ``transaction`` or ``reading``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._depth = 0
        with self._reporting():
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            place = os.stat(path)
            self._place = (place.st_dev, place.st_ino)

    @classmethod
    def create(cls, path: str) -> Store:
        """Make an empty database; the file must not be there yet."""
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        store = cls(path)
        with store._reporting():
            store._db.execute("PRAGMA journal_mode=WAL")
            store._db.executescript(f"BEGIN IMMEDIATE;{TABLES}COMMIT;")
            store._db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            store._db.execute(f"PRAGMA user_version={VERSION}")
        return store

    @classmethod
    def open(cls, path: str) -> Store:
        """Open an existing database.

        Raises ``LabMissing`` when there is none, ``LabForeign`` when it is another program's, ``LabError`` when it is
        damaged or of a newer version.
        """
        if not os.path.isfile(path):
            raise LabMissing(f"there is no lab at {os.path.dirname(path)}; make one with: hsmshell lab init")
        if not os.path.getsize(path):
            raise LabError(f"the lab {path} is empty; make a new one with: hsmshell lab init --force")
        store = cls(path)
        with store._reporting():
            application = store._db.execute("PRAGMA application_id").fetchone()[0]
            version = store._db.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            store.close()
            raise LabForeign(f"{path} is not a lab of hsmshell; choose another directory with --lab")
        if version > VERSION:
            store.close()
            raise LabError(f"{path} was made by a newer hsmshell (schema {version}); upgrade hsmshell to open it")
        return store

    def settle(self) -> None:
        """Bring everything into the one file, so that it may be moved alone. Raises ``LabError``."""
        with self._reporting():
            busy, waiting, moved = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy or waiting != moved:
            raise LabError(f"the lab {self._path} could not be written whole; free some space and repeat the command")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """SQLite's own failures, told in a sentence."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            text = str(problem)
            if "locked" in text or "busy" in text:
                advice = "another process holds it; try again when that one has ended"
            elif "full" in text:
                advice = "the disk is full; free some space and repeat the command"
            elif "readonly" in text or "unable to open" in text:
                advice = "it cannot be written; check the directory's permissions"
            else:
                advice = f"{text}; check the disk, or make a new lab with: hsmshell lab init --force"
            raise LabError(f"the lab {self._path} could not be used: {advice}") from problem
        except sqlite3.IntegrityError as problem:
            raise LabConflict(f"{problem}") from problem
        except sqlite3.DatabaseError as problem:
            raise LabError(
                f"the lab {self._path} is damaged ({problem}); make a new one with: hsmshell lab init --force"
            ) from problem

    @contextmanager
    def _bracket(self, begin: str) -> Iterator[None]:
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        with self._reporting():
            self._require_in_place()
            self._db.execute(begin)
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.rollback()
                raise
            else:
                self._db.commit()
            finally:
                self._depth = 0
                if self._db.in_transaction:
                    self._db.rollback()

    def _require_in_place(self) -> None:
        """Refuse to go on with a file that is no longer the lab: what would be acknowledged would be lost."""
        try:
            now = os.stat(self._path)
        except OSError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != self._place:
            raise LabError(f"the lab {self._path} was removed or replaced; start the tool again")

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, durable when the block has ended; one inside another is part of the outer one."""
        return self._bracket("BEGIN IMMEDIATE")

    def reading(self) -> AbstractContextManager[None]:
        """One consistent view for several reads."""
        return self._bracket("BEGIN")

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

    # devices and containers

    def add_device(self, kind: str, name: str, settings: Settings, secret: bytes) -> int:
        cursor = self._db.execute(
            "INSERT INTO device (kind, name, settings, secret) VALUES (?, ?, ?, ?)",
            (kind, name, json.dumps(dict(settings)), secret),
        )
        return int(cursor.lastrowid or 0)

    def devices(self, kind: str) -> list[Device]:
        rows = self._db.execute(
            "SELECT id, kind, name, settings, secret FROM device WHERE kind = ? ORDER BY id", (kind,)
        )
        with _decoding():
            return [Device(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]

    def add_container(self, device: int, number: int, name: str, address: str, serial: str, settings: Settings) -> int:
        cursor = self._db.execute(
            "INSERT INTO container (device, number, name, address, serial, state, settings) VALUES (?,?,?,?,?,'up',?)",
            (device, number, name, address, serial, json.dumps(dict(settings))),
        )
        return int(cursor.lastrowid or 0)

    def containers(self, device: int) -> list[Container]:
        rows = self._db.execute(
            "SELECT id, device, number, name, address, serial, state, settings FROM container "
            "WHERE device = ? ORDER BY number",
            (device,),
        )
        with _decoding():
            return [Container(*row)._replace(settings=json.loads(row[-1])) for row in rows]

    def set_container_state(self, container: int, state: str) -> None:
        self._db.execute("UPDATE container SET state = ? WHERE id = ?", (state, container))

    # users

    def add_user(self, user: User) -> None:
        self._db.execute("INSERT INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?)", user)

    def users(self, container: int) -> list[User]:
        rows = self._db.execute("SELECT * FROM user WHERE container = ? ORDER BY number", (container,))
        return [User(*row) for row in rows]

    def user_named(self, container: int, name: str) -> User | None:
        """Names are matched without regard to case."""
        sql = "SELECT * FROM user WHERE container = ? AND name = ?"
        row = self._db.execute(sql, (container, _storable(name))).fetchone()
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
        ident = item.attributes.get(Attribute.ID, b"")
        self._db.execute(
            f"{verb} INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.container,
                item.handle,
                item.attributes[Attribute.CLASS],
                item.attributes.get(Attribute.KEY_TYPE, -1),
                _storable(item.label),
                ident,
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
    ) -> list[StoredObject]:
        """The container's objects that have all the given traits, in the order of their handles."""
        where, values = ["container = ?"], [container]  # type: tuple[list[str], list[int | str | bytes]]
        traits = {"class": object_class, "key_type": key_type, "ident": ident}
        if label is not None:
            traits["label"] = _storable(label)  # type: ignore[assignment]
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

    def count_objects(self, container: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM object WHERE container = ?", (container,)).fetchone()[0])

    def owns_objects(self, container: int, owner: int) -> bool:
        sql = "SELECT 1 FROM object WHERE container = ? AND owner = ? LIMIT 1"
        return self._db.execute(sql, (container, owner)).fetchone() is not None

    def delete_object(self, container: int, handle: int) -> None:
        self._delete_objects("container = ? AND handle = ?", (container, handle))

    def _delete_objects(self, where: str, values: tuple[int, ...]) -> None:
        """A deleted key's bytes go with its last copy (``secure_delete`` overwrites them in the file)."""
        rows = self._db.execute(f"DELETE FROM object WHERE {where} RETURNING material", values).fetchall()  # noqa: S608
        self._db.executemany(
            "DELETE FROM material WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM object WHERE material = ?1)", rows
        )

    # sessions

    def add_session(self, row: SessionRow) -> int:
        """Add a session; its id is given here and never again."""
        cursor = self._db.execute(
            "INSERT INTO session (device, process, container, user_type, user_name) VALUES (?, ?, ?, ?, ?)", row[1:]
        )
        return int(cursor.lastrowid or 0)

    def sessions(self) -> list[SessionRow]:
        return [SessionRow(*row) for row in self._db.execute("SELECT * FROM session ORDER BY id")]

    def delete_session(self, number: int) -> None:
        """End a session, and with it the objects that lived in it."""
        self._db.execute("DELETE FROM session WHERE id = ?", (number,))
        self._delete_objects("session = ? AND session <> 0", (number,))


def _storable(label: str) -> str:
    """Text as SQLite takes it: bytes that were no UTF-8 come as lone surrogates, which it refuses."""
    return label.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


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
    with _decoding():
        values = decode_attributes(attributes)
    return StoredObject(container, handle, values, material, owner, quorum, session, users)


@contextmanager
def _decoding() -> Iterator[None]:
    """A value that this program did not write, told in a sentence."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        advice = "make a new one with: hsmshell lab init --force"
        raise LabError(f"the lab holds a value that cannot be read; {advice}") from problem
