"""The objects that a scenario puts into a partition: generated afresh for each lab, or given as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine.appliance.attributes import GIVEN
from hsmshell.engine.appliance.generation import PairSpec
from hsmshell.engine.asymmetric import WEIERSTRASS
from hsmshell.engine.attributes import USAGE, Attribute, AttributeValue, KeyType, ObjectClass, Shape
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.objects import Traits
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
    "bits": Entry(int, 2048, 1024, 16384),
    "exponent": Entry(int, 65537),
    "public": Entry(dict, {}),
    "private": Entry(dict, {}),
}
_CURVED_PAIR: Entries = {
    "type": required(TEXT),
    "handle": _HANDLE,
    "curve": required(TEXT._replace(choices=tuple(sorted(curve.name for curve in WEIERSTRASS)))),
    "public": Entry(dict, {}),
    "private": Entry(dict, {}),
}
_PAIRS = {KeyType.RSA.name: _PAIR, KeyType.EC.name: _CURVED_PAIR}
_SECRET_TYPES = (KeyType.AES, KeyType.DES3, KeyType.DES2, KeyType.GENERIC_SECRET)


def add_partition_object(lab: Lab, application: Application, session: Session, container: int, table: Table) -> None:
    """Add one ``[[appliance.partition.object]]``: a secret key, or with ``type = "RSA"`` or ``"EC"`` a pair.

    A pair's private key has the handle after the public one's. Raises ``ValueError`` for an entry that is wrong,
    ``HsmError`` for one that the HSM refuses, ``LabConflict`` for a handle that is taken.
    """
    kind = table.get("type") if isinstance(table, dict) else None
    if kind in _PAIRS:
        pair = checked(table, f"an {kind} pair", _PAIRS[kind])
        _next_handle(lab, container, pair["handle"])
        if kind == KeyType.EC.name:
            spec = PairSpec(KeyType.EC, curve=Curve[pair["curve"]])
        else:
            spec = PairSpec(KeyType.RSA, pair["bits"], pair["exponent"])
        application.generate_pair(
            session,
            spec,
            _template(pair["public"], "the public key", _attribute_entries(ObjectClass.PUBLIC_KEY)),
            _template(pair["private"], "the private key", _attribute_entries(ObjectClass.PRIVATE_KEY)),
        )
        return
    item = checked(table, "an object", _SECRET)
    key_type = next((secret for secret in _SECRET_TYPES if secret.name == item["type"]), None)
    if key_type is None:
        kinds = ", ".join(known.name for known in _SECRET_TYPES)
        raise ValueError(f"type is {item['type']!r}, not {' or '.join(_PAIRS)} or one of {kinds}")
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
            Attribute.VALUE: bytes.fromhex(item["value"]),
        }
        application.create(session, {**template, **given})
    else:
        application.generate_secret_key(session, key_type, item["size"], template)


def _next_handle(lab: Lab, container: int, handle: int) -> None:
    lab.store.set_counter(f"container:{container}", "handle", handle - 1)


def _template(table: Table, where: str, entries: Entries) -> dict[Attribute, AttributeValue]:
    values: dict[Attribute, AttributeValue] = {Attribute.TOKEN: True}
    for name, value in checked(table, where, entries).items():
        attribute = Attribute[name.upper()]
        values[attribute] = bytes.fromhex(value) if attribute.shape is Shape.BYTES else value
    return values
