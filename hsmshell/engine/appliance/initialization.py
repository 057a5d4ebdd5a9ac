"""PINs that a program sets, and tokens that it initializes (PKCS#11 v3.0, C_InitToken, C_InitPIN and C_SetPIN)."""

from __future__ import annotations

from hsmshell.engine.access import PartitionOperation, Role
from hsmshell.engine.appliance.appliance import Session, Slot
from hsmshell.engine.appliance.application import ApplicationCore
from hsmshell.engine.appliance.erasure import zeroize_partition
from hsmshell.engine.appliance.logins import attempt
from hsmshell.engine.appliance.pins import give_pin, new_verifier, note_expiry, set_pin
from hsmshell.engine.appliance.policies import HsmPolicy
from hsmshell.engine.errors import ArgumentsBad, OperationNotAllowed, SessionExists, UserNotAuthorized
from hsmshell.engine.records import Container


class ApplicationInitialization(ApplicationCore):
    """What C_InitToken, C_InitPIN and C_SetPIN do."""

    def change_pin(self, session: Session | None, old: str, new: str) -> None:
        """The role that is logged in gets another PIN; without a login it is the Crypto Officer.

        Raises ``SessionHandleInvalid``, ``SessionReadOnly``, ``PinLenRange``, and for the old PIN what ``login``
        raises; a wrong one counts.
        """
        session = self._require_open(session)
        self._require_writable(session, token=True)
        role = self._role(session.slot) or Role.CRYPTO_OFFICER
        members = self.slot(session.slot).members
        verifier = new_verifier(self._appliance(members[0]), new)
        account, *others = [self._account(part, role) for part in members]

        def change() -> None:
            for home in {one.container for one in (account, *others)}:
                set_pin(self.lab, home, role, verifier)
            if role is Role.CRYPTO_OFFICER:
                for part in members:
                    note_expiry(self.lab, part, expired=False)

        for other in {one.container: one for one in others}.values():
            attempt(self.lab, other, old, lambda: 0)
        attempt(self.lab, account, old, change)

    def init_pin(self, session: Session | None, pin: str) -> None:
        """The security officer gives the Crypto Officer a PIN, the Crypto Officer the Crypto User; a lock ends.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, ``SessionReadOnly``,
        ``PinLenRange``, or ``OperationNotAllowed`` when HSM policy 15 lets nobody replace the Crypto Officer's.
        """
        session = self._require(session, PartitionOperation.SET_USER_PIN)
        self._require_writable(session, token=True)
        officer = self._role(session.slot) is Role.SECURITY_OFFICER
        target = Role.CRYPTO_OFFICER if officer else Role.CRYPTO_USER
        verifier = new_verifier(self.appliance_of(session.slot), pin)
        with self._store.transaction():
            # Once more, for somebody may have erased the HSM meanwhile.
            self._require(session, PartitionOperation.SET_USER_PIN)
            members = self.slot(session.slot).members
            for part in members if officer else ():
                known = self._store.user_named(part.id, target.name)
                if known and known.verifier and not self._appliance(part).policy(HsmPolicy.RESET_PIN):
                    raise OperationNotAllowed(HsmPolicy.RESET_PIN.text)
            for part in members:
                give_pin(self._appliance(part), part, target, verifier)

    def init_token(self, slot: int, pin: str, label: str) -> None:
        """Erase a partition and give it a label; its security officer's PIN is asked, or set where it has none yet.

        Raises ``SlotIdInvalid``, ``SessionExists`` while this program has a session with it, ``ArgumentsBad`` (no
        label), ``OperationNotAllowed`` where partitions have no security officer of their own, and ``PinLenRange`` or
        what ``login`` raises.
        """
        partition = self._alone(self.slot(slot))
        appliance = self._appliance(partition)
        if any(session.slot == slot for session in self.sessions()):
            raise SessionExists(str(slot))
        if not appliance.profile.has_partition_officer:
            raise OperationNotAllowed("the HSM's own officer makes partitions")
        if not label:
            raise ArgumentsBad("label")
        with self._store.reading():
            known = self._store.user_named(partition.id, Role.SECURITY_OFFICER.name)

        def erase(verifier: str) -> None:
            zeroize_partition(self._store, partition.id)
            self._store.name_container(partition.id, label)
            set_pin(self.lab, partition.id, Role.SECURITY_OFFICER, verifier)

        if known and known.verifier:
            account = self._account(partition, Role.SECURITY_OFFICER)
            attempt(self.lab, account, pin, lambda: erase(known.verifier))
            return
        verifier = new_verifier(appliance, pin)
        with self._store.transaction():
            if self._store.user_named(partition.id, Role.SECURITY_OFFICER.name):
                raise UserNotAuthorized("somebody else has initialized it meanwhile")
            erase(verifier)

    def _alone(self, slot: Slot) -> Container:
        """The one partition of a slot. Raises ``OperationNotAllowed`` for a group's."""
        if len(slot.members) != 1:
            raise OperationNotAllowed("an HA group is no token")
        return slot.members[0]
