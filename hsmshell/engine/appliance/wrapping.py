"""Keys out of a partition and into it, under another key."""

from __future__ import annotations

from hsmshell.engine import crypto
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.operations import ApplicationObjects
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import (
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyNotWrappable,
    KeySizeRange,
    KeyUnextractable,
    MechanismInvalid,
    ObjectHandleInvalid,
    UnwrappingKeyHandleInvalid,
    UnwrappingKeyTypeInconsistent,
    WrappedKeyInvalid,
    WrappingKeyHandleInvalid,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.mechanisms import DES3_MECHANISMS, RSA_MECHANISMS, Mechanism, MechanismParameters
from hsmshell.engine.objects import secret_traits
from hsmshell.engine.records import StoredObject

WRAP_MECHANISMS = frozenset(
    {Mechanism.RSA_PKCS, Mechanism.RSA_PKCS_OAEP, Mechanism.DES3_ECB, Mechanism.DES3_CBC, Mechanism.DES3_CBC_PAD}
    | {Mechanism.AES_ECB, Mechanism.AES_CBC, Mechanism.AES_CBC_PAD}
)
"""The mechanisms with which this HSM wraps and unwraps."""


class ApplicationWrapping(ApplicationObjects):
    """Wrapping and unwrapping, as a partition's mode and policies allow it."""

    def wrap(
        self,
        session: Session | None,
        mechanism: Mechanism | None,
        wrapping: int,
        handle: int,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
    ) -> bytes:
        """A key's material under another key: a secret key's bytes, a private key's PKCS#8 DER.

        The checks come in this order: ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``,
        ``MechanismInvalid``,
        ``WrappingKeyHandleInvalid``, ``WrappingKeyTypeInconsistent``, ``KeyFunctionNotPermitted`` (CKA_WRAP),
        ``KeyHandleInvalid``, ``KeyUnextractable``, ``KeyNotWrappable`` (cloning mode and policies), ``KeySizeRange``.
        A key that is assigned and not authorized raises ``KeyNotAuthorized`` where it is looked for.
        """
        session = self._require(session, PartitionOperation.WRAP)
        mechanism = self._known(mechanism)
        with self._store.reading():
            wrapper = self._key(session, wrapping, WrappingKeyHandleInvalid)
            if not _fits(wrapper, mechanism, ObjectClass.PUBLIC_KEY):
                raise WrappingKeyTypeInconsistent(str(wrapping))
            if not wrapper.flag(Attribute.WRAP):
                raise KeyFunctionNotPermitted(str(wrapping))
            target = self._key(session, handle, KeyHandleInvalid)
            if not target.flag(Attribute.EXTRACTABLE):
                raise KeyUnextractable(str(handle))
            secret = target.object_class is ObjectClass.SECRET_KEY
            policy = PartitionPolicy.SECRET_KEY_WRAPPING if secret else PartitionPolicy.PRIVATE_KEY_WRAPPING
            if not self._policy(session, policy):
                raise KeyNotWrappable(policy.text)
            material, key = self._store.material(target.material), self._store.material(wrapper.material)
        return crypto.wrap(mechanism, key, material, parameters)

    def unwrap(
        self,
        session: Session | None,
        mechanism: Mechanism | None,
        unwrapping: int,
        wrapped: bytes,
        key_type: KeyType,
        template: Attributes,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
        length: int = 0,
    ) -> int:
        """A new secret key from wrapped bytes; ``length`` in bytes is checked when it is given.

        Raises ``UserNotAuthorized`` unless a crypto officer is logged in, ``UnwrappingKeyHandleInvalid``,
        ``UnwrappingKeyTypeInconsistent``, ``KeyFunctionNotPermitted`` (CKA_UNWRAP), ``WrappedKeyInvalid``,
        ``WrappedKeyLenRange``, and what ``create`` raises.
        """
        session = self._require(session, PartitionOperation.UNWRAP)
        mechanism = self._known(mechanism)
        with self._store.reading():
            wrapper = self._key(session, unwrapping, UnwrappingKeyHandleInvalid)
            if not _fits(wrapper, mechanism, ObjectClass.PRIVATE_KEY):
                raise UnwrappingKeyTypeInconsistent(str(unwrapping))
            if not wrapper.flag(Attribute.UNWRAP):
                raise KeyFunctionNotPermitted(str(unwrapping))
            key = self._store.material(wrapper.material)
        value = crypto.unwrap(mechanism, key, wrapped, parameters)
        if length and length != len(value):
            raise WrappedKeyInvalid(f"{len(value)} bytes, not {length}")
        try:
            traits = secret_traits(key_type, value)
        except KeySizeRange as problem:
            raise WrappedKeyInvalid(key_type.name) from problem
        return self._new(session, value, traits, template, local=False)

    def _known(self, mechanism: Mechanism | None) -> Mechanism:
        if mechanism is None or mechanism not in WRAP_MECHANISMS:
            raise MechanismInvalid(mechanism.name if mechanism else "no such mechanism")
        return mechanism

    def _key(
        self,
        session: Session,
        handle: int,
        missing: type[WrappingKeyHandleInvalid | KeyHandleInvalid | UnwrappingKeyHandleInvalid],
    ) -> StoredObject:
        try:
            item = self._object(session, handle)
        except ObjectHandleInvalid:
            raise missing(str(handle)) from None
        if item.object_class not in (ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            raise missing(str(handle))
        return self._require_authorized(session, item)


def _fits(key: StoredObject, mechanism: Mechanism, asymmetric: ObjectClass) -> bool:
    if mechanism in RSA_MECHANISMS:
        return key.object_class is asymmetric and key.key_type is KeyType.RSA
    expected = (KeyType.DES3, KeyType.DES2) if mechanism in DES3_MECHANISMS else (KeyType.AES,)
    return key.object_class is ObjectClass.SECRET_KEY and key.key_type in expected
