"""What the settings of a cluster say of its life: how far it is, where it is, and where it comes from."""

from __future__ import annotations

import enum

from hsmshell.engine.access import OFFICERS, UserType
from hsmshell.engine.errors import LabError
from hsmshell.engine.records import Container, Device, Settings
from hsmshell.engine.store import Store

INITIALIZED, CUSTOMER_CA, REGION, LINEAGE, PASSWORD_COST = (
    "initialized",
    "customer_ca",
    "region",
    "lineage",
    "password_cost",
)
"""The settings: whether the customer has signed the cluster's certificate (a cluster without the setting was always
initialized), whether it is the customer who signs it, the region, the device with which the cluster's lineage began,
and scrypt's n."""

INHERITED = (PASSWORD_COST, INITIALIZED, CUSTOMER_CA)
"""The settings that a backup keeps for the clusters that are restored from it, beside the lineage."""

BACKUP = "backup"
"""The kind of device that a backup is."""
ORIGIN, COPIED_FROM = "cluster", "copied_from"
"""Its settings: the name of the cluster that was backed up, and the id of the backup that it is a copy of."""

MAXIMUM_HSMS = 28
"""HSMs of one cluster."""

DEFAULT_REGION = "us-east-1"
"""Where a cluster is that does not say it."""


class Phase(enum.Enum):
    """How far a cluster is."""

    UNINITIALIZED = "UNINITIALIZED"
    """The customer has not signed its certificate: nobody can log in."""
    INITIALIZED = "INITIALIZED"
    """It never had an HSM, or has one whose first officer still has the password that everybody knows."""
    ACTIVE = "ACTIVE"


def phase_of(store: Store, cluster: Device) -> Phase:
    """How far the cluster is now; inside a transaction."""
    cluster = current(store, cluster)
    if not cluster.settings.get(INITIALIZED, True):
        return Phase.UNINITIALIZED
    # A cluster that has lost its last HSM is as far as its latest backup is, from which the next HSM comes.
    nodes = store.containers(cluster.id) or at_rest(store, cluster)
    waiting = any(_waits({UserType(user.type) for user in store.users(node.id)}) for node in nodes)
    return Phase.ACTIVE if nodes and not waiting else Phase.INITIALIZED


def at_rest(store: Store, cluster: Device) -> list[Container]:
    """The contents of the cluster's latest backup, if it has one; a copy in another region does not count."""
    backups = (device for device in store.devices(BACKUP) if not device.settings.get(COPIED_FROM))
    own = [device for device in backups if device.settings[ORIGIN] == cluster.name]
    return store.containers(own[-1].id) if own else []


def _waits(types: set[UserType]) -> bool:
    """Whether an HSM with such users waits for its first officer. An officer may make another one of that type."""
    return UserType.PRE_OFFICER in types and not types & OFFICERS


def current(store: Store, cluster: Device) -> Device:
    """The cluster as it is now: whoever asks may have read it earlier."""
    for device in store.devices("cluster"):
        if device.id == cluster.id:
            return device
    raise LabError(f"there is no cluster {cluster.name} any more; hsmshell lab show lists them")


def region_of(device: Device) -> str:
    """The region of a cluster or a backup."""
    return str(device.settings.get(REGION, DEFAULT_REGION))


def lineage_of(device: Device) -> int:
    """The number of the device with which the lineage of a cluster or a backup began.

    Its clusters share the masking key, and the certificates of the first one.
    """
    return int(device.settings.get(LINEAGE, device.id))


def settings_of_new(password_cost: int, region: str) -> Settings:
    """The settings of a new cluster, which waits for its customer."""
    return {PASSWORD_COST: password_cost, REGION: region, INITIALIZED: False, CUSTOMER_CA: True}
