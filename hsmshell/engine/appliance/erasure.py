"""What is erased when an HSM or a partition is: objects with their material, roles, labels, the cloning domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine.access import Role
from hsmshell.engine.appliance.appliance import ADMIN
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy

if TYPE_CHECKING:
    from hsmshell.engine.records import Device, Settings
    from hsmshell.engine.store import Store

ZEROIZED = "zeroized"
"""The setting of an HSM that has to be initialized before it does anything."""

_POLICIES = frozenset(policy.setting for kind in (HsmPolicy, PartitionPolicy) for policy in kind)


def zeroize(store: Store, device: int, *, factory: bool = False) -> None:
    """Erase every partition, the security officer, the HSM's label and its cloning domain, inside a transaction.

    Every login of any program ends. With ``factory`` the policies, the auditor and the remote PED vector go, too
    (Thales, hsm factoryReset: since firmware 6.22).
    """
    for container in store.containers(device):
        if container.number != ADMIN:
            erase_partition(store, container.id)
            continue
        store.end_connections(container.id)
        for user in store.users(container.id):
            if factory or user.name != Role.AUDITOR.name:
                store.delete_user(container.id, user.number)
    settings = dict(device_of(store, device).settings)
    if factory:
        settings = {name: value for name, value in settings.items() if name not in _POLICIES}
        settings["rpv_initialized"] = False
    store.set_device_settings(device, {**settings, "label": "", ZEROIZED: True})
    store.set_device_secret(device, b"")


def erase_partitions(store: Store, device: int) -> None:
    """Remove every partition of an HSM that stays initialized, inside a transaction."""
    for container in store.containers(device):
        if container.number != ADMIN:
            erase_partition(store, container.id)


def erase_partition(store: Store, container: int) -> None:
    """Remove a partition, inside a transaction. Logins to it end, and what lived in them goes, also on the other
    members of an HA group."""
    store.end_connections(container)
    store.delete_container(container)


def empty_partition(store: Store, container: int) -> None:
    """Erase a partition's objects and end the logins to it, inside a transaction."""
    store.end_connections(container)
    store.empty_container(container)


def zeroize_partition(store: Store, container: int) -> None:
    """Erase a partition's objects and roles; it stays, to be initialized again. Inside a transaction."""
    empty_partition(store, container)
    for user in store.users(container):
        store.delete_user(container, user.number)


def device_of(store: Store, device: int) -> Device:
    """An appliance's row as it is now, inside a transaction or a reading."""
    return next(known for known in store.devices("appliance") if known.id == device)


def change_settings(store: Store, device: int, changed: Settings) -> None:
    """Change some of an appliance's settings, inside a transaction."""
    store.set_device_settings(device, {**device_of(store, device).settings, **changed})
