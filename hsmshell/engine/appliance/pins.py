"""PINs that are set on an HSM: which it takes, and what it keeps of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine.access import DEFAULT_COST, PIN_LENGTHS, Role, hash_password
from hsmshell.engine.errors import PinLenRange
from hsmshell.engine.records import User

if TYPE_CHECKING:
    from hsmshell.engine.appliance.appliance import Appliance
    from hsmshell.engine.lab import Lab


def new_verifier(appliance: Appliance, pin: str) -> str:
    """What is kept of a PIN that is set now. Raises ``PinLenRange``."""
    if len(pin) not in PIN_LENGTHS:
        raise PinLenRange(f"{len(pin)} characters")
    cost = int(appliance.device.settings.get("password_cost", DEFAULT_COST))
    return hash_password(pin, appliance.lab.services.random_bytes(16), cost)


def set_pin(lab: Lab, container: int, role: Role, verifier: str) -> None:
    """Give a role of a container a PIN and all its tries, inside a transaction."""
    known = lab.store.user_named(container, role.name)
    number = known.number if known else max((user.number for user in lab.store.users(container)), default=-1) + 1
    lab.store.replace_user(User(container, number, role.name, role.name, verifier))
