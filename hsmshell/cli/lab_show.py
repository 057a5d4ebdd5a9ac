"""``hsmshell lab show``: a lab's state as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hsmshell.console.values import printable
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.inventory import (
    ApplianceState,
    ClusterState,
    GroupState,
    Inventory,
    NodeState,
    ObjectState,
    PartitionState,
    RoleState,
)

if TYPE_CHECKING:
    from hsmshell.engine.cluster.backups import Backup

KEY_HEADERS = ("handle", "class", "type", "label", "owner", "shared with", "nodes", "check value", "fingerprint")

SHORT = 16
"""Hexadecimal digits of a fingerprint that a table shows."""


def tables(inventory: Inventory) -> str:
    """Everything for a person to read."""
    title = f": {printable(inventory.title)}" if inventory.title else ""
    blocks = [f"lab from the scenario {printable(inventory.scenario)}{title}"]
    for cluster in inventory.clusters:
        blocks += _cluster(cluster)
    if inventory.clusters:
        blocks.append(backups_section(inventory.backups))
    for appliance in inventory.appliances:
        blocks += _appliance(appliance)
    if inventory.groups:
        blocks.append(_groups(inventory.groups))
    return "\n\n".join(blocks) + "\n"


def backups_section(backups: Sequence[Backup]) -> str:
    """The backups as a table, the oldest first; times are UTC."""
    rows = [
        (one.id, one.cluster, one.region, _moment(one.created), one.reason, one.state, one.users, one.keys, _copy(one))
        for one in backups
    ]
    headers = ("id", "cluster", "region", "created", "reason", "state", "users", "keys", "copied from")
    return _section("backups", headers, rows)


def _moment(seconds: int) -> str:
    import time

    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _copy(backup: Backup) -> str:
    return f"{backup.copied_from} in {backup.source_region}" if backup.copied_from else "-"


def _table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    from tabulate import tabulate

    cells = [[printable(str(cell)) for cell in row] for row in rows]
    # A label of digits stays text: tabulate would drop its leading zeros.
    return tabulate(cells, headers=headers, tablefmt="simple", disable_numparse=True)


def _section(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return f"{printable(title)}\n\n{_table(headers, rows)}" if rows else f"{printable(title)}: none"


def _cluster(cluster: ClusterState) -> list[str]:
    nodes = [(node.number, node.id, node.address, node.serial, node.state) for node in cluster.nodes]
    daemon = "up" if cluster.client_up else "down; key_mgmt_util cannot reach the HSMs"
    blocks = [
        _section(f"cluster {cluster.name}", ("node", "id", "address", "serial", "state"), nodes),
        f"state of {printable(cluster.name)}: {cluster.phase.value}, in {printable(cluster.region)}",
        f"client daemon of {printable(cluster.name)}: {daemon}",
    ]
    for node in cluster.nodes:
        users = [
            (user.number, user.type, user.name, user.failures, _yes(user.quorum_key), _yes(user.second_factor))
            for user in node.users
        ]
        headers = ("id", "type", "name", "failures", "quorum key", "2FA")
        blocks.append(_section(f"users on node {node.number}", headers, users))
    blocks.append(_section(f"metrics of {cluster.name}", ("metric", *_numbers(cluster)), _metrics(cluster)))
    return [*blocks, _section(f"keys of cluster {cluster.name}", KEY_HEADERS, _keys(cluster.nodes))]


def _numbers(cluster: ClusterState) -> list[str]:
    return [f"node {node.number}" for node in cluster.nodes]


def _metrics(cluster: ClusterState) -> list[tuple[object, ...]]:
    """One row for each metric, one column for each HSM."""
    columns = [node.metrics._asdict() for node in cluster.nodes]
    names = columns[0] if columns else ()
    return [(name, *("-" if column[name] is None else column[name] for column in columns)) for name in names]


def _keys(nodes: Sequence[NodeState]) -> list[tuple[object, ...]]:
    """One row for a key that all its HSMs describe alike, several where they differ."""
    held: dict[tuple[object, ...], list[int]] = {}
    for node in nodes:
        for key in node.keys:
            shares = ", ".join(_user(node, number) for number in key.shares) or "-"
            row: tuple[object, ...] = (
                *_what(key),
                _user(node, key.owner),
                f"{shares}; {key.quorum} must approve" if key.quorum else shares,
                key.check_value or "-",
                key.fingerprint[:SHORT] or "-",
            )
            held.setdefault(row, []).append(node.number)
    rows = [(*row[:6], ", ".join(map(str, numbers)), *row[6:]) for row, numbers in held.items()]
    return sorted(rows, key=lambda row: (int(str(row[0])), str(row[6])))


def _user(node: NodeState, number: int) -> str:
    return node.user_name(number) or f"user {number}"


def _what(item: ObjectState) -> tuple[object, str, str, str]:
    """Handle, class, type, label."""
    kind = item.key_type.name if item.key_type is not None else "-"
    name = item.object_class.name.lower().replace("_", " ")
    return item.handle, f"{name} (session)" if item.session else name, kind, item.label


def _appliance(appliance: ApplianceState) -> list[str]:
    rows = [(part.slot, part.label, part.serial, part.state, len(part.objects)) for part in appliance.partitions]
    blocks = [_section(f"appliance {appliance.name}", ("slot", "partition", "serial", "state", "objects"), rows)]
    blocks.append(_roles(f"roles of the HSM {appliance.name}", appliance.roles))
    for part in appliance.partitions:
        blocks += _partition(part)
    return blocks


def _groups(groups: Sequence[GroupState]) -> str:
    rows = [
        (group.slot, group.label, group.number, ", ".join(group.members), ", ".join(group.answering) or "none")
        for group in groups
    ]
    return _section("HA groups", ("slot", "group", "number", "members", "answering"), rows)


def _roles(title: str, roles: Sequence[RoleState]) -> str:
    rows = [(role.name.lower().replace("_", " "), _yes(role.initialized), role.failures) for role in roles]
    return _section(title, ("role", "PIN set", "failures"), rows)


def _partition(part: PartitionState) -> list[str]:
    objects = [
        (*_what(item), _flag(item, Attribute.EXTRACTABLE), item.fingerprint[:SHORT] or "-") for item in part.objects
    ]
    headers = ("handle", "class", "type", "label", "extractable", "fingerprint")
    return [
        _roles(f"roles of {part.label}", part.roles),
        _section(f"objects of {part.label}", headers, objects),
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _flag(item: ObjectState, attribute: Attribute) -> str:
    return _yes(bool(item.attributes[attribute])) if attribute in item.attributes else "-"
