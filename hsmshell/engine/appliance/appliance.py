"""A Luna appliance: one HSM, its partitions, and the slots in which a client sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.access import READERS, WRITERS, Role, check_password
from hsmshell.engine.appliance.attributes import Identity
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.errors import (
    ObjectHandleInvalid,
    PinIncorrect,
    SessionHandleInvalid,
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
from hsmshell.engine.records import Container, Device, StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.appliance import Application
    from hsmshell.engine.lab import Lab

MAXIMUM_FAILURES = 10
"""Wrong PINs in a row after which a role of a partition is locked, unless the appliance's settings say otherwise."""

OFFICER_FAILURES = 3
"""Wrong PINs in a row after which the security officer is shut out; fixed."""


class Slot(NamedTuple):
    """A slot with a token in it."""

    number: int
    description: str
    label: str
    """The partition's name."""
    serial: str


class Session(NamedTuple):
    """An open session with a slot."""

    handle: int
    slot: int
    read_write: bool


class Appliance:
    """The HSM as the lab holds it. An ``Application`` works with it."""

    def __init__(self, lab: Lab, device: Device) -> None:
        self.lab = lab
        self.device = device

    @property
    def name(self) -> str:
        return self.device.name

    def policy(self, name: str, default: bool) -> bool:
        """One of the HSM's settings that is either on or off."""
        return bool(self.device.settings.get(name, default))

    def partitions(self) -> list[Container]:
        """The partitions by slot number."""
        with self.lab.store.reading():
            return self.lab.store.containers(self.device.id)

    def application(self) -> Application:
        """What one program that loads the client library sees: its own sessions and logins."""
        from hsmshell.engine.appliance import Application

        return Application(self)


class ApplicationCore:
    """Sessions and logins of one program. A login holds for all of the program's sessions with that slot."""

    def __init__(self, appliance: Appliance) -> None:
        self.appliance = appliance
        self._store = appliance.lab.store
        self._sessions: dict[int, Session] = {}
        self._roles: dict[int, Role] = {}
        self._next_session = 1
        self._lab_sessions: dict[int, int] = {}

    def slots(self) -> tuple[Slot, ...]:
        """The slots with a token, by number."""
        default = str(self.appliance.device.settings.get("slot_description", ""))
        return tuple(
            Slot(part.number, str(part.settings.get("slot_description", default)), part.name, part.serial)
            for part in self.appliance.partitions()
            if part.is_up
        )

    def sessions(self) -> tuple[Session, ...]:
        """The open sessions in the order in which they were opened."""
        return tuple(self._sessions.values())

    def open_session(self, slot: int, *, read_write: bool = True) -> Session:
        """Open a session. Raises ``SlotIdInvalid``."""
        self._partition(slot)
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

    def role(self, session: Session) -> Role | None:
        """Who is logged in on the session's slot."""
        return self._roles.get(session.slot)

    def login(self, session: Session | None, role: Role, pin: str) -> None:
        """Log in on the session's slot.

        Raises ``SessionHandleInvalid``, ``UserTypeInvalid`` (an auditor has no business in a partition),
        ``UserAlreadyLoggedIn``, ``UserAnotherAlreadyLoggedIn``, ``UserPinNotInitialized``, ``UserLockedOut``,
        ``SoLoginFailureThreshold`` or ``PinIncorrect``; a wrong PIN counts.
        """
        session = self._require_open(session)
        if role is Role.AUDITOR:
            raise UserTypeInvalid(role.name)
        current = self._roles.get(session.slot)
        if current is not None:
            raise UserAlreadyLoggedIn(role.name) if current is role else UserAnotherAlreadyLoggedIn(role.name)
        partition = self._partition(session.slot)
        limit = int(self.appliance.device.settings.get("maximum_failures", MAXIMUM_FAILURES))
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
        return self.appliance.lab.add_session(self.appliance.device.id, partition.id, role.name, role.name)

    def _begin_login(self, slot: int, role: Role, number: int) -> None:
        """The lab knows of the login; from now on the program has it."""
        self._roles[slot], self._lab_sessions[slot] = role, number

    def _end_login(self, slot: int) -> None:
        self._roles.pop(slot, None)
        number = self._lab_sessions.pop(slot, 0)
        if number:
            with self._store.transaction():
                self._store.delete_session(number)

    # what a session may see and do

    def _partition(self, slot: int) -> Container:
        for partition in self.appliance.partitions():
            if partition.number == slot and partition.is_up:
                return partition
        raise SlotIdInvalid(str(slot))

    def _require_open(self, session: Session | None) -> Session:
        if session is None or session.handle not in self._sessions:
            raise SessionHandleInvalid("no session is open")
        return session

    def _require_writer(self, session: Session | None) -> Session:
        session = self._require_open(session)
        role = self._roles.get(session.slot)
        if role is None:
            raise UserNotLoggedIn("writing")
        if role not in WRITERS:
            raise UserNotAuthorized(role.name)
        return session

    def _visible(self, session: Session, item: StoredObject) -> bool:
        """Public objects are everybody's; private ones appear after a login; session objects are their program's."""
        if item.session and item.session != self._lab_sessions.get(session.slot):
            return False
        return self._roles.get(session.slot) in READERS or not item.flag(Attribute.PRIVATE)

    def _object(self, session: Session, handle: int) -> StoredObject:
        item = self._store.object(self._partition(session.slot).id, handle)
        if item is None or not self._visible(session, item):
            raise ObjectHandleInvalid(str(handle))
        return item

    def _identity(self, partition: Container) -> Identity:
        counter = self._store.next_number(f"device:{self.appliance.device.id}", "object")
        serial = str(self.appliance.device.settings.get("serial", "0"))
        return Identity(partition.number, counter, int(serial) if serial.isdigit() else 0)
