"""``hsmshell lab show --json``: a lab's state as one document whose form is a contract.

Attributes have their PKCS#11 names in lower case, as in a scenario; bytes are hexadecimal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hsmshell.engine.attributes import Attributes
from hsmshell.engine.inventory import (
    ApplianceState,
    ClusterState,
    Inventory,
    NodeState,
    ObjectState,
    PartitionState,
    RoleState,
)

if TYPE_CHECKING:
    from hsmshell.engine.cluster.backups import Backup

FORMAT = 1
"""Goes up when an entry changes its meaning or disappears."""

_Table = dict[str, object]


def document(inventory: Inventory) -> str:
    """The JSON text: ASCII, with a line end."""
    table: _Table = {
        "format": FORMAT,
        "scenario": inventory.scenario,
        "title": inventory.title,
        "client": inventory.client,
        "clusters": [_cluster(cluster) for cluster in inventory.clusters],
        "appliances": [_appliance(appliance) for appliance in inventory.appliances],
        "ha_groups": [group._asdict() for group in inventory.groups],
        "backups": [_backup(backup) for backup in inventory.backups],
    }
    return _text(table)


def backups_document(backups: Iterable[Backup]) -> str:
    """The JSON text of backups alone: ASCII, with a line end."""
    return _text({"format": FORMAT, "backups": [_backup(backup) for backup in backups]})


def _text(table: _Table) -> str:
    return json.dumps(table, indent=2) + "\n"


def _backup(backup: Backup) -> _Table:
    """``created`` is a whole number of Unix seconds; an original is copied from nothing."""
    return {
        **backup._asdict(),
        "copied_from": backup.copied_from or None,
        "source_region": backup.source_region or None,
    }


def _cluster(cluster: ClusterState) -> _Table:
    return {
        "name": cluster.name,
        "settings": dict(cluster.settings),
        "state": cluster.phase.value,
        "region": cluster.region,
        "client_daemon": "up" if cluster.client_up else "down",
        "hsms": [_node(node) for node in cluster.nodes],
    }


def _node(node: NodeState) -> _Table:
    return {
        "node": node.number,
        "id": node.id,
        "address": node.address,
        "serial": node.serial,
        "state": node.state,
        "metrics": node.metrics._asdict(),
        "users": [
            {
                "id": user.number,
                "type": user.type,
                "name": user.name,
                "failures": user.failures,
                "quorum_key": user.quorum_key,
                "second_factor": user.second_factor,
            }
            for user in node.users
        ],
        "keys": [
            {
                **_object(key),
                "check_value": key.check_value,
                "owner": {"id": key.owner, "name": node.user_name(key.owner)},
                "shared_with": [{"id": number, "name": node.user_name(number)} for number in key.shares],
                "quorum": key.quorum,
                "attributes": _attributes(key.attributes),
            }
            for key in node.keys
        ],
    }


def _appliance(appliance: ApplianceState) -> _Table:
    return {
        "name": appliance.name,
        "settings": dict(appliance.settings),
        "roles": [_role(role) for role in appliance.roles],
        "partitions": [_partition(part) for part in appliance.partitions],
    }


def _role(role: RoleState) -> _Table:
    return {"name": role.name.lower(), "initialized": role.initialized, "failures": role.failures}


def _partition(part: PartitionState) -> _Table:
    return {
        "slot": part.slot,
        "label": part.label,
        "serial": part.serial,
        "state": part.state,
        "roles": [_role(role) for role in part.roles],
        "objects": [{**_object(item), "attributes": _attributes(item.attributes)} for item in part.objects],
    }


def _object(item: ObjectState) -> _Table:
    return {
        "handle": item.handle,
        "class": item.object_class.name.lower(),
        "type": item.key_type.name.lower() if item.key_type is not None else None,
        "label": item.label,
        "session": item.session,
        "fingerprint": item.fingerprint,
    }


def _attributes(attributes: Attributes) -> _Table:
    return {
        attribute.name.lower(): value.hex() if isinstance(value, bytes) else value
        for attribute, value in attributes.items()
    }
