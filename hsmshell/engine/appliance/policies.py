"""What an appliance's HSM and its partitions are allowed: policies, each with its published number and text."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from hsmshell.engine.records import Settings


class Profile(enum.Enum):
    """The generation of an appliance and its client; a scenario chooses one."""

    LUNA5 = "luna5"
    LUNA7 = "luna7"

    @property
    def first_slot(self) -> int:
        """The number of a client's first slot."""
        return 1 if self is Profile.LUNA5 else 0

    @property
    def slot_description(self) -> str:
        """What a client's slots are called where the scenario does not say (published slot lists)."""
        return "LunaNet Slot" if self is Profile.LUNA5 else "Net Token Slot"

    @property
    def has_partition_officer(self) -> bool:
        """Whether a partition has a security officer of its own; else the HSM's is everybody's."""
        return self is Profile.LUNA7


NEWER = frozenset({Profile.LUNA7})
"""The generations that have what came later."""


class Policy(enum.Enum):
    """A policy: its number, its text, and the name and the default of the setting that holds it."""

    number: int
    text: str
    setting: str
    default: int

    def __new__(cls, number: int, text: str, setting: str, default: int) -> Policy:
        member = object.__new__(cls)
        member._value_ = setting
        member.number, member.text, member.setting, member.default = number, text, setting, default
        return member

    def value_in(self, *settings: Settings) -> int:
        """What the first of the settings that has it says; a policy that is off is 0, one that is on 1."""
        for known in settings:
            if self.setting in known:
                return int(known[self.setting])
        return self.default


class HsmPolicy(Policy):
    """The policies of a whole HSM (numbers and texts as an initialized Luna SA 6 shows them)."""

    MASKING = 6, "Allow masking", "allow_masking", 1
    CLONING = 7, "Allow cloning", "allow_cloning", 1
    NON_FIPS = 12, "Allow non-FIPS algorithms", "allow_non_fips", 1
    RESET_PIN = 15, "SO can reset partition PIN", "so_can_reset_pin", 1
    NETWORK_REPLICATION = 16, "Allow network replication", "allow_network_replication", 1
    REMOTE_AUTHENTICATION = 20, "Allow Remote Authentication", "allow_remote_authentication", 1
    FORCE_PIN_CHANGE = 21, "Force user PIN change after set/reset", "force_pin_change", 0
    OFFBOARD_STORAGE = 22, "Allow offboard storage", "allow_offboard_storage", 1
    ACCELERATION = 29, "Allow Acceleration", "allow_acceleration", 1


class PartitionPolicy(Policy):
    """The policies of one partition. An appliance's setting is that of its partitions that have none of their own."""

    PRIVATE_KEY_CLONING = 0, "Allow private key cloning", "allow_private_key_cloning", 1
    PRIVATE_KEY_WRAPPING = 1, "Allow private key wrapping", "allow_private_key_wrapping", 0
    SECRET_KEY_CLONING = 4, "Allow secret key cloning", "allow_secret_key_cloning", 1
    SECRET_KEY_WRAPPING = 5, "Allow secret key wrapping", "allow_secret_key_wrapping", 1
    CHANGING_ATTRIBUTES = 11, "Allow changing key attributes", "allow_changing_key_attributes", 1
    MAXIMUM_FAILURES = 20, "Max failed user logins allowed", "maximum_failures", 10
    KEY_MANAGEMENT = 28, "Allow Key Management Functions", "allow_key_management", 1


NEEDED: Mapping[Policy, HsmPolicy] = {
    PartitionPolicy.PRIVATE_KEY_CLONING: HsmPolicy.CLONING,
    PartitionPolicy.SECRET_KEY_CLONING: HsmPolicy.CLONING,
}
"""Without the HSM's policy, that of a partition is off whatever it is set to."""
