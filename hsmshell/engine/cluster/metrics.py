"""What the service measures of an HSM, under its published names (those about network traffic are not simulated)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hsmshell.engine.cluster.occupancy import count
from hsmshell.engine.cluster.users import MAXIMUM_USERS
from hsmshell.engine.records import Container, SessionRow
from hsmshell.engine.store import Store

TEMPERATURE = 56
"""Degrees Celsius: a simulated HSM stays cool."""


class Metrics(NamedTuple):
    """The measured values. An HSM that is down tells no more than that; ``None`` stands for what it does not tell."""

    HsmUnhealthy: int
    HsmTemperature: int | None = None
    """Degrees Celsius."""
    HsmKeysSessionOccupied: int | None = None
    HsmKeysTokenOccupied: int | None = None
    HsmSslCtxsOccupied: int | None = None
    """Encrypted channels: one for each program that has a session."""
    HsmSessionCount: int | None = None
    HsmUsersAvailable: int | None = None
    """How many users more there may be."""
    HsmUsersMax: int | None = None


def measure(store: Store, node: Container, sessions: Sequence[SessionRow]) -> Metrics:
    """The values of one HSM; ``sessions`` are those of the lab. Inside a transaction."""
    if not node.is_up:
        return Metrics(1)
    held = count(store, node, sessions)
    return Metrics(
        HsmUnhealthy=0,
        HsmTemperature=TEMPERATURE,
        HsmKeysSessionOccupied=held.session_keys,
        HsmKeysTokenOccupied=held.token_keys,
        HsmSslCtxsOccupied=held.channels,
        HsmSessionCount=held.sessions,
        HsmUsersAvailable=MAXIMUM_USERS - held.users,
        HsmUsersMax=MAXIMUM_USERS,
    )
