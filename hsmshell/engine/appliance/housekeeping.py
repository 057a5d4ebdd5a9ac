"""What an appliance keeps beside its HSM: log files, its user's files and public keys, its configuration."""

from __future__ import annotations

from hsmshell.engine.appliance.appliance import Appliance
from hsmshell.engine.appliance.erasure import change_settings, device_of
from hsmshell.engine.records import Settings

LOG_FILES, USER_FILES, PUBLIC_KEYS, HOST_NAME = "log_files", "user_files", "public_keys", "host_name"
"""The settings: how many log files there are, the names of the user's files and of the public keys (one a line), and
the host name where it is not the appliance's own."""

FACTORY_HOST_NAME = "local_host"
"""An appliance's name before anybody configures it, as prompts in published sessions show it."""

LOG_NAME = "messages"
"""Of the log that is written to; older ones have a number behind it."""


class Housekeeping:
    """The appliance's own state. Nobody needs to be logged in to the HSM."""

    def __init__(self, appliance: Appliance) -> None:
        self._lab = appliance.lab
        self._device = appliance.device.id

    def _settings(self) -> Settings:
        with self._lab.store.reading():
            return device_of(self._lab.store, self._device).settings

    def _change(self, name: str, value: str | int) -> None:
        with self._lab.store.transaction():
            change_settings(self._lab.store, self._device, {name: value})

    # logs

    def log_files(self) -> list[str]:
        """The rotated logs, the latest first."""
        return [f"{LOG_NAME}.{number}" for number in range(1, int(self._settings().get(LOG_FILES, 0)) + 1)]

    def rotate_logs(self) -> None:
        """Begin a new log; the one that was written to becomes the latest of the rotated ones."""
        with self._lab.store.transaction():
            self._change(LOG_FILES, len(self.log_files()) + 1)

    def clean_logs(self) -> int:
        """Delete the rotated logs; how many there were."""
        with self._lab.store.transaction():
            count = len(self.log_files())
            self._change(LOG_FILES, 0)
            return count

    # the user's files and keys

    def names(self, kind: str) -> list[str]:
        """The names of ``USER_FILES`` or ``PUBLIC_KEYS``."""
        return str(self._settings().get(kind, "")).splitlines()

    def clear(self, kind: str) -> int:
        """Delete all of that kind; how many there were."""
        with self._lab.store.transaction():
            count = len(self.names(kind))
            self._change(kind, "")
            return count

    # the configuration

    @property
    def host_name(self) -> str:
        """What stands in the appliance's prompt."""
        settings = self._settings()
        if HOST_NAME in settings:
            return str(settings[HOST_NAME])
        with self._lab.store.reading():
            return device_of(self._lab.store, self._device).name

    def reset_configuration(self) -> None:
        """Set all services' configuration to the factory's: the host name goes."""
        self._change(HOST_NAME, FACTORY_HOST_NAME)
