"""Making the members of a high-availability group alike again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hsmshell.engine.appliance.groups import Group, most_confined, ouid_of, reached, require_clonable, save
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.errors import GroupError
from hsmshell.engine.records import Container, StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

_COUNTS = (Attribute.USAGE_COUNT, Attribute.FAILED_KEY_AUTH_COUNT)
"""What each member counts for itself when its own slot is used."""


def synchronize(lab: Lab, group: Group) -> int:
    """Make the members that answer alike; how many objects were copied, changed or removed.

    Those that take part share what any of them has. One that was left out takes over what the others have, also what
    they no longer have, and takes part again. What any copy of an object forbids stays forbidden. Session objects
    stay where they are. Raises ``OperationNotAllowed`` when the cloning policies forbid it, ``GroupError`` when nobody
    answers.
    """
    with lab.store.transaction():
        up = reached(lab, group)
        sound = [part for part in up if part.serial not in group.failed] or up
        if not sound:
            raise GroupError(f"no member of {group.label} answers")
        wanted: dict[bytes, StoredObject] = {}
        for part in sound:
            for item in _token_objects(lab, part):
                known_one = wanted.setdefault(ouid_of(item), item)
                wanted[ouid_of(item)] = _joined(known_one, item, counts=True)
        for part in up:
            for item in _token_objects(lab, part):
                if ouid_of(item) in wanted:
                    wanted[ouid_of(item)] = _joined(wanted[ouid_of(item)], item, counts=False)
        for item in wanted.values():
            require_clonable(lab, up, item.object_class)
        touched = sum(_match(lab, part, wanted) for part in up)
        save(lab, group._replace(failed=group.failed - {part.serial for part in up}))
        return touched


def _token_objects(lab: Lab, part: Container) -> Iterator[StoredObject]:
    return (item for item in lab.store.objects(part.id) if not item.session)


def _joined(item: StoredObject, other: StoredObject, *, counts: bool) -> StoredObject:
    """The object as it is, but as confined as the other copy, and with the higher of their counts."""
    values = dict(most_confined(item.attributes, other.attributes))
    for attribute in _COUNTS if counts else ():
        if attribute in values and attribute in other.attributes:
            values[attribute] = max(int(values[attribute]), int(other.attributes[attribute]))
    return item._replace(attributes=values)


def _match(lab: Lab, part: Container, wanted: dict[bytes, StoredObject]) -> int:
    """Give a partition just these objects; how many it had otherwise."""
    have = {ouid_of(item): item for item in _token_objects(lab, part)}
    touched = 0
    for ouid, item in have.items():
        if ouid not in wanted:
            lab.store.delete_object(part.id, item.handle)
        elif item.attributes != wanted[ouid].attributes:
            lab.store.replace_object(item._replace(attributes=wanted[ouid].attributes))
        else:
            continue
        touched += 1
    for ouid, item in wanted.items():
        if ouid not in have:
            handle = lab.store.next_number(f"container:{part.id}", "handle")
            lab.store.add_object(item._replace(container=part.id, handle=handle))
            touched += 1
    return touched
