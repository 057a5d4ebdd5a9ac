"""What a program does with the objects of a partition: create, find, read, change, copy, destroy."""

from __future__ import annotations

from collections.abc import Collection

from hsmshell.engine import asymmetric
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.application import ApplicationCore
from hsmshell.engine.appliance.attributes import COPIED, changed, copied, new_object, secrets_of
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.appliance.traits import public_traits
from hsmshell.engine.attributes import (
    KEYS,
    SECRET_CLASSES,
    SECRETS,
    Attribute,
    Attributes,
    AttributeValue,
    ObjectClass,
)
from hsmshell.engine.errors import (
    AttributeSensitive,
    AttributeTypeInvalid,
    HsmError,
    KeyHandleInvalid,
    KeyNotAuthorized,
    ObjectHandleInvalid,
    OperationNotAllowed,
)
from hsmshell.engine.objects import Traits
from hsmshell.engine.records import StoredObject


def stored_size(item: StoredObject, material: bytes) -> int:
    """How many bytes an object takes: its material and its attributes' values."""
    values = (len(value) if isinstance(value, (str, bytes)) else 4 for value in item.attributes.values())
    return len(material) + sum(values)


class ApplicationObjects(ApplicationCore):
    """The objects of a session's partition."""

    # reading

    def objects(self, session: Session | None, template: Attributes | None = None) -> list[StoredObject]:
        """The objects that the session sees and that have all the template's values, by handle."""
        session = self._require_open(session)
        wanted = template or {}
        return [item for item in self._all(session) if self._has_all(session, item, wanted)]

    def _has_all(self, session: Session, item: StoredObject, wanted: Attributes) -> bool:
        """Whether the object shows these values; what it hides equals nothing."""
        known = item.attributes
        if not known.keys() >= wanted.keys() - SECRETS:
            return False
        if any(known[key] != value for key, value in wanted.items() if key in known):
            return False
        unknown = {key: value for key, value in wanted.items() if key not in known}
        return not unknown or unknown.items() <= self._secrets(session, item).items()

    def read(self, session: Session | None, handle: int) -> StoredObject:
        """One object. Raises ``ObjectHandleInvalid`` also for a private object that the session does not see."""
        session = self._require_open(session)
        with self._store.reading():
            return self._object(session, handle)

    def _of_class(
        self,
        session: Session,
        handle: int,
        classes: Collection[ObjectClass],
        missing: type[HsmError] = KeyHandleInvalid,
    ) -> StoredObject:
        """One object of these classes, inside a transaction or a reading; ``missing`` when there is none such."""
        try:
            item = self._object(session, handle)
        except ObjectHandleInvalid:
            raise missing(str(handle)) from None
        if item.object_class not in classes:
            raise missing(str(handle))
        return item

    def attribute(self, session: Session | None, handle: int, attribute: Attribute) -> AttributeValue:
        """One attribute's value.

        Raises ``AttributeTypeInvalid`` when the object has none such, ``AttributeSensitive`` when it hides it,
        ``KeyNotAuthorized`` when it would show it to somebody authorized.
        """
        item = self.read(session, handle)
        if attribute is Attribute.AUTH_DATA:
            raise AttributeSensitive(attribute.name)
        if attribute in item.attributes:
            return item.attributes[attribute]
        if attribute not in SECRETS or item.object_class not in SECRET_CLASSES:
            raise AttributeTypeInvalid(attribute.name)
        session = self._require_open(session)
        if not self._reveals(session, item):
            if attribute in secrets_of(item.attributes):
                raise AttributeSensitive(attribute.name)
            raise AttributeTypeInvalid(attribute.name)
        self._require_authorized(session, item)
        secrets = self._secrets(session, item)
        if attribute not in secrets:
            raise AttributeTypeInvalid(attribute.name)
        return secrets[attribute]

    def shown(self, session: Session | None, handle: int) -> Traits:
        """All the attributes that the object shows. Raises ``ObjectHandleInvalid``."""
        item = self.read(session, handle)
        values = {**item.attributes, **self._secrets(self._require_open(session), item)}
        values.pop(Attribute.AUTH_DATA, None)
        return values

    def _reveals(self, session: Session, item: StoredObject) -> bool:
        """Whether the key's secret may be read: it is neither sensitive nor bound to the HSM (PKCS#11 v3.0 4.4), and a
        private key's only where private keys may leave at all."""
        if item.flag(Attribute.SENSITIVE) or not item.flag(Attribute.EXTRACTABLE):
            return False
        secret = item.object_class is ObjectClass.SECRET_KEY
        return secret or bool(self._policy(session, PartitionPolicy.PRIVATE_KEY_WRAPPING))

    def _secrets(self, session: Session, item: StoredObject) -> Traits:
        """The secret parts of a key that shows them to the session; none of any other object."""
        if item.object_class not in SECRET_CLASSES or not self._reveals(session, item):
            return {}
        try:
            self._require_authorized(session, item)
        except KeyNotAuthorized:
            return {}
        with self._store.reading():
            material = self._store.material(item.material)
        if item.object_class is ObjectClass.SECRET_KEY:
            return {Attribute.VALUE: material}
        return asymmetric.hidden_values(material)

    def size(self, session: Session | None, handle: int) -> int:
        """How many bytes the object takes: its material and its attributes' values."""
        item = self.read(session, handle)
        with self._store.reading():
            return stored_size(item, self._store.material(item.material))

    # changing

    def set_attributes(self, session: Session | None, handle: int, template: Attributes) -> None:
        """Change attributes, all or none.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``OperationNotAllowed`` (partition
        policy), and what ``attributes.changed`` raises.
        """
        session = self._require(session, PartitionOperation.CHANGE)
        with self._store.transaction():
            item = self._object(session, handle)
            self._require_changeable(session, item, template)
            self._keep(session, item._replace(attributes=changed(item.attributes, template)))

    def _require_changeable(self, session: Session, item: StoredObject, template: Attributes) -> None:
        """The policy is about the attributes of keys."""
        if template and item.object_class in KEYS and not self._policy(session, PartitionPolicy.CHANGING_ATTRIBUTES):
            raise OperationNotAllowed("partition policy 11")

    def destroy(self, session: Session | None, handle: int) -> None:
        """Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``ObjectHandleInvalid``."""
        session = self._require(session, PartitionOperation.DESTROY)
        with self._store.transaction():
            self._drop(session, self._object(session, handle))

    def destroy_all(self, session: Session | None, handles: Collection[int]) -> None:
        """Destroy several objects, all or none. Raises what ``destroy`` raises."""
        session = self._require(session, PartitionOperation.DESTROY)
        with self._store.transaction():
            for handle in dict.fromkeys(handles):
                self._drop(session, self._object(session, handle))

    def copy(self, session: Session | None, handle: int, template: Attributes) -> int:
        """A copy with some attributes changed; its handle. Raises what ``set_attributes`` and ``attributes.copied``
        raise, and ``KeyNotAuthorized``: each copy of an assigned key would give as many tries at its data again."""
        session = self._require(session, PartitionOperation.CREATE)
        with self._store.transaction():
            item = self._require_authorized(session, self._object(session, handle))
            self._require_changeable(
                session, item, {key: value for key, value in template.items() if key not in COPIED}
            )
            values = copied(item.attributes, template)
            values[Attribute.OUID] = self._identity(session).ouid
            return self._put(session, values, item.material)

    # creating

    def import_public_key(self, session: Session | None, der: bytes, template: Attributes) -> int:
        """A public key object from SubjectPublicKeyInfo DER. Raises ``DataInvalid`` and what ``create`` raises."""
        session = self._require(session, PartitionOperation.CREATE)
        return self._new(session, der, public_traits(der), template, local=False)

    def _new(
        self, session: Session | None, material: bytes, traits: Traits, template: Attributes, *, local: bool
    ) -> int:
        session = self._require_open(session)
        with self._store.transaction():
            values = new_object(traits, material, template, self._identity(session), local=local)
            return self._put(session, values, self._store.add_material(material) if material else 0)
