"""How much room an HSM and its partitions have."""

from __future__ import annotations

from hsmshell.engine.appliance.appliance import MAXIMUM_PARTITIONS, Appliance
from hsmshell.engine.records import Container

MAXIMUM = 2097152
"""Bytes of an HSM, as published listings have them."""
OF_PARTITION = MAXIMUM // MAXIMUM_PARTITIONS
"""Bytes that a partition takes: of an HSM with one, 104857 are in use in a published listing."""


def used_by(appliance: Appliance) -> int:
    """Bytes of the HSM that its partitions take."""
    return OF_PARTITION * len(appliance.partitions())


def used_in(appliance: Appliance, partition: Container) -> int:
    """Bytes of the partition that its objects take: their material and their attributes."""
    store = appliance.lab.store
    total = 0
    with store.reading():
        for item in store.objects(partition.id):
            values = item.attributes.values()
            total += len(store.material(item.material))
            total += sum(len(value) if isinstance(value, (str, bytes)) else 4 for value in values)
    return total
