"""What one program that has loaded the client library sees: slots, its sessions and logins, and what those permit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hsmshell.engine.access import KEY_MANAGEMENT, PARTITION_RULES, PartitionOperation, Role
from hsmshell.engine.appliance import groups
from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.logins import Account, attempt, partition_account, require_usable
from hsmshell.engine.appliance.pins import require_current
from hsmshell.engine.appliance.policies import PartitionPolicy, Policy
from hsmshell.engine.appliance.standing import Standing
from hsmshell.engine.errors import (
    HsmError,
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


class ApplicationSessions:
    """Sessions and logins of one program. A login holds for all of the program's sessions with that slot."""

    def __init__(self, lab: Lab, *, configuring: bool = False) -> None:
        self.lab = lab
        self._configuring = configuring
        self._store = lab.store
        self._sessions: dict[int, Session] = {}
        self._next_session = 1
        self._standings: dict[int, Standing] = {}
        """The logins by slot."""
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
                yield Slot(group.slot, groups.DESCRIPTION, group.label, group.number, members, is_group=True)

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

    def _is_fips(self, session: Session) -> bool:
        """Whether the HSM behind the session's slot is in FIPS mode."""
        return self.appliance_of(session.slot).is_fips

    # sessions

    def sessions(self) -> tuple[Session, ...]:
        """The open sessions in the order in which they were opened."""
        return tuple(self._sessions.values())

    def open_session(self, slot: int, *, read_write: bool = True) -> Session:
        """Open a session. Raises ``SlotIdInvalid`` or ``SessionReadWriteSoExists`` (PKCS#11 v3.0 5.6.1)."""
        self._partition(slot)
        if not read_write and self._role(slot) is Role.SECURITY_OFFICER:
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
        return self._role(session.slot)

    def _role(self, slot: int) -> Role | None:
        standing = self._standings.get(slot)
        return standing.role if standing else None

    def _lab_session(self, slot: int) -> int | None:
        standing = self._standings.get(slot)
        return standing.session if standing else None

    def login(self, session: Session | None, role: Role, pin: str) -> None:
        """Log in on the session's slot; in an HA group's on every member that answers, which all have the same PIN.

        Raises ``SessionHandleInvalid``, ``UserTypeInvalid`` (an auditor has no business in a partition),
        ``UserAlreadyLoggedIn``, ``UserAnotherAlreadyLoggedIn``, ``SessionReadOnlyExists`` (the security officer
        changes what a read-only session sees, PKCS#11 v3.0 5.6.8), ``UserPinNotInitialized``, ``UserLockedOut``,
        ``SoLoginFailureThreshold``, ``PinIncorrect`` or ``PinExpired``; a wrong PIN counts, see ``logins``.
        """
        session = self._require_open(session)
        slot = self.slot(session.slot)
        accounts = [(part, self._account(part, role)) for part in slot.members]
        current = self._role(session.slot)
        if current is not None:
            raise UserAlreadyLoggedIn(role.name) if current is role else UserAnotherAlreadyLoggedIn(role.name)
        if role is Role.SECURITY_OFFICER and any(
            not one.read_write for one in self._sessions.values() if one.slot == session.slot
        ):
            raise SessionReadOnlyExists(role.name)
        numbers: dict[int, int] = {}
        try:
            for part, account in reversed(accounts):
                numbers[part.id] = self._attempt(part, account, pin)
        except HsmError:
            self._end_lab_sessions(numbers)
            raise
        self._begin_login(slot, role, numbers, pin if slot.is_group else "")

    def _account(self, partition: Container, role: Role) -> Account:
        return partition_account(self.lab, self._appliance(partition), partition, role)

    def _attempt(self, partition: Container, account: Account, pin: str) -> int:
        def enter() -> int:
            # Only who knows the PIN hears that it has to be changed.
            require_current(partition, account.role)
            return self._note_login(partition, account.role)

        return attempt(self.lab, account, pin, enter)

    def login_activated(self, session: Session) -> None:
        """The login that partitions with cached credentials grant without asking for a PIN.

        Raises ``UserPinNotInitialized``, ``UserLockedOut`` or ``PinExpired`` when the Crypto Officer could not log in.
        """
        with self._store.transaction():
            for part in self.slot(session.slot).members:
                require_usable(self.lab, self._account(part, Role.CRYPTO_OFFICER))
                require_current(part, Role.CRYPTO_OFFICER)
            self._login_owner(session)

    def login_furnishing(self, session: Session) -> None:
        """The login of who puts a new lab's objects where the scenario has them, whatever its policies say."""
        self._furnishing = True
        self._login_owner(session)

    def _login_owner(self, session: Session) -> None:
        slot = self.slot(session.slot)
        with self._store.transaction():
            numbers = {part.id: self._note_login(part, Role.CRYPTO_OFFICER) for part in slot.members}
        self._begin_login(slot, Role.CRYPTO_OFFICER, numbers)

    def logout(self, session: Session | None) -> None:
        """Raises ``SessionHandleInvalid`` or ``UserNotLoggedIn``."""
        session = self._require_open(session)
        if session.slot not in self._standings:
            raise UserNotLoggedIn("logout")
        self._end_login(session.slot)

    def _note_login(self, partition: Container, role: Role) -> int:
        return self.lab.add_session(partition.device, partition.id, role.name, role.name)

    def _begin_login(self, slot: Slot, role: Role, numbers: dict[int, int], pin: str = "") -> None:
        """The lab knows of the login; from now on the program has it."""
        self._standings[slot.number] = Standing(role, slot.serial, numbers[slot.members[0].id], numbers, pin)

    def _end_login(self, slot: int) -> None:
        standing = self._standings.pop(slot, None)
        if standing:
            self._end_lab_sessions(standing.numbers)

    def _end_lab_sessions(self, numbers: Mapping[int, int]) -> None:
        with self._store.transaction():
            for number in numbers.values():
                self._store.delete_session(number)

    # what a session may do

    def _require_open(self, session: Session | None) -> Session:
        if session is None or session.handle not in self._sessions:
            raise SessionHandleInvalid("no session is open")
        self._forget_ended(session.slot)
        return session

    def _forget_ended(self, slot: int) -> None:
        """Let go of a login that somebody else has ended: the partition, or all of the HSM, was erased, or another
        token has come into the slot."""
        standing = self._standings.get(slot)
        if standing is None:
            return
        with self._store.reading():
            lasts = self._store.has_session(standing.session)
        if not lasts or not self._holds(slot):
            self._end_login(slot)

    def _holds(self, number: int) -> bool:
        """Whether the login is one to the slot's token, and to every partition behind it by now."""
        standing = self._standings[number]
        # While nobody answers nothing can be done, and the login waits.
        slot = next((slot for slot in self.slots() if slot.number == number), None)
        if slot is None:
            return True
        if slot.serial != standing.serial:
            return False
        for part in slot.members:
            with self._store.reading():
                known = part.id in standing.numbers and self._store.has_session(standing.numbers[part.id])
            if not known and not self._follow_login(number, part):
                return False
        return True

    def _follow_login(self, slot: int, partition: Container) -> bool:
        """Log in to a partition that came into the group later, with the PIN of the others; whether that worked."""
        standing = self._standings[slot]
        if not standing.pin:
            return False
        try:
            number = self._attempt(partition, self._account(partition, standing.role), standing.pin)
        except HsmError:
            return False
        self._standings[slot] = standing._replace(numbers={**standing.numbers, partition.id: number})
        return True

    def _require(self, session: Session | None, operation: PartitionOperation) -> Session:
        """The session, when its role may do that.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, or ``OperationNotAllowed`` for
        what partition policy 28 forbids.
        """
        session = self._require_open(session)
        role = self._role(session.slot)
        if role is None:
            raise UserNotLoggedIn(operation.name)
        if role not in PARTITION_RULES[operation]:
            raise UserNotAuthorized(role.name)
        if operation in KEY_MANAGEMENT and not (
            self._furnishing or self._policy(session, PartitionPolicy.KEY_MANAGEMENT)
        ):
            raise OperationNotAllowed(PartitionPolicy.KEY_MANAGEMENT.text)
        return session
