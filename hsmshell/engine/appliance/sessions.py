"""What one program that has loaded the client library sees: slots, its sessions and logins, and what those permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hsmshell.engine.access import KEY_MANAGEMENT, PARTITION_RULES, PartitionOperation, Role
from hsmshell.engine.appliance import groups
from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.logins import Account, attempt, partition_account, require_open
from hsmshell.engine.appliance.pins import require_current
from hsmshell.engine.appliance.policies import PartitionPolicy, Policy
from hsmshell.engine.errors import (
    OperationNotAllowed,
    SessionHandleInvalid,
    SessionReadOnlyExists,
    SessionReadWriteSoExists,
    SlotIdInvalid,
    UserAlreadyLoggedIn,
    UserAnotherAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.records import Container

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab


GROUP_DESCRIPTION = "HA Virtual Card Slot"
"""What the slot of an HA group is called (published slot lists)."""


class ApplicationSessions:
    """Sessions and logins of one program. A login holds for all of the program's sessions with that slot."""

    def __init__(self, lab: Lab, *, configuring: bool = False) -> None:
        self.lab = lab
        self._configuring = configuring
        self._store = lab.store
        self._sessions: dict[int, Session] = {}
        self._roles: dict[int, Role] = {}
        self._next_session = 1
        self._lab_sessions: dict[int, int] = {}
        self._furnishing = False
        self._seen_slots = {slot.number for slot in self.slots()}
        """The slots of which the program knows that they have a token."""

    # slots and the partitions behind them

    def slots(self) -> tuple[Slot, ...]:
        """The slots with a token, by number: partitions, then HA groups."""
        with self._store.reading():
            virtual = tuple(self._group_slots())
            if virtual and not self._configuring and groups.is_ha_only(self.lab):
                return virtual
            return (*sorted(self._partition_slots()), *virtual)

    def _partition_slots(self) -> Iterator[Slot]:
        for appliance in self.lab.appliances():
            default = appliance.setting("slot_description") or appliance.profile.slot_description
            for part in appliance.partitions():
                if part.is_up:
                    description = str(part.settings.get("slot_description", default))
                    yield Slot(part.number, description, part.name, part.serial, (part,))

    def _group_slots(self) -> Iterator[Slot]:
        for group in groups.groups(self.lab):
            members = groups.answering(self.lab, group)
            if members:
                yield Slot(group.slot, GROUP_DESCRIPTION, group.label, group.number, members, is_group=True)

    def slot(self, number: int) -> Slot:
        """The slot of that number. Raises ``SlotIdInvalid``."""
        for slot in self.slots():
            if slot.number == number:
                return slot
        raise SlotIdInvalid(str(number))

    def appliance_of(self, slot: int) -> Appliance:
        """The appliance whose partition answers for the slot. Raises ``SlotIdInvalid``."""
        return self._appliance(self._partition(slot))

    def _appliance(self, partition: Container) -> Appliance:
        return next(known for known in self.lab.appliances() if known.device.id == partition.device)

    def _partition(self, slot: int) -> Container:
        """The partition that answers for the slot."""
        return self.slot(slot).members[0]

    def _policy(self, session: Session, policy: Policy) -> int:
        partition = self._partition(session.slot)
        return self._appliance(partition).policy(policy, partition)

    # sessions

    def sessions(self) -> tuple[Session, ...]:
        """The open sessions in the order in which they were opened."""
        return tuple(self._sessions.values())

    def open_session(self, slot: int, *, read_write: bool = True) -> Session:
        """Open a session. Raises ``SlotIdInvalid`` or ``SessionReadWriteSoExists`` (PKCS#11 v3.0 5.6.1)."""
        self._partition(slot)
        if not read_write and self._roles.get(slot) is Role.SECURITY_OFFICER:
            raise SessionReadWriteSoExists(str(slot))
        session = Session(self._next_session, slot, read_write)
        self._next_session += 1
        self._sessions[session.handle] = session
        return session

    def close_session(self, session: Session) -> None:
        """Close it; the last one of a slot ends the login. Raises ``SessionHandleInvalid``."""
        self._require_open(session)
        del self._sessions[session.handle]
        if not any(other.slot == session.slot for other in self._sessions.values()):
            self._end_login(session.slot)

    def close(self) -> None:
        """Close every session, as a program's end does."""
        for session in self.sessions():
            self.close_session(session)

    # logins

    def role(self, session: Session) -> Role | None:
        """Who is logged in on the session's slot."""
        self._forget_ended(session.slot)
        return self._roles.get(session.slot)

    def login(self, session: Session | None, role: Role, pin: str) -> None:
        """Log in on the session's slot; in an HA group's on every member that answers, which all have the same PIN.

        Raises ``SessionHandleInvalid``, ``UserTypeInvalid`` (an auditor has no business in a partition),
        ``UserAlreadyLoggedIn``, ``UserAnotherAlreadyLoggedIn``, ``SessionReadOnlyExists`` (the security officer
        changes what a read-only session sees, PKCS#11 v3.0 5.6.8), ``UserPinNotInitialized``, ``UserLockedOut``,
        ``SoLoginFailureThreshold``, ``PinIncorrect`` or ``PinExpired``; a wrong PIN counts, see ``logins``.
        """
        session = self._require_open(session)
        first, *others = self.slot(session.slot).members
        account, *further = [self._account(part, role) for part in (first, *others)]
        current = self._roles.get(session.slot)
        if current is not None:
            raise UserAlreadyLoggedIn(role.name) if current is role else UserAnotherAlreadyLoggedIn(role.name)
        if role is Role.SECURITY_OFFICER and any(
            not one.read_write for one in self._sessions.values() if one.slot == session.slot
        ):
            raise SessionReadOnlyExists(role.name)
        for other in further:
            attempt(self.lab, other, pin, lambda: 0)

        def enter() -> int:
            # Only who knows the PIN hears that it has to be changed.
            for part in (first, *others):
                require_current(part, role)
            return self._note_login(first, role)

        number = attempt(self.lab, account, pin, enter)
        self._begin_login(session.slot, role, number)

    def _account(self, partition: Container, role: Role) -> Account:
        return partition_account(self.lab, self._appliance(partition), partition, role)

    def login_activated(self, session: Session) -> None:
        """The login that a partition with cached credentials grants without asking for a PIN, unless it is locked.

        Raises ``UserPinNotInitialized``, ``UserLockedOut`` or ``PinExpired``.
        """
        for part in self.slot(session.slot).members:
            require_open(self.lab, self._account(part, Role.CRYPTO_OFFICER))
            require_current(part, Role.CRYPTO_OFFICER)
        self._login_owner(session)

    def login_furnishing(self, session: Session) -> None:
        """The login of who puts a new lab's objects where the scenario has them, whatever its policies say."""
        self._furnishing = True
        self._login_owner(session)

    def _login_owner(self, session: Session) -> None:
        partition = self._partition(session.slot)
        with self._store.transaction():
            number = self._note_login(partition, Role.CRYPTO_OFFICER)
        self._begin_login(session.slot, Role.CRYPTO_OFFICER, number)

    def logout(self, session: Session | None) -> None:
        """Raises ``SessionHandleInvalid`` or ``UserNotLoggedIn``."""
        session = self._require_open(session)
        if session.slot not in self._roles:
            raise UserNotLoggedIn("logout")
        self._end_login(session.slot)

    def _note_login(self, partition: Container, role: Role) -> int:
        return self.lab.add_session(partition.device, partition.id, role.name, role.name)

    def _begin_login(self, slot: int, role: Role, number: int) -> None:
        """The lab knows of the login; from now on the program has it."""
        self._roles[slot], self._lab_sessions[slot] = role, number

    def _end_login(self, slot: int) -> None:
        self._roles.pop(slot, None)
        number = self._lab_sessions.pop(slot, 0)
        if number:
            with self._store.transaction():
                self._store.delete_session(number)

    # what a session may do

    def _require_open(self, session: Session | None) -> Session:
        if session is None or session.handle not in self._sessions:
            raise SessionHandleInvalid("no session is open")
        self._forget_ended(session.slot)
        return session

    def _forget_ended(self, slot: int) -> None:
        """Let go of a login that somebody else has ended: the partition, or all of the HSM, was erased."""
        if slot in self._roles:
            with self._store.reading():
                lasts = self._store.has_session(self._lab_sessions[slot])
            if not lasts:
                del self._roles[slot], self._lab_sessions[slot]

    def _require(self, session: Session | None, operation: PartitionOperation) -> Session:
        """The session, when its role may do that.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, or ``OperationNotAllowed`` for
        what partition policy 28 forbids.
        """
        session = self._require_open(session)
        role = self._roles.get(session.slot)
        if role is None:
            raise UserNotLoggedIn(operation.name)
        if role not in PARTITION_RULES[operation]:
            raise UserNotAuthorized(role.name)
        if operation in KEY_MANAGEMENT and not (
            self._furnishing or self._policy(session, PartitionPolicy.KEY_MANAGEMENT)
        ):
            raise OperationNotAllowed(PartitionPolicy.KEY_MANAGEMENT.text)
        return session
