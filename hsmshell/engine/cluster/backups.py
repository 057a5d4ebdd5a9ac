"""Backups: an HSM at rest. A backup is a device of its own whose one container holds what the HSM held."""

from __future__ import annotations

import enum
from typing import NamedTuple

from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import HANDLE_RANGE
from hsmshell.engine.cluster.creation import FIRST_HANDLE
from hsmshell.engine.cluster.daily import count_from
from hsmshell.engine.cluster.journal import note
from hsmshell.engine.cluster.naming import check_region, new_identifier
from hsmshell.engine.cluster.phase import (
    BACKUP,
    COPIED_FROM,
    INHERITED,
    LINEAGE,
    ORIGIN,
    REGION,
    current,
    lineage_of,
    region_of,
)
from hsmshell.engine.cluster.quorum import QUORUM_SETTING
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, Device

_READY = "READY"
_CREATED, _REASON, _STATE, _SOURCE_REGION = "created", "reason", "state", "source_region"


class Reason(enum.Enum):
    """Why a backup was taken."""

    DAILY = "daily"
    ACTIVATION = "activation"
    ADD_HSM = "add-hsm"
    REMOVE_HSM = "remove-hsm"
    ON_DEMAND = "on demand"
    """The service has no such thing; a rehearsal has."""


class Backup(NamedTuple):
    """A backup as a list shows it."""

    id: str
    cluster: str
    """The name of the cluster that was backed up."""
    region: str
    created: int
    """Unix seconds."""
    reason: str
    """See ``Reason``."""
    state: str
    users: int
    keys: int
    copied_from: str
    """The id of the backup that it is a copy of; empty for an original."""
    source_region: str
    """The region of that one."""


def take(lab: Lab, cluster: Device, node: Container, reason: Reason, created: int | None = None) -> Backup:
    """Back up one HSM of a cluster; inside a transaction. ``created`` are Unix seconds, by default now."""
    cluster = current(lab.store, cluster)
    node = next(one for one in lab.store.containers(cluster.id) if one.id == node.id)
    moment = int(lab.services.clock()) if created is None else created
    settings = {
        **{name: cluster.settings[name] for name in INHERITED if name in cluster.settings},
        LINEAGE: lineage_of(cluster),
        REGION: region_of(cluster),
        ORIGIN: cluster.name,
        _CREATED: moment,
        _REASON: reason.value,
        _STATE: _READY,
    }
    device = Device(0, BACKUP, new_identifier(lab, BACKUP), settings, cluster.secret)
    count_from(lab, cluster.id, moment)
    note(lab, node, Opcode.CN_BACKUP_BEGIN)
    backup = _shown(lab, _add(lab, device, node))
    note(lab, node, Opcode.CN_BACKUP_END)
    return backup


def _add(lab: Lab, device: Device, source: Container) -> Device:
    """Add a backup with the contents of a container, and of its settings the M values."""
    number = lab.store.add_device(*device[1:])
    container = lab.store.add_container(
        number, source.number, source.name, source.address, source.serial, policies(source)
    )
    lab.store.copy_contents(source.id, container)
    return device._replace(id=number)


def policies(node: Container) -> dict[str, str | int | bool]:
    """The settings of an HSM that belong to its contents."""
    return {name: value for name, value in node.settings.items() if name.startswith(QUORUM_SETTING)}


def backups(lab: Lab, cluster: str = "") -> tuple[Backup, ...]:
    """The backups of one cluster, or of all, in the order in which they were made."""
    with lab.store.reading():
        shown = [_shown(lab, device) for device in lab.store.devices(BACKUP)]
        return tuple(backup for backup in shown if not cluster or backup.cluster == cluster)


def copy_backup(lab: Lab, name: str, region: str) -> Backup:
    """Copy a backup to another region. Raises ``LabError``."""
    with lab.store.transaction():
        check_region(region)
        source, container = stored(lab, name)
        if region == region_of(source):
            raise LabError(f"{source.name} is in {region} already; name another region")
        settings = {**source.settings, REGION: region, COPIED_FROM: source.name, _SOURCE_REGION: region_of(source)}
        copy = Device(0, BACKUP, new_identifier(lab, BACKUP), settings, source.secret)
        return _shown(lab, _add(lab, copy, container))


def stored(lab: Lab, name: str) -> tuple[Device, Container]:
    """A backup by its id, and its contents; inside a transaction. Raises ``LabError``."""
    for device in lab.store.devices(BACKUP):
        if device.name == name:
            return device, _contents(lab, device)
    raise LabError(f"there is no backup {name!r} in this lab; list them with: hsmshell lab cluster backups")


def fill(lab: Lab, cluster: Device, target: int, number: int, source: Container) -> None:
    """Put the contents of an HSM, or of a backup, into the new HSM of that number; inside a transaction.

    The handles that it will give are no key's on any HSM of the cluster.
    """
    store, scope = lab.store, f"container:{target}"
    store.copy_contents(source.id, target)
    given = store.drop_counter(scope, "handle")
    start = number * HANDLE_RANGE
    highest = store.highest_handle(cluster.id, range(start, start + HANDLE_RANGE))
    last = max(given if source.number == number else 0, 0 if highest is None else highest - start)
    if last:
        store.set_counter(scope, "handle", max(last, FIRST_HANDLE - 1))


def _contents(lab: Lab, backup: Device) -> Container:
    return lab.store.containers(backup.id)[0]


def _shown(lab: Lab, device: Device) -> Backup:
    contents, settings = _contents(lab, device), device.settings
    return Backup(
        device.name,
        str(settings[ORIGIN]),
        region_of(device),
        int(settings[_CREATED]),
        str(settings[_REASON]),
        str(settings[_STATE]),
        lab.store.count_users(contents.id),
        lab.store.count_objects(contents.id),
        str(settings.get(COPIED_FROM, "")),
        str(settings.get(_SOURCE_REGION, "")),
    )
