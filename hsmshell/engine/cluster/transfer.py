"""Keys out of a cluster and into it: exported in the clear, wrapped under another key, unwrapped."""

from __future__ import annotations

from hsmshell.engine import crypto
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import Session
from hsmshell.engine.cluster.creation import Created, KeyMaterial
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.cluster.keys import KeySpec, traits_of
from hsmshell.engine.cluster.operations import ClusterKeys
from hsmshell.engine.cluster.templates import check_wrap, demanded
from hsmshell.engine.errors import (
    AccessDenied,
    KeyFunctionNotPermitted,
    KeySizeRange,
    KeyUnextractable,
    ObjectHandleInvalid,
    WrappingKeyTypeInconsistent,
)
from hsmshell.engine.mechanisms import DES3_MECHANISMS, RSA_MECHANISMS, Mechanism, MechanismParameters
from hsmshell.engine.objects import public_traits
from hsmshell.engine.records import StoredObject


class ClusterTransfer(ClusterKeys):
    """What crosses the cluster's border."""

    def export_public_key(self, session: Session | None, handle: int) -> bytes:
        """A public key's SubjectPublicKeyInfo DER. Raises what ``read_key`` does, also for a key that is not public."""
        with self._store.reading():
            _, key = self._key(Operation.READ_KEY, session, handle)
            if key.object_class is not ObjectClass.PUBLIC_KEY:
                raise ObjectHandleInvalid("not a public key")
            return self._store.material(key.material)

    def import_public_key(self, session: Session | None, der: bytes, spec: KeySpec) -> Created:
        """Bring in a public key from its SubjectPublicKeyInfo DER.

        Raises ``DataInvalid`` and what ``_store_new`` raises.
        """
        with self._refusals(Opcode.CN_CREATE_OBJECT, session):
            self.check_login(Operation.CREATE_KEY, session)
            key = KeyMaterial(der, public_traits(der))
            return self._store_new(Opcode.CN_CREATE_OBJECT, session, [key], spec, local=False)

    def wrap_key(
        self,
        session: Session | None,
        wrapping: int,
        handle: int,
        mechanism: Mechanism,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
        only: ObjectClass | None = None,
    ) -> tuple[StoredObject, bytes]:
        """A key's attributes and its material under another key of the cluster.

        A secret key leaves as its bytes, a private key as PKCS#8 DER; ``only`` wants a key of that class. Raises
        ``AccessDenied`` unless the caller owns the key, ``KeyUnextractable``, ``KeyFunctionNotPermitted`` when the
        wrapping key may not wrap, ``WrappingKeyTypeInconsistent``, ``KeySizeRange``, ``ObjectHandleInvalid``,
        ``KeyNotWrappable`` when the wrapping key's template wants another key.
        """
        about = About(handle)
        with self._refusals(Opcode.CN_WRAP_KEY, session, about=about):
            with self._store.reading():
                session, target = self._key(Operation.EXTRACT_KEY, session, handle)
                if target.object_class is ObjectClass.PUBLIC_KEY or target.object_class is not (
                    only or target.object_class
                ):
                    raise ObjectHandleInvalid("a key of another class is asked for")
                wrapper = self._wrapper(session, wrapping, Attribute.WRAP, mechanism)
                if not target.flag(Attribute.EXTRACTABLE):
                    raise KeyUnextractable(str(handle))
                if mechanism is Mechanism.AES_KEY_WRAP and target.object_class is ObjectClass.PRIVATE_KEY:
                    # Its DER has whole blocks only by chance: the guide names the types that this mechanism takes.
                    raise KeySizeRange("no key of a length in whole blocks")
                if target.flag(Attribute.WRAP_WITH_TRUSTED) and not wrapper.flag(Attribute.TRUSTED):
                    raise AccessDenied(str(handle))
                check_wrap(wrapper.attributes, target.attributes)
                material, key = self._store.material(target.material), self._store.material(wrapper.material)
            # Nobody has to wait for the cryptography.
            wrapped = crypto.wrap(mechanism, key, material, parameters, self.lab.services.random_bytes)
            self._carried_out(Opcode.CN_WRAP_KEY, session, about)
        return target, wrapped

    def wrap_data(
        self,
        session: Session | None,
        wrapping: int,
        data: bytes,
        mechanism: Mechanism,
        use: Attribute = Attribute.WRAP,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
    ) -> bytes:
        """Bytes from outside under a key of the cluster that permits ``use``.

        Raises as ``wrap_key`` does for its wrapping key, and ``KeySizeRange``.
        """
        about = About(wrapping)
        with self._refusals(Opcode.CN_NIST_AES_WRAP, session, about=about):
            allowed, key = self._using(session, wrapping, use, mechanism)
            wrapped = crypto.wrap(mechanism, key, data, parameters, self.lab.services.random_bytes)
            self._carried_out(Opcode.CN_NIST_AES_WRAP, allowed, about)
        return wrapped

    def unwrap_data(
        self,
        session: Session | None,
        wrapping: int,
        wrapped: bytes,
        mechanism: Mechanism,
        use: Attribute,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
    ) -> bytes:
        """The bytes that were wrapped under a key of the cluster, given to the caller.

        Raises as ``wrap_data`` does, ``WrappedKeyInvalid`` and ``WrappedKeyLenRange``.
        """
        about = About(wrapping)
        with self._refusals(Opcode.CN_NIST_AES_WRAP, session, about=about):
            allowed, key = self._using(session, wrapping, use, mechanism)
            data = crypto.unwrap(mechanism, key, wrapped, parameters)
            self._carried_out(Opcode.CN_NIST_AES_WRAP, allowed, about)
        return data

    def _using(
        self, session: Session | None, handle: int, use: Attribute, mechanism: Mechanism
    ) -> tuple[Session, bytes]:
        """The session that may use a wrapping key, and the key's material."""
        with self._store.reading():
            allowed = self._permit(Operation.USE_KEY, session)
            key = self._wrapper(allowed, handle, use, mechanism)
            return allowed, self._store.material(key.material)

    def _carried_out(self, opcode: Opcode, session: Session, about: About) -> None:
        """Note a command that concerns one HSM alone: the first that is up and knows who asks."""
        with self._store.transaction():
            asked = [node for node in self._up() if node.id in session.numbers]
            self._note(opcode, session, asked[:1], about)

    def unwrap_key(
        self,
        session: Session | None,
        wrapping: int,
        wrapped: bytes,
        mechanism: Mechanism,
        object_class: ObjectClass,
        key_type: KeyType,
        spec: KeySpec,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
        usage: Attributes | None = None,
    ) -> Created:
        """Bring in a key that is wrapped under a key of the cluster; ``usage`` are the uses that came with it, instead
        of those that a new key of its class and type has.

        Raises ``KeyFunctionNotPermitted`` when the unwrapping key may not unwrap, ``WrappingKeyTypeInconsistent``,
        ``WrappedKeyInvalid``, ``WrappedKeyLenRange``, ``KeySizeRange``, ``ObjectHandleInvalid``,
        ``TemplateInconsistent`` when the unwrapping key's template wants another key, and what ``_store_new`` raises.
        """
        with self._refusals(Opcode.CN_UNWRAP_KEY, session):
            with self._store.transaction():
                allowed = self._place(session, spec, 1).session
                wrapper = self._wrapper(allowed, wrapping, Attribute.UNWRAP, mechanism)
                key = self._store.material(wrapper.material)
            stored, traits = traits_of(object_class, key_type, crypto.unwrap(mechanism, key, wrapped, parameters))
            new = KeyMaterial(stored, traits)
            requested = {Attribute.CLASS: int(object_class), Attribute.KEY_TYPE: int(key_type), **(usage or {})}
            if not spec.extractable:
                requested[Attribute.EXTRACTABLE] = False
            usage = {**(usage or {}), **demanded(wrapper.attributes, requested)}
            return self._store_new(Opcode.CN_UNWRAP_KEY, session, [new], spec, local=False, usage=usage)

    def _wrapper(self, session: Session, handle: int, use: Attribute, mechanism: Mechanism) -> StoredObject:
        _, key = self._key(Operation.USE_KEY, session, handle)
        if not key.flag(use):
            raise KeyFunctionNotPermitted(f"{handle}: {use.name}")
        if not _fits(key, mechanism, use):
            raise WrappingKeyTypeInconsistent(str(handle))
        return key


def _fits(key: StoredObject, mechanism: Mechanism, use: Attribute) -> bool:
    """Whether the key can do it at all: either half of an RSA pair wraps, only the private one unwraps."""
    if mechanism in RSA_MECHANISMS:
        private = key.object_class is ObjectClass.PRIVATE_KEY
        public = key.object_class is ObjectClass.PUBLIC_KEY and use is Attribute.WRAP
        return key.key_type is KeyType.RSA and (private or public)
    expected = KeyType.DES3 if mechanism in DES3_MECHANISMS else KeyType.AES
    return key.key_type is expected and key.object_class is ObjectClass.SECRET_KEY
