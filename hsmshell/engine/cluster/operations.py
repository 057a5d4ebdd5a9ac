"""What a crypto user does with keys inside a cluster: make, find, read, change, delete.

A token key is written to every HSM that is up, under one handle, when it is created. A session key lives on one HSM.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hsmshell.engine import encodings
from hsmshell.engine.access import RULES, Operation, Relation, UserType
from hsmshell.engine.attributes import (
    Attribute,
    Attributes,
    AttributeValue,
    KeyType,
    ObjectClass,
    matches_shape,
)
from hsmshell.engine.cluster.cluster import HANDLE_RANGE, ClusterCore, Outcome, Session, related
from hsmshell.engine.cluster.keys import CHANGEABLE, LABEL_LENGTH, KeySpec, attributes
from hsmshell.engine.errors import (
    ActionProhibited,
    AttributeReadOnly,
    AttributeValueInvalid,
    HsmError,
    KeyIdExists,
    NodeUnavailable,
    ObjectCountExceeded,
    PolicyViolation,
    QuorumValueInvalid,
    ShareListInvalid,
)
from hsmshell.engine.objects import Traits, private_traits, public_traits, secret_traits
from hsmshell.engine.records import Container, StoredObject

FIRST_HANDLE = 6
"""The first handle that a new HSM gives to a user's key; lower ones are its own."""

MAXIMUM_KEYS = 3300
"""Keys a cluster holds."""

_FIPS_MODULUS_BITS = range(2048, 4097, 256)


class Created(NamedTuple):
    """New keys: their handles in the order of creation, and the HSMs that hold them."""

    handles: tuple[int, ...]
    nodes: tuple[Container, ...]


class Criteria(NamedTuple):
    """What a search asks for; ``None`` asks for nothing. All must hold."""

    object_class: int | None = None
    key_type: int | None = None
    label: str | None = None
    ident: bytes | None = None
    session_keys: bool | None = None
    users: frozenset[int] = frozenset()
    """Users that must all be able to use the key, beside the one who asks."""
    modulus: bytes | None = None
    check_value: bytes | None = None


class KeyMaterial(NamedTuple):
    """A new key before it has a handle."""

    material: bytes
    traits: Traits


class ClusterKeys(ClusterCore):
    """The keys of a cluster."""

    # making keys

    def generate_secret_key(self, session: Session | None, key_type: KeyType, size: int, spec: KeySpec) -> Created:
        """Generate a secret key of ``size`` bytes.

        Raises ``PolicyViolation`` for a type that FIPS mode refuses, ``KeySizeRange``, and what ``_store_new`` raises.
        """
        self.check_login(Operation.CREATE_KEY, session)
        if key_type not in (KeyType.AES, KeyType.DES3, KeyType.GENERIC_SECRET):
            raise PolicyViolation(key_type.name)
        value = self.lab.services.random_bytes(size)
        return self._store_new(session, [KeyMaterial(value, secret_traits(key_type, value))], spec, local=True)

    def generate_rsa_pair(self, session: Session | None, bits: int, exponent: int, spec: KeySpec) -> Created:
        """Generate an RSA pair; the public key has the first of the two handles.

        Raises ``PolicyViolation`` for a modulus or exponent that FIPS 186-5 refuses, and what ``_store_new`` raises.
        """
        self.check_login(Operation.CREATE_KEY, session)
        if bits not in _FIPS_MODULUS_BITS or exponent < 65537 or not exponent % 2:
            raise PolicyViolation(f"{bits} bits, exponent {exponent}")
        with self._store.reading():
            self._check_spec(self._permit(Operation.CREATE_KEY, session), self._up(), spec)
        private = self.lab.services.rsa_key(bits, exponent)
        public = encodings.public_of(private)
        pair = [KeyMaterial(public, public_traits(public)), KeyMaterial(private, private_traits(private))]
        return self._store_new(session, pair, spec, local=True)

    def _store_new(
        self,
        session: Session | None,
        keys: Sequence[KeyMaterial],
        spec: KeySpec,
        *,
        local: bool,
        usage: Attributes | None = None,
    ) -> Created:
        """Give handles to new keys and write them to the HSMs.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``ShareListInvalid``,
        ``QuorumValueInvalid``, ``KeyIdExists`` or ``ObjectCountExceeded``.
        """
        ready = [
            (key.material, {**attributes(key.material, key.traits, spec, local=local), **(usage or {})}) for key in keys
        ]
        with self._store.transaction():
            session = self._permit(Operation.CREATE_KEY, session)
            nodes = [node for node in self._up() if node.id in session.numbers]
            self._check_spec(session, nodes, spec)
            home = nodes[0]
            if self._store.count_objects(home.id) + len(keys) > MAXIMUM_KEYS:
                raise ObjectCountExceeded(home.name)
            targets = nodes[:1] if spec.session_only else nodes
            handles = []
            for material, values in ready:
                counter = self._store.next_number(f"container:{home.id}", "handle", FIRST_HANDLE)
                handle = home.number * HANDLE_RANGE + counter
                handles.append(handle)
                self._write(targets, session, handle, material, values, spec)
            return Created(tuple(handles), tuple(targets))

    def _write(
        self,
        targets: Sequence[Container],
        session: Session,
        handle: int,
        material: bytes,
        values: Traits,
        spec: KeySpec,
    ) -> None:
        row = self._store.add_material(material)
        restricted = values[Attribute.CLASS] != ObjectClass.PUBLIC_KEY
        for node in targets:
            shares = self._numbers_on(targets[0], node, spec.shares) if restricted else frozenset()
            self._store.add_object(
                StoredObject(
                    node.id,
                    handle,
                    values,
                    row,
                    owner=session.numbers[node.id],
                    quorum=spec.quorum if restricted else 0,
                    session=session.id if spec.session_only else 0,
                    shares=shares,
                )
            )

    def _numbers_on(self, home: Container, node: Container, numbers: Sequence[int]) -> frozenset[int]:
        """The same users on another HSM, where they may have other numbers; one that is not there is left out."""
        if node.id == home.id:
            return frozenset(numbers)
        known = [self._store.user_numbered(home.id, number) for number in numbers]
        there = [self._store.user_named(node.id, user.name) for user in known if user]
        return frozenset(user.number for user in there if user)

    def _check_spec(self, session: Session, nodes: Sequence[Container], spec: KeySpec) -> None:
        reachable = [node for node in nodes if node.id in session.numbers]
        if not reachable or len(reachable) < spec.minimum_nodes:
            raise NodeUnavailable(f"{len(reachable)} of {spec.minimum_nodes} HSMs")
        home = reachable[0]
        for number in spec.shares:
            user = self._store.user_numbered(home.id, number)
            if user is None or number == session.numbers[home.id]:
                raise ShareListInvalid(str(number))
            if UserType(user.type) not in RULES[Operation.USE_KEY].users:
                raise ShareListInvalid(str(number))
        if spec.quorum > len(set(spec.shares)) + 1 or (spec.quorum and not spec.shares):
            raise QuorumValueInvalid(str(spec.quorum))
        if spec.ident and self._store.objects(home.id, ident=spec.ident):
            raise KeyIdExists(spec.ident.decode("utf-8", "replace"))

    # finding and reading

    def find(self, session: Session | None, criteria: Criteria = Criteria()) -> list[StoredObject]:  # noqa: B008
        """The keys that this user may use and that meet all criteria, in the order of their handles."""
        with self._store.reading():
            session = self._permit(Operation.READ_KEY, session)
            found: dict[int, StoredObject] = {}
            for node in self._up():
                number = session.numbers.get(node.id)
                if number is None:
                    continue
                for key in self._store.objects(
                    node.id,
                    object_class=criteria.object_class,
                    key_type=criteria.key_type,
                    label=criteria.label,
                    ident=criteria.ident,
                ):
                    if key.handle not in found and self._usable(session, number, key) and _meets(key, criteria):
                        found[key.handle] = key
            return [found[handle] for handle in sorted(found)]

    def _usable(self, session: Session, number: int, key: StoredObject) -> bool:
        return key.session in (0, session.id) and related(number, key, Relation.SHARER)

    def read_key(self, session: Session | None, handle: int, node: Container | None = None) -> StoredObject:
        """One key's attributes, owner and shares, as one HSM holds them (by default the first that does).

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied`` or
        ``NodeUnavailable``.
        """
        with self._store.reading():
            if node is None:
                return self._key(Operation.READ_KEY, session, handle)[1]
            return self._key_on(node, Operation.READ_KEY, session, handle)[1]

    # changing and deleting

    def set_attribute(
        self, session: Session | None, node: Container, handle: int, attribute: Attribute, value: AttributeValue
    ) -> None:
        """Change one attribute on one HSM.

        Raises what ``read_key`` raises, ``AttributeReadOnly`` and ``AttributeValueInvalid``.
        """
        operation = Operation.TRUST_KEY if attribute is Attribute.TRUSTED else Operation.CHANGE_KEY
        with self._store.transaction():
            _, key = self._key_on(node, operation, session, handle)
            if attribute not in CHANGEABLE:
                raise AttributeReadOnly(attribute.name)
            if not matches_shape(attribute, value):
                raise AttributeValueInvalid(attribute.name)
            if isinstance(value, str) and len(value.encode("utf-8", "surrogateescape")) > LABEL_LENGTH:
                raise AttributeValueInvalid(attribute.name)
            if attribute is Attribute.WRAP_WITH_TRUSTED and key.flag(attribute) and not value:
                raise AttributeReadOnly(attribute.name)
            self._store.replace_object(key._replace(attributes={**key.attributes, attribute: value}))

    def delete_key(self, session: Session | None, handle: int) -> tuple[Outcome, ...]:
        """Delete the key from every HSM on which its owner is logged in; what each HSM said.

        An HSM that is down or has no session keeps its copy. Raises ``UserNotLoggedIn``, ``UserNotAuthorized``,
        ``ObjectHandleInvalid``, ``AccessDenied`` or ``ActionProhibited`` when no HSM can delete it.
        """
        with self._store.transaction():
            found = self._key(Operation.DELETE_KEY, session, handle)[1]
            if not found.flag(Attribute.DESTROYABLE):
                raise ActionProhibited(str(handle))
            return tuple(self._delete_on(node, session, handle) for node in self.nodes())

    def _delete_on(self, node: Container, session: Session | None, handle: int) -> Outcome:
        try:
            session, key = self._key_on(node, Operation.DELETE_KEY, session, handle)
            if not key.flag(Attribute.DESTROYABLE):
                raise ActionProhibited(str(handle))
        except HsmError as error:
            return Outcome(node, error)
        self._store.delete_object(node.id, handle)
        return Outcome(node)


def _meets(key: StoredObject, criteria: Criteria) -> bool:
    """The criteria that the database does not look at."""
    if criteria.session_keys is not None and criteria.session_keys != bool(key.session):
        return False
    if criteria.modulus is not None and key.attributes.get(Attribute.MODULUS) != criteria.modulus:
        return False
    if criteria.check_value is not None and key.attributes.get(Attribute.CHECK_VALUE) != criteria.check_value:
        return False
    return all(related(user, key, Relation.SHARER) for user in criteria.users)
