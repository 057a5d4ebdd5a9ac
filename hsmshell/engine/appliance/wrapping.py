"""Keys out of a partition and into it, under another key."""

from __future__ import annotations

from hsmshell.engine import crypto, encodings
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.mechanism_table import MechanismFlag
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.appliance.traits import private_traits
from hsmshell.engine.appliance.usage import ApplicationUsage, fits
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import (
    DataInvalid,
    KeyNotWrappable,
    KeySizeRange,
    KeyUnextractable,
    TemplateInconsistent,
    UnwrappingKeyHandleInvalid,
    UnwrappingKeyTypeInconsistent,
    WrappedKeyInvalid,
    WrappingKeyHandleInvalid,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import Traits, secret_traits

_M = Mechanism

PRIVATE_WRAPS = frozenset(
    {_M.AES_CBC_PAD, _M.DES3_CBC_PAD, _M.DES_CBC_PAD, _M.CAST5_CBC_PAD, _M.RC2_CBC_PAD, _M.SEED_CBC_PAD}
    | {_M.ARIA_CBC_PAD, _M.AES_KEY_WRAP_KWP}
)
"""Those that take a private key: its PKCS#8 has any length (Thales, using CKM_AES_KW; PKCS#11 v3.0 2.1.5)."""

PRIVATE_TYPES = frozenset({KeyType.RSA, KeyType.EC, KeyType.DSA})
"""The types of private keys that come in wrapped."""


class ApplicationWrapping(ApplicationUsage):
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
        ``MechanismInvalid``, ``WrappingKeyHandleInvalid``, ``WrappingKeyTypeInconsistent``,
        ``KeyFunctionNotPermitted`` (CKA_WRAP), ``KeyNotActive``, ``KeyHandleInvalid``, ``KeyUnextractable``,
        ``KeyNotWrappable`` (cloning mode, policies, a private key under a mechanism for secret keys), ``KeySizeRange``.
        A key that is assigned and not authorized raises ``KeyNotAuthorized`` where it is looked for.
        """
        session = self._require(session, PartitionOperation.WRAP)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.WRAP)
        with self._store.transaction():
            wrapper = self._use(
                session,
                wrapping,
                Attribute.WRAP,
                WrappingKeyHandleInvalid,
                lambda key: fits(key, mechanism, ObjectClass.PUBLIC_KEY),
                WrappingKeyTypeInconsistent,
            )
            target = self._key(session, handle)
            if not target.flag(Attribute.EXTRACTABLE):
                raise KeyUnextractable(str(handle))
            secret = target.object_class is ObjectClass.SECRET_KEY
            policy = PartitionPolicy.SECRET_KEY_WRAPPING if secret else PartitionPolicy.PRIVATE_KEY_WRAPPING
            if not self._policy(session, policy):
                raise KeyNotWrappable(policy.text)
            if not secret and mechanism not in PRIVATE_WRAPS:
                raise KeyNotWrappable(f"{mechanism.name} wraps secret keys only")
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
        """A new key from wrapped bytes: a secret one, or a private one of ``PRIVATE_TYPES`` from its PKCS#8 DER.

        ``length`` in bytes is checked when it is given. What comes in is sensitive (Thales, attribute defaults): no
        way round a key's sensitivity leads over its own wrap.

        Raises ``UserNotAuthorized`` unless a crypto officer is logged in, ``UnwrappingKeyHandleInvalid``,
        ``UnwrappingKeyTypeInconsistent``, ``KeyFunctionNotPermitted`` (CKA_UNWRAP), ``KeyNotActive``,
        ``WrappedKeyInvalid``, ``WrappedKeyLenRange``, ``TemplateInconsistent``, and what ``create`` raises.
        """
        session = self._require(session, PartitionOperation.UNWRAP)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.UNWRAP)
        with self._store.transaction():
            wrapper = self._use(
                session,
                unwrapping,
                Attribute.UNWRAP,
                UnwrappingKeyHandleInvalid,
                lambda key: fits(key, mechanism, ObjectClass.PRIVATE_KEY),
                UnwrappingKeyTypeInconsistent,
            )
            if key_type in PRIVATE_TYPES and mechanism not in PRIVATE_WRAPS:
                raise TemplateInconsistent(f"{mechanism.name} unwraps secret keys only")
            if template.get(Attribute.SENSITIVE) is False:
                raise TemplateInconsistent("an unwrapped key is sensitive")
            value = crypto.unwrap(mechanism, self._store.material(wrapper.material), wrapped, parameters)
            if length and length != len(value):
                raise WrappedKeyInvalid(f"{len(value)} bytes, not {length}")
            material, traits = _recognized(key_type, value)
            return self._new(session, material, traits, template, local=False)


def _recognized(key_type: KeyType, value: bytes) -> tuple[bytes, Traits]:
    """The key that the bytes are, in its stored form. Raises ``WrappedKeyInvalid`` when they are none of the type."""
    try:
        if key_type not in PRIVATE_TYPES:
            return value, secret_traits(key_type, value)
        material = encodings.check_private(value)
        traits = private_traits(material)
    except (KeySizeRange, DataInvalid) as problem:
        raise WrappedKeyInvalid(key_type.name) from problem
    if traits[Attribute.KEY_TYPE] != key_type:
        raise WrappedKeyInvalid(f"not a key of the type {key_type.name}")
    return material, traits
