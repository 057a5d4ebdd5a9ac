"""High-availability groups: partitions that a client sees as one more slot, and keeps alike.

The group is the client's affair, so the lab holds it beside the appliances. What is written through its slot goes to
every member that answers; one that did not is left out from then on, until somebody recovers it. An object is the same
on all members when its CKA_OUID is; its handles differ, and the group's slot has handles of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.appliance.appliance import Appliance
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy, Profile
from hsmshell.engine.attributes import Attribute, Attributes, ObjectClass
from hsmshell.engine.errors import GroupError, OperationNotAllowed
from hsmshell.engine.records import Container, Device, StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

KIND = "ha-group"
"""The kind of device as which the lab holds a group."""
DESCRIPTION = "HA Virtual Card Slot"
"""What the slot of an HA group is called (published slot lists)."""
HA_ONLY = "ha only"
"""The meta value that says whether the client hides the members' own slots."""
FIXED_SLOTS = 5
"""As many slots a client of the older generation shows at least; a group's comes after them."""
HANDLES = 1_000_000
"""A group's handles: this many for the objects that each appliance has made."""
_OUID_COUNTER, _OUID_SERIAL = slice(4, 8), slice(8, 12)

MEMBERS, FAILED = "members", "failed"

CLONING = {
    ObjectClass.PRIVATE_KEY: PartitionPolicy.PRIVATE_KEY_CLONING,
    ObjectClass.SECRET_KEY: PartitionPolicy.SECRET_KEY_CLONING,
}
"""The policy that lets objects of a class travel from member to member."""


_ONCE_TRUE = (Attribute.SENSITIVE,)
_ONCE_FALSE = (Attribute.EXTRACTABLE, Attribute.ALWAYS_SENSITIVE, Attribute.NEVER_EXTRACTABLE)
"""What an object never loses again."""
_AUTHORIZATION = (Attribute.ASSIGNED, Attribute.AUTH_DATA, Attribute.FAILED_KEY_AUTH_COUNT)
"""What comes along when a key is assigned."""


class Group(NamedTuple):
    """A group, as the client's configuration has it."""

    device: int
    label: str
    number: str
    """1 and the serial number of the first member."""
    slot: int
    members: tuple[str, ...]
    """Serial numbers of partitions, in the order in which they are asked."""
    failed: frozenset[str]
    """The members that missed something."""


def groups(lab: Lab) -> list[Group]:
    """All groups in the order in which they were made."""
    with lab.store.reading():
        devices = lab.store.devices(KIND)
        if not devices:
            return []
        first = _first_slot(lab)
        return [_group(device, first + position) for position, device in enumerate(devices)]


def _group(device: Device, slot: int) -> Group:
    settings = device.settings
    members = tuple(str(settings[MEMBERS]).split())
    return Group(
        device.id,
        str(settings["label"]),
        str(settings["number"]),
        slot,
        members,
        frozenset(str(settings[FAILED]).split()),
    )


def _first_slot(lab: Lab) -> int:
    """The number after those of the partitions."""
    appliances = lab.appliances()
    highest = max((part.number for one in appliances for part in one.partitions()), default=-1)
    older = any(one.profile is Profile.LUNA5 for one in appliances)
    return max(highest, FIXED_SLOTS if older else -1) + 1


def find(lab: Lab, word: str) -> Group:
    """The group of that number or label. Raises ``GroupError``."""
    for group in groups(lab):
        if word in (group.number, group.label):
            return group
    raise GroupError(f"no group {word}")


def partitions_by_serial(lab: Lab) -> dict[str, tuple[Appliance, Container]]:
    """All partitions of all appliances by their serial numbers."""
    return {part.serial: (one, part) for one in lab.appliances() for part in one.partitions()}


def partition(lab: Lab, serial: str) -> Container:
    """The partition of that serial number. Raises ``GroupError``."""
    known = partitions_by_serial(lab)
    if serial not in known:
        raise GroupError(f"no partition has the serial number {serial}")
    return known[serial][1]


def answering(lab: Lab, group: Group) -> tuple[Container, ...]:
    """The members that take part: there, up, and not left out."""
    known = partitions_by_serial(lab)
    found = (known[serial][1] for serial in group.members if serial in known and serial not in group.failed)
    return tuple(part for part in found if part.is_up)


def reached(lab: Lab, group: Group) -> tuple[Container, ...]:
    """The members that are there and up, also those that were left out."""
    known = partitions_by_serial(lab)
    return tuple(known[serial][1] for serial in group.members if serial in known and known[serial][1].is_up)


def note_failures(lab: Lab, group: Group) -> None:
    """Leave out from now on who does not answer while the others are written to. In a transaction."""
    alive = {part.serial for part in answering(lab, group)}
    failed = frozenset(group.members) - alive
    if failed != group.failed:
        save(lab, group._replace(failed=failed))


# making and changing groups


def create(lab: Lab, label: str, serial: str) -> Group:
    """A new group of one member. Raises ``GroupError``."""
    with lab.store.transaction():
        if any(label == group.label for group in groups(lab)):
            raise GroupError(f"there is a group {label}")
        _require_free(lab, serial)
        settings = {"label": label, "number": f"1{serial}", MEMBERS: serial, FAILED: ""}
        lab.store.add_device(KIND, f"{KIND} {label}", settings, b"")
        return find(lab, label)


def add_member(lab: Lab, group: Group, serial: str) -> Group:
    """Add a partition of the same cloning domain; its objects become alike when the group is synchronized.

    Raises ``GroupError``.
    """
    with lab.store.transaction():
        _require_free(lab, serial)
        known = partitions_by_serial(lab)
        domains = {known[one][0].device.secret for one in (*group.members, serial) if one in known}
        if len(domains) > 1:
            raise GroupError(f"{serial} has another cloning domain than the group")
        return save(lab, group._replace(members=(*group.members, serial)))


def remove_member(lab: Lab, group: Group, serial: str) -> Group | None:
    """Take a partition out; with the last one the group is gone. Raises ``GroupError``."""
    if serial not in group.members:
        raise GroupError(f"{serial} is no member of {group.label}")
    with lab.store.transaction():
        left = tuple(one for one in group.members if one != serial)
        if not left:
            lab.store.delete_device(group.device)
            return None
        return save(lab, group._replace(members=left, failed=group.failed - {serial}))


def delete(lab: Lab, group: Group) -> None:
    """Forget the group; its members keep their objects."""
    with lab.store.transaction():
        lab.store.delete_device(group.device)


def _require_free(lab: Lab, serial: str) -> None:
    partition(lab, serial)
    for group in groups(lab):
        if serial in group.members:
            raise GroupError(f"{serial} is a member of {group.label} already")


def save(lab: Lab, group: Group) -> Group:
    """Keep what the group is now, inside a transaction."""
    settings = {
        "label": group.label,
        "number": group.number,
        MEMBERS: " ".join(group.members),
        FAILED: " ".join(sorted(group.failed)),
    }
    lab.store.set_device_settings(group.device, settings)
    return group


def is_ha_only(lab: Lab) -> bool:
    """Whether the client shows the groups' slots alone."""
    with lab.store.reading():
        return lab.store.meta(HA_ONLY) == "1"


def set_ha_only(lab: Lab, on: bool) -> None:
    """Show the groups' slots alone, or all."""
    with lab.store.transaction():
        lab.store.set_meta(HA_ONLY, "1" if on else "")


# handles and copies


def virtual_handle(serials: Sequence[int], item: StoredObject) -> int:
    """An object's handle in a group's slot: from who made it and as which of its objects, so that every program and
    every member has the same. ``serials`` are those of the lab's appliances, as in an OUID.
    """
    ouid = ouid_of(item)
    maker = int.from_bytes(ouid[_OUID_SERIAL], "little")
    place = serials.index(maker) if maker in serials else len(serials)
    return place * HANDLES + int.from_bytes(ouid[_OUID_COUNTER], "little")


def ouid_of(item: StoredObject) -> bytes:
    value = item.attributes.get(Attribute.OUID, b"")
    assert isinstance(value, bytes)  # the attribute's shape says so
    return value


def most_confined(values: Attributes, other: Attributes) -> Attributes:
    """The values, but for what another copy of the object forbids: writing to all copies never frees one of them."""
    found = {attribute: True for attribute in _ONCE_TRUE if other.get(attribute)}
    found |= {attribute: False for attribute in _ONCE_FALSE if attribute in other and not other[attribute]}
    assigned = () if values.get(Attribute.ASSIGNED) or not other.get(Attribute.ASSIGNED) else _AUTHORIZATION
    return {**values, **found, **{one: other[one] for one in assigned if one in other}}


def require_clonable(lab: Lab, members: Sequence[Container], object_class: ObjectClass) -> None:
    """Raises ``OperationNotAllowed`` when an object of that class may not be on two members: the partitions' cloning
    policies, or HSM policy 16."""
    policy = CLONING.get(object_class)
    if policy is None or len(members) < 2:
        return
    by_id = {one.device.id: one for one in lab.appliances()}
    if not all(by_id[part.device].policy(HsmPolicy.NETWORK_REPLICATION) for part in members):
        raise OperationNotAllowed(HsmPolicy.NETWORK_REPLICATION.text)
    if not all(by_id[part.device].policy(policy, part) for part in members):
        raise OperationNotAllowed(policy.text)
