"""The objects that a scenario puts into a partition: generated afresh for each lab, or given as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine import asymmetric
from hsmshell.engine.appliance.attributes import GIVEN
from hsmshell.engine.appliance.generation import PairSpec
from hsmshell.engine.appliance.mechanism_table import SECRET_KEY_GENERATION
from hsmshell.engine.attributes import USAGE, Attribute, AttributeValue, KeyType, ObjectClass, Shape
from hsmshell.engine.objects import Traits, with_odd_parity
from hsmshell.engine.scenario_entries import NUMBER, TEXT, Entries, Entry, Table, checked, required

if TYPE_CHECKING:
    from hsmshell.engine.appliance import Application, Session
    from hsmshell.engine.lab import Lab

_TYPES = {Shape.BOOLEAN: bool, Shape.NUMBER: int, Shape.TEXT: str, Shape.DATE: str, Shape.BYTES: str}
"""What an attribute's value is in TOML; bytes are hexadecimal text."""


def _attribute_entries(*classes: ObjectClass) -> Entries:
    """Attributes by their PKCS#11 names in lower case."""
    return {
        attribute.name.lower(): Entry(_TYPES[attribute.shape])
        for attribute in sorted(set().union(*(GIVEN[kind] for kind in classes)))
        if attribute not in (Attribute.TOKEN, Attribute.VALUE)
    }


_HANDLE = required(NUMBER._replace(minimum=1))
_SECRET_ATTRIBUTES = _attribute_entries(ObjectClass.SECRET_KEY)
_SECRET: Entries = {
    "type": required(TEXT),
    "handle": _HANDLE,
    "size": NUMBER._replace(minimum=1, maximum=512),
    "value": TEXT,
    "usage": TEXT._replace(choices=("all",)),
    **_SECRET_ATTRIBUTES,
}
_PAIR: Entries = {
    "type": required(TEXT),
    "handle": _HANDLE,
    "public": Entry(dict, {}),
    "private": Entry(dict, {}),
}
_CURVES = {curve.name: curve for curve in asymmetric.WEIERSTRASS}
_PAIRS: dict[str, Entries] = {
    KeyType.RSA.name: {**_PAIR, "bits": Entry(int, 2048, 1024, 16384), "exponent": Entry(int, 65537)},
    KeyType.DSA.name: {**_PAIR, "bits": Entry(int, 2048, 1024, 3072)},
    KeyType.DH.name: {**_PAIR, "bits": Entry(int, 2048, 1024, 4096)},
    KeyType.EC.name: {**_PAIR, "curve": required(TEXT._replace(choices=tuple(sorted(_CURVES))))},
}
"""The pairs of each type."""
_DATA_ATTRIBUTES = _attribute_entries(ObjectClass.DATA)
_DATA: Entries = {"type": required(TEXT), "handle": _HANDLE, "value": Entry(str, ""), **_DATA_ATTRIBUTES}
_SECRET_TYPES = tuple(sorted(SECRET_KEY_GENERATION))
_NO_TYPE = "type is {!r}, not " + ", ".join((*_PAIRS, ObjectClass.DATA.name)) + " or one of {}"


def add_partition_object(lab: Lab, application: Application, session: Session, container: int, table: Table) -> None:
    """Add one ``[[appliance.partition.object]]``: a secret key, a data object (``DATA``), or a pair (``RSA``, ``EC``,
    ``DSA`` or ``DH``).

    A pair's private key has the handle after the public one's. Raises ``ValueError`` for an entry that is wrong,
    ``HsmError`` for one that the HSM refuses, ``LabConflict`` for a handle that is taken.
    """
    kind = table.get("type") if isinstance(table, dict) else None
    if kind in _PAIRS:
        _add_pair(lab, application, session, container, table, KeyType[str(kind)])
        return
    if kind == ObjectClass.DATA.name:
        data = checked(table, "a data object", _DATA)
        _next_handle(lab, container, data["handle"])
        named = {name: value for name, value in data.items() if name in _DATA_ATTRIBUTES}
        stated: Traits = {Attribute.CLASS: int(ObjectClass.DATA), Attribute.VALUE: bytes.fromhex(data["value"])}
        application.create(session, {**_template(named, "a data object", _DATA_ATTRIBUTES), **stated})
        return
    item = checked(table, "an object", _SECRET)
    key_type = next((secret for secret in _SECRET_TYPES if secret.name == item["type"]), None)
    if key_type is None:
        raise ValueError(_NO_TYPE.format(item["type"], ", ".join(known.name for known in _SECRET_TYPES)))
    _next_handle(lab, container, item["handle"])
    named = {name: value for name, value in item.items() if name in _SECRET_ATTRIBUTES}
    template = {
        **_template(named, "an object", _SECRET_ATTRIBUTES),
        **(dict.fromkeys(USAGE, True) if "usage" in item else {}),
    }
    if ("value" in item) == ("size" in item):
        raise ValueError(f"the object {item['handle']} takes either a size or a value")
    if "value" in item:
        given: Traits = {
            Attribute.CLASS: int(ObjectClass.SECRET_KEY),
            Attribute.KEY_TYPE: int(key_type),
            # A file written before the HSM asked for parity still makes a lab.
            Attribute.VALUE: with_odd_parity(key_type, bytes.fromhex(item["value"])),
        }
        application.create(session, {**template, **given})
    else:
        application.generate_secret_key(session, key_type, item["size"], template)


def _add_pair(
    lab: Lab, application: Application, session: Session, container: int, table: Table, key_type: KeyType
) -> None:
    pair = checked(table, f"a pair of the type {key_type.name}", _PAIRS[key_type.name])
    curve = _CURVES.get(pair.get("curve", ""))
    _next_handle(lab, container, pair["handle"])
    application.generate_pair(
        session,
        PairSpec(key_type, pair.get("bits", 0), pair.get("exponent", 0), curve),
        _template(pair["public"], "the public key", _attribute_entries(ObjectClass.PUBLIC_KEY)),
        _template(pair["private"], "the private key", _attribute_entries(ObjectClass.PRIVATE_KEY)),
    )


def _next_handle(lab: Lab, container: int, handle: int) -> None:
    lab.store.set_counter(f"container:{container}", "handle", handle - 1)


def _template(table: Table, where: str, entries: Entries) -> dict[Attribute, AttributeValue]:
    values: dict[Attribute, AttributeValue] = {Attribute.TOKEN: True}
    for name, value in checked(table, where, entries).items():
        attribute = Attribute[name.upper()]
        values[attribute] = bytes.fromhex(value) if attribute.shape is Shape.BYTES else value
    return values
