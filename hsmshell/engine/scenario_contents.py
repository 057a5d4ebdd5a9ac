"""From a scenario's tables to the devices, users and keys of a lab."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hsmshell.engine.access import DEFAULT_COST, Role, UserType, hash_password
from hsmshell.engine.appliance.appliance import ADMIN, MAXIMUM_PARTITIONS, cloning_secret
from hsmshell.engine.appliance.housekeeping import LOG_FILES, PUBLIC_KEYS, USER_FILES
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy, Profile
from hsmshell.engine.cluster import NAME_LENGTH
from hsmshell.engine.cluster.cluster import HANDLE_RANGE
from hsmshell.engine.cluster.naming import is_region
from hsmshell.engine.cluster.phase import DEFAULT_REGION, LINEAGE, MAXIMUM_HSMS, PASSWORD_COST, REGION, settings_of_new
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import DOWN, STATES, UP, Device, User
from hsmshell.engine.scenario_entries import (
    NUMBER,
    TABLES,
    TEXT,
    Entries,
    Entry,
    Table,
    checked,
    on_or_off,
    required,
)
from hsmshell.engine.scenario_keys import add_partition_object
from hsmshell.engine.services import Services

LARGEST_COST = 1 << 20
"""The largest scrypt n: a login with it takes a gigabyte of memory."""

MAXIMUM_LOGS = 1000
"""Log files that an appliance starts with."""

Verifier = Callable[[str], str]

_POSITIVE = NUMBER._replace(minimum=1)
_SCENARIO: Entries = {
    "title": Entry(str, ""),
    "client": Entry(str, "", choices=("", "classic", "late")),
    "password_cost": Entry(int, DEFAULT_COST, 2, LARGEST_COST),
    "cluster": TABLES,
    "appliance": TABLES,
    "ha_group": TABLES,
}
_GROUP: Entries = {"label": required(TEXT), "members": required(TABLES)}
_STATE = Entry(str, UP, choices=STATES)
_DAEMON = Entry(str, UP, choices=(UP, DOWN))
_CLUSTER: Entries = {
    "name": TEXT,
    "region": Entry(str, DEFAULT_REGION),
    "lineage": Entry(str, ""),
    "initialized": on_or_off(True),
    "client_daemon": _DAEMON,
    "hsm": TABLES,
    "user": TABLES,
}
_HSM: Entries = {
    "id": required(TEXT),
    "address": required(TEXT),
    "serial": Entry(str, ""),
    "node": NUMBER._replace(maximum=1023),
    "next_handle": _POSITIVE,
    "state": _STATE,
}
_USER: Entries = {
    "id": required(_POSITIVE),
    "type": required(TEXT._replace(choices=tuple(kind.value for kind in UserType))),
    "name": required(TEXT),
    "password": Entry(str, ""),
}
_POLICIES: Entries = {
    policy.setting: Entry(bool) if policy is not PartitionPolicy.MAXIMUM_FAILURES else Entry(int, None, 1, 255)
    for policy in PartitionPolicy
}
"""What a partition may be allowed; the appliance's entry is that of partitions that have none."""
_SETTINGS: Entries = {
    "profile": Entry(str, Profile.LUNA5.value, choices=tuple(profile.value for profile in Profile)),
    "label": Entry(str, ""),
    "serial": Entry(str, "0"),
    "slot_description": Entry(str, ""),
    "firmware": Entry(str, ""),
    "model": Entry(str, ""),
    "software": Entry(str, ""),
    "serial_console": on_or_off(True),
    LOG_FILES: Entry(int, 2, 0, MAXIMUM_LOGS),
    "cmu_password_prompt": on_or_off(True),
    **{policy.setting: Entry(bool) for policy in HsmPolicy if policy is not HsmPolicy.NON_FIPS},
    **_POLICIES,
}
_APPLIANCE: Entries = {
    **_SETTINGS,
    "name": TEXT,
    "fips": on_or_off(False),
    "cloning_domain": Entry(str, ""),
    "security_officer_pin": TEXT,
    "auditor_pin": TEXT,
    "partition": required(TABLES),
    USER_FILES: TABLES,
    PUBLIC_KEYS: TABLES,
}
_HSM_ROLES = {"security_officer_pin": Role.SECURITY_OFFICER, "auditor_pin": Role.AUDITOR}
_ROLES = {
    "crypto_officer_pin": Role.CRYPTO_OFFICER,
    "crypto_user_pin": Role.CRYPTO_USER,
    "security_officer_pin": Role.SECURITY_OFFICER,
}
_PARTITION: Entries = {
    "slot": required(NUMBER._replace(maximum=65535)),
    "label": required(TEXT),
    "serial": Entry(str, ""),
    "slot_description": TEXT,
    "next_handle": _POSITIVE,
    "object": TABLES,
    **_POLICIES,
    **dict.fromkeys(_ROLES, TEXT),
}


def fill(lab: Lab, table: Table, name: str) -> None:
    """Put the scenario into an empty lab, within a transaction.

    Raises ``ValueError`` for an entry that is wrong, ``HsmError`` for one that the HSM refuses, ``LabConflict`` for two
    that claim the same number or name.
    """
    scenario = checked(table, "the scenario", _SCENARIO)
    for entry in ("title", "client"):
        lab.store.set_meta(entry, scenario[entry])
    lab.store.set_meta("scenario", name)
    cost = scenario["password_cost"]
    if cost & (cost - 1):
        raise ValueError(f"password_cost is {cost}, not a power of two")
    verifier = _verifiers(lab.services, cost)
    lineages: dict[str, Device] = {}
    for number, entry in enumerate(scenario["cluster"], start=1):
        cluster = checked(entry, "a cluster", _CLUSTER)
        device = _add_device(lab, cluster, f"cluster{number}", cost, lineages)
        _add_hsms(lab, device, cluster, verifier)
    for number, entry in enumerate(scenario["appliance"], start=1):
        _add_appliance(lab, checked(entry, "an appliance", _APPLIANCE), f"appliance{number}", cost, verifier)
    for entry in scenario["ha_group"]:
        _add_group(lab, checked(entry, "an ha_group", _GROUP))


def _verifiers(services: Services, cost: int) -> Verifier:
    """Hashes each password once: the same user on two HSMs has the same verifier, as after a synchronisation."""
    known: dict[str, str] = {}

    def verifier(password: str) -> str:
        if password not in known:
            known[password] = hash_password(password, services.random_bytes(16), cost) if password else ""
        return known[password]

    return verifier


def _add_device(lab: Lab, cluster: Table, name: str, cost: int, lineages: dict[str, Device]) -> int:
    """Add the cluster itself; one that names a lineage belongs to the first cluster that named it."""
    name = cluster.get("name", name)
    if not is_region(cluster["region"]):
        raise ValueError(f"region is {cluster['region']!r}, not one like {DEFAULT_REGION}")
    first = lineages.get(cluster["lineage"])
    if not cluster["initialized"]:
        if cluster["hsm"] or cluster["user"] or cluster["lineage"]:
            raise ValueError(f"{name} is not initialized, and has neither hsm nor user nor lineage yet")
        settings = settings_of_new(cost, cluster["region"])
    else:
        settings = {PASSWORD_COST: cost, REGION: cluster["region"], **({LINEAGE: first.id} if first else {})}
        if not cluster["hsm"]:
            raise ValueError("a cluster lacks the entry 'hsm', or has none in it")
        if len(cluster["hsm"]) > MAXIMUM_HSMS:
            raise ValueError(f"{name} has {len(cluster['hsm'])} HSMs, more than {MAXIMUM_HSMS}")
    device = Device(0, "cluster", name, settings, first.secret if first else lab.services.random_bytes(32))
    device = device._replace(id=lab.store.add_device(*device[1:]))
    if cluster["lineage"]:
        lineages.setdefault(cluster["lineage"], device)
    return device.id


def _add_hsms(lab: Lab, device: int, cluster: Table, verifier: Verifier) -> None:
    users = [checked(user, "a user", _USER) for user in cluster["user"]]
    for position, table in enumerate(cluster["hsm"]):
        hsm = checked(table, "an hsm", _HSM)
        node = hsm.get("node", position)
        container = lab.store.add_container(device, node, hsm["id"], hsm["address"], hsm["serial"], {})
        if "next_handle" in hsm:
            counter = hsm["next_handle"] - node * HANDLE_RANGE
            if not 0 < counter < HANDLE_RANGE:
                raise ValueError(f"next_handle {hsm['next_handle']} is not in the range of node {node}")
            lab.store.set_counter(f"container:{container}", "handle", counter - 1)
        for user in users:
            if len(user["name"]) > NAME_LENGTH:
                raise ValueError(f"the user name {user['name']!r} is longer than {NAME_LENGTH} characters")
            password = verifier(user["password"])
            lab.store.add_user(User(container, user["id"], user["type"], user["name"], password))
        lab.store.set_counter(f"container:{container}", "user", max((user["id"] for user in users), default=0))
        lab.store.set_container_state(container, hsm["state"])
    lab.clusters()[-1].faults.set_client(up=cluster["client_daemon"] == UP)


def _add_appliance(lab: Lab, table: Table, name: str, cost: int, verifier: Verifier) -> None:
    settings = {PASSWORD_COST: cost, **{entry: table[entry] for entry in _SETTINGS if entry in table}}
    settings[HsmPolicy.NON_FIPS.setting] = not table["fips"]
    for kind in (USER_FILES, PUBLIC_KEYS):
        settings[kind] = _names(table[kind], kind)
    _complete_mode(settings, f"the appliance {table.get('name', name)}")
    domain = table["cloning_domain"]
    secret = cloning_secret(domain) if domain else lab.services.random_bytes(32)
    device = lab.store.add_device("appliance", table.get("name", name), settings, secret)
    admin = lab.store.add_container(device, ADMIN, "admin", "", settings["serial"], {})
    _add_roles(lab, admin, table, _HSM_ROLES, verifier)
    partitions = [checked(part, "a partition", _PARTITION) for part in table["partition"]]
    if len(partitions) > MAXIMUM_PARTITIONS:
        raise ValueError(f"an appliance has {len(partitions)} partitions, more than {MAXIMUM_PARTITIONS}")
    taken = {slot.number for slot in lab.application().slots()} if lab.appliances() else set()
    containers = []
    for part in partitions:
        if part["slot"] in taken:
            raise ValueError(f"slot {part['slot']} belongs to two partitions")
        taken.add(part["slot"])
        containers.append(_add_partition(lab, device, part, verifier))
    for part, container in zip(partitions, containers, strict=True):
        application = lab.application()
        session = application.open_session(part["slot"])
        application.login_furnishing(session)
        for item in part["object"]:
            add_partition_object(lab, application, session, container, item)
        application.close()
        highest = max((item.handle for item in lab.store.objects(container)), default=0)
        following = part.get("next_handle", highest + 1)
        if following <= highest:
            raise ValueError(f"next_handle {following} of {part['label']} is not above its objects' ({highest})")
        lab.store.set_counter(f"container:{container}", "handle", following - 1)


def _names(names: list[object], entry: str) -> str:
    """Names of files, one a line."""
    if not all(isinstance(name, str) and name.isprintable() and name for name in names):
        raise ValueError(f"{entry} is not a list of texts in quotes")
    return "\n".join(map(str, names))


def _complete_mode(settings: dict[str, object], where: str) -> None:
    """Private keys are cloned unless they are wrapped; never both (published: CKR_CONFIG_FAILS_DEPENDENCIES)."""
    cloning, wrapping = PartitionPolicy.PRIVATE_KEY_CLONING.setting, PartitionPolicy.PRIVATE_KEY_WRAPPING.setting
    if settings.get(wrapping) and settings.setdefault(cloning, False):
        raise ValueError(f"{where} has both {cloning} and {wrapping}")


def _add_partition(lab: Lab, device: int, part: Table, verifier: Verifier) -> int:
    settings = {entry: part[entry] for entry in ("slot_description", *_POLICIES) if entry in part}
    _complete_mode(settings, f"the partition {part['label']}")
    container = lab.store.add_container(device, part["slot"], part["label"], "", part["serial"], settings)
    _add_roles(lab, container, part, _ROLES, verifier)
    return container


def _add_roles(lab: Lab, container: int, table: Table, roles: Mapping[str, Role], verifier: Verifier) -> None:
    for number, (entry, role) in enumerate(roles.items()):
        if entry in table:
            lab.store.add_user(User(container, number, role.name, role.name, verifier(table[entry])))


def _add_group(lab: Lab, table: Table) -> None:
    """A group of partitions, named by their serial numbers; its members start alike."""
    from hsmshell.engine.appliance import groups
    from hsmshell.engine.appliance.synchronization import synchronize

    first, *others = [str(serial) for serial in table["members"]] or [""]
    group = groups.create(lab, table["label"], first)
    for serial in others:
        group = groups.add_member(lab, group, serial)
    synchronize(lab, group)
