"""``hsmshell lab fault``: what is down in a lab, and taking it down or bringing it up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import Settings, WrongUsage, open_lab
from hsmshell.console.values import printable
from hsmshell.engine.errors import LabError
from hsmshell.engine.records import DOWN, UP

if TYPE_CHECKING:
    from hsmshell.engine.cluster import Cluster
    from hsmshell.engine.lab import Lab
    from hsmshell.engine.records import Container

CLIENT = "client"
"""The word for the client daemon of the lab's first cluster, which is the one that the tools use."""

_ADVICE = "say what and how, as in: hsmshell lab fault client down"


def run(settings: Settings, target: str, state: str) -> int:
    """Without words list what is down, else change it; the exit code. Raises ``LabError`` and ``WrongUsage``."""
    if target and state not in (UP, DOWN):
        wrong = f'"{printable(state)}" is neither {UP} nor {DOWN}' if state else f'"{printable(target)}" is not enough'
        raise WrongUsage(f"{wrong}; {_ADVICE}")
    lab = open_lab(settings)
    try:
        if not target:
            lines = _down(lab) or [f"nothing is down; {_ADVICE}"]
        elif target == CLIENT:
            lines = [_set_client(lab.cluster(), up=state == UP)]
        else:
            cluster, node = _find(lab, target)
            cluster.faults.set_node(node, up=state == UP)
            lines = [f"{_named(cluster, node)} is {state}"]
    finally:
        lab.close()
    sys.stdout.write("".join(f"hsmshell: {line}\n" for line in lines))
    return 0


def _down(lab: Lab) -> list[str]:
    """One line for each thing that is down."""
    lines: list[str] = []
    for cluster in lab.clusters():
        if not cluster.client_up():
            lines.append(f"{_named(cluster)} is down; bring it up with: hsmshell lab fault {CLIENT} {UP}")
        for node in cluster.nodes():
            if not node.is_up:
                again = f"hsmshell lab fault {printable(node.name)} {UP}"
                lines.append(f"{_named(cluster, node)} is down; bring it up with: {again}")
    return lines


def _set_client(cluster: Cluster, *, up: bool) -> str:
    ended = cluster.faults.set_client(up=up)
    lost = f"; sessions that ended with it: {ended}" if ended else ""
    return f"{_named(cluster)} is {UP if up else DOWN}{lost}"


def _find(lab: Lab, word: str) -> tuple[Cluster, Container]:
    """The HSM of that node id in the lab's first cluster, or of that HSM id in any. Raises ``LabError``."""
    first = lab.cluster()
    for node in first.nodes():
        if str(node.number) == word:
            return first, node
    for cluster in lab.clusters():
        for node in cluster.nodes():
            if node.name == word:
                return cluster, node
    raise LabError(f'there is no HSM "{printable(word)}" in this lab; hsmshell lab show lists them')


def _named(cluster: Cluster, node: Container | None = None) -> str:
    what = "the client daemon" if node is None else f"node {node.number}, {printable(node.name)},"
    return f"{what} of {printable(cluster.name)}"
