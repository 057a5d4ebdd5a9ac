"""What an HSM's security officer may do with its partitions: to be asked before a person is asked to confirm."""

from __future__ import annotations

from hsmshell.engine.appliance.appliance import MAXIMUM_PARTITIONS, Appliance
from hsmshell.engine.appliance.policies import NEEDED, HsmPolicy, PartitionPolicy
from hsmshell.engine.errors import (
    ArgumentsBad,
    ConfigFailsDependencies,
    LicenseCapacityExceeded,
    OperationNotAllowed,
    PartitionExists,
)
from hsmshell.engine.records import Container

MOST_FAILURES = 10
"""Partition policy 20 lowers this number, and never raises it."""

MODES = {
    PartitionPolicy.PRIVATE_KEY_CLONING: PartitionPolicy.PRIVATE_KEY_WRAPPING,
    PartitionPolicy.PRIVATE_KEY_WRAPPING: PartitionPolicy.PRIVATE_KEY_CLONING,
}
"""Each of the two with the one that never goes together with it."""


def require_room(appliance: Appliance, name: str) -> None:
    """Refuse a new partition of that name.

    Raises ``ArgumentsBad`` (no name), ``PartitionExists`` or ``LicenseCapacityExceeded``.
    """
    parts = appliance.partitions()
    if not name:
        raise ArgumentsBad("name")
    # By a serial number, too, a partition is named when it is deleted.
    if any(name in (part.name, part.serial) for part in parts):
        raise PartitionExists(name)
    if len(parts) >= MAXIMUM_PARTITIONS:
        raise LicenseCapacityExceeded(name)


def require_resettable(appliance: Appliance) -> None:
    """Raises ``OperationNotAllowed`` when the officer may not give a Crypto Officer another PIN: HSM policy 15, or
    partitions have security officers of their own.
    """
    if appliance.profile.has_partition_officer or not appliance.policy(HsmPolicy.RESET_PIN):
        raise OperationNotAllowed("policy 15")


def change_erases(appliance: Appliance, part: Container, policy: PartitionPolicy, value: int) -> bool:
    """Whether a partition's objects go when the policy gets that value: when cloning or wrapping of private keys is
    switched on.

    Raises ``ArgumentsBad``, ``ConfigFailsDependencies`` (these two never go together, and without the HSM's cloning
    there is none), or ``OperationNotAllowed`` where the model decides about them.
    """
    counts = policy is PartitionPolicy.MAXIMUM_FAILURES
    if value not in (range(1, MOST_FAILURES + 1) if counts else (0, 1)):
        raise ArgumentsBad(str(value))
    if value == appliance.policy(policy, part):
        return False
    if policy in MODES and not appliance.profile.has_partition_officer:
        raise OperationNotAllowed(policy.text)
    if not value:
        return False
    if policy in NEEDED and not appliance.policy(NEEDED[policy]):
        raise ConfigFailsDependencies(policy.text)
    if policy in MODES and appliance.policy(MODES[policy], part):
        raise ConfigFailsDependencies(policy.text)
    return policy in MODES
