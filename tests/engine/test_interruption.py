"""Ctrl-C comes at any moment; what was begun is taken back and the lab can still be used."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from typing import Any

import pytest

from hsmshell.engine.lab import Lab


class Interrupted:
    """A connection on which Ctrl-C is pressed as soon as a statement that begins so has been executed."""

    def __init__(self, real: sqlite3.Connection, beginning: str) -> None:
        self._real = real
        self._beginning = beginning

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        cursor = self._real.execute(sql, *values)
        if sql.startswith(self._beginning):
            raise KeyboardInterrupt
        return cursor


@pytest.mark.parametrize("beginning", ["BEGIN", "INSERT"])
@pytest.mark.parametrize("writing", [True, False])
def test_no_transaction_stays_open(lab: Lab, beginning: str, writing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def bracket() -> AbstractContextManager[None]:
        return lab.store.transaction() if writing else lab.store.reading()

    with monkeypatch.context() as patch:
        patch.setattr(lab.store, "_db", Interrupted(lab.store._db, beginning))
        with pytest.raises(KeyboardInterrupt), bracket():
            lab.store.set_meta("title", "half done")
    with lab.store.transaction():
        assert lab.store.meta("title") != "half done"
        lab.store.set_meta("title", "done")
