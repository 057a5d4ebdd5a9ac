"""Authorization of single keys: data that belong to a key, and have to be given before an assigned key is used.

Published are the functions' names and the attributes (Thales, key authorization functions of ckdemo; pycryptoki); the
rules between them are ours.
"""

from __future__ import annotations

from hsmshell.engine.access import PartitionOperation, check_password
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.operations import ApplicationObjects
from hsmshell.engine.appliance.pins import new_verifier
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.attributes import KEYS, Attribute
from hsmshell.engine.errors import (
    KeyNotAuthorized,
    OperationNotAllowed,
    PinIncorrect,
    PinLocked,
)
from hsmshell.engine.objects import Traits
from hsmshell.engine.records import StoredObject


class ApplicationAuthorization(ApplicationObjects):
    """Setting and resetting a key's authorization data, assigning the key, and authorizing its use in a session.

    The data are as long as a PIN, and are kept as a PIN is.
    """

    def authorize_key(self, session: Session | None, handle: int, data: str) -> None:
        """Permit the key's use in this session, until it is closed or the login ends.

        Raises ``KeyHandleInvalid``, ``KeyNotAuthorized`` for a key without authorization data, ``PinLocked`` after as
        many wrong ones in a row as the partition allows wrong logins, ``PinIncorrect``; wrong data count.
        """
        session = self._require(session, PartitionOperation.USE)
        self._check(session, self._with_data(session, handle), data)
        self._authorized.add(self._authorization(session, handle))

    def set_authorization(self, session: Session | None, handle: int, old: str, new: str) -> None:
        """Change the key's authorization data, or give it its first; ``old`` is empty then.

        Raises ``KeyHandleInvalid``, ``PinLenRange``, ``PinLocked`` or ``PinIncorrect``; wrong old data count.
        """
        session = self._require(session, PartitionOperation.CHANGE)
        item = self._named_key(session, handle)
        verifier = new_verifier(self.appliance_of(session.slot), new)
        if _verifier(item):
            self._check(session, item, old)
        elif old:
            raise PinIncorrect(str(handle))
        self._put_data(session, handle, verifier)

    def reset_authorization(self, session: Session | None, handle: int, new: str) -> None:
        """Give the key new authorization data without the old ones; this unlocks it.

        Raises ``KeyHandleInvalid``, ``OperationNotAllowed`` for an assigned key, which is its user's, ``PinLenRange``.
        """
        session = self._require(session, PartitionOperation.CHANGE)
        self._named_key(session, handle)
        verifier = new_verifier(self.appliance_of(session.slot), new)
        with self._store.transaction():
            if self._named_key(session, handle).flag(Attribute.ASSIGNED):
                raise OperationNotAllowed(str(handle))
            self._put_data(session, handle, verifier)

    def assign_key(self, session: Session | None, handle: int) -> None:
        """Assign the key: from now on its use needs its authorization data. Nothing undoes that.

        Raises ``KeyHandleInvalid``, ``KeyNotAuthorized`` for a key without authorization data, ``OperationNotAllowed``
        for one that is assigned already.
        """
        session = self._require(session, PartitionOperation.CHANGE)
        with self._store.transaction():
            item = self._with_data(session, handle)
            if item.flag(Attribute.ASSIGNED):
                raise OperationNotAllowed(str(handle))
            self._keep(session, item._replace(attributes={**item.attributes, Attribute.ASSIGNED: True}))

    def _named_key(self, session: Session, handle: int) -> StoredObject:
        with self._store.reading():
            return self._of_class(session, handle, KEYS)

    def _with_data(self, session: Session, handle: int) -> StoredObject:
        item = self._named_key(session, handle)
        if not _verifier(item):
            raise KeyNotAuthorized(str(handle))
        return item

    def _check(self, session: Session, item: StoredObject, data: str) -> None:
        """Count wrong data, and forget the count when they are right."""
        limit = self._policy(session, PartitionPolicy.MAXIMUM_FAILURES)
        # Worked out before the transaction: hashing takes long, and others would wait.
        fits = check_password(data, _verifier(item))
        with self._store.transaction():
            current = self._object(session, item.handle)
            if _failures(current) >= limit:
                raise PinLocked(str(item.handle))
            if _verifier(current) != _verifier(item):
                fits = check_password(data, _verifier(current))
            failures = 0 if fits else _failures(current) + 1
            counted: Traits = {**current.attributes, Attribute.FAILED_KEY_AUTH_COUNT: failures}
            self._keep(session, current._replace(attributes=counted), by_hsm=True)
        if not fits:
            raise PinIncorrect(str(item.handle))

    def _put_data(self, session: Session, handle: int, verifier: str) -> None:
        with self._store.transaction():
            item = self._object(session, handle)
            values: Traits = {
                **item.attributes,
                Attribute.AUTH_DATA: verifier,
                Attribute.FAILED_KEY_AUTH_COUNT: 0,
                Attribute.ASSIGNED: item.flag(Attribute.ASSIGNED),
            }
            self._keep(session, item._replace(attributes=values))


def _verifier(item: StoredObject) -> str:
    return str(item.attributes.get(Attribute.AUTH_DATA, ""))


def _failures(item: StoredObject) -> int:
    return int(item.attributes.get(Attribute.FAILED_KEY_AUTH_COUNT, 0))
