"""What a token says of its memory, its PINs and its coming and going is true, and sessions exclude each other."""

from __future__ import annotations

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, Session
from hsmshell.engine.appliance.storage import PARTITION_BYTES
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.errors import (
    NoEvent,
    PinIncorrect,
    SessionReadOnly,
    SessionReadOnlyExists,
    SessionReadWriteSoExists,
    UserPinNotInitialized,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import DOWN, UP


@pytest.fixture
def program(lab: Lab) -> Application:
    return lab.application()


@pytest.fixture
def session(program: Application) -> Session:
    opened = program.open_session(1)
    program.login(opened, Role.CRYPTO_OFFICER, "password")
    return opened


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
