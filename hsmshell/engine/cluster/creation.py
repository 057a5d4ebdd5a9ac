"""Keys that come into being in a cluster: generated inside, or brought in.

A token key is written to every HSM that is up, under one handle, when it is created. A session key lives on one HSM.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hsmshell.engine import encodings
from hsmshell.engine.access import RULES, Operation, UserType
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import HANDLE_RANGE, MINIMUM_NODES, ClusterCore, Outcome, Session
from hsmshell.engine.cluster.journal import About
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
from hsmshell.engine.records import DROP_SYNC, FULL, Container, StoredObject

FIRST_HANDLE = 6
"""The first handle that a new HSM gives to a user's key; lower ones are its own."""

MAXIMUM_KEYS = 3500
"""Keys an HSM holds (the guide's known issues)."""


class Created(NamedTuple):
    """New keys: their handles in the order of creation, and what each HSM said that was asked to hold them."""

    handles: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def nodes(self) -> tuple[Container, ...]:
        """The HSMs that hold them."""
        return tuple(outcome.node for outcome in self.outcomes if outcome.error is None)


class Placement(NamedTuple):
    """Where new keys go, and who makes them."""

    session: Session
    nodes: tuple[Container, ...]
    """The HSMs that take them; the first one makes them, the others get copies."""
    outcomes: tuple[Outcome, ...]
    """What each HSM says; those without an error are ``nodes``."""
    home: Container
    """The HSM whose numbers of users the caller uses: the first that is up and knows the caller."""


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
        with self._refusals(Opcode.CN_GENERATE_KEY, session):
            self.check_login(Operation.CREATE_KEY, session)
            if key_type not in SECRET_TYPES:
                raise PolicyViolation(key_type.name)
            value = self.lab.services.random_bytes(size)
            key = KeyMaterial(value, secret_traits(key_type, value))
            return self._store_new(Opcode.CN_GENERATE_KEY, session, [key], spec, local=True)

    def generate_rsa_pair(self, session: Session | None, bits: int, exponent: int, spec: KeySpec) -> Created:
        """Generate an RSA pair; the public key has the first of the two handles.

        Raises ``PolicyViolation`` for a modulus or exponent that FIPS 186-5 refuses, and what ``_store_new`` raises.
        """
        return self._generate_pair(
            session, spec, lambda: check_rsa(bits, exponent), lambda: self.lab.services.rsa_key(bits, exponent)
        )

    def generate_dsa_pair(self, session: Session | None, bits: int, spec: KeySpec) -> Created:
        """Generate a DSA pair with a prime modulus of so many bits; otherwise as ``generate_rsa_pair``."""
        return self._generate_pair(session, spec, lambda: check_dsa(bits), lambda: self.lab.services.dsa_key(bits))

    def generate_ec_pair(self, session: Session | None, curve: str, spec: KeySpec) -> Created:
        """Generate a pair on a curve, by its name in OpenSSL; otherwise as ``generate_rsa_pair``."""
        return self._generate_pair(
            session, spec, lambda: check_curve(curve), lambda: self.lab.services.ec_key(check_curve(curve))
        )

    def _generate_pair(
        self, session: Session | None, spec: KeySpec, check: Callable[[], object], generate: Callable[[], bytes]
    ) -> Created:
        """What can be refused is refused before the key is generated, which may take long."""
        with self._refusals(Opcode.CN_GENERATE_KEY_PAIR, session):
            self.check_login(Operation.CREATE_KEY, session)
            with self._store.transaction():
                check()
                self._place(session, spec, 2)
            private = generate()
            public = encodings.public_of(private)
            pair = [KeyMaterial(public, public_traits(public)), KeyMaterial(private, private_traits(private))]
            return self._store_new(Opcode.CN_GENERATE_KEY_PAIR, session, pair, spec, local=True)

    def _store_new(
        self,
        opcode: Opcode,
        session: Session | None,
        keys: Sequence[KeyMaterial],
        spec: KeySpec,
        *,
        local: bool,
        usage: Attributes | None = None,
    ) -> Created:
        """Give handles to new keys and write them to the HSMs; belongs inside ``_refusals``.

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
            place = self._place(session, spec, len(keys))
            handles = self._new_handles(place.nodes, len(keys))
            for handle, (material, values) in zip(handles, ready, strict=True):
                self._write(place, handle, material, values, spec)
            private = handles[-1] if ready[-1][1][Attribute.CLASS] != ObjectClass.PUBLIC_KEY else 0
            about = About(private, handles[0] if handles[0] != private else 0)
            self._note(opcode, place.session, place.nodes[:1], about)
            self._note_copies(place, handles)
            return Created(handles, place.outcomes)

    def _place(self, session: Session | None, spec: KeySpec, count: int) -> Placement:
        """The session that may have so many such keys, and the HSMs that they go to.

        An HSM without room is left out while as many others take the keys as are asked for, by the caller or by the
        host's client, whichever asks for more.
        """
        minimum = spec.minimum_nodes
        if self._through_client and not spec.session_only:
            minimum = max(minimum, int(self._store.meta(MINIMUM_NODES, "1")))
        # What lived in the sessions of dead processes takes no place and no id.
        self.lab.live_sessions()
        allowed = self._permit(Operation.CREATE_KEY, session)
        nodes = [node for node in self._up() if node.id in allowed.numbers]
        # A copy that gets lost on its way is missed by nobody, so such an HSM makes a key only when it is alone.
        reached = [node for node in nodes if node.state != DROP_SYNC] or nodes[:1]
        if not reached or (1 if spec.session_only else len(reached)) < minimum:
            raise NodeUnavailable(f"{len(reached)} of {minimum} HSMs")
        self._check_shares(allowed, nodes[0], spec)
        self._require_free_id(nodes, spec.ident)
        outcomes = self._each(reached, lambda node: self._require_room(node, count))
        roomy = tuple(outcome.node for outcome in outcomes if outcome.error is None)
        if not roomy or (not spec.session_only and len(roomy) < minimum):
            raise ObjectCountExceeded(reached[0].name)
        if spec.session_only:
            return Placement(allowed, roomy[:1], (Outcome(roomy[0]),), nodes[0])
        return Placement(allowed, roomy, outcomes, nodes[0])

    def _new_handles(self, targets: Sequence[Container], count: int) -> tuple[int, ...]:
        """Handles for new keys, from the range of the first HSM. A key that was copied from elsewhere kept its own."""
        home, scope = targets[0], f"container:{targets[0].id}"
        handles: list[int] = []
        while len(handles) < count:
            handle = home.number * HANDLE_RANGE + self._store.next_number(scope, "handle", FIRST_HANDLE)
            if not self._store.holders(self.device.id, handle):
                handles.append(handle)
        return tuple(handles)

    def _require_room(self, node: Container, count: int) -> None:
        """Raise ``ObjectCountExceeded`` unless an HSM has room for so many keys more."""
        if node.state == FULL or self._store.count_objects(node.id) + count > MAXIMUM_KEYS:
            raise ObjectCountExceeded(node.name)

    def _note_copies(self, place: Placement, handles: Sequence[int]) -> None:
        """How a token key gets to the other HSMs: masked on the one that made it, inserted on each other one."""
        for handle in handles if len(place.nodes) > 1 else ():
            self._note(Opcode.CN_EXTRACT_MASKED_OBJECT_USER, place.session, place.nodes[:1], About(handle))
            self._note(Opcode.CN_INSERT_MASKED_OBJECT_USER, place.session, place.nodes[1:], About(handle))

    def _write(self, place: Placement, handle: int, material: bytes, values: Traits, spec: KeySpec) -> None:
        row = self._store.add_material(material)
        restricted = values[Attribute.CLASS] != ObjectClass.PUBLIC_KEY
        for node in place.nodes:
            shares = self._numbers_on(place.home, node, spec.shares) if restricted else frozenset()
            self._store.add_object(
                StoredObject(
                    node.id,
                    handle,
                    values,
                    row,
                    owner=place.session.numbers[node.id],
                    quorum=spec.quorum if restricted else 0,
                    session=place.session.id if spec.session_only else 0,
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
