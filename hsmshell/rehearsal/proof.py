"""Whether a key arrived: the same key material at both ends, told from the lab's own view of them."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.attributes import Attribute, Shape
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, StoredObject


class End(NamedTuple):
    """One copy of a key."""

    place: str
    handle: int
    kind: str
    length: int
    """In bytes."""
    attributes: str
    """The names of the boolean attributes that are set."""
    fingerprint: str
    """SHA-256 of the key, lower-case hexadecimal."""


class Proof(NamedTuple):
    """What was found at both ends."""

    source: End | None
    arrivals: tuple[End, ...]
    expected: int
    """At how many HSMs the key should be."""

    @property
    def holds(self) -> bool:
        """The key is on every HSM, with the type, length and material of the one that it came from."""
        source = self.source
        return (
            source is not None
            and len(self.arrivals) == self.expected > 0
            and all(end[2:4] == source[2:4] and end.fingerprint == source.fingerprint for end in self.arrivals)
        )


def prove(lab: Lab, source: str, arrival: str) -> Proof:
    """Compare ``PARTITION/LABEL`` of the appliance with the key labelled ``arrival`` on each HSM of the cluster."""
    partition, _, label = source.partition("/")
    sources = [
        _end(lab, part, item, f"partition {part.name}")
        for part in lab.appliance().partitions()
        if part.name == partition
        for item in _labelled(lab, part, label)
    ]
    nodes = lab.cluster().nodes()
    arrivals = [
        _end(lab, node, item, f"HSM {node.name} ({node.address})")
        for node in nodes
        for item in _labelled(lab, node, arrival)
    ]
    return Proof(sources[0] if sources else None, tuple(arrivals), len(nodes))


def _labelled(lab: Lab, container: Container, label: str) -> list[StoredObject]:
    with lab.store.reading():
        return lab.store.objects(container.id, label=label)


def _end(lab: Lab, container: Container, item: StoredObject, place: str) -> End:
    flags = [key.name for key, value in item.attributes.items() if key.shape is Shape.BOOLEAN and value]
    return End(
        place,
        item.handle,
        f"{item.key_type.name} {item.object_class.name.lower().replace('_', ' ')}",
        int(item.attributes.get(Attribute.VALUE_LEN, 0)),
        " ".join(sorted(flags)),
        lab.fingerprint(item),
    )
