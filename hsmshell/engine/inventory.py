"""A lab's state as plain values, for a listing or a comparison: no key material, no password's hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.access import Role
from hsmshell.engine.attributes import SECRETS, Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid
from hsmshell.engine.lab import Lab
from hsmshell.engine.objects import fingerprint
from hsmshell.engine.records import Container, Device, Settings, StoredObject

if TYPE_CHECKING:
    from hsmshell.engine.appliance.policies import Profile
    from hsmshell.engine.cluster import Cluster
    from hsmshell.engine.cluster.backups import Backup
    from hsmshell.engine.cluster.metrics import Metrics
    from hsmshell.engine.cluster.phase import Phase

SECRET_ATTRIBUTES = SECRETS | {Attribute.AUTH_DATA}
"""Attributes that hold material; an inventory never has them."""


class UserState(NamedTuple):
    """A user of one HSM."""

    number: int
    type: str
    name: str
    failures: int
    quorum_key: bool
    second_factor: bool


HSM_ROLES = (Role.SECURITY_OFFICER, Role.AUDITOR)
PARTITION_ROLES = {
    False: (Role.CRYPTO_OFFICER, Role.CRYPTO_USER),
    True: (Role.SECURITY_OFFICER, Role.CRYPTO_OFFICER, Role.CRYPTO_USER),
}
"""The roles of a partition, by whether it has a security officer of its own."""


class RoleState(NamedTuple):
    """A role of an HSM or a partition."""

    name: str
    initialized: bool
    failures: int


class ObjectState(NamedTuple):
    """An object as one HSM or partition holds it."""

    handle: int
    object_class: ObjectClass
    key_type: KeyType | None
    label: str
    fingerprint: str
    """SHA-256 of what identifies the key, see ``objects.fingerprint``; empty for what is no key."""
    session: bool
    owner: int
    shares: tuple[int, ...]
    quorum: int
    attributes: Attributes

    @property
    def check_value(self) -> str:
        """The key check value in hexadecimal; empty when the object has none."""
        value = self.attributes.get(Attribute.CHECK_VALUE, b"")
        return value.hex() if isinstance(value, bytes) else ""


class NodeState(NamedTuple):
    """One HSM of a cluster."""

    number: int
    id: str
    address: str
    serial: str
    state: str
    users: tuple[UserState, ...]
    keys: tuple[ObjectState, ...]
    metrics: Metrics

    def user_name(self, number: int) -> str:
        """The name of the user of that number; empty when there is none."""
        return next((user.name for user in self.users if user.number == number), "")


class ClusterState(NamedTuple):
    """A cluster and its HSMs by node id."""

    name: str
    settings: Settings
    client_up: bool
    """Whether the host's client runs for it, through which some tools reach the HSMs."""
    nodes: tuple[NodeState, ...]
    phase: Phase
    region: str


class PartitionState(NamedTuple):
    """One partition of an appliance."""

    slot: int
    label: str
    serial: str
    state: str
    roles: tuple[RoleState, ...]
    objects: tuple[ObjectState, ...]


class ApplianceState(NamedTuple):
    """An appliance and its partitions by slot."""

    name: str
    settings: Settings
    roles: tuple[RoleState, ...]
    """Those of the HSM itself; none in a lab that an older version made."""
    partitions: tuple[PartitionState, ...]


class GroupState(NamedTuple):
    """A high-availability group of partitions."""

    label: str
    number: str
    slot: int
    members: tuple[str, ...]
    """Serial numbers."""
    answering: tuple[str, ...]
    """Those of them that take part."""


class Inventory(NamedTuple):
    """Everything that is in a lab."""

    scenario: str
    title: str
    client: str
    clusters: tuple[ClusterState, ...]
    appliances: tuple[ApplianceState, ...]
    groups: tuple[GroupState, ...]
    backups: tuple[Backup, ...]


def take(lab: Lab) -> Inventory:
    """The lab's state at one moment. Objects of sessions whose process has died are gone. Raises ``LabError``."""
    from hsmshell.engine.cluster.backups import backups

    _sweep(lab)
    store = lab.store
    with store.reading():
        return Inventory(
            store.meta("scenario"),
            store.meta("title"),
            store.meta("client"),
            tuple(_cluster(lab, cluster) for cluster in lab.clusters()),
            tuple(_appliance(lab, device) for device in store.devices("appliance")),
            _groups(lab),
            backups(lab),
        )


def _groups(lab: Lab) -> tuple[GroupState, ...]:
    from hsmshell.engine.appliance.groups import answering, groups

    return tuple(
        GroupState(
            group.label, group.number, group.slot, group.members, tuple(part.serial for part in answering(lab, group))
        )
        for group in groups(lab)
    )


def _sweep(lab: Lab) -> None:
    """End the sessions of dead processes; a lab that has none is only read."""
    with lab.store.reading():
        quiet = not lab.store.sessions()
    if not quiet:
        with lab.store.transaction():
            lab.live_sessions()


def _cluster(lab: Lab, cluster: Cluster) -> ClusterState:
    from hsmshell.engine.cluster.phase import phase_of, region_of

    device = cluster.device
    nodes = tuple(_node(lab, container) for container in cluster.nodes())
    client_up = cluster.client_up() and device.id == lab.cluster().device.id
    phase, region = phase_of(lab.store, device), region_of(device)
    return ClusterState(cluster.name, device.settings, client_up, nodes, phase, region)


def _node(lab: Lab, container: Container) -> NodeState:
    users = tuple(
        UserState(user.number, user.type, user.name, user.failures, bool(user.quorum_key), bool(user.second_factor))
        for user in lab.store.users(container.id)
    )
    _, number, name, address, serial, state = container[1:7]
    from hsmshell.engine.cluster.metrics import measure

    metrics = measure(lab.store, container, lab.store.sessions())
    return NodeState(number, name, address, serial, state, users, _objects(lab, container), metrics)


def _appliance(lab: Lab, device: Device) -> ApplianceState:
    from hsmshell.engine.appliance import Appliance

    appliance = Appliance(lab, device)
    admin = appliance.admin()
    roles = _roles(lab, admin, HSM_ROLES) if admin else ()
    partitions = tuple(_partition(lab, part, appliance.profile) for part in appliance.partitions())
    return ApplianceState(device.name, device.settings, roles, partitions)


def _roles(lab: Lab, container: Container, roles: tuple[Role, ...]) -> tuple[RoleState, ...]:
    users = {user.name: user for user in lab.store.users(container.id)}
    return tuple(
        RoleState(role.name, bool(user and user.verifier), user.failures if user else 0)
        for role in roles
        for user in (users.get(role.name),)
    )


def _partition(lab: Lab, container: Container, profile: Profile) -> PartitionState:
    roles = _roles(lab, container, PARTITION_ROLES[profile.has_partition_officer])
    objects = _objects(lab, container)
    return PartitionState(container.number, container.name, container.serial, container.state, roles, objects)


def _objects(lab: Lab, container: Container) -> tuple[ObjectState, ...]:
    return tuple(_object(lab, item) for item in lab.store.objects(container.id))


def _object(lab: Lab, item: StoredObject) -> ObjectState:
    attributes = {key: item.attributes[key] for key in sorted(item.attributes) if key not in SECRET_ATTRIBUTES}
    return ObjectState(
        item.handle,
        item.object_class,
        item.key_type if Attribute.KEY_TYPE in item.attributes else None,
        item.label,
        _fingerprint(lab, item),
        bool(item.session),
        item.owner,
        tuple(sorted(item.shares)),
        item.quorum,
        attributes,
    )


def _fingerprint(lab: Lab, item: StoredObject) -> str:
    known = item.attributes.get(Attribute.FINGERPRINT_SHA256)
    if isinstance(known, bytes):
        return known.hex()
    if item.object_class is ObjectClass.DATA:
        return ""
    try:
        return fingerprint(dict(item.attributes), lab.store.material(item.material))
    except DataInvalid:
        return ""
