"""High-availability groups: one more slot that writes to all members, survives one, and keeps its handles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, Session, groups
from hsmshell.engine.appliance.groups import Group
from hsmshell.engine.appliance.synchronization import synchronize
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType
from hsmshell.engine.errors import (
    GroupError,
    ObjectHandleInvalid,
    OperationNotAllowed,
    PinIncorrect,
    ScenarioError,
    SlotIdInvalid,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import DOWN, UP, StoredObject
from tests.engine.driving import PIN

_A = Attribute

TWO = """
[[appliance]]
name = "first"
serial = "156908"
cloning_domain = "same"
[[appliance.partition]]
slot = 1
label = "part1"
serial = "156908040"
crypto_officer_pin = "password"
next_handle = 40
[[appliance.partition.object]]
handle = 12
type = "AES"
size = 32
label = "old"
extractable = true
usage = "all"
[[appliance]]
name = "second"
serial = "156909"
cloning_domain = "same"
[[appliance.partition]]
slot = 2
label = "part2"
serial = "156909011"
crypto_officer_pin = "password"
"""
GROUP = """
[[ha_group]]
label = "group1"
members = ["156908040", "156909011"]
"""
KEY: dict[Attribute, AttributeValue] = {_A.TOKEN: True, _A.LABEL: "new", _A.EXTRACTABLE: True}
VIRTUAL = 6
"""The group's slot: five slots of the older client come first."""


@pytest.fixture
def pair(lab_from: Callable[[str], Lab]) -> Lab:
    return lab_from(TWO + GROUP)


def opened(lab: Lab, slot: int = VIRTUAL) -> tuple[Application, Session]:
    application = lab.application()
    session = application.open_session(slot)
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    return application, session


def stored(lab: Lab, place: int) -> list[StoredObject]:
    part = [part for one in lab.appliances() for part in one.partitions()][place]
    with lab.store.reading():
        return lab.store.objects(part.id)


def set_state(lab: Lab, place: int, state: str) -> None:
    part = [part for one in lab.appliances() for part in one.partitions()][place]
    with lab.store.transaction():
        lab.store.set_container_state(part.id, state)


def group_of(lab: Lab) -> Group:
    return groups.find(lab, "group1")


def alike(lab: Lab) -> bool:
    """Whether both members hold the same objects, whatever their handles."""
    first, second = ({item.attributes[_A.OUID]: item.attributes for item in stored(lab, place)} for place in (0, 1))
    return first == second


def test_a_group_is_one_more_slot_after_the_fixed_ones(pair: Lab) -> None:
    slots = pair.application().slots()
    assert [(slot.number, slot.label, slot.serial) for slot in slots] == [
        (1, "part1", "156908040"),
        (2, "part2", "156909011"),
        (VIRTUAL, "group1", "1156908040"),
    ]
    assert [slot.description for slot in slots] == ["LunaNet Slot", "LunaNet Slot", "HA Virtual Card Slot"]


def test_members_start_alike_with_handles_of_their_own(pair: Lab) -> None:
    assert alike(pair)
    assert [item.handle for item in stored(pair, 0)] == [12]
    assert [item.handle for item in stored(pair, 1)] == [1]


def test_what_is_written_through_the_group_is_on_all_members(pair: Lab) -> None:
    application, session = opened(pair)
    handle = application.generate_secret_key(session, KeyType.AES, 32, KEY)
    assert [item.label for item in stored(pair, 0)] == [item.label for item in stored(pair, 1)] == ["old", "new"]
    assert stored(pair, 0)[1].material == stored(pair, 1)[1].material
    application.set_attributes(session, handle, {_A.LABEL: "renamed"})
    assert [item.label for item in stored(pair, 1)] == ["old", "renamed"]
    copy = application.copy(session, handle, {_A.LABEL: "copy"})
    assert alike(pair)
    assert len(stored(pair, 1)) == 3
    application.destroy(session, handle)
    assert [item.label for item in stored(pair, 1)] == ["old", "copy"]
    with pytest.raises(ObjectHandleInvalid):
        application.read(session, handle)
    assert application.read(session, copy).label == "copy"


def test_every_program_sees_the_same_handles(pair: Lab) -> None:
    application, session = opened(pair)
    application.generate_secret_key(session, KeyType.AES, 32, KEY)
    seen = [item.handle for item in application.objects(session)]
    other, theirs = opened(pair)
    assert [item.handle for item in other.objects(theirs)] == seen
    set_state(pair, 0, DOWN)
    assert [item.handle for item in other.objects(theirs)] == seen


def test_the_group_survives_a_member_and_recovers_it(pair: Lab) -> None:
    application, session = opened(pair)
    old = application.objects(session)[0].handle
    set_state(pair, 0, DOWN)
    new = application.generate_secret_key(session, KeyType.AES, 32, KEY)
    application.destroy(session, old)
    set_state(pair, 0, UP)
    assert group_of(pair).failed == {"156908040"}
    # The member that missed both is still left out: the answers stay those of the other.
    assert [item.handle for item in application.objects(session)] == [new]
    assert [item.label for item in stored(pair, 0)] == ["old"]
    assert synchronize(pair, group_of(pair)) == 2
    assert group_of(pair).failed == frozenset()
    assert alike(pair)
    assert [item.handle for item in application.objects(session)] == [new]


def test_a_member_that_missed_nothing_takes_part_again_by_itself(pair: Lab) -> None:
    application, session = opened(pair)
    set_state(pair, 1, DOWN)
    assert len(application.objects(session)) == 1
    set_state(pair, 1, UP)
    application.generate_secret_key(session, KeyType.AES, 32, KEY)
    assert alike(pair)


def test_without_any_member_there_is_no_slot(pair: Lab) -> None:
    application, session = opened(pair)
    for place in (0, 1):
        set_state(pair, place, DOWN)
    assert pair.application().slots() == ()
    with pytest.raises(SlotIdInvalid):
        application.objects(session)
    with pytest.raises(GroupError, match="no member"):
        synchronize(pair, group_of(pair))


def test_what_was_made_in_a_members_own_slot_travels_when_the_group_is_synchronized(pair: Lab) -> None:
    application, session = opened(pair, 2)
    application.generate_secret_key(session, KeyType.AES, 32, KEY)
    assert not alike(pair)
    assert synchronize(pair, group_of(pair)) == 1
    assert alike(pair)


def test_a_login_is_one_on_every_member(pair: Lab) -> None:
    application = pair.application()
    session = application.open_session(VIRTUAL)
    with pytest.raises(PinIncorrect):
        application.login(session, Role.CRYPTO_OFFICER, "wrong")
    assert failures(pair) == [0, 1]
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    assert failures(pair) == [0, 0]
    application.close()
    assert pair.store.sessions() == []


def failures(lab: Lab) -> list[int]:
    parts = [part for one in lab.appliances() for part in one.partitions()]
    with lab.store.reading():
        return [user.failures for part in parts for user in lab.store.users(part.id)]


def test_session_objects_are_on_all_members_and_end_with_the_session(pair: Lab) -> None:
    application, session = opened(pair)
    handle = application.generate_secret_key(session, KeyType.AES, 32, {_A.LABEL: "for now"})
    assert application.read(session, handle).label == "for now"
    assert len(stored(pair, 1)) == 2
    application.close()
    assert [len(stored(pair, place)) for place in (0, 1)] == [1, 1]


def test_ha_only_hides_the_members(pair: Lab) -> None:
    groups.set_ha_only(pair, True)
    assert [slot.number for slot in pair.application().slots()] == [VIRTUAL]
    groups.set_ha_only(pair, False)
    assert len(pair.application().slots()) == 3


def test_a_group_needs_partitions_of_one_domain_that_are_in_no_other(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(TWO.replace('"same"', '"other"', 1))
    group = groups.create(lab, "g", "156908040")
    for serial, told in (("156909011", "domain"), ("1", "no partition"), ("156908040", "already")):
        with pytest.raises(GroupError, match=told):
            groups.add_member(lab, group, serial)
    with pytest.raises(GroupError, match="there is a group"):
        groups.create(lab, "g", "156909011")
    with pytest.raises(GroupError, match="no member"):
        groups.remove_member(lab, group, "5")
    assert groups.remove_member(lab, group, "156908040") is None
    assert groups.groups(lab) == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("allow_secret_key_cloning", "Allow secret key cloning"),
        ("allow_cloning", "Allow secret key cloning"),
        ("allow_network_replication", "Allow network replication"),
    ],
)
def test_keys_that_may_not_be_cloned_stay_out_of_a_group(
    lab_from: Callable[[str], Lab], setting: str, told: str
) -> None:
    alone = TWO.replace('cloning_domain = "same"', f'cloning_domain = "same"\n{setting} = false')
    with pytest.raises(ScenarioError, match=told):
        lab_from(alone + GROUP)
    lab = lab_from(alone)
    groups.add_member(lab, groups.create(lab, "group1", "156908040"), "156909011")
    application, session = opened(lab)
    with pytest.raises(OperationNotAllowed):
        application.generate_secret_key(session, KeyType.AES, 32, KEY)
    assert [len(stored(lab, place)) for place in (0, 1)] == [1, 0]
