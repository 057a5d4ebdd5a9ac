"""Whether a key of a partition may be used so, and how often yet."""

from __future__ import annotations

from collections.abc import Callable

from hsmshell.engine import ciphers
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.mechanism_table import APPROVED_BITS, MechanismFlag, mechanism_of
from hsmshell.engine.appliance.operations import ApplicationObjects
from hsmshell.engine.attributes import KEYS, Attribute, KeyType, ObjectClass
from hsmshell.engine.errors import (
    HsmError,
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyNotActive,
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
)
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import StoredObject

PROTECTING = frozenset({Attribute.ENCRYPT, Attribute.WRAP, Attribute.SIGN})
"""The uses for which FIPS mode asks for keys of a certain length; opening and verifying old data stays allowed."""


class ApplicationUsage(ApplicationObjects):
    """Keys at work. Each use belongs into a transaction: when it fails, it is not counted."""

    def _use(
        self,
        session: Session | None,
        handle: int,
        usage: Attribute,
        missing: type[HsmError] = KeyHandleInvalid,
        fits: Callable[[StoredObject], bool] | None = None,
        unfit: type[HsmError] = KeyTypeInconsistent,
    ) -> StoredObject:
        """A key for one use, which is counted; inside a transaction.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``; ``missing`` when there is no such
        key; ``unfit`` when it does not fit; ``KeyFunctionNotPermitted`` when its attribute forbids the use;
        ``KeyNotActive`` past its CKA_USAGE_LIMIT; ``KeySizeRange`` for an RSA or DSA key too short for FIPS mode.
        """
        session = self._require(session, PartitionOperation.USE)
        key = self._key(session, handle, missing)
        if fits is not None and not fits(key):
            raise unfit(str(handle))
        if not key.flag(usage):
            raise KeyFunctionNotPermitted(f"{handle}: {usage.name}")
        self._require_length(session, key, usage)
        return self._counted(session, key)

    def _key(self, session: Session, handle: int, missing: type[HsmError] = KeyHandleInvalid) -> StoredObject:
        """A key by its handle; ``missing`` when there is none. Raises ``KeyNotAuthorized``."""
        return self._require_authorized(session, self._of_class(session, handle, KEYS, missing))

    def _counted(self, session: Session, key: StoredObject) -> StoredObject:
        """The key with one more use in CKA_USAGE_COUNT, when it has a limit; one without a limit is left alone."""
        if Attribute.USAGE_LIMIT not in key.attributes:
            return key
        count = int(key.attributes.get(Attribute.USAGE_COUNT, 0))
        if count >= int(key.attributes[Attribute.USAGE_LIMIT]):
            raise KeyNotActive(f"{key.handle}: used {count} times")
        key = key._replace(attributes={**key.attributes, Attribute.USAGE_COUNT: count + 1})
        self._keep(session, key, by_hsm=True)
        return key

    # FIPS mode

    def _mechanism(self, session: Session, mechanism: Mechanism | None, use: MechanismFlag) -> Mechanism:
        """A mechanism that the HSM has for this use. Raises ``MechanismInvalid``, also for what FIPS mode refuses."""
        appliance = self.appliance_of(session.slot)
        info = mechanism_of(mechanism, appliance.profile, fips=appliance.is_fips) if mechanism is not None else None
        if mechanism is None or info is None or use not in info.flags:
            raise MechanismInvalid(mechanism.name if mechanism else "no such mechanism")
        return mechanism

    def _require_length(self, session: Session, key: StoredObject, usage: Attribute) -> None:
        if usage not in PROTECTING or not self._is_fips(session):
            return
        if key.key_type is KeyType.RSA:
            bits = int(key.attributes[Attribute.MODULUS_BITS])
        elif key.key_type is KeyType.DSA:
            prime = key.attributes[Attribute.PRIME]
            bits = int.from_bytes(prime, "big").bit_length() if isinstance(prime, bytes) else 0
        else:
            # Triple DES with two keys protects nothing any more (SP 800-131A 2).
            bits = 0 if key.key_type is KeyType.DES2 else APPROVED_BITS
        if bits < APPROVED_BITS:
            raise KeySizeRange(f"{key.handle} in FIPS mode")


def fits(key: StoredObject, mechanism: Mechanism, asymmetric: ObjectClass) -> bool:
    """Whether the key is one for the mechanism; ``asymmetric`` is the half of a pair that RSA takes."""
    cipher = ciphers.CIPHERS.get(mechanism)
    if cipher is None:
        return key.object_class is asymmetric and key.key_type is KeyType.RSA
    return key.object_class is ObjectClass.SECRET_KEY and key.key_type in ciphers.key_types(cipher)
