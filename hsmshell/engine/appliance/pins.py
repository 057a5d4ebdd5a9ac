"""PINs that are set on an HSM: which it takes, and what it keeps of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsmshell.engine.access import DEFAULT_COST, PIN_LENGTHS, Role, hash_password
from hsmshell.engine.appliance.policies import HsmPolicy
from hsmshell.engine.errors import PinExpired, PinLenRange
from hsmshell.engine.records import Container, User

if TYPE_CHECKING:
    from hsmshell.engine.appliance.appliance import Appliance
    from hsmshell.engine.lab import Lab


def new_verifier(appliance: Appliance, pin: str) -> str:
    """What is kept of a PIN that is set now. Raises ``PinLenRange``."""
    if len(pin) not in PIN_LENGTHS:
        raise PinLenRange(f"{len(pin)} characters")
    cost = int(appliance.device.settings.get("password_cost", DEFAULT_COST))
    return hash_password(pin, appliance.lab.services.random_bytes(16), cost)


EXPIRED = "pin_expired"
"""The setting of a partition whose Crypto Officer has to change the PIN first."""


def give_pin(appliance: Appliance, part: Container, role: Role, verifier: str) -> None:
    """Set somebody else's PIN, inside a transaction; under HSM policy 21 the Crypto Officer's is to be changed then."""
    set_pin(appliance.lab, part.id, role, verifier)
    if role is Role.CRYPTO_OFFICER:
        note_expiry(appliance.lab, part, expired=bool(appliance.policy(HsmPolicy.FORCE_PIN_CHANGE)))


def note_expiry(lab: Lab, part: Container, *, expired: bool) -> None:
    """Whether the Crypto Officer of the partition has to change the PIN, inside a transaction."""
    if part.settings.get(EXPIRED, False) != expired:
        lab.store.set_container_settings(part.id, {**part.settings, EXPIRED: expired})


def require_current(part: Container, role: Role) -> None:
    """Raises ``PinExpired`` when the role has to change its PIN before it does anything else."""
    if role is Role.CRYPTO_OFFICER and part.settings.get(EXPIRED, False):
        raise PinExpired(role.name)


def set_pin(lab: Lab, container: int, role: Role, verifier: str) -> None:
    """Give a role of a container a PIN and all its tries, inside a transaction."""
    known = lab.store.user_named(container, role.name)
    number = known.number if known else max((user.number for user in lab.store.users(container)), default=-1) + 1
    lab.store.replace_user(User(container, number, role.name, role.name, verifier))
