"""Masked objects: a key with everything that belongs to it, sealed under the masking key that a cluster shares with
those which were restored from its backups, and with no other."""

from __future__ import annotations

import json
from typing import Any

from hsmshell.engine import ciphers
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, decode_attributes, encode_attributes
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import Session
from hsmshell.engine.cluster.creation import Created
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.cluster.keys import KeySpec
from hsmshell.engine.cluster.operations import ClusterKeys
from hsmshell.engine.errors import AccessDenied, HsmError, MaskedObjectInvalid, UserNotFound
from hsmshell.engine.mechanisms import MechanismParameters
from hsmshell.engine.records import Container, StoredObject

MAGIC = b"HSMSHELL-SIMULATOR-MASKED-OBJECT\0\1"
"""The layout is ours; that of a real masked object is not public."""

_PARAMETERS = MechanismParameters(additional=MAGIC)


Record = dict[str, Any]
"""What is sealed, as JSON."""


class ClusterMasking(ClusterKeys):
    """Keys that leave a cluster for its own kind."""

    def extract_masked_object(self, session: Session | None, handle: int) -> bytes:
        """A key of the caller's, sealed: also one that is not extractable.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid`` or ``AccessDenied``.
        """
        about = About(handle)
        with self._command(Opcode.CN_EXTRACT_MASKED_OBJECT_USER, session, about=about):
            allowed, key = self._key(Operation.MASK_KEY, session, handle)
            home = [node for node in self._up() if node.id == key.container]
            self._note(Opcode.CN_EXTRACT_MASKED_OBJECT_USER, allowed, home, about)
            record = self._described(key)
        return self._sealed(record)

    def _described(self, key: StoredObject) -> Record:
        """Everything that belongs to a key, with names in place of the numbers that its HSM has for users."""
        owner = self._store.user_numbered(key.container, key.owner)
        sharers = [self._store.user_numbered(key.container, number) for number in sorted(key.shares)]
        return {
            "attributes": encode_attributes(key.attributes),
            "owner": owner.name if owner else "",
            "shares": [user.name for user in sharers if user],
            "quorum": key.quorum,
            "material": self._store.material(key.material).hex(),
        }

    def _sealed(self, record: Record) -> bytes:
        plain = json.dumps(record).encode("ascii")
        return MAGIC + ciphers.gcm_wrap(self.device.secret, plain, _PARAMETERS, self.lab.services.random_bytes)

    def insert_masked_object(self, session: Session | None, masked: bytes, minimum_nodes: int = 1) -> Created:
        """A sealed key under a new handle, with its attributes, owner, shares and quorum as they were.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``MaskedObjectInvalid`` for what was not sealed in this
        lineage, ``AccessDenied`` for a session key of somebody else, ``UserNotFound`` when an HSM does not know the
        owner or a sharer, and what making a key raises.
        """
        with self._command(Opcode.CN_INSERT_MASKED_OBJECT_USER, session):
            self._permit(Operation.CREATE_KEY, session)
            key, names, material = key_in(self._opened(masked))
            owner, *sharers = names
            session_only = not key.flag(Attribute.TOKEN)
            spec = KeySpec(key.label, key.ident, session_only=session_only, minimum_nodes=minimum_nodes)
            place = self._place(session, spec, 1)
            session = place.session
            if session_only and owner.lower() != session.user_name.lower():
                # It would live in a session in which its owner is not.
                raise AccessDenied(owner)
            handles = self._new_handles(place.nodes, 1)
            row = self._store.add_material(material)
            for node in place.nodes:
                self._store.add_object(
                    key._replace(
                        container=node.id,
                        handle=handles[0],
                        material=row,
                        owner=self._number(node, owner),
                        session=session.id if session_only else 0,
                        shares=frozenset(self._number(node, name) for name in sharers),
                    )
                )
            self._note(Opcode.CN_INSERT_MASKED_OBJECT_USER, session, place.nodes, About(handles[0]))
            return Created(handles, place.outcomes)

    def _opened(self, masked: bytes) -> Record:
        """What was sealed. Raises ``MaskedObjectInvalid``."""
        try:
            if not masked.startswith(MAGIC):
                raise MaskedObjectInvalid("no masked object")
            plain = ciphers.gcm_unwrap(self.device.secret, masked.removeprefix(MAGIC), _PARAMETERS)
        except HsmError as problem:
            raise MaskedObjectInvalid("not sealed in this lineage") from problem
        record: Record = json.loads(plain)
        return record

    def _number(self, node: Container, name: str) -> int:
        user = self._store.user_named(node.id, name)
        if user is None:
            raise UserNotFound(name)
        return user.number


def key_in(record: Record) -> tuple[StoredObject, list[str], bytes]:
    """The key that was sealed, the names of its owner and its sharers, and its material.

    Raises ``MaskedObjectInvalid`` for a user.
    """
    if "attributes" not in record:
        raise MaskedObjectInvalid("no key")
    key = StoredObject(0, 0, decode_attributes(record["attributes"]), 0, quorum=record["quorum"])
    return key, [record["owner"], *record["shares"]], bytes.fromhex(record["material"])
