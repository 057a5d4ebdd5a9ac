"""No sequence of operations frees what is confined, and nobody but the crypto officer changes anything.

A key is confined when it is not extractable, or a private key of a partition in cloning mode: its bytes never come out,
neither as an attribute nor wrapped. What is sensitive is never an attribute, unless somebody who was allowed to has
wrapped it out and knows it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.engine import asymmetric
from hsmshell.engine.access import Role, hash_password
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.derivation import Derivation
from hsmshell.engine.errors import HsmError, UserNotAuthorized, UserNotLoggedIn
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Curve, Mechanism
from hsmshell.engine.records import User
from hsmshell.engine.services import Services
from tests.engine.driving import open_partition

_A = Attribute
_M = Mechanism
Template = dict[Attribute, AttributeValue]

FLAGS = (
    _A.TOKEN, _A.PRIVATE, _A.SENSITIVE, _A.EXTRACTABLE, _A.MODIFIABLE, _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP,
    _A.DERIVE, _A.SIGN,
)  # fmt: skip
CHANGES = (_A.SENSITIVE, _A.EXTRACTABLE, _A.WRAP, _A.DERIVE)
"""What a change or a copy may name without being refused at once."""
ATTEMPTS: tuple[Template, ...] = ({_A.SENSITIVE: False}, {_A.EXTRACTABLE: True})
"""What is tried on every object in the end."""
WRAPS = (_M.AES_CBC_PAD, _M.AES_ECB, _M.AES_CBC)
DERIVATIONS = (
    Derivation(_M.SHA256_KEY_DERIVATION),
    Derivation(_M.SHA384_KEY_DERIVATION),
    Derivation(_M.XOR_BASE_AND_DATA, bytes(32)),
    Derivation(_M.CONCATENATE_BASE_AND_DATA, b""),
    Derivation(_M.CONCATENATE_BASE_AND_DATA, b"\1"),
    Derivation(_M.CONCATENATE_DATA_AND_BASE, b""),
    Derivation(_M.CONCATENATE_BASE_AND_KEY),
    Derivation(_M.AES_ECB_ENCRYPT_DATA, bytes(32)),
)
KNOWN = bytes(range(32))
"""A key that everybody knows; what is wrapped under it is open."""

templates = st.dictionaries(st.sampled_from(FLAGS), st.booleans(), max_size=4)
changes = st.dictionaries(st.sampled_from(CHANGES), st.booleans(), max_size=2)
numbers = st.integers(0, 30)
DIGESTS = (_M.SHA_1, _M.SHA256, _M.SHA384, _M.SHA512)
writing = st.one_of(
    st.tuples(st.just("set"), numbers, changes),
    st.tuples(st.just("copy"), numbers, st.one_of(changes, templates)),
    st.tuples(st.just("generate"), numbers, templates),
    st.tuples(st.just("create"), numbers, templates),
    st.tuples(st.just("wrap"), numbers, numbers, st.sampled_from(WRAPS)),
    st.tuples(st.just("unwrap"), numbers, numbers, templates),
    st.tuples(st.just("derive"), numbers, numbers, st.sampled_from(DERIVATIONS), templates),
    st.tuples(st.just("destroy"), numbers),
    st.tuples(st.just("extract"), numbers, templates),
)
steps = st.lists(st.one_of(writing, st.tuples(st.just("digest"), numbers, st.sampled_from(DIGESTS))), max_size=14)


FINGERPRINTS = (_A.FINGERPRINT_SHA1, _A.FINGERPRINT_SHA256)


class World:
    """A partition with a key that everybody knows, one that may leave, one that may not, and a private key."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.application, self.session = open_partition(lab)
        self.wrapped: list[tuple[int, Mechanism, bytes]] = []
        self.freed: set[bytes] = set()
        """The materials that were wrapped out: allowed, and known to their wrapper."""
        self.told: set[bytes] = set()
        """The digests that were asked for."""
        everything: Template = dict.fromkeys((_A.WRAP, _A.UNWRAP, _A.DERIVE, _A.ENCRYPT, _A.DECRYPT), True)
        self.create({**everything, _A.SENSITIVE: False, _A.EXTRACTABLE: True})
        for extractable in (True, False):
            self.generate({**everything, _A.SENSITIVE: True, _A.EXTRACTABLE: extractable})
        spec = PairSpec(KeyType.EC, curve=Curve.P256)
        private: Template = {_A.SENSITIVE: False, _A.EXTRACTABLE: True, _A.DERIVE: True}
        self.application.generate_pair(self.session, spec, {}, private)

    def create(self, template: Attributes) -> None:
        known: Template = {_A.CLASS: int(ObjectClass.SECRET_KEY), _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: KNOWN}
        self.application.create(self.session, {**known, **template})

    def generate(self, template: Attributes) -> None:
        self.application.generate_secret_key(self.session, KeyType.AES, 32, template)

    def handle(self, number: int) -> int:
        items = self.application.objects(self.session)
        return items[number % len(items)].handle if items else 0

    def material(self, handle: int) -> bytes:
        item = self.application.read(self.session, handle)
        with self.lab.store.reading():
            return self.lab.store.material(item.material) if item.material else b""

    def confined(self) -> tuple[set[bytes], set[bytes]]:
        """The materials that must never leave, and those that must never be read."""
        never, hidden = set(), set()
        for item in self.application.objects(self.session):
            if item.object_class not in (ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY):
                continue
            material = self.material(item.handle)
            if item.object_class is ObjectClass.PRIVATE_KEY or item.flag(_A.NEVER_EXTRACTABLE):
                never.add(material)
            if item.object_class is ObjectClass.PRIVATE_KEY or item.flag(_A.ALWAYS_SENSITIVE):
                hidden.add(material)
        return never, hidden

    def do(self, step: tuple[object, ...]) -> None:
        """Carry out one step; the HSM may refuse it."""
        name, number, *rest = step
        assert isinstance(number, int)
        action: Callable[..., None] = getattr(self, f"_{name}")
        with contextlib.suppress(HsmError):
            action(number, *rest)

    def _set(self, number: int, template: Attributes) -> None:
        self.application.set_attributes(self.session, self.handle(number), template)

    def _copy(self, number: int, template: Attributes) -> None:
        self.application.copy(self.session, self.handle(number), template)

    def _generate(self, _: int, template: Attributes) -> None:
        self.generate(template)

    def _create(self, _: int, template: Attributes) -> None:
        self.create(template)

    def _destroy(self, number: int) -> None:
        self.application.destroy(self.session, self.handle(number))

    def _wrap(self, number: int, target: int, mechanism: Mechanism) -> None:
        wrapping, handle = self.handle(number), self.handle(target)
        self.wrapped.append((wrapping, mechanism, self.application.wrap(self.session, mechanism, wrapping, handle)))
        self.freed.add(self.material(handle))

    def _unwrap(self, number: int, which: int, template: Attributes) -> None:
        if self.wrapped:
            wrapping, mechanism, data = self.wrapped[which % len(self.wrapped)]
            key_type = (KeyType.AES, KeyType.GENERIC_SECRET)[number % 2]
            self.application.unwrap(self.session, mechanism, wrapping, data, key_type, template)

    def _derive(self, number: int, other: int, how: Derivation, template: Attributes) -> None:
        base, second = self.handle(number), self.handle(other)
        self.application.derive(self.session, how, base, KeyType.GENERIC_SECRET, 0, template, second)

    def _extract(self, number: int, template: Attributes) -> None:
        self.application.extract_public_key(self.session, self.handle(number), template)

    def _digest(self, number: int, mechanism: Mechanism) -> None:
        self.told.add(self.application.digest_key(self.session, mechanism, self.handle(number)))

    def readable(self) -> Iterator[bytes]:
        """Everything that any object shows, but for the fingerprints of open keys: by their definition they are what
        SHA-1 and SHA-256 derivation make of such a key, as anybody can."""
        for item in self.application.objects(self.session):
            is_open = item.flag(_A.EXTRACTABLE) and not item.flag(_A.SENSITIVE)
            for attribute, value in self.application.shown(self.session, item.handle).items():
                if isinstance(value, bytes) and not (is_open and attribute in FINGERPRINTS):
                    yield value
            for attribute in (_A.VALUE, _A.PRIVATE_EXPONENT, _A.PRIME_1):
                with contextlib.suppress(HsmError):
                    value = self.application.attribute(self.session, item.handle, attribute)
                    assert isinstance(value, bytes)
                    yield value


@pytest.fixture(scope="module")
def quiet_lab(migration: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Services], Lab]:
    """Opens a fresh copy of the lab."""
    folder = tmp_path_factory.mktemp("sequences")
    counter = iter(range(1_000_000))

    def make(services: Services) -> Lab:
        directory = folder / str(next(counter))
        shutil.copytree(migration, directory)
        return Lab.open(str(directory), services)

    return make


def secrets_of(material: bytes) -> set[bytes]:
    """What gives a key away: its bytes, or the numbers of a private one."""
    if len(material) <= 64:
        return {material}
    return {value for value in asymmetric.hidden_values(material).values() if isinstance(value, bytes)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_nothing_frees_what_is_confined(
    quiet_lab: Callable[[Services], Lab], services: Services, steps: list[tuple[object, ...]]
) -> None:
    lab = quiet_lab(services)
    try:
        world = World(lab)
        never, hidden = world.confined()
        for step in steps:
            world.do(step)
            more_never, more_hidden = world.confined()
            never, hidden = never | more_never, hidden | more_hidden
        for number, _ in enumerate(world.application.objects(world.session)):
            for attempt in ATTEMPTS:
                world.do(("set", number, attempt))
        # A key's history binds its material; what a program brought in from outside was never a secret.
        assert not any(secret in out for secret in never for out in world.freed)
        shown = set(world.readable()) | world.told
        for material in (never | hidden) - world.freed - {KNOWN}:
            for part in secrets_of(material):
                assert not any(part in value for value in shown)
        for item in world.application.objects(world.session):
            if world.material(item.handle) in never:
                assert item.object_class is ObjectClass.PRIVATE_KEY or not item.flag(_A.EXTRACTABLE)
    finally:
        lab.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(writing, max_size=14), logged_in=st.booleans())
def test_a_crypto_user_and_nobody_change_nothing(
    quiet_lab: Callable[[Services], Lab], services: Services, steps: list[tuple[object, ...]], logged_in: bool
) -> None:
    lab = quiet_lab(services)
    try:
        partition = lab.appliance().partitions()[0]
        with lab.store.transaction():
            lab.store.add_user(
                User(partition.id, 9, Role.CRYPTO_USER.name, Role.CRYPTO_USER.name, hash_password("1234567", b"s", 2))
            )
        world = World(lab)
        world.wrapped.append((world.handle(0), _M.AES_CBC_PAD, bytes(32)))
        with lab.store.reading():
            before = lab.store.objects(partition.id)
        handles = [item.handle for item in before]
        world.application, world.session = intruder(lab, logged_in=logged_in)
        for step in steps:
            name, number, *rest = step
            action: Callable[..., None] = getattr(world, f"_{name}")
            world.handle = lambda index: handles[index % len(handles)]  # type: ignore[method-assign]
            with pytest.raises((UserNotAuthorized, UserNotLoggedIn)):
                action(number, *rest)
        with lab.store.reading():
            assert lab.store.objects(partition.id) == before
    finally:
        lab.close()


def intruder(lab: Lab, *, logged_in: bool) -> tuple[Application, Session]:
    """A program whose user may not change anything."""
    application = lab.application()
    session = application.open_session(1)
    if logged_in:
        application.login(session, Role.CRYPTO_USER, "1234567")
    return application, session
