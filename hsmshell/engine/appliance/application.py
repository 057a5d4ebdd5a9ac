"""The objects of a session's slot: which of them it sees, and the only ways in which they are written.

In an HA group's slot these ways lead to every member, and an object has a handle of the group's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hsmshell.engine.access import PARTITION_RULES, PartitionOperation
from hsmshell.engine.appliance import groups
from hsmshell.engine.appliance.appliance import Session, Slot
from hsmshell.engine.appliance.attributes import Identity, serial_word
from hsmshell.engine.appliance.sessions import ApplicationSessions
from hsmshell.engine.attributes import Attribute, Attributes, ObjectClass
from hsmshell.engine.errors import KeyNotAuthorized, ObjectHandleInvalid, SessionReadOnly, UserNotLoggedIn
from hsmshell.engine.records import StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab


class ApplicationCore(ApplicationSessions):
    """What every operation on objects is made of."""

    def __init__(self, lab: Lab, *, configuring: bool = False) -> None:
        super().__init__(lab, configuring=configuring)
        self._authorized: set[tuple[int, int | None, int]] = set()
        """Assigned keys that were authorized: the session, the login, and the key's handle."""

    def _authorization(self, session: Session, handle: int) -> tuple[int, int | None, int]:
        """What stands for the permission to use a key in the session as long as its login lasts."""
        return session.handle, self._lab_session(session.slot), handle

    def _require_authorized(self, session: Session, key: StoredObject) -> StoredObject:
        """The key, when it may be used in the session. Raises ``KeyNotAuthorized``."""
        if key.flag(Attribute.ASSIGNED) and self._authorization(session, key.handle) not in self._authorized:
            raise KeyNotAuthorized(str(key.handle))
        return key

    def _visible(self, session: Session, item: StoredObject) -> bool:
        """Public objects are everybody's; private ones appear after a login; session objects are their program's."""
        if item.session and item.session != self._lab_session(session.slot):
            return False
        readers = PARTITION_RULES[PartitionOperation.READ]
        return self._role(session.slot) in readers or not item.flag(Attribute.PRIVATE)

    def _all(self, session: Session) -> list[StoredObject]:
        """The objects that the session sees, by handle."""
        with self._store.reading():
            slot = self.slot(session.slot)
            items = [item for item in self._store.objects(slot.members[0].id) if self._visible(session, item)]
            if not slot.is_group:
                return items
            serials = self._serials()
            return sorted((item._replace(handle=groups.virtual_handle(serials, item)) for item in items), key=_handle)

    def _serials(self) -> list[int]:
        """The appliances' serial numbers as objects' unique identifiers have them."""
        return [serial_word(one.serial) for one in self.lab.appliances()]

    def _object(self, session: Session, handle: int) -> StoredObject:
        """One object. Raises ``ObjectHandleInvalid``."""
        slot = self.slot(session.slot)
        if slot.is_group:
            item = next((item for item in self._all(session) if item.handle == handle), None)
        else:
            item = self._store.object(slot.members[0].id, handle)
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
        for copy in self._copies(session, item):
            values = groups.most_confined(item.attributes, copy.attributes)
            self._store.replace_object(copy._replace(attributes=values))

    def _drop(self, session: Session, item: StoredObject) -> None:
        """Remove an object. Raises ``SessionReadOnly``."""
        self._require_writable(session, token=not item.session)
        for copy in self._copies(session, item):
            self._store.delete_object(copy.container, copy.handle)

    def _copies(self, session: Session, item: StoredObject) -> Iterator[StoredObject]:
        """The object as each partition behind the slot holds it, to be written to."""
        slot = self._slot_to_write(session)
        if not slot.is_group:
            yield item
            return
        for part in slot.members:
            for copy in self._store.objects(part.id):
                if groups.ouid_of(copy) == groups.ouid_of(item):
                    yield copy

    def _slot_to_write(self, session: Session) -> Slot:
        """The session's slot; members of a group that do not answer miss what is written, and are left out from now
        on. Raises ``UserNotLoggedIn`` when somebody has erased the slot since the operation began."""
        self._forget_ended(session.slot)
        if session.slot not in self._standings:
            raise UserNotLoggedIn("the login has ended")
        slot = self.slot(session.slot)
        for group in groups.groups(self.lab):
            if slot.is_group and group.slot == slot.number:
                groups.note_failures(self.lab, group)
        return slot

    def _put(self, session: Session, values: Attributes, material: int) -> int:
        """Add an object of these attributes; its handle.

        Raises ``SessionReadOnly``, and ``OperationNotAllowed`` when a group may not clone it.
        """
        self._require_writable(session, token=bool(values.get(Attribute.TOKEN)))
        slot = self._slot_to_write(session)
        groups.require_clonable(self.lab, slot.members, ObjectClass(int(values[Attribute.CLASS])))
        owner = 0 if values.get(Attribute.TOKEN) else self._standings[session.slot].session
        made = []
        for part in slot.members:
            handle = self._store.next_number(f"container:{part.id}", "handle")
            made.append(StoredObject(part.id, handle, values, material, session=owner))
            self._store.add_object(made[-1])
        return groups.virtual_handle(self._serials(), made[0]) if slot.is_group else made[0].handle

    def _identity(self, session: Session) -> Identity:
        """What the next object's unique identifier is made of."""
        partition = self._partition(session.slot)
        counter = self._store.next_number(f"device:{partition.device}", "object")
        return Identity(partition.number, counter, serial_word(self._appliance(partition).serial))


def _handle(item: StoredObject) -> int:
    return item.handle
