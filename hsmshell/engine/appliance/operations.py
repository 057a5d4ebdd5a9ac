"""What a program does with the objects of a partition: create, find, read, change, copy, destroy."""

from __future__ import annotations

from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.application import ApplicationCore
from hsmshell.engine.appliance.attributes import changed, new_object, required
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.appliance.traits import public_traits
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue, KeyType, ObjectClass, matches_shape
from hsmshell.engine.errors import (
    AttributeSensitive,
    AttributeTypeInvalid,
    AttributeValueInvalid,
    DataInvalid,
    OperationNotAllowed,
    TemplateInconsistent,
)
from hsmshell.engine.objects import Traits, secret_traits
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
        wanted = (template or {}).items()
        return [item for item in self._all(session) if all(item.attributes.get(key) == value for key, value in wanted)]

    def read(self, session: Session | None, handle: int) -> StoredObject:
        """One object. Raises ``ObjectHandleInvalid`` also for a private object that the session does not see."""
        session = self._require_open(session)
        with self._store.reading():
            return self._object(session, handle)

    def attribute(self, session: Session | None, handle: int, attribute: Attribute) -> AttributeValue:
        """One attribute's value.

        Raises ``AttributeTypeInvalid`` when the object has none such, ``AttributeSensitive`` when it hides it.
        """
        item = self.read(session, handle)
        if attribute is Attribute.VALUE and item.object_class is ObjectClass.SECRET_KEY:
            if item.flag(Attribute.SENSITIVE) or not item.flag(Attribute.EXTRACTABLE):
                raise AttributeSensitive(attribute.name)
            self._require_authorized(self._require_open(session), item)
            with self._store.reading():
                return self._store.material(item.material)
        if attribute is Attribute.AUTH_DATA:
            raise AttributeSensitive(attribute.name)
        if attribute in item.attributes:
            return item.attributes[attribute]
        private_parts = range(Attribute.PRIVATE_EXPONENT, Attribute.COEFFICIENT + 1)
        if item.object_class is ObjectClass.PRIVATE_KEY and attribute in private_parts:
            raise AttributeSensitive(attribute.name)
        raise AttributeTypeInvalid(attribute.name)

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
            self._require_changeable(session, template)
            self._keep(session, item._replace(attributes=changed(item.attributes, template)))

    def _require_changeable(self, session: Session, template: Attributes) -> None:
        if template and not self._policy(session, PartitionPolicy.CHANGING_ATTRIBUTES):
            raise OperationNotAllowed("partition policy 11")

    def destroy(self, session: Session | None, handle: int) -> None:
        """Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``ObjectHandleInvalid``."""
        session = self._require(session, PartitionOperation.DESTROY)
        with self._store.transaction():
            self._drop(session, self._object(session, handle))

    def copy(self, session: Session | None, handle: int, template: Attributes) -> int:
        """A copy with some attributes changed; its handle. Raises what ``set_attributes`` raises."""
        session = self._require(session, PartitionOperation.CREATE)
        with self._store.transaction():
            item = self._object(session, handle)
            movable: Traits = {
                key: value for key, value in template.items() if key in {Attribute.TOKEN, Attribute.PRIVATE}
            }
            for attribute, value in movable.items():
                if not matches_shape(attribute, value):
                    raise AttributeValueInvalid(attribute.name)
            rest = {key: value for key, value in template.items() if key not in movable}
            self._require_changeable(session, rest)
            values: Traits = {**changed(item.attributes, rest), **movable}
            values[Attribute.OUID] = self._identity(session).ouid
            return self._put(session, values, item.material)

    # creating

    def create(self, session: Session | None, template: Attributes) -> int:
        """Create an object from its values: a data object or a secret key; public keys come from a file.

        Raises ``TemplateIncomplete``, ``TemplateInconsistent``, ``AttributeTypeInvalid``, ``AttributeValueInvalid``.
        """
        self._require(session, PartitionOperation.CREATE)
        kind = required(template, Attribute.CLASS)
        if kind == ObjectClass.DATA:
            rest: Traits = {key: value for key, value in template.items() if key != Attribute.CLASS}
            return self._new(session, b"", {Attribute.CLASS: int(ObjectClass.DATA)}, rest, local=False)
        if kind == ObjectClass.SECRET_KEY:
            number, value = required(template, Attribute.KEY_TYPE), required(template, Attribute.VALUE)
            if not isinstance(value, bytes) or number not in list(KeyType):
                raise AttributeValueInvalid("CKA_VALUE")
            rest = {key: item for key, item in template.items() if key != Attribute.VALUE}
            try:
                traits = secret_traits(KeyType(number), value)
            except DataInvalid as problem:
                raise TemplateInconsistent(KeyType(number).name) from problem
            return self._new(session, value, traits, rest, local=False)
        if kind == ObjectClass.PUBLIC_KEY:
            raise TemplateInconsistent("public keys are imported from a file")
        raise AttributeValueInvalid("CKA_CLASS")

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
