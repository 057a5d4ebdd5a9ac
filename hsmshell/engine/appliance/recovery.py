"""Recovery of an HA group's login: a program that is logged in to one member logs in to another without its PIN.

Each member names an RSA private key that the group's members share. To log in, the member that is to be opened gives a
challenge, the one that is open already signs it with that key, and the signature is verified with the other's own
(the idea of Luna's CA_HA functions; how they do it is not published).
"""

from __future__ import annotations

from hsmshell.engine import encodings, signatures
from hsmshell.engine.access import PartitionOperation, Role
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.logins import require_usable
from hsmshell.engine.appliance.usage import ApplicationUsage
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.errors import (
    KeyFunctionNotPermitted,
    KeyTypeInconsistent,
    OperationNotAllowed,
    SignatureInvalid,
    UserAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import Container

KEY = "ha_key"
"""A partition's setting: the SHA-256 fingerprint of its key for the group's logins, in hexadecimal."""
CHALLENGE = 32
"""The length in bytes of what is signed."""


class ApplicationRecovery(ApplicationUsage):
    """Logging in to another member."""

    def ha_init(self, session: Session | None, handle: int) -> None:
        """Name the RSA private key for logins to this partition from another member of its group.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized`` unless the Crypto Officer asks,
        ``KeyHandleInvalid``, ``KeyTypeInconsistent``, ``KeyFunctionNotPermitted`` (CKA_SIGN), and
        ``OperationNotAllowed`` for a key that ends with its session.
        """
        session = self._require(session, PartitionOperation.CHANGE)
        with self._store.transaction():
            item = self._key(session, handle)
            if item.object_class is not ObjectClass.PRIVATE_KEY or item.key_type is not KeyType.RSA:
                raise KeyTypeInconsistent(str(handle))
            if not item.flag(Attribute.SIGN):
                raise KeyFunctionNotPermitted(str(handle))
            if item.session:
                raise OperationNotAllowed("a key that ends with its session")
            for part in self.slot(session.slot).members:
                settings = {**part.settings, KEY: self.lab.fingerprint(item)}
                self._store.set_container_settings(part.id, settings)

    def ha_login(self, session: Session | None, other: Session) -> None:
        """Log in on the other session's slot as who is logged in on this one's.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserAlreadyLoggedIn``, ``UserNotAuthorized`` for the
        security officer, or when the partition that is open does not have the other one's key,
        ``OperationNotAllowed`` when one of them has named none, and ``UserPinNotInitialized`` or ``UserLockedOut`` when
        the other partition has no such user, or a locked one.
        """
        session, other = self._require_open(session), self._require_open(other)
        role = self.role(session)
        if role is None:
            raise UserNotLoggedIn("no login to recover")
        if self.role(other) is not None:
            raise UserAlreadyLoggedIn(role.name)
        if role is Role.SECURITY_OFFICER:
            raise UserNotAuthorized(role.name)
        slot = self.slot(other.slot)
        here = self._partition(session.slot)
        with self._store.transaction():
            challenge = self.lab.services.random_bytes(CHALLENGE)
            answer = signatures.sign(Mechanism.SHA256_RSA_PKCS, self._ha_key(here), challenge)
            for there in slot.members:
                require_usable(self.lab, self._account(there, role))
                try:
                    public = encodings.public_of(self._ha_key(there))
                    signatures.verify(Mechanism.SHA256_RSA_PKCS, public, challenge, answer)
                except SignatureInvalid:
                    raise UserNotAuthorized("another key") from None
            numbers = {part.id: self._note_login(part, role) for part in slot.members}
        self._begin_login(slot, role, numbers)

    def _ha_key(self, partition: Container) -> bytes:
        """The partition's private key for such logins. Raises ``OperationNotAllowed`` when it has none."""
        named = partition.settings.get(KEY, "")
        for item in self._store.objects(partition.id, object_class=int(ObjectClass.PRIVATE_KEY)):
            if self.lab.fingerprint(item) == named:
                return self._store.material(item.material)
        raise OperationNotAllowed(f"{partition.name} has no key for logins of its group")
