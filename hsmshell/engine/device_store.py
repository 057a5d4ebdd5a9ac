"""The rows of devices and of the containers in them."""

from __future__ import annotations

import json

from hsmshell.engine.database import Database, decoding, storable
from hsmshell.engine.records import Container, Device, Settings


class DeviceStore(Database):
    """Every method belongs inside ``transaction`` or ``reading``."""

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
        with decoding():
            return [Device(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]

    def add_container(self, device: int, number: int, name: str, address: str, serial: str, settings: Settings) -> int:
        cursor = self._db.execute(
            "INSERT INTO container SELECT 1 + max(coalesce((SELECT max(id) FROM container), 0), coalesce("
            "(SELECT value FROM counter WHERE scope = 'lab' AND name = 'container'), 0)), ?, ?, ?, ?, ?, 'up', ?",
            (device, number, name, address, serial, json.dumps(dict(settings))),
        )
        return int(cursor.lastrowid or 0)

    def containers(self, device: int) -> list[Container]:
        rows = self._db.execute(
            "SELECT id, device, number, name, address, serial, state, settings FROM container "
            "WHERE device = ? ORDER BY number",
            (device,),
        )
        with decoding():
            return [Container(*row)._replace(settings=json.loads(row[-1])) for row in rows]

    def set_container_settings(self, container: int, settings: Settings) -> None:
        self._db.execute("UPDATE container SET settings = ? WHERE id = ?", (json.dumps(dict(settings)), container))

    def name_container(self, container: int, name: str) -> None:
        self._db.execute("UPDATE container SET name = ? WHERE id = ?", (storable(name), container))

    def set_container_state(self, container: int, state: str) -> None:
        self._db.execute("UPDATE container SET state = ? WHERE id = ?", (state, container))

    def has_device(self, name: str) -> bool:
        return self._db.execute("SELECT 1 FROM device WHERE name = ?", (name,)).fetchone() is not None

    def set_device_settings(self, device: int, settings: Settings) -> None:
        self._db.execute("UPDATE device SET settings = ? WHERE id = ?", (json.dumps(dict(settings)), device))

    def delete_device(self, device: int) -> None:
        """Forget a device that has no container."""
        self._db.execute("DELETE FROM device WHERE id = ?", (device,))

    def set_device_secret(self, device: int, secret: bytes) -> None:
        self._db.execute("UPDATE device SET secret = ? WHERE id = ?", (secret, device))
