"""A group's login is one to the partitions that stand behind it, and its writing frees none of their objects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import groups
from hsmshell.engine.appliance.erasure import empty_partition
from hsmshell.engine.appliance.standing import Standing
from hsmshell.engine.appliance.synchronization import synchronize
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType
from hsmshell.engine.errors import (
    OperationNotAllowed,
    PinIncorrect,
    UserLockedOut,
    UserNotLoggedIn,
    UserPinNotInitialized,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import DOWN, UP
from tests.engine.driving import PIN
from tests.engine.test_administration import fail
from tests.engine.test_groups import GROUP, TWO, VIRTUAL, group_of, opened, set_state, stored

_A = Attribute
SINGLE = """
[[ha_group]]
label = "group1"
members = ["156908040"]
"""
OTHER_PIN = TWO.replace('"password"\n', '"another-pin"\n').replace('"another-pin"', '"password"', 1)
"""The second partition has another Crypto Officer's PIN."""
CONFINING: tuple[dict[Attribute, AttributeValue], ...] = ({_A.EXTRACTABLE: False}, {_A.SENSITIVE: True})


@pytest.mark.parametrize("confined", CONFINING)
@pytest.mark.parametrize("how", ["synchronized", "written to"])
def test_a_copy_that_one_member_confines_is_never_freed(
    lab_from: Callable[[str], Lab], confined: dict[Attribute, AttributeValue], how: str
) -> None:
    lab = lab_from(TWO.replace("extractable = true", "extractable = true\nsensitive = false") + GROUP)
    member, session = opened(lab, 2)
    member.set_attributes(session, member.objects(session)[0].handle, confined)
    group, virtual = opened(lab)
    if how == "synchronized":
        synchronize(lab, group_of(lab))
    else:
        group.set_attributes(virtual, group.objects(virtual)[0].handle, {_A.LABEL: "renamed"})
    assert confined.items() <= stored(lab, 1)[0].attributes.items()
    assert how != "synchronized" or stored(lab, 0)[0].attributes == stored(lab, 1)[0].attributes


def test_uses_and_the_assignment_of_a_copy_outlast_a_synchronization(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO + GROUP)
    group, virtual = opened(lab)
    group.set_attributes(virtual, group.objects(virtual)[0].handle, {_A.USAGE_LIMIT: 2})
    member, session = opened(lab, 2)
    handle = member.objects(session)[0].handle
    member.set_attributes(session, handle, {_A.USAGE_COUNT: 2})
    member.set_authorization(session, handle, "", "secret-data")
    member.assign_key(session, handle)
    synchronize(lab, group_of(lab))
    first = stored(lab, 0)[0].attributes
    assert (first[_A.USAGE_COUNT], first[_A.ASSIGNED]) == (2, True)
    assert first[_A.AUTH_DATA] == stored(lab, 1)[0].attributes[_A.AUTH_DATA]


def test_a_member_that_comes_later_is_opened_with_the_same_pin(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO + SINGLE)
    application, session = opened(lab)
    groups.add_member(lab, group_of(lab), "156909011")
    application.generate_secret_key(session, KeyType.AES, 32, {_A.TOKEN: True})
    assert len(stored(lab, 1)) == 1
    application.close()
    assert lab.store.sessions() == []


def test_a_member_with_another_pin_ends_the_login(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(OTHER_PIN + SINGLE)
    application, session = opened(lab)
    groups.add_member(lab, group_of(lab), "156909011")
    fail(lambda: application.generate_secret_key(session, KeyType.AES, 32, {_A.TOKEN: True}), UserNotLoggedIn)
    assert stored(lab, 1) == []
    # Nor does the group's own PIN change that of the member which has another.
    fail(lambda: application.change_pin(session, PIN, "new-password"), PinIncorrect)
    opened(lab, 1)
    other = lab.application()
    other.login(other.open_session(2), Role.CRYPTO_OFFICER, "another-pin")


def test_another_group_that_gets_the_slot_is_not_opened(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO + SINGLE)
    groups.create(lab, "group2", "156909011")
    application, session = opened(lab)
    groups.delete(lab, group_of(lab))
    assert application.slot(VIRTUAL).label == "group2"
    assert application.role(session) is None
    fail(lambda: application.generate_secret_key(session, KeyType.AES, 32, {}), UserNotLoggedIn)


def test_what_was_begun_before_the_partition_was_erased_is_not_kept(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO)
    application, session = opened(lab, 1)
    whole = lab.services.random_bytes

    def erased_meanwhile(size: int) -> bytes:
        with lab.store.transaction():
            empty_partition(lab.store, lab.appliances()[0].partitions()[0].id)
        return whole(size)

    lab.services = lab.services._replace(random_bytes=erased_meanwhile)
    template: dict[Attribute, AttributeValue] = {_A.TOKEN: True}
    fail(lambda: application.generate_secret_key(session, KeyType.AES, 32, template), UserNotLoggedIn)
    assert stored(lab, 0) == []


def test_cached_credentials_open_no_locked_partition_and_none_without_an_officer(
    lab_from: Callable[[str], Lab],
) -> None:
    lab = lab_from(TWO.replace('crypto_officer_pin = "password"\n', "", 1))
    application = lab.application()
    fail(lambda: application.login_activated(application.open_session(1)), UserPinNotInitialized)
    second = application.open_session(2)
    application.login_activated(second)
    application.logout(second)
    fail(lambda: application.login(second, Role.CRYPTO_OFFICER, "wrong"), PinIncorrect, 10)
    fail(lambda: application.login_activated(second), UserLockedOut)


def test_a_member_that_is_back_needs_no_new_login(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO + GROUP)
    set_state(lab, 0, DOWN)
    application, session = opened(lab)
    set_state(lab, 0, UP)
    synchronize(lab, group_of(lab))
    application.generate_secret_key(session, KeyType.AES, 32, {_A.TOKEN: True})
    assert [len(stored(lab, place)) for place in (0, 1)] == [2, 2]


def test_every_member_s_own_policy_guards_its_officer_s_pin(lab_from: Callable[[str], Lab]) -> None:
    officers = TWO.replace("cloning_domain", 'security_officer_pin = "so-password"\ncloning_domain')
    lab = lab_from(officers.replace('serial = "156909"', 'serial = "156909"\nso_can_reset_pin = false') + GROUP)
    application = lab.application()
    session = application.open_session(VIRTUAL)
    application.login(session, Role.SECURITY_OFFICER, "so-password")
    fail(lambda: application.init_pin(session, "new-password"), OperationNotAllowed)
    opened(lab, 2)


def test_a_login_tells_nobody_its_pin() -> None:
    standing = Standing(Role.CRYPTO_OFFICER, "1156908040", 1, {1: 1}, PIN)
    assert PIN not in f"{standing} {standing!r}"
