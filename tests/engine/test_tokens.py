"""What a token says of itself is true: its mechanisms work, its flags and memory are those of its partition."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, Session
from hsmshell.engine.appliance.mechanism_table import MECHANISMS, MechanismFlag, mechanisms_of
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.appliance.tokens import PARTITION_BYTES
from hsmshell.engine.appliance.wrapping import WRAP_MECHANISMS
from hsmshell.engine.attributes import USAGE, Attribute, Attributes, KeyType
from hsmshell.engine.errors import (
    KeySizeRange,
    MechanismInvalid,
    NoEvent,
    PinIncorrect,
    SessionReadOnly,
    SessionReadOnlyExists,
    SessionReadWriteSoExists,
    SlotIdInvalid,
    UserPinNotInitialized,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import DES3_MECHANISMS, RSA_MECHANISMS, Mechanism
from hsmshell.engine.records import DOWN, UP

ALL: Attributes = {**dict.fromkeys(USAGE, True), Attribute.EXTRACTABLE: True}
FIPS = '[[appliance]]\nfips = true\n[[appliance.partition]]\nslot = 1\nlabel = "one"\ncrypto_officer_pin = "password"\n'


@pytest.fixture
def program(lab: Lab) -> Application:
    return lab.application()


@pytest.fixture
def session(program: Application) -> Session:
    opened = program.open_session(1)
    program.login(opened, Role.CRYPTO_OFFICER, "password")
    return opened


# mechanisms


def test_the_table_is_in_order_and_names_each_mechanism_once() -> None:
    numbers = [row.mechanism for row in MECHANISMS]
    assert numbers == sorted(set(numbers))
    assert all(row.flags and row.smallest <= row.largest for row in MECHANISMS)


def test_the_table_wraps_with_what_the_engine_wraps_with() -> None:
    for flag in (MechanismFlag.WRAP, MechanismFlag.UNWRAP):
        assert {row.mechanism for row in MECHANISMS if flag in row.flags} == set(WRAP_MECHANISMS)


@pytest.mark.parametrize("mechanism", sorted(WRAP_MECHANISMS))
def test_every_wrapping_mechanism_of_the_table_wraps_and_unwraps(
    program: Application, session: Session, mechanism: Mechanism
) -> None:
    target = program.generate_secret_key(session, KeyType.AES, 32, ALL)
    if mechanism in RSA_MECHANISMS:
        public, private = {Attribute.WRAP: True}, {Attribute.UNWRAP: True}
        wrapping, unwrapping = program.generate_rsa_pair(session, 2048, 65537, public, private)
    else:
        key_type, size = (KeyType.DES3, 24) if mechanism in DES3_MECHANISMS else (KeyType.AES, 32)
        wrapping = unwrapping = program.generate_secret_key(session, key_type, size, ALL)
    wrapped = program.wrap(session, mechanism, wrapping, target)
    new = program.unwrap(session, mechanism, unwrapping, wrapped, KeyType.AES, ALL)
    prints = [program.attribute(session, handle, Attribute.FINGERPRINT_SHA256) for handle in (target, new)]
    assert prints[0] == prints[1]


@pytest.mark.parametrize(
    ("mechanism", "key_type", "unit"),
    [
        (Mechanism.AES_KEY_GEN, KeyType.AES, 1),
        (Mechanism.GENERIC_SECRET_KEY_GEN, KeyType.GENERIC_SECRET, 8),
    ],
)
def test_sizes_are_those_that_the_engine_makes(
    program: Application, session: Session, mechanism: Mechanism, key_type: KeyType, unit: int
) -> None:
    info = program.mechanism(1, mechanism)
    for size in (info.smallest, info.largest):
        assert program.generate_secret_key(session, key_type, size // unit, {})
    for size in (info.smallest // unit - 1, info.largest // unit + 1):
        with pytest.raises(KeySizeRange):
            program.generate_secret_key(session, key_type, size, {})


@pytest.mark.parametrize(("key_type", "size"), [(KeyType.DES2, 16), (KeyType.DES3, 24)])
def test_keys_of_one_size(program: Application, session: Session, key_type: KeyType, size: int) -> None:
    info = program.mechanism(1, Mechanism[f"{key_type.name}_KEY_GEN"])
    assert (info.smallest, info.largest) == (0, 0)
    assert program.generate_secret_key(session, key_type, size, {})


def test_rsa_sizes(program: Application, session: Session) -> None:
    info = program.mechanism(1, Mechanism.RSA_PKCS_KEY_PAIR_GEN)
    for bits in (info.smallest - 8, info.largest + 8):
        with pytest.raises(KeySizeRange):
            program.generate_rsa_pair(session, bits, 65537, {}, {})
    assert program.generate_rsa_pair(session, info.smallest, 65537, {}, {})


def test_fips_mode_raises_the_smallest_size(lab_from: Callable[[str], Lab]) -> None:
    program = lab_from(FIPS).application()
    session = program.open_session(1)
    program.login(session, Role.CRYPTO_OFFICER, "password")
    smallest = program.mechanism(1, Mechanism.RSA_PKCS_KEY_PAIR_GEN).smallest
    assert smallest == 2048
    with pytest.raises(KeySizeRange):
        program.generate_rsa_pair(session, smallest - 8, 65537, {}, {})


@pytest.mark.parametrize("profile", Profile)
def test_fips_mode_has_no_mechanism_that_is_not_approved(profile: Profile) -> None:
    approved = {row.mechanism for row in MECHANISMS if row.approved and profile in row.profiles}
    assert {row.mechanism for row in mechanisms_of(profile, fips=True)} == approved


def test_a_mechanism_that_the_hsm_has_not(program: Application) -> None:
    with pytest.raises(MechanismInvalid):
        program.mechanism(1, 0x4242)
    with pytest.raises(SlotIdInvalid):
        program.mechanisms(9)


# memory and PINs


def test_memory_shrinks_by_what_an_object_takes(program: Application, session: Session) -> None:
    before = program.storage(1)
    handle = program.generate_secret_key(session, KeyType.AES, 32, {})
    after = program.storage(1)
    assert before.total == after.total == PARTITION_BYTES
    assert before.free - after.free == program.size(session, handle)
    program.destroy(session, handle)
    assert program.storage(1) == before


def test_the_state_of_a_pin_follows_the_logins(program: Application) -> None:
    session = program.open_session(1)
    assert not program.pin_state(1, Role.CRYPTO_OFFICER).failures
    for count in range(1, 11):
        with pytest.raises(PinIncorrect):
            program.login(session, Role.CRYPTO_OFFICER, "guess")
        state = program.pin_state(1, Role.CRYPTO_OFFICER)
        assert (state.failures, state.is_final_try, state.is_locked) == (count, count == 9, count == 10)
    with pytest.raises(UserPinNotInitialized):
        program.pin_state(1, Role.CRYPTO_USER)


def test_the_officer_of_an_older_generation_is_the_hsms(program: Application) -> None:
    session = program.open_session(2)
    with pytest.raises(PinIncorrect):
        program.login(session, Role.SECURITY_OFFICER, "guess")
    state = program.pin_state(1, Role.SECURITY_OFFICER)
    assert (state.failures, state.limit) == (1, 3)


# tokens that come and go


def test_a_token_that_comes_or_goes_is_told_once(lab: Lab, program: Application) -> None:
    with pytest.raises(NoEvent):
        program.slot_event()
    second = lab.appliance().partitions()[1]
    for state in (DOWN, UP):
        with lab.store.transaction():
            lab.store.set_container_state(second.id, state)
        assert program.slot_event() == 2
        with pytest.raises(NoEvent):
            program.slot_event()


# read-only sessions


def test_a_read_only_session_changes_no_token_object(program: Application, session: Session) -> None:
    reader = program.open_session(1, read_write=False)
    for refused in (
        lambda: program.destroy(reader, 120),
        lambda: program.set_attributes(reader, 120, {Attribute.LABEL: "new"}),
        lambda: program.copy(reader, 120, {}),
        lambda: program.generate_secret_key(reader, KeyType.AES, 32, {Attribute.TOKEN: True}),
    ):
        with pytest.raises(SessionReadOnly):
            refused()
    assert program.read(reader, 120).label == "Generated AES Key"
    own = program.generate_secret_key(reader, KeyType.AES, 32, {Attribute.TOKEN: False})
    program.set_attributes(reader, own, {Attribute.LABEL: "new"})
    program.destroy(reader, own)


def test_the_officer_and_read_only_sessions_exclude_each_other(lab: Lab) -> None:
    first, second = lab.application(), lab.application()
    first.open_session(1, read_write=False)
    session = first.open_session(1)
    with pytest.raises(SessionReadOnlyExists):
        first.login(session, Role.SECURITY_OFFICER, "so-password")
    second.login(second.open_session(1), Role.SECURITY_OFFICER, "so-password")
    with pytest.raises(SessionReadWriteSoExists):
        second.open_session(1, read_write=False)
    assert second.open_session(2, read_write=False)
