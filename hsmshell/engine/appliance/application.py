"""What one program that has loaded the client library sees: slots, its sessions and logins, and what those permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hsmshell.engine.access import PARTITION_RULES, PartitionOperation, Role, check_password
from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.attributes import Identity
from hsmshell.engine.appliance.policies import PartitionPolicy, Policy
from hsmshell.engine.attributes import Attribute, Attributes
from hsmshell.engine.errors import (
    KeyNotAuthorized,
    ObjectHandleInvalid,
    PinIncorrect,
    SessionHandleInvalid,
    SessionReadOnly,
    SessionReadOnlyExists,
    SessionReadWriteSoExists,
    SlotIdInvalid,
    SoLoginFailureThreshold,
    UserAlreadyLoggedIn,
    UserAnotherAlreadyLoggedIn,
    UserLockedOut,
    UserNotAuthorized,
    UserNotLoggedIn,
    UserPinNotInitialized,
    UserTypeInvalid,
)
from hsmshell.engine.records import Container, StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

OFFICER_FAILURES = 3
"""Wrong PINs in a row after which the security officer is shut out; fixed."""


class ApplicationCore:
    """Sessions and logins of one program. A login holds for all of the program's sessions with that slot."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._store = lab.store
        self._sessions: dict[int, Session] = {}
        self._roles: dict[int, Role] = {}
        self._next_session = 1
        self._lab_sessions: dict[int, int] = {}
        self._seen_slots = {slot.number for slot in self.slots()}
        """The slots of which the program knows that they have a token."""
        self._authorized: set[tuple[int, int]] = set()
        """The sessions, with the handles of the assigned keys that were authorized in them."""

    # slots and the partitions behind them

    def slots(self) -> tuple[Slot, ...]:
        """The slots with a token, by number."""
        with self._store.reading():
            return tuple(sorted(self._partition_slots()))

    def _partition_slots(self) -> Iterator[Slot]:
        for appliance in self.lab.appliances():
            default = appliance.setting("slot_description")
            for part in appliance.partitions():
                if part.is_up:
                    description = str(part.settings.get("slot_description", default))
                    yield Slot(part.number, description, part.name, part.serial, (part,))

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
        self._authorized = {known for known in self._authorized if known[0] != session.handle}
        if not any(other.slot == session.slot for other in self._sessions.values()):
            self._end_login(session.slot)

    def close(self) -> None:
        """Close every session, as a program's end does."""
        for session in self.sessions():
            self.close_session(session)

    # logins

    def role(self, session: Session) -> Role | None:
        """Who is logged in on the session's slot."""
        return self._roles.get(session.slot)

    def login(self, session: Session | None, role: Role, pin: str) -> None:
        """Log in on the session's slot.

        Raises ``SessionHandleInvalid``, ``UserTypeInvalid`` (an auditor has no business in a partition),
        ``UserAlreadyLoggedIn``, ``UserAnotherAlreadyLoggedIn``, ``SessionReadOnlyExists`` (the security officer
        changes what a read-only session sees, PKCS#11 v3.0 5.6.8), ``UserPinNotInitialized``, ``UserLockedOut``,
        ``SoLoginFailureThreshold`` or ``PinIncorrect``; a wrong PIN counts.
        """
        session = self._require_open(session)
        if role is Role.AUDITOR:
            raise UserTypeInvalid(role.name)
        current = self._roles.get(session.slot)
        if current is not None:
            raise UserAlreadyLoggedIn(role.name) if current is role else UserAnotherAlreadyLoggedIn(role.name)
        if role is Role.SECURITY_OFFICER and any(
            not other.read_write for other in self._sessions.values() if other.slot == session.slot
        ):
            raise SessionReadOnlyExists(role.name)
        partition = self._partition(session.slot)
        limit = self._policy(session, PartitionPolicy.MAXIMUM_FAILURES)
        with self._store.reading():
            known = self._store.user_named(partition.id, role.name)
        # Worked out before the transaction: hashing takes long, and others would wait.
        fits = check_password(pin, known.verifier) if known else False
        with self._store.transaction():
            user = self._store.user_named(partition.id, role.name)
            if user is None or not user.verifier:
                raise UserPinNotInitialized(role.name)
            if role is Role.SECURITY_OFFICER and user.failures >= OFFICER_FAILURES:
                raise SoLoginFailureThreshold(role.name)
            if user.failures >= limit:
                raise UserLockedOut(role.name)
            good = fits if known and known.verifier == user.verifier else check_password(pin, user.verifier)
            self._store.replace_user(user._replace(failures=0 if good else user.failures + 1))
            number = self._note_login(partition, role) if good else 0
        if not good:
            raise PinIncorrect(role.name)
        self._begin_login(session.slot, role, number)

    def login_activated(self, session: Session) -> None:
        """The login that a partition with cached credentials grants without asking for a PIN."""
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
        ended = {session.handle for session in self._sessions.values() if session.slot == slot}
        self._authorized = {known for known in self._authorized if known[0] not in ended}
        number = self._lab_sessions.pop(slot, 0)
        if number:
            with self._store.transaction():
                self._store.delete_session(number)

    # what a session may do

    def _require_open(self, session: Session | None) -> Session:
        if session is None or session.handle not in self._sessions:
            raise SessionHandleInvalid("no session is open")
        return session

    def _require(self, session: Session | None, operation: PartitionOperation) -> Session:
        """The session, when its role may do that.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn`` or ``UserNotAuthorized``.
        """
        session = self._require_open(session)
        role = self._roles.get(session.slot)
        if role is None:
            raise UserNotLoggedIn(operation.name)
        if role not in PARTITION_RULES[operation]:
            raise UserNotAuthorized(role.name)
        return session

    def _require_authorized(self, session: Session, key: StoredObject) -> StoredObject:
        """The key, when it may be used in the session. Raises ``KeyNotAuthorized``."""
        if key.flag(Attribute.ASSIGNED) and (session.handle, key.handle) not in self._authorized:
            raise KeyNotAuthorized(str(key.handle))
        return key

    # the objects of a session's slot; the only ways to them

    def _visible(self, session: Session, item: StoredObject) -> bool:
        """Public objects are everybody's; private ones appear after a login; session objects are their program's."""
        if item.session and item.session != self._lab_sessions.get(session.slot):
            return False
        readers = PARTITION_RULES[PartitionOperation.READ]
        return self._roles.get(session.slot) in readers or not item.flag(Attribute.PRIVATE)

    def _all(self, session: Session) -> list[StoredObject]:
        """The objects that the session sees, by handle."""
        with self._store.reading():
            items = self._store.objects(self._partition(session.slot).id)
        return [item for item in items if self._visible(session, item)]

    def _object(self, session: Session, handle: int) -> StoredObject:
        """One object. Raises ``ObjectHandleInvalid``."""
        item = self._store.object(self._partition(session.slot).id, handle)
        if item is None or not self._visible(session, item):
            raise ObjectHandleInvalid(str(handle))
        return item

    def _require_writable(self, session: Session, *, token: bool) -> None:
        """A read-only session changes only objects that end with it (PKCS#11 v3.0 4.4). Raises ``SessionReadOnly``."""
        if token and not session.read_write:
            raise SessionReadOnly(str(session.handle))

    def _keep(self, session: Session, item: StoredObject, *, by_hsm: bool = False) -> None:
        """Put a changed object in its place; ``by_hsm`` for what the HSM itself counts, also in a read-only session.

        Raises ``SessionReadOnly``.
        """
        if not by_hsm:
            self._require_writable(session, token=not item.session)
        self._store.replace_object(item)

    def _drop(self, session: Session, item: StoredObject) -> None:
        """Remove an object. Raises ``SessionReadOnly``."""
        self._require_writable(session, token=not item.session)
        self._store.delete_object(item.container, item.handle)

    def _put(self, session: Session, values: Attributes, material: int) -> int:
        """Add an object of these attributes; its handle. Raises ``SessionReadOnly``."""
        self._require_writable(session, token=bool(values.get(Attribute.TOKEN)))
        partition = self._partition(session.slot)
        handle = self._store.next_number(f"container:{partition.id}", "handle")
        owner = 0 if values.get(Attribute.TOKEN) else self._lab_sessions[session.slot]
        self._store.add_object(StoredObject(partition.id, handle, values, material, session=owner))
        return handle

    def _identity(self, session: Session) -> Identity:
        """What the next object's unique identifier is made of."""
        partition = self._partition(session.slot)
        counter = self._store.next_number(f"device:{partition.device}", "object")
        serial = self._appliance(partition).serial
        return Identity(partition.number, counter, int(serial) if serial.isdigit() else 0)
