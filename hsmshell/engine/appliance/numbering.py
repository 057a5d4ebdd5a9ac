"""The slots and serial numbers of new partitions."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hsmshell.engine.appliance.appliance import Appliance
from hsmshell.engine.appliance.policies import Profile

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

K7_DIGITS = 13
"""Of a partition's serial number there."""

FIRST_NUMBER = 8
"""Of a K6's partitions: no published serial number of one ends in less than 008."""


def free_slot(lab: Lab, appliance: Appliance) -> int:
    """The lowest slot, from the profile's first one, that no partition of the lab has; inside a transaction."""
    taken = {part.number for known in lab.appliances() for part in known.partitions()}
    return next(number for number in count(appliance.profile.first_slot) if number not in taken)


def new_serial(appliance: Appliance) -> str:
    """A serial number that no partition of the HSM had before; inside a transaction."""
    taken = {part.serial for part in appliance.partitions()}
    while True:
        counter = appliance.lab.store.next_number(f"device:{appliance.device.id}", "partition", FIRST_NUMBER)
        serial = serial_number(appliance.profile, appliance.serial, counter)
        if serial not in taken:
            return serial


def serial_number(profile: Profile, hsm: str, number: int) -> str:
    """K6: the HSM's serial number and three digits (157541 and 157541008 are published); K7: 13 digits."""
    if profile is Profile.LUNA5:
        return f"{hsm}{number:03}"
    head = f"1{hsm}"
    return head + str(number).zfill(K7_DIGITS - len(head))
