"""An assigned key is used only where its authorization data were given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.cli.lab_json import document
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, Session, groups
from hsmshell.engine.appliance.synchronization import synchronize
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.errors import (
    AttributeSensitive,
    HsmError,
    KeyHandleInvalid,
    KeyNotAuthorized,
    OperationNotAllowed,
    PinIncorrect,
    PinLenRange,
    PinLocked,
    UserNotAuthorized,
)
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism

SCENARIO = """\
password_cost = 2
[[appliance]]
profile = "luna7"
serial = "7001"
cloning_domain = "domain"
[[appliance.partition]]
slot = 0
label = "one"
serial = "7001001"
crypto_officer_pin = "co-password"
crypto_user_pin = "cu-password"
[[appliance.partition.object]]
handle = 7
type = "AES"
size = 32
label = "wrapping"
usage = "all"
[[appliance.partition.object]]
handle = 8
type = "AES"
size = 32
label = "open"
extractable = true
sensitive = false
usage = "all"
[[appliance.partition]]
slot = 1
label = "two"
serial = "7001002"
crypto_officer_pin = "co-password"
"""
DATA = "data-of-key"


@pytest.fixture
def lab7(lab_from: Callable[[str], Lab]) -> Lab:
    return lab_from(SCENARIO)


@pytest.fixture
def program(lab7: Lab) -> Application:
    return lab7.application()


@pytest.fixture
def session(program: Application) -> Session:
    return logged_in(program)


def logged_in(program: Application, role: Role = Role.CRYPTO_OFFICER, pin: str = "co-password") -> Session:
    session = program.open_session(0)
    program.login(session, role, pin)
    return session


def assign(program: Application, session: Session, handle: int = 8) -> None:
    program.set_authorization(session, handle, "", DATA)
    program.assign_key(session, handle)


def use(program: Application, session: Session, handle: int = 8) -> bytes:
    return program.wrap(session, Mechanism.AES_CBC_PAD, 7, handle)


def test_data_alone_restrict_nothing(program: Application, session: Session) -> None:
    program.set_authorization(session, 8, "", DATA)
    assert use(program, session)


def test_an_assigned_key_is_used_after_its_data(program: Application, session: Session) -> None:
    assign(program, session)
    with pytest.raises(KeyNotAuthorized):
        use(program, session)
    program.authorize_key(session, 8, DATA)
    assert use(program, session)


def test_no_use_of_an_assigned_key_escapes(program: Application, session: Session) -> None:
    wrapped = program.wrap(session, Mechanism.AES_CBC_PAD, 8, 8)
    assign(program, session)
    other = program.open_session(0)
    program.authorize_key(other, 8, DATA)
    copied = program.copy(other, 8, {})
    for refused in (
        lambda: program.copy(session, 8, {}),
        lambda: use(program, session),
        lambda: use(program, session, copied),
        lambda: program.wrap(session, Mechanism.AES_CBC_PAD, 8, 8),
        lambda: program.unwrap(session, Mechanism.AES_CBC_PAD, 8, wrapped, KeyType.AES, {}),
        lambda: program.sign(session, Mechanism.AES_CMAC, 8, b"data"),
        lambda: program.attribute(session, 8, Attribute.VALUE),
        lambda: program.attribute(session, copied, Attribute.VALUE),
    ):
        with pytest.raises(KeyNotAuthorized):
            refused()


def test_authorization_ends_with_the_session_and_with_the_login(program: Application, session: Session) -> None:
    assign(program, session)
    program.authorize_key(session, 8, DATA)
    other = program.open_session(0)
    with pytest.raises(KeyNotAuthorized):
        use(program, other)
    program.logout(session)
    program.login(session, Role.CRYPTO_OFFICER, "co-password")
    with pytest.raises(KeyNotAuthorized):
        use(program, session)


def test_wrong_data_count_and_lock_and_right_ones_forget(program: Application, session: Session) -> None:
    program.set_authorization(session, 8, "", DATA)

    def count() -> object:
        return program.attribute(session, 8, Attribute.FAILED_KEY_AUTH_COUNT)

    for _ in range(9):
        with pytest.raises(PinIncorrect):
            program.authorize_key(session, 8, "wrong-data")
    assert count() == 9
    program.authorize_key(session, 8, DATA)
    assert count() == 0
    for _ in range(10):
        with pytest.raises(PinIncorrect):
            program.set_authorization(session, 8, "wrong-data", "other-data")
    for data in (DATA, "wrong-data"):
        with pytest.raises(PinLocked):
            program.authorize_key(session, 8, data)
    program.reset_authorization(session, 8, "other-data")
    program.authorize_key(session, 8, "other-data")


def test_a_crypto_user_authorizes_and_changes_nothing(lab7: Lab, program: Application, session: Session) -> None:
    assign(program, session)
    user = lab7.application()
    other = logged_in(user, Role.CRYPTO_USER, "cu-password")
    user.authorize_key(other, 8, DATA)
    for refused in (
        lambda: user.set_authorization(other, 8, DATA, "other-data"),
        lambda: user.reset_authorization(other, 7, DATA),
        lambda: user.assign_key(other, 7),
    ):
        with pytest.raises(UserNotAuthorized):
            refused()


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (lambda program, session: program.authorize_key(session, 8, DATA), KeyNotAuthorized),
        (lambda program, session: program.assign_key(session, 8), KeyNotAuthorized),
        (lambda program, session: program.set_authorization(session, 8, "old-data", DATA), PinIncorrect),
        (lambda program, session: program.set_authorization(session, 8, "", "short"), PinLenRange),
        (lambda program, session: program.reset_authorization(session, 8, "x" * 256), PinLenRange),
        (lambda program, session: program.authorize_key(session, 99, DATA), KeyHandleInvalid),
    ],
)
def test_refusals_change_nothing(
    lab7: Lab,
    program: Application,
    session: Session,
    refused: Callable[[Application, Session], None],
    error: type[HsmError],
) -> None:
    before = program.objects(session)
    with pytest.raises(error):
        refused(program, session)
    assert program.objects(session) == before


def test_an_assigned_key_stays_so_and_is_its_users(program: Application, session: Session) -> None:
    assign(program, session)
    with pytest.raises(OperationNotAllowed):
        program.assign_key(session, 8)
    with pytest.raises(OperationNotAllowed):
        program.reset_authorization(session, 8, "other-data")
    for attribute in (Attribute.ASSIGNED, Attribute.FAILED_KEY_AUTH_COUNT, Attribute.AUTH_DATA):
        with pytest.raises(HsmError):
            program.set_attributes(session, 8, {attribute: program.read(session, 8).attributes[attribute]})
    program.set_authorization(session, 8, DATA, "other-data")
    program.authorize_key(session, 8, "other-data")


def test_a_data_object_has_no_authorization_data(program: Application, session: Session) -> None:
    handle = program.create(session, {Attribute.CLASS: int(ObjectClass.DATA), Attribute.VALUE: b"x"})
    with pytest.raises(KeyHandleInvalid):
        program.set_authorization(session, handle, "", DATA)


def test_the_data_are_never_shown(lab7: Lab, program: Application, session: Session) -> None:
    assign(program, session)
    with pytest.raises(AttributeSensitive):
        program.attribute(session, 8, Attribute.AUTH_DATA)
    verifier = str(program.read(session, 8).attributes[Attribute.AUTH_DATA])
    assert verifier.startswith("scrypt$")
    shown = document(take(lab7))
    assert verifier not in shown
    assert DATA not in shown


def test_wrong_data_count_in_a_read_only_session(program: Application, session: Session) -> None:
    program.set_authorization(session, 8, "", DATA)
    reader = program.open_session(0, read_write=False)
    with pytest.raises(PinIncorrect):
        program.authorize_key(reader, 8, "wrong-data")
    assert program.attribute(session, 8, Attribute.FAILED_KEY_AUTH_COUNT) == 1


def test_all_members_of_a_group_keep_the_assignment(lab7: Lab) -> None:
    group = groups.create(lab7, "group", "7001001")
    group = groups.add_member(lab7, group, "7001002")
    synchronize(lab7, group)
    program = lab7.application()
    session = program.open_session(group.slot)
    program.login(session, Role.CRYPTO_OFFICER, "co-password")
    handle = next(item.handle for item in program.objects(session) if item.label == "open")
    wrapping = next(item.handle for item in program.objects(session) if item.label == "wrapping")
    assign(program, session, handle)
    with pytest.raises(KeyNotAuthorized):
        program.wrap(session, Mechanism.AES_CBC_PAD, wrapping, handle)
    program.authorize_key(session, handle, DATA)
    assert program.wrap(session, Mechanism.AES_CBC_PAD, wrapping, handle)
    for part in lab7.appliance().partitions():
        with lab7.store.reading():
            assert [item.label for item in lab7.store.objects(part.id) if item.flag(Attribute.ASSIGNED)] == ["open"]
