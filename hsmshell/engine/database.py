"""The lab's database file: opened, checked, brought up to date, and bracketed in transactions.

Write-ahead log with ``synchronous=FULL``: a transaction that has ended is on the disk. Writers begin with
``BEGIN IMMEDIATE``, so that two processes queue instead of failing when the second one comes to write.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Self

from hsmshell.engine.errors import LabConflict, LabError, LabForeign, LabMissing
from hsmshell.engine.schema import APPLICATION_ID, MIGRATIONS, TABLES, VERSION

BUSY_SECONDS = 60
"""How long a command waits for another process's transaction."""


class Database:
    """An open database. Whoever reads or writes it does so inside ``transaction`` or ``reading``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._depth = 0
        self._writing = False
        self._erases = False
        """Whether the transaction removes a container's contents, which are to be gone from the disk, too."""
        with self._reporting():
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            place = os.stat(path)
            self._place = (place.st_dev, place.st_ino)

    @classmethod
    def create(cls, path: str) -> Self:
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
    def open(cls, path: str) -> Self:
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
        if version < VERSION:
            store._migrate()
        return store

    def _migrate(self) -> None:
        """Bring a lab of an older version up to date; two processes that open it at once do so one after the other."""
        with self.transaction():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            for step in MIGRATIONS[version - 1 :]:
                for statement in step.split(";"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")

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
            elif "full" in text or ("I/O" in text and self._is_full()):
                advice = "the disk is full; free some space and repeat the command"
            elif "readonly" in text or "unable to open" in text:
                advice = "it cannot be written; check the directory's permissions"
            else:
                advice = f"{text}; check the disk and repeat the command"
            raise LabError(f"the lab {self._path} could not be used: {advice}") from problem
        except sqlite3.IntegrityError as problem:
            raise LabConflict(f"{problem}") from problem
        except sqlite3.DatabaseError as problem:
            raise LabError(
                f"the lab {self._path} is damaged ({problem}); make a new one with: hsmshell lab init --force"
            ) from problem

    def _is_full(self) -> bool:
        """Whether the disk has no room: SQLite says "I/O error" when a file of its own finds none."""
        try:
            return os.statvfs(os.path.dirname(self._path) or ".").f_bavail == 0
        except OSError:
            return False

    @contextmanager
    def _bracket(self, *, writing: bool) -> Iterator[None]:
        if self._depth:
            # It would not have waited for its turn, and fail as soon as another process writes.
            assert self._writing or not writing, "a transaction begins inside a reading"
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        with self._reporting():
            self._require_in_place()
            try:
                # Inside, for an interruption may come as soon as the transaction has begun.
                self._db.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
                self._depth, self._writing, self._erases = 1, writing, False
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
        if self._erases:
            self._erases = False
            self._overwrite()

    def _overwrite(self) -> None:
        """Bring the erasure into the file and empty the log, although other processes have the lab open. One that
        reads just now may prevent it; then it happens when the last one closes the lab."""
        with suppress(sqlite3.DatabaseError):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

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
        return self._bracket(writing=True)

    def reading(self) -> AbstractContextManager[None]:
        """One consistent view for several reads; no transaction begins inside."""
        return self._bracket(writing=False)


def storable(label: str) -> str:
    """Text as SQLite takes it: bytes that were no UTF-8 come as lone surrogates, which it refuses."""
    return label.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def decoding() -> Iterator[None]:
    """A value that this program did not write, told in a sentence."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        advice = "make a new one with: hsmshell lab init --force"
        raise LabError(f"the lab holds a value that cannot be read; {advice}") from problem
