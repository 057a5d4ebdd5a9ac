"""What a role's wrong PINs lead to, and a login that counts them.

Sources: the guide, Deprovisioning Unused CloudHSM Classic HSMs; Thales, Failed Logins (6.0 to 7.4); for Luna SA 5
CredHub's safety controls, for K7 Azure's supportability page.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hsmshell.engine.access import Role, check_password
from hsmshell.engine.appliance.appliance import Appliance
from hsmshell.engine.appliance.erasure import empty_partition, zeroize, zeroize_partition
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy
from hsmshell.engine.errors import (
    AuditLoginFailureThreshold,
    PinIncorrect,
    SoLoginFailureThreshold,
    UserLockedOut,
    UserPinNotInitialized,
    UserTypeInvalid,
)
from hsmshell.engine.records import Container

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

_Noted = TypeVar("_Noted")

OFFICER_FAILURES = 3
"""Wrong PINs in a row after which the HSM is zeroized; fixed."""
PARTITION_OFFICER_FAILURES = 10
"""Of a partition's own security officer; then the partition is zeroized."""
AUDITOR_FAILURES = 10
AUDITOR_PAUSE = 600
"""Seconds for which an auditor is locked out then."""

PAUSED_UNTIL = "auditor_locked_until"
"""The setting of the HSM's own container with the Unix seconds at which the auditor's lock ends."""


class LastTry(enum.Enum):
    """What follows the last wrong PIN."""

    ZEROIZE_HSM = "every partition of the HSM is erased, and its security officer"
    ZEROIZE_PARTITION = "the partition is erased with its roles"
    LOSE_CONTENTS = "the partition's objects are erased and the role stays locked"
    LOCK = "the role is locked until its PIN is reset"
    PAUSE = "the role is locked for a while"


class Account(NamedTuple):
    """A role where its PIN is kept."""

    container: int
    device: int
    role: Role
    limit: int
    """Wrong PINs in a row until the last try's consequence."""
    last: LastTry


class PinState(NamedTuple):
    """How it stands with a role's PIN."""

    failures: int
    """Wrong ones in a row."""
    limit: int
    """How many lock the role."""

    @property
    def is_locked(self) -> bool:
        return self.failures >= self.limit

    @property
    def left(self) -> int:
        """Wrong PINs that lock the role from now on."""
        return max(0, self.limit - self.failures)

    @property
    def is_final_try(self) -> bool:
        """Whether one more wrong PIN locks the role."""
        return self.failures == self.limit - 1


def hsm_account(admin: Container, role: Role) -> Account:
    """One of the HSM's own roles. Raises ``UserTypeInvalid`` for a role of partitions."""
    if role is Role.SECURITY_OFFICER:
        return Account(admin.id, admin.device, role, OFFICER_FAILURES, LastTry.ZEROIZE_HSM)
    if role is Role.AUDITOR:
        return Account(admin.id, admin.device, role, AUDITOR_FAILURES, LastTry.PAUSE)
    raise UserTypeInvalid(role.name)


def partition_account(lab: Lab, appliance: Appliance, partition: Container, role: Role) -> Account:
    """A role as a program on the partition's slot means it. Raises ``UserTypeInvalid`` for an auditor.

    Where partitions have no security officer of their own, it is the HSM's who logs in, and whose tries are counted.
    """
    if role is Role.AUDITOR:
        raise UserTypeInvalid(role.name)
    if role is Role.SECURITY_OFFICER:
        if appliance.profile.has_partition_officer:
            limit = PARTITION_OFFICER_FAILURES
            return Account(partition.id, partition.device, role, limit, LastTry.ZEROIZE_PARTITION)
        admin = appliance.admin()
        with lab.store.reading():
            # A lab of an older version keeps the officer's PIN in the partition.
            known = admin and lab.store.user_named(admin.id, role.name)
        home = admin if admin and known else partition
        return Account(home.id, home.device, role, OFFICER_FAILURES, LastTry.ZEROIZE_HSM)
    limit = appliance.policy(PartitionPolicy.MAXIMUM_FAILURES, partition)
    keeps = role is Role.CRYPTO_USER or appliance.policy(HsmPolicy.RESET_PIN)
    return Account(partition.id, partition.device, role, limit, LastTry.LOCK if keeps else LastTry.LOSE_CONTENTS)


def attempt(lab: Lab, account: Account, pin: str, note: Callable[[], _Noted]) -> _Noted:
    """Check a PIN and count it; a right one sets the count back. What ``note``, inside the transaction, gives.

    Raises ``UserPinNotInitialized``, ``UserLockedOut``, ``AuditLoginFailureThreshold`` or ``PinIncorrect``, and
    ``SoLoginFailureThreshold`` for a security officer's last wrong PIN, which erases.
    """
    store, name = lab.store, account.role.name
    with store.reading():
        known = store.user_named(account.container, name)
    # Worked out before the transaction: hashing takes long, and others would wait.
    fits = check_password(pin, known.verifier) if known else False
    with store.transaction():
        user = store.user_named(account.container, name)
        if user is None or not user.verifier:
            raise UserPinNotInitialized(name)
        if user.failures >= account.limit:
            _require_unlocked(lab, account)
            user = user._replace(failures=0)
        if fits if known and known.verifier == user.verifier else check_password(pin, user.verifier):
            store.replace_user(user._replace(failures=0))
            return note()
        user = user._replace(failures=user.failures + 1)
        store.replace_user(user)
        last = user.failures >= account.limit
        if last:
            _follow(lab, account)
    if last and account.role is Role.SECURITY_OFFICER:
        raise SoLoginFailureThreshold(name)
    raise PinIncorrect(name)


def pin_state(lab: Lab, account: Account) -> PinState:
    """The role's wrong PINs. Raises ``UserPinNotInitialized``."""
    with lab.store.reading():
        user = lab.store.user_named(account.container, account.role.name)
    if user is None or not user.verifier:
        raise UserPinNotInitialized(account.role.name)
    return PinState(user.failures, account.limit)


def require_usable(lab: Lab, account: Account) -> None:
    """Raise ``UserPinNotInitialized`` or ``UserLockedOut`` when nobody could log in; inside a transaction."""
    if pin_state(lab, account).is_locked:
        _require_unlocked(lab, account)


def _require_unlocked(lab: Lab, account: Account) -> None:
    """Nothing, when a lock has ended by itself."""
    if account.role is Role.SECURITY_OFFICER:
        raise SoLoginFailureThreshold(account.role.name)
    if account.last is not LastTry.PAUSE:
        raise UserLockedOut(account.role.name)
    home = next(part for part in lab.store.containers(account.device) if part.id == account.container)
    if lab.services.clock() < int(home.settings.get(PAUSED_UNTIL, 0)):
        raise AuditLoginFailureThreshold(account.role.name)


def _follow(lab: Lab, account: Account) -> None:
    """What the last wrong PIN leads to, inside the transaction that counted it."""
    store = lab.store
    if account.last is LastTry.ZEROIZE_HSM:
        zeroize(store, account.device)
    elif account.last is LastTry.ZEROIZE_PARTITION:
        zeroize_partition(store, account.container)
    elif account.last is LastTry.LOSE_CONTENTS:
        empty_partition(store, account.container)
    elif account.last is LastTry.PAUSE:
        until = int(lab.services.clock()) + AUDITOR_PAUSE
        store.set_container_settings(account.container, {PAUSED_UNTIL: until})
