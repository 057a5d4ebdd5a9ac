"""What a program sets: a role's own PIN, another role's, and all of a token."""

from __future__ import annotations

from collections.abc import Callable

from hsmshell.engine.access import Role
from hsmshell.engine.appliance.administration import Administration
from hsmshell.engine.appliance.policies import HsmPolicy
from hsmshell.engine.errors import (
    ArgumentsBad,
    OperationNotAllowed,
    PinIncorrect,
    PinLenRange,
    SessionExists,
    SlotIdInvalid,
    SoLoginFailureThreshold,
    UserLockedOut,
    UserNotAuthorized,
    UserNotLoggedIn,
    UserPinNotInitialized,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import PIN, open_partition
from tests.engine.test_administration import LUNA7, SO, SO_PIN, fail, materials, officer


def test_a_role_changes_its_own_pin(lab: Lab) -> None:
    application, session = open_partition(lab)
    fail(lambda: application.change_pin(session, PIN, "short6"), PinLenRange)
    fail(lambda: application.change_pin(session, PIN, "x" * 256), PinLenRange)
    fail(lambda: application.change_pin(session, "wrong", "another"), PinIncorrect)
    application.change_pin(session, PIN, "x" * 255)
    application.logout(session)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), PinIncorrect)
    application.login(session, Role.CRYPTO_OFFICER, "x" * 255)


def test_a_wrong_old_pin_counts_as_a_wrong_login_does(lab: Lab) -> None:
    application, session = open_partition(lab)
    fail(lambda: application.change_pin(session, "wrong", "another"), PinIncorrect, 10)
    fail(lambda: application.change_pin(session, PIN, "another"), UserLockedOut)
    other = application.open_session(2)
    application.login(other, SO, SO_PIN)
    application.change_pin(other, SO_PIN, "new-officer")
    application.logout(other)
    fail(lambda: application.change_pin(other, "wrong", "another"), PinIncorrect)
    administration = Administration(lab.appliance())
    administration.login(SO, "new-officer")


def test_each_officer_gives_the_next_role_its_pin(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    fail(lambda: application.init_pin(session, "reader1"), UserNotLoggedIn)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, "wrong"), PinIncorrect, 10)
    application.login(session, SO, SO_PIN)
    fail(lambda: application.init_pin(session, "short6"), PinLenRange)
    application.init_pin(session, "officer2")
    application.logout(session)
    application.login(session, Role.CRYPTO_OFFICER, "officer2")
    application.init_pin(session, "reader1")
    application.logout(session)
    application.login(session, Role.CRYPTO_USER, "reader1")
    fail(lambda: application.init_pin(session, "reader2"), UserNotAuthorized)


def test_policy_15_keeps_the_officer_from_replacing_a_pin(lab: Lab) -> None:
    officer(lab).change_policy(HsmPolicy.RESET_PIN, 0)
    application = lab.application()
    session = application.open_session(1)
    application.login(session, SO, SO_PIN)
    fail(lambda: application.init_pin(session, "officer2"), OperationNotAllowed)


def test_a_token_is_initialized_by_its_own_officer(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(LUNA7)
    application = lab.application()
    session = application.open_session(0)
    fail(lambda: application.init_token(0, "po-password", "new"), SessionExists)
    application.close_session(session)
    fail(lambda: application.init_token(7, "po-password", "new"), SlotIdInvalid)
    fail(lambda: application.init_token(0, "po-password", ""), ArgumentsBad)
    fail(lambda: application.init_token(0, "wrong", "new"), PinIncorrect)
    assert len(materials(lab)) == 1
    witness, theirs = open_partition(lab, 0)
    application.init_token(0, "po-password", "new")
    assert materials(lab) == []
    assert application.slot(0).label == "new"
    fail(lambda: witness.destroy(theirs, 20), UserNotLoggedIn)
    session = application.open_session(0)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), UserPinNotInitialized)
    application.login(session, SO, "po-password")
    application.init_pin(session, "officer1")


def test_a_new_partition_waits_for_its_officer(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(LUNA7)
    part = officer(lab).create_partition("second")
    assert (part.number, part.serial) == (1, "1580538000008")
    application = lab.application()
    fail(lambda: application.init_token(1, "short6", "second"), PinLenRange)
    application.init_token(1, "po-password", "second")
    fail(lambda: application.init_token(1, "wrong", "second"), PinIncorrect, 9)
    fail(lambda: application.init_token(1, "wrong", "second"), SoLoginFailureThreshold)


def test_a_partition_of_the_older_profile_is_initialized_by_nobody_but_the_hsm(lab: Lab) -> None:
    fail(lambda: lab.application().init_token(1, SO_PIN, "new"), OperationNotAllowed)
    assert len(materials(lab)) == 4
