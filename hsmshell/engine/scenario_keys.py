"""The objects that a scenario puts into a partition: generated afresh for each lab, or given as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hsmshell.engine.attributes import USAGE, Attribute, AttributeValue, KeyType
from hsmshell.engine.objects import Traits

if TYPE_CHECKING:
    from hsmshell.engine.appliance import Application, Session
    from hsmshell.engine.lab import Lab

_RESERVED = {"type", "handle", "private_handle", "size", "value", "bits", "exponent", "public", "private", "usage"}


def add_partition_object(
    lab: Lab, application: Application, session: Session, container: int, entry: Mapping[str, Any]
) -> None:
    """Add one ``[[appliance.partition.object]]``: a secret key, or with ``type = "RSA"`` a pair.

    Entries beside the reserved ones are attributes by their PKCS#11 names in lower case. Raises ``ValueError`` or
    ``KeyError`` for an entry that makes no sense, ``HsmError`` for one that the HSM refuses.
    """
    common = _attributes({key: value for key, value in entry.items() if key not in _RESERVED})
    key_type = KeyType[entry["type"]]
    _next_handle(lab, container, int(entry["handle"]))
    if key_type is KeyType.RSA:
        public = {**common, **_attributes(entry.get("public", {}))}
        private = {**common, **_attributes(entry.get("private", {}))}
        bits, exponent = int(entry.get("bits", 2048)), int(entry.get("exponent", 65537))
        application.generate_rsa_pair(session, bits, exponent, public, private)
        return
    template: Traits = {**common, **(dict.fromkeys(USAGE, True) if entry.get("usage") == "all" else {})}
    if "value" in entry:
        template[Attribute.CLASS] = 4
        template[Attribute.KEY_TYPE] = int(key_type)
        template[Attribute.VALUE] = bytes.fromhex(entry["value"])
        application.create(session, template)
    else:
        application.generate_secret_key(session, key_type, int(entry["size"]), template)


def _next_handle(lab: Lab, container: int, handle: int) -> None:
    lab.store.set_counter(f"container:{container}", "handle", handle - 1)


def _attributes(entry: Mapping[str, Any]) -> dict[Attribute, AttributeValue]:
    values: dict[Attribute, AttributeValue] = {Attribute.TOKEN: True}
    for name, value in entry.items():
        attribute = Attribute[name.upper()]
        values[attribute] = bytes.fromhex(value) if attribute.shape.value == "bytes" else value
    return values
