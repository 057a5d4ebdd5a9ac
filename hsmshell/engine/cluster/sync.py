"""Masked objects from one HSM to one other, of the same cluster or of another one of its lineage."""

from __future__ import annotations

from hsmshell.engine.access import USERS, Operation, UserType
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import Session
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.cluster.masking import ClusterMasking, key_in
from hsmshell.engine.cluster.users import require_place
from hsmshell.engine.errors import (
    AccessDenied,
    MaskedObjectInvalid,
    ObjectExists,
    ObjectHandleInvalid,
    UserExists,
    UserNotFound,
)
from hsmshell.engine.records import Container, User

_EXTRACT, _INSERT = Opcode.CN_EXTRACT_MASKED_OBJECT_USER, Opcode.CN_INSERT_MASKED_OBJECT_USER
_SERVICE = frozenset({UserType.APPLIANCE_USER.value, UserType.PRE_OFFICER.value})
"""The users that an HSM has by itself."""


class ClusterSync(ClusterMasking):
    """What brings an HSM up to date that missed something."""

    def extract_key(self, session: Session | None, node: Container, handle: int) -> bytes:
        """A token key of one HSM, sealed: an officer may take any, a crypto user what it owns.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``ObjectHandleInvalid``,
        ``AccessDenied``.
        """
        about = About(handle)
        with self._command(_EXTRACT, session, node, about):
            crypto_user = session is not None and session.user_type in USERS
            operation = Operation.MASK_KEY if crypto_user else Operation.SYNC_KEY
            session, key = self._key_on(node, operation, session, handle)
            if key.session:
                raise ObjectHandleInvalid(str(handle))
            self._note(_EXTRACT, session, [node], about)
            return self._sealed({**self._described(key), "handle": handle})

    def insert_key(self, session: Session | None, node: Container, masked: bytes) -> int:
        """Put a sealed key on one HSM and return its handle: the one that it had, or a new one where another key of the
        cluster has that.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``MaskedObjectInvalid`` for another
        lineage's, ``AccessDenied`` for a crypto user who is not the owner, ``ObjectExists`` when the HSM has it,
        ``UserNotFound`` when it does not know the owner or a sharer, ``KeyIdExists`` and ``ObjectCountExceeded``.
        """
        with self._command(_INSERT, session, node):
            # What lived in the sessions of dead processes takes no place and no id.
            self.lab.live_sessions()
            number = self._number_on(node, Operation.INSERT_KEY, session)
            now = self._require_up(node)
            record = self._opened(masked)
            key, (owner, *sharers), material = key_in(record)
            owner_number = self._number(node, owner)
            if session is not None and session.user_type in USERS and owner_number != number:
                raise AccessDenied(owner)
            shares = frozenset(self._number(node, name) for name in sharers)
            handle = int(record.get("handle", 0))
            holders = self._store.holders(self.device.id, handle)
            same = {one for one in set(holders.values()) if self._store.material(one) == material}
            if holders.get(node.id) in same:
                raise ObjectExists(str(handle))
            self._require_free_id([node], key.ident)
            self._require_room(now, 1)
            if not handle or not same.issuperset(holders.values()):
                handle, same = self._new_handles([node], 1)[0], set()
            row = min(same) if same else self._store.add_material(material)
            copy = key._replace(container=node.id, handle=handle, material=row, owner=owner_number, shares=shares)
            self._store.add_object(copy)
            self._note(_INSERT, session, [node], About(handle))
            return handle

    def extract_user(self, session: Session | None, node: Container, number: int) -> bytes:
        """A user of one HSM, sealed with its password's hash, its quorum key and its second factor.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``UserNotFound`` (also for the users
        that an HSM has by itself).
        """
        with self._command(_EXTRACT, session, node):
            self._number_on(node, Operation.SYNC_USER, session)
            user = self._store.user_numbered(node.id, number)
            if user is None or user.type in _SERVICE:
                raise UserNotFound(str(number))
            self._note(_EXTRACT, session, [node])
            return self._sealed(
                {
                    "number": user.number,
                    "type": user.type,
                    "name": user.name,
                    "verifier": user.verifier,
                    "quorum_key": user.quorum_key.hex(),
                    "second_factor": user.second_factor.hex(),
                }
            )

    def insert_user(self, session: Session | None, node: Container, masked: bytes) -> int:
        """Put a sealed user on one HSM and return its number: the one that it had, or the next where that is taken.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``MaskedObjectInvalid``, ``UserExists``
        and ``UserCountExceeded``.
        """
        with self._command(_INSERT, session, node):
            self._number_on(node, Operation.SYNC_USER, session)
            record = self._opened(masked)
            if "verifier" not in record:
                raise MaskedObjectInvalid("no user")
            name = record["name"]
            if self._store.user_named(node.id, name) is not None:
                raise UserExists(name)
            require_place(self._store, self._require_up(node), name)
            scope = f"container:{node.id}"
            number = int(record["number"])
            if self._store.user_numbered(node.id, number) is None:
                self._store.raise_counter(scope, "user", number)
            else:
                number = self._store.next_number(scope, "user")
            keys = (bytes.fromhex(record[field]) for field in ("quorum_key", "second_factor"))
            self._store.add_user(User(node.id, number, record["type"], name, record["verifier"], 0, *keys))
            self._note(_INSERT, session, [node])
            return number
