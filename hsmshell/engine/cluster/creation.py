"""Keys that come into being in a cluster: generated inside, or brought in.

A token key is written to every HSM that is up, under one handle, when it is created. A session key lives on one HSM.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hsmshell.engine import encodings
from hsmshell.engine.access import RULES, Operation, UserType
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.cluster.cluster import HANDLE_RANGE, ClusterCore, Session
from hsmshell.engine.cluster.keys import (
    SECRET_TYPES,
    KeySpec,
    attributes,
    check_curve,
    check_dsa,
    check_policy,
    check_rsa,
)
from hsmshell.engine.errors import (
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


class Created(NamedTuple):
    """New keys: their handles in the order of creation, and the HSMs that hold them."""

    handles: tuple[int, ...]
    nodes: tuple[Container, ...]


class KeyMaterial(NamedTuple):
    """A new key before it has a handle."""

    material: bytes
    traits: Traits


class ClusterCreation(ClusterCore):
    """Making keys."""

    def generate_secret_key(self, session: Session | None, key_type: KeyType, size: int, spec: KeySpec) -> Created:
        """Generate a secret key of ``size`` bytes.

        Raises ``PolicyViolation`` for a type that FIPS mode refuses, ``KeySizeRange``, and what ``_store_new`` raises.
        """
        self.check_login(Operation.CREATE_KEY, session)
        if key_type not in SECRET_TYPES:
            raise PolicyViolation(key_type.name)
        value = self.lab.services.random_bytes(size)
        return self._store_new(session, [KeyMaterial(value, secret_traits(key_type, value))], spec, local=True)

    def generate_rsa_pair(self, session: Session | None, bits: int, exponent: int, spec: KeySpec) -> Created:
        """Generate an RSA pair; the public key has the first of the two handles.

        Raises ``PolicyViolation`` for a modulus or exponent that FIPS 186-5 refuses, and what ``_store_new`` raises.
        """
        self.check_login(Operation.CREATE_KEY, session)
        check_rsa(bits, exponent)
        return self._generate_pair(session, spec, lambda: self.lab.services.rsa_key(bits, exponent))

    def generate_dsa_pair(self, session: Session | None, bits: int, spec: KeySpec) -> Created:
        """Generate a DSA pair with a prime modulus of so many bits; otherwise as ``generate_rsa_pair``."""
        self.check_login(Operation.CREATE_KEY, session)
        check_dsa(bits)
        return self._generate_pair(session, spec, lambda: self.lab.services.dsa_key(bits))

    def generate_ec_pair(self, session: Session | None, curve: str, spec: KeySpec) -> Created:
        """Generate a pair on a curve, by its name in OpenSSL; otherwise as ``generate_rsa_pair``."""
        self.check_login(Operation.CREATE_KEY, session)
        allowed = check_curve(curve)
        return self._generate_pair(session, spec, lambda: self.lab.services.ec_key(allowed))

    def _generate_pair(self, session: Session | None, spec: KeySpec, generate: Callable[[], bytes]) -> Created:
        """What can be refused is refused before the key is generated, which may take long."""
        with self._store.transaction():
            _, targets = self._admit(session, spec)
            self._require_room(targets, 2)
        private = generate()
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
        ``QuorumValueInvalid``, ``KeyIdExists``, ``ObjectCountExceeded``, or ``PolicyViolation`` for a key that comes
        from outside and that FIPS mode refuses.
        """
        for key in keys:
            check_policy(key.traits)
        ready = [
            (key.material, {**attributes(key.material, key.traits, spec, local=local), **(usage or {})}) for key in keys
        ]
        with self._store.transaction():
            session, targets = self._admit(session, spec)
            handles = self._new_handles(targets, len(keys))
            for handle, (material, values) in zip(handles, ready, strict=True):
                self._write(targets, session, handle, material, values, spec)
            return Created(handles, tuple(targets))

    def _admit(self, session: Session | None, spec: KeySpec) -> tuple[Session, list[Container]]:
        """The session that may have such keys, and the HSMs that they go to."""
        # What lived in the sessions of dead processes takes no place and no id.
        self.lab.live_sessions()
        allowed = self._permit(Operation.CREATE_KEY, session)
        nodes = [node for node in self._up() if node.id in allowed.numbers]
        targets = nodes[:1] if spec.session_only else nodes
        if not targets or len(targets) < spec.minimum_nodes:
            raise NodeUnavailable(f"{len(targets)} of {spec.minimum_nodes} HSMs")
        self._check_shares(allowed, nodes[0], spec)
        self._require_free_id(nodes, spec.ident)
        return allowed, targets

    def _new_handles(self, targets: Sequence[Container], count: int) -> tuple[int, ...]:
        """Handles for new keys, from the range of the first HSM. Raises ``ObjectCountExceeded``."""
        self._require_room(targets, count)
        home, scope = targets[0], f"container:{targets[0].id}"
        numbers = [self._store.next_number(scope, "handle", FIRST_HANDLE) for _ in range(count)]
        return tuple(home.number * HANDLE_RANGE + number for number in numbers)

    def _require_room(self, targets: Sequence[Container], count: int) -> None:
        """Raise ``ObjectCountExceeded`` unless each HSM has room for so many keys more."""
        for node in targets:
            if self._store.count_objects(node.id) + count > MAXIMUM_KEYS:
                raise ObjectCountExceeded(node.name)

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

    def _check_shares(self, session: Session, home: Container, spec: KeySpec) -> None:
        """Raise ``ShareListInvalid`` or ``QuorumValueInvalid`` when the users, as the HSM numbers them, do not do."""
        for number in spec.shares:
            user = self._store.user_numbered(home.id, number)
            if user is None or number == session.numbers[home.id]:
                raise ShareListInvalid(str(number))
            if UserType(user.type) not in RULES[Operation.USE_KEY].users:
                raise ShareListInvalid(str(number))
        if spec.quorum > len(set(spec.shares)) + 1 or (spec.quorum and not spec.shares):
            raise QuorumValueInvalid(str(spec.quorum))

    def _require_free_id(self, nodes: Sequence[Container], ident: bytes) -> None:
        """Raise ``KeyIdExists`` when a key on one of the HSMs has the id; no id is free everywhere."""
        if ident and any(self._store.objects(node.id, ident=ident) for node in nodes):
            raise KeyIdExists(ident.decode("utf-8", "replace"))
