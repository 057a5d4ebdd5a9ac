"""Objects that come into a partition from outside, by their attributes' values."""

from __future__ import annotations

from hsmshell.engine import assembly
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.attributes import required
from hsmshell.engine.appliance.certification import X_509, certificate_traits
from hsmshell.engine.appliance.operations import ApplicationObjects
from hsmshell.engine.appliance.traits import domain_traits, private_traits, public_traits
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import AttributeValueInvalid, DataInvalid, TemplateInconsistent
from hsmshell.engine.objects import Traits, secret_traits, with_odd_parity

_A = Attribute


class ApplicationCreation(ApplicationObjects):
    """Creating objects."""

    def create(self, session: Session | None, template: Attributes) -> int:
        """Create an object from its values; its handle.

        A data object has what the template says. A certificate is one of X.509, and what the template says of it is
        what its value says (PKCS#11 v3.0 4.6.3). A key or domain parameters need the attributes that make them (see
        ``assembly``); an EC point is the DER of an OCTET STRING.

        Raises ``TemplateIncomplete``, ``TemplateInconsistent`` when parts contradict each other and for a private key
        in FIPS mode, into which it would come in the clear, ``AttributeTypeInvalid``, ``AttributeValueInvalid``, also
        for a DES key without odd parity (PKCS#11 v2.40 2.16.1), ``KeySizeRange``, ``CurveNotSupported``,
        ``DomainParamsInvalid``.
        """
        session = self._require(session, PartitionOperation.CREATE)
        kind = required(template, _A.CLASS)
        if kind == ObjectClass.DATA:
            return self._new(
                session, b"", {_A.CLASS: int(ObjectClass.DATA)}, _without(template, {_A.CLASS}), local=False
            )
        if kind == ObjectClass.CERTIFICATE:
            return self._create_certificate(session, template)
        known = {ObjectClass.SECRET_KEY, ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY, ObjectClass.DOMAIN_PARAMETERS}
        if kind not in known:
            raise AttributeValueInvalid(_A.CLASS.name)
        number = required(template, _A.KEY_TYPE)
        if number not in list(KeyType):
            raise AttributeValueInvalid(_A.KEY_TYPE.name)
        object_class, key_type = ObjectClass(int(kind)), KeyType(int(number))
        if object_class is ObjectClass.SECRET_KEY:
            return self._create_secret(session, key_type, template)
        if object_class is ObjectClass.PRIVATE_KEY and self._is_fips(session):
            raise TemplateInconsistent("a private key in the clear, in FIPS mode")
        material, traits = _assembled(object_class, key_type, template)
        return self._new(session, material, traits, _without(template, assembly.PARTS), local=False)

    def _create_certificate(self, session: Session, template: Attributes) -> int:
        if required(template, _A.CERTIFICATE_TYPE) != X_509:
            raise AttributeValueInvalid(_A.CERTIFICATE_TYPE.name)
        required(template, _A.SUBJECT)
        value = required(template, _A.VALUE)
        if not isinstance(value, bytes):
            raise AttributeValueInvalid(_A.VALUE.name)
        try:
            traits = certificate_traits(value)
        except DataInvalid as problem:
            raise AttributeValueInvalid(_A.VALUE.name) from problem
        return self._new(session, b"", traits, template, local=False)

    def _create_secret(self, session: Session, key_type: KeyType, template: Attributes) -> int:
        value = required(template, _A.VALUE)
        if not isinstance(value, bytes):
            raise AttributeValueInvalid(_A.VALUE.name)
        try:
            traits = secret_traits(key_type, value)
        except DataInvalid as problem:
            raise TemplateInconsistent(key_type.name) from problem
        if value != with_odd_parity(key_type, value):
            raise AttributeValueInvalid(_A.VALUE.name)
        return self._new(session, value, traits, _without(template, {_A.VALUE}), local=False)

    def extract_public_key(self, session: Session | None, handle: int, template: Attributes) -> int:
        """The public half of a private key as an object of its own; its handle.

        Raises ``KeyHandleInvalid`` for what is no private key, and what ``create`` raises.
        """
        from hsmshell.engine import encodings

        session = self._require(session, PartitionOperation.CREATE)
        with self._store.transaction():
            item = self._of_class(session, handle, (ObjectClass.PRIVATE_KEY,))
            public = encodings.public_of(self._store.material(item.material))
            same = {_A.ID: item.ident, _A.SUBJECT: item.attributes.get(_A.SUBJECT, b"")}
            return self._new(session, public, public_traits(public), {**same, **template}, local=False)


def _assembled(object_class: ObjectClass, key_type: KeyType, template: Attributes) -> tuple[bytes, Traits]:
    """The stored form, and what it says of itself."""
    parts = set(assembly.parts_of(object_class, key_type))
    if object_class is ObjectClass.DOMAIN_PARAMETERS:
        domain = assembly.domain_parameters(key_type, template)
        material, traits = domain.encode(key_type), domain_traits(key_type, domain)
    elif object_class is ObjectClass.PUBLIC_KEY:
        material = assembly.public_key(key_type, template)
        traits = public_traits(material)
    else:
        material = assembly.private_key(key_type, template)
        traits = private_traits(material)
        parts |= assembly.OPTIONAL_PARTS.get(key_type, frozenset())
    for attribute in template.keys() & assembly.PARTS:
        if attribute not in parts:
            raise TemplateInconsistent(attribute.name)
    return material, traits


def _without(template: Attributes, attributes: frozenset[Attribute] | set[Attribute]) -> Traits:
    return {key: value for key, value in template.items() if key not in attributes}
