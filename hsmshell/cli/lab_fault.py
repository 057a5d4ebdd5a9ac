"""``hsmshell lab fault``: what is wrong in a lab, and making it so: an HSM that is down or full, the client stopped, a
Luna appliance or one of its partitions that does not answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import Settings, WrongUsage, open_lab
from hsmshell.console.values import printable
from hsmshell.engine.errors import LabError
from hsmshell.engine.records import DOWN, DROP_SYNC, FULL, STATES, UP

if TYPE_CHECKING:
    from hsmshell.engine.cluster import Cluster
    from hsmshell.engine.lab import Lab
    from hsmshell.engine.records import Container

CLIENT = "client"
"""The word for the client daemon of the CloudHSM host. It serves one cluster, to which key_mgmt_util belongs."""

_DAEMON = "cloudhsm_client"
"""The emulated tool that starts it."""

_ADVICE = "say what and how, as in: hsmshell lab fault client down"

_TOLD = {
    DOWN: "is down",
    FULL: "is full: it takes no new key and no new user",
    DROP_SYNC: "drops what is synchronised: it misses keys that are made on others",
}


def run(settings: Settings, target: str, state: str) -> int:
    """Without words list what is wrong, else change it; the exit code. Raises ``LabError`` and ``WrongUsage``."""
    states = (UP, DOWN) if target == CLIENT else STATES
    if target and state not in states:
        wrong = f'"{printable(state)}" is not one of {", ".join(states)}' if state else f'"{printable(target)}" alone'
        raise WrongUsage(f"{wrong}; {_ADVICE}")
    lab = open_lab(settings)
    try:
        if not target:
            lines = _faults(lab) or [f"nothing is wrong; {_ADVICE}"]
        elif target == CLIENT:
            lines = [_start_client(lab) if state == UP else _stop_client(lab.cluster())]
        elif partitions := _partitions(lab, target):
            if state not in (UP, DOWN):
                raise WrongUsage(f"a partition is {UP} or {DOWN}; {_ADVICE}")
            with lab.store.transaction():
                for part in partitions:
                    lab.store.set_container_state(part.id, state)
            lines = [f"{_partition(part)} {_TOLD.get(state, 'is up')}" for part in partitions]
        else:
            cluster, node = _find(lab, target)
            cluster.faults.set_node(node, state)
            lines = [f"{_named(cluster, node)} {_TOLD.get(state, 'is up')}"]
    finally:
        lab.close()
    sys.stdout.write("".join(f"hsmshell: {line}\n" for line in lines))
    return 0


def _faults(lab: Lab) -> list[str]:
    """One line for each thing that is wrong."""
    lines: list[str] = []
    clusters = lab.clusters()
    served = lab.cluster() if clusters else None
    for cluster in clusters:
        if served is not None and cluster.device.id == served.device.id and not cluster.client_up():
            lines.append(f"{_named(cluster)} is down; bring it up with: hsmshell lab fault {CLIENT} {UP}")
        for node in cluster.nodes():
            if node.state != UP:
                again = f"hsmshell lab fault {printable(node.name)} {UP}"
                lines.append(f"{_named(cluster, node)} {_TOLD[node.state]}; bring it up with: {again}")
    for appliance in lab.appliances():
        for part in appliance.partitions():
            if not part.is_up:
                again = f"hsmshell lab fault {printable(part.serial or part.name)} {UP}"
                lines.append(f"{_partition(part)} {_TOLD[part.state]}; bring it up with: {again}")
    return lines


def _partitions(lab: Lab, word: str) -> list[Container]:
    """All partitions of the appliance of that name, else the partition of that label or serial number."""
    found: list[Container] = []
    for appliance in lab.appliances():
        if appliance.name == word:
            return appliance.partitions()
        found += [part for part in appliance.partitions() if word in (part.name, part.serial)]
    return found[:1]


def _partition(part: Container) -> str:
    return f"slot {part.number}, the partition {printable(part.name)},"


def _start_client(lab: Lab) -> str:
    """As the emulated tool starts it: for the cluster that the host's configuration names. Raises ``LabError``."""
    from hsmshell import registry
    from hsmshell.console.context import Context
    from hsmshell.console.files import Files
    from hsmshell.console.scripted import ScriptedConsole

    said = ScriptedConsole()
    if registry.load(_DAEMON)(["start"], Context(lab, said, Files())):
        raise LabError(said.text.strip())
    return f"{_named(lab.cluster())} is {UP}"


def _stop_client(cluster: Cluster) -> str:
    ended = cluster.faults.set_client(up=False)
    lost = f"; sessions that ended with it: {ended}" if ended else ""
    return f"{_named(cluster)} is {DOWN}{lost}"


def _find(lab: Lab, word: str) -> tuple[Cluster, Container]:
    """The HSM of that node id in the cluster that the client serves, or of that HSM id or address in any.

    Raises ``LabError``.
    """
    for cluster in lab.clusters():
        served = cluster.device.id == lab.cluster().device.id
        for node in cluster.nodes():
            if word in (node.name, node.address) or (served and word == str(node.number)):
                return cluster, node
    raise LabError(f'there is no HSM "{printable(word)}" in this lab; hsmshell lab show lists them')


def _named(cluster: Cluster, node: Container | None = None) -> str:
    what = "the client daemon" if node is None else f"node {node.number}, {printable(node.name)},"
    return f"{what} of {printable(cluster.name)}"
