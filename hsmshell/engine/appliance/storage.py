"""How much room an HSM and its partitions have."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.appliance.appliance import MAXIMUM_PARTITIONS, Appliance
from hsmshell.engine.appliance.operations import stored_size
from hsmshell.engine.records import Container

HSM_BYTES = 2097152
"""The storage of a Luna HSM as a published ``hsm show`` gives it."""
PARTITION_BYTES = HSM_BYTES // MAXIMUM_PARTITIONS
"""A partition's share of it: of an HSM with one, 104857 bytes are in use in that listing."""


class Storage(NamedTuple):
    """The room of an HSM or a partition, in bytes."""

    total: int
    used: int

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)


def hsm_storage(appliance: Appliance) -> Storage:
    """The HSM's room, of which each partition takes its whole share."""
    return Storage(HSM_BYTES, PARTITION_BYTES * len(appliance.partitions()))


def partition_storage(appliance: Appliance, partition: Container) -> Storage:
    """The partition's room."""
    store = appliance.lab.store
    with store.reading():
        items = store.objects(partition.id)
        return Storage(PARTITION_BYTES, sum(stored_size(item, store.material(item.material)) for item in items))
