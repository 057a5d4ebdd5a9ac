"""A cluster's users: logins and lockout on each HSM, and who can be changed or deleted."""

from __future__ import annotations

import pytest

from hsmshell.engine.cluster import MAXIMUM_FAILURES
from hsmshell.engine.errors import (
    AccessDenied,
    PinIncorrect,
    PinLocked,
    UserAlreadyLoggedIn,
    UserIsLoggedIn,
    UserNotFound,
    UserNotLoggedIn,
    UserTypeInvalid,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login

# logins


def test_each_hsm_counts_and_locks_for_itself(lab: Lab) -> None:
    cluster = lab.cluster()
    first, second = cluster.nodes()
    for number in range(1, MAXIMUM_FAILURES + 1):
        outcome = cluster.login("CU", "bob", "wrong", [first]).outcomes[0]
        assert isinstance(outcome.error, PinIncorrect)
        assert [_failures(lab, node) for node in (0, 1)] == [number, 0]
    assert isinstance(cluster.login("CU", "bob", "user1234", [first]).outcomes[0].error, PinLocked)
    answer = cluster.login("CU", "bob", "user1234", [first, second])
    assert [type(outcome.error) for outcome in answer.outcomes] == [PinLocked, type(None)]
    assert answer.session is not None
    assert set(answer.session.numbers) == {second.id}


def test_a_good_login_clears_the_count_and_so_does_a_new_password(lab: Lab) -> None:
    cluster = lab.cluster()
    for _ in range(MAXIMUM_FAILURES - 1):
        cluster.login("CU", "bob", "wrong", cluster.nodes())
    login(cluster, "bob")
    assert [_failures(lab, node) for node in (0, 1)] == [0, 0]
    for _ in range(MAXIMUM_FAILURES):
        cluster.login("CU", "crypto_user", "wrong", cluster.nodes())
    officer = login(cluster, "admin", "CO")
    cluster.change_password(officer, cluster.nodes()[0], "CU", "crypto_user", "newpass77")
    assert cluster.login("CU", "crypto_user", "newpass77", cluster.nodes()[:1]).session is not None
    assert isinstance(cluster.login("CU", "crypto_user", "newpass77", cluster.nodes()[1:]).outcomes[0].error, PinLocked)


def test_who_cannot_log_in(lab: Lab) -> None:
    cluster = lab.cluster()
    cases = [
        (UserNotFound, "CU", "nobody", "user1234"),
        (UserNotFound, "CO", "bob", "user1234"),
        (UserTypeInvalid, "XX", "bob", "user1234"),
        (PinIncorrect, "AU", "app_user", ""),
    ]
    for error, kind, name, password in cases:
        answer = cluster.login(kind, name, password, cluster.nodes())
        assert answer.session is None
        assert [type(outcome.error) for outcome in answer.outcomes] == [error, error]
    session = login(cluster, "bob")
    again = cluster.login("CU", "bob", "user1234", cluster.nodes(), current=session)
    assert [type(outcome.error) for outcome in again.outcomes] == [UserAlreadyLoggedIn] * 2


def test_names_are_matched_without_regard_to_case(lab: Lab) -> None:
    cluster = lab.cluster()
    assert cluster.login("CU", "BOB", "user1234", cluster.nodes()).session is not None


# users


def test_a_user_who_is_at_work_cannot_be_deleted(lab: Lab) -> None:
    cluster, other = lab.cluster(), Lab.open(lab.directory)
    officer, node = login(cluster, "admin", "CO"), cluster.nodes()[0]
    theirs = other.cluster()
    login(theirs, "bob")
    for refused in (
        lambda: cluster.delete_user(officer, node, "CU", "bob"),
        lambda: cluster.change_password(officer, node, "CU", "bob", "newpass77"),
    ):
        with pytest.raises(UserIsLoggedIn):
            refused()
    other.close()
    cluster.delete_user(officer, node, "CU", "bob")
    with pytest.raises(UserNotFound):
        cluster.delete_user(officer, node, "CU", "bob")


def test_a_user_with_keys_and_the_last_officer_stay(lab: Lab) -> None:
    cluster = lab.cluster()
    owner = login(cluster)
    aes_key(cluster, owner)
    cluster.logout(owner)
    officer, node = login(cluster, "admin", "CO"), cluster.nodes()[0]
    with pytest.raises(AccessDenied):
        cluster.delete_user(officer, node, "CU", "crypto_user")
    cluster.create_user(officer, node, "CO", "second", "user1234")
    second = cluster.login("CO", "second", "user1234", [node]).session
    cluster.logout(officer)
    cluster.delete_user(second, node, "CO", "admin")
    with pytest.raises(UserTypeInvalid):
        cluster.delete_user(second, node, "CO", "second")


def test_user_numbers_are_not_given_again(lab: Lab) -> None:
    cluster = lab.cluster()
    officer, node = login(cluster, "admin", "CO"), cluster.nodes()[0]
    assert cluster.create_user(officer, node, "CU", "fifth", "user1234") == 5
    cluster.delete_user(officer, node, "CU", "fifth")
    assert cluster.create_user(officer, node, "CU", "sixth", "user1234") == 6


def _failures(lab: Lab, number: int) -> int:
    cluster = lab.cluster()
    return next(user.failures for user in cluster.users(cluster.nodes()[number]) if user.name == "bob")


def test_an_hsm_without_the_session_changes_no_user(lab: Lab) -> None:
    """It does not even tell which users it has."""
    cluster = lab.cluster()
    first, second = cluster.nodes()
    officer = cluster.login("CO", "admin", "admin1234", [first]).session
    deleted = cluster.delete_user(officer, first, "CU", "bob")
    before = cluster.users(second)
    for refused in (
        lambda: cluster.create_user(officer, second, "CU", "bob", "user1234"),
        lambda: cluster.create_user(officer, second, "CU", "carol", "user1234"),
        lambda: cluster.delete_user(officer, second, "CU", "bob"),
        lambda: cluster.delete_user(officer, second, "CU", "nobody"),
        lambda: cluster.restore_user(officer, second, deleted),
    ):
        with pytest.raises(UserNotLoggedIn):
            refused()
    assert cluster.users(second) == before
