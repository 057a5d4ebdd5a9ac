"""What a token says of itself: its mechanisms, its room, the state of its PINs, and whether one came or went."""

from __future__ import annotations

from hsmshell.engine.access import Role
from hsmshell.engine.appliance.application import ApplicationCore
from hsmshell.engine.appliance.logins import PinState, pin_state
from hsmshell.engine.appliance.mechanism_table import MechanismInfo, mechanisms_of
from hsmshell.engine.appliance.storage import Storage, partition_storage
from hsmshell.engine.errors import MechanismInvalid, NoEvent


class ApplicationTokens(ApplicationCore):
    """What needs no session with the token."""

    def mechanisms(self, slot: int) -> tuple[MechanismInfo, ...]:
        """The mechanisms of the slot's token, by number. Raises ``SlotIdInvalid``."""
        appliance = self.appliance_of(slot)
        return mechanisms_of(appliance.profile, fips=appliance.is_fips)

    def mechanism(self, slot: int, number: int) -> MechanismInfo:
        """One of them. Raises ``SlotIdInvalid`` or ``MechanismInvalid``."""
        for info in self.mechanisms(slot):
            if info.mechanism == number:
                return info
        raise MechanismInvalid(str(number))

    def storage(self, slot: int) -> Storage:
        """The room of the partition that answers for the slot. Raises ``SlotIdInvalid``."""
        partition = self._partition(slot)
        return partition_storage(self._appliance(partition), partition)

    def pin_state(self, slot: int, role: Role) -> PinState:
        """How it stands with the PIN of a role. Raises ``SlotIdInvalid`` or ``UserPinNotInitialized``."""
        return pin_state(self.lab, self._account(self._partition(slot), role))

    def slot_event(self) -> int:
        """The number of a slot whose token came or went since this was last asked, or since the program began.

        Raises ``NoEvent`` at once when there is none: it never waits (PKCS#11 v3.0 5.5.4, CKF_DONT_BLOCK).
        """
        present = {slot.number for slot in self.slots()}
        changed = present ^ self._seen_slots
        if not changed:
            raise NoEvent("no slot")
        first = min(changed)
        self._seen_slots ^= {first}
        return first
