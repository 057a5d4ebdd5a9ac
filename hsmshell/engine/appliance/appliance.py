"""A Luna appliance: one HSM with its settings, its administrative container and its partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.appliance.policies import NEEDED, HsmPolicy, Policy, Profile
from hsmshell.engine.records import Container, Device

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

ADMIN = 1 << 16
"""The number of the container that holds the HSM's own roles; no client has a slot for it."""

MAXIMUM_PARTITIONS = 20
"""Of one HSM (the guide, Partitions vs. Users)."""


def cloning_secret(domain: str) -> bytes:
    """What an HSM keeps of a cloning domain's text: two of the same domain clone each other's keys."""
    import hashlib

    return hashlib.sha256(b"cloning domain " + domain.encode("utf-8", "surrogateescape")).digest()


class Slot(NamedTuple):
    """A slot with a token in it."""

    number: int
    description: str
    label: str
    """The partition's name, or the HA group's."""
    serial: str
    members: tuple[Container, ...]
    """The partitions that stand behind it, the one that answers first: one, or those of an HA group."""
    is_group: bool = False


class Session(NamedTuple):
    """An open session with a slot."""

    handle: int
    slot: int
    read_write: bool


class Appliance:
    """The HSM as the lab holds it. An ``Application`` works with its partitions."""

    def __init__(self, lab: Lab, device: Device) -> None:
        self.lab = lab
        self.device = device

    @property
    def name(self) -> str:
        return self.device.name

    @property
    def profile(self) -> Profile:
        return Profile(self.device.settings.get("profile", Profile.LUNA5.value))

    @property
    def serial(self) -> str:
        return str(self.device.settings.get("serial", "0"))

    def setting(self, name: str) -> str:
        """One of the scenario's texts about the appliance, such as ``model``; empty when it has none."""
        return str(self.device.settings.get(name, ""))

    def policy(self, policy: Policy, partition: Container | None = None) -> int:
        """What a policy of the HSM, or of one of its partitions, is set to."""
        if policy in NEEDED and not NEEDED[policy].value_in(self.device.settings):
            return 0
        own = (partition.settings,) if partition else ()
        return policy.value_in(*own, self.device.settings)

    @property
    def is_fips(self) -> bool:
        """Whether the HSM is in FIPS mode."""
        return not self.policy(HsmPolicy.NON_FIPS)

    def partitions(self) -> list[Container]:
        """The partitions by slot number."""
        with self.lab.store.reading():
            return [part for part in self.lab.store.containers(self.device.id) if part.number != ADMIN]

    def admin(self) -> Container | None:
        """The container with the HSM's security officer and auditor; a lab of an older version has none."""
        with self.lab.store.reading():
            return next((part for part in self.lab.store.containers(self.device.id) if part.number == ADMIN), None)
