"""Scenarios: a TOML file says what is in a lab at the start. An instructor copies one and changes it.

Every handle, user, password, address and serial number of a lab comes from here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hsmshell.engine.access import DEFAULT_COST, Role, UserType, hash_password
from hsmshell.engine.errors import HsmError, LabConflict, LabExists, ScenarioError
from hsmshell.engine.lab import (
    DATABASE,
    Lab,
    destroy_files,
    draft_directory,
    placing,
    remove_draft,
    reporting,
    require_lab,
)
from hsmshell.engine.records import User
from hsmshell.engine.scenario_keys import add_partition_object
from hsmshell.engine.services import SYSTEM, Services

DEFAULT = "migration"
"""The scenario of a lab that is made without naming one."""

_COSTS = tuple(1 << power for power in range(1, 21))
"""What scrypt's n may be; the last one takes a gigabyte of memory for each login."""

Table = Mapping[str, Any]


class Description(NamedTuple):
    """A scenario that comes with the program."""

    name: str
    title: str
    path: str


def shipped() -> list[Description]:
    """The scenarios that come with the program, by name."""
    folder = os.path.join(os.path.dirname(__file__), "scenarios")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    paths = [os.path.join(folder, name) for name in names]
    return [Description(os.path.basename(path)[:-5], str(_load(path).get("title", "")), path) for path in paths]


def create_lab(
    directory: str, scenario: str = DEFAULT, *, services: Services | None = None, force: bool = False
) -> Lab:
    """Make a lab from a shipped scenario's name or a TOML file's path, and open it.

    Raises ``ScenarioError`` when the scenario is none, ``LabError`` when the lab cannot be made. A lab that was there
    is replaced only with ``force``, and only when the scenario is good.
    """
    table = _load(_locate(scenario))
    _require_room(directory, force)
    with reporting(directory):
        os.makedirs(directory, mode=0o700, exist_ok=True)
    draft = draft_directory(directory)
    try:
        _make(draft, table, scenario, services or SYSTEM)
        with reporting(directory), placing(directory):
            _require_room(directory, force)
            destroy_files(directory)
            os.replace(os.path.join(draft, DATABASE), os.path.join(directory, DATABASE))
    finally:
        if os.path.isdir(draft):
            remove_draft(draft)
    return Lab.open(directory, services)


def _require_room(directory: str, force: bool) -> None:
    """Refuse a directory that has a lab, or with ``force`` one that has another program's database."""
    if not os.path.lexists(os.path.join(directory, DATABASE)):
        return
    if not force:
        raise LabExists(f"there is a lab at {directory} already; replace it with: hsmshell lab init --force")
    require_lab(directory)


def _make(directory: str, table: Table, scenario: str, services: Services) -> None:
    lab = Lab.create(directory, services)
    try:
        with lab.store.transaction():
            _fill(lab, table, os.path.basename(scenario).removesuffix(".toml"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, LabConflict, HsmError) as problem:
        raise ScenarioError(
            f"{scenario}: {_explain(problem)}; compare it with a shipped scenario: hsmshell lab scenarios"
        ) from problem
    finally:
        lab.close()


def _explain(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return f"the entry {problem} is missing or unknown"
    return f"an entry is wrong ({problem})"


def _locate(scenario: str) -> str:
    if scenario.endswith(".toml") or os.sep in scenario:
        return scenario
    for description in shipped():
        if description.name == scenario:
            return description.path
    raise ScenarioError(f"there is no scenario named {scenario}; list them with: hsmshell lab scenarios")


def _load(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            return tomllib.load(stream)
    except OSError as problem:
        raise ScenarioError(f"{path}: {problem.strerror}; name a file or one of: hsmshell lab scenarios") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ScenarioError(f"{path} is not TOML ({problem}); correct that line and try again") from None


def _fill(lab: Lab, table: Table, name: str) -> None:
    _only(table, "the scenario", {"title", "client", "password_cost", "cluster", "appliance", "host"})
    lab.store.set_meta("scenario", name)
    lab.store.set_meta("title", str(table.get("title", "")))
    client = table.get("client", "")
    if client not in ("", "classic", "late"):
        raise ValueError(f"client is {client!r}, not 'classic' or 'late'")
    lab.store.set_meta("client", client)
    cost = int(table.get("password_cost", DEFAULT_COST))
    if cost not in _COSTS:
        raise ValueError(f"password_cost is {cost}, not a power of two from {_COSTS[0]} to {_COSTS[-1]}")
    verifiers = _verifiers(lab.services, cost)
    for number, entry in enumerate(table.get("cluster", [])):
        _fill_cluster(lab, entry, f"cluster{number + 1}", cost, verifiers)
    for number, entry in enumerate(table.get("appliance", [])):
        _fill_appliance(lab, entry, f"appliance{number + 1}", verifiers)


def _only(table: Table, where: str, known: set[str]) -> None:
    """A misspelt entry is refused rather than ignored."""
    for key in table:
        if key not in known:
            raise ValueError(f"{where} has no entry {key!r}")


def _verifiers(services: Services, cost: int) -> Callable[[str], str]:
    """Hashes each password once: the same user on two HSMs has the same verifier, as after a synchronisation."""
    known: dict[str, str] = {}

    def verifier(password: str) -> str:
        if password not in known:
            known[password] = hash_password(password, services.random_bytes(16), cost) if password else ""
        return known[password]

    return verifier


def _fill_cluster(lab: Lab, entry: Table, name: str, cost: int, verifier: Callable[[str], str]) -> None:
    _only(entry, "a cluster", {"name", "fips", "hsm", "user"})
    settings = {"fips": bool(entry.get("fips", True)), "password_cost": cost}
    device = lab.store.add_device("cluster", entry.get("name", name), settings, lab.services.random_bytes(32))
    for number, hsm in enumerate(entry["hsm"]):
        _only(hsm, "an hsm", {"id", "address", "serial", "next_handle", "node"})
        container = lab.store.add_container(
            device,
            int(hsm.get("node", number)),
            str(hsm["id"]),
            str(hsm["address"]),
            str(hsm.get("serial", "")),
            {},
        )
        if "next_handle" in hsm:
            lab.store.set_counter(f"container:{container}", "handle", int(hsm["next_handle"]) - 1)
        last = 0
        for user in entry.get("user", []):
            _only(user, "a user", {"id", "type", "name", "password"})
            last = max(last, int(user["id"]))
            kind = UserType(user["type"]).value
            lab.store.add_user(
                User(container, int(user["id"]), kind, str(user["name"]), verifier(user.get("password", "")))
            )
        lab.store.set_counter(f"container:{container}", "user", last)


_APPLIANCE = {
    "name", "serial", "slot_description", "firmware", "model", "profile", "fips", "cmu_password_prompt",
    "allow_secret_key_wrapping", "allow_private_key_wrapping", "allow_changing_key_attributes", "maximum_failures",
    "partition",
}  # fmt: skip


def _fill_appliance(lab: Lab, entry: Table, name: str, verifier: Callable[[str], str]) -> None:
    _only(entry, "an appliance", _APPLIANCE)
    settings = {key: value for key, value in entry.items() if key not in ("name", "partition")}
    secret = lab.services.random_bytes(32)
    device = lab.store.add_device("appliance", entry.get("name", name), settings, secret)
    partitions = [(part, _add_partition(lab, device, part, verifier)) for part in entry["partition"]]
    appliance = lab.appliances()[-1]
    for part, container in partitions:
        application = appliance.application()
        session = application.open_session(int(part["slot"]))
        application.login_activated(session)
        for item in part.get("object", []):
            add_partition_object(lab, application, session, container, item)
        application.close()
        if "next_handle" in part:
            lab.store.set_counter(f"container:{container}", "handle", int(part["next_handle"]) - 1)


def _add_partition(lab: Lab, device: int, part: Table, verifier: Callable[[str], str]) -> int:
    roles = {
        "crypto_officer_pin": Role.CRYPTO_OFFICER,
        "crypto_user_pin": Role.CRYPTO_USER,
        "security_officer_pin": Role.SECURITY_OFFICER,
    }
    _only(part, "a partition", {"slot", "label", "serial", "slot_description", "next_handle", "object", *roles})
    settings = {"slot_description": part["slot_description"]} if "slot_description" in part else {}
    container = lab.store.add_container(
        device, int(part["slot"]), str(part["label"]), "", str(part.get("serial", "")), settings
    )
    for number, (key, role) in enumerate(roles.items()):
        if key in part:
            lab.store.add_user(User(container, number, role.name, role.name, verifier(str(part[key]))))
    return container
