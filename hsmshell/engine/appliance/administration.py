"""An HSM as its administrators work with it: its own roles, initialization, partitions, policies.

Sources: Thales, HSM Initialization and Zeroization (5.4), hsm factoryReset (6.3, 7), Cloning or Export (7.x); the
guide, Deprovisioning Unused CloudHSM Classic HSMs.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hsmshell.engine.access import Role
from hsmshell.engine.appliance.appliance import ADMIN, Appliance, cloning_secret
from hsmshell.engine.appliance.erasure import (
    ZEROIZED,
    change_settings,
    device_of,
    empty_partition,
    erase_partition,
    erase_partitions,
    zeroize,
)
from hsmshell.engine.appliance.logins import (
    OFFICER_FAILURES,
    PinState,
    attempt,
    hsm_account,
    partition_account,
    pin_state,
)
from hsmshell.engine.appliance.numbering import free_slot, new_serial
from hsmshell.engine.appliance.partition_rules import change_erases, require_resettable, require_room
from hsmshell.engine.appliance.pins import give_pin, new_verifier, set_pin
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy
from hsmshell.engine.errors import (
    ArgumentsBad,
    OperationNotAllowed,
    PartitionNotFound,
    UserAlreadyLoggedIn,
    UserAnotherAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotLoggedIn,
    UserPinNotInitialized,
)
from hsmshell.engine.records import Container, User

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

DESTRUCTIVE = frozenset({HsmPolicy.MASKING, HsmPolicy.CLONING, HsmPolicy.NON_FIPS})
"""A change of one of these erases every partition."""

_KEEPS_SINCE = (6, 22)
"""Older firmware keeps policies, auditor and remote PED vector in a factory reset."""


class Administration:
    """One administrator's connection to an appliance's HSM, logged in as one of the HSM's own roles or as nobody."""

    def __init__(self, appliance: Appliance) -> None:
        self.lab: Lab = appliance.lab
        self._device = appliance.device.id
        self._login: tuple[Role, int] | None = None

    @property
    def appliance(self) -> Appliance:
        """The appliance as it is now."""
        with self.lab.store.reading():
            return Appliance(self.lab, device_of(self.lab.store, self._device))

    # logins

    @property
    def role(self) -> Role | None:
        """Who is logged in; nobody when somebody else has initialized or zeroized the HSM meanwhile."""
        if self._login is None:
            return None
        with self.lab.store.reading():
            if not self.lab.store.has_session(self._login[1]):
                self._login = None
        return self._login[0] if self._login else None

    def login(self, role: Role, pin: str) -> None:
        """Log in as the security officer or the auditor. The officer's third wrong PIN in a row zeroizes the HSM.

        Raises ``UserTypeInvalid``, ``UserAlreadyLoggedIn``, ``UserAnotherAlreadyLoggedIn``,
        ``UserPinNotInitialized``, ``AuditLoginFailureThreshold``, ``SoLoginFailureThreshold`` or ``PinIncorrect``.
        """
        if self.role is not None:
            raise UserAlreadyLoggedIn(role.name) if self.role is role else UserAnotherAlreadyLoggedIn(role.name)
        admin = self.appliance.admin()
        if admin is None:
            raise UserPinNotInitialized(role.name)
        account = hsm_account(admin, role)
        number = attempt(
            self.lab, account, pin, lambda: self.lab.add_session(self._device, admin.id, role.name, role.name)
        )
        self._login = role, number

    def logout(self) -> None:
        """Raises ``UserNotLoggedIn``."""
        if self.role is None or self._login is None:
            raise UserNotLoggedIn("logout")
        with self.lab.store.transaction():
            self.lab.store.delete_session(self._login[1])
        self._login = None

    def close(self) -> None:
        """Log out, if anybody is logged in."""
        if self.role is not None:
            self.logout()

    def has_role(self, role: Role) -> bool:
        """Whether the HSM has a security officer, or an auditor."""
        return self._user(role) is not None

    def attempts_left(self) -> int:
        """Wrong PINs of the security officer until the HSM is zeroized; 0 when it is."""
        user = self._user(Role.SECURITY_OFFICER)
        if self.is_zeroized:
            return 0
        return OFFICER_FAILURES - (min(user.failures, OFFICER_FAILURES) if user else 0)

    def owner(self, part: Container) -> PinState | None:
        """How it stands with the PIN of a partition's Crypto Officer; ``None`` when there is none."""
        with suppress(UserPinNotInitialized):
            return pin_state(self.lab, partition_account(self.lab, self.appliance, part, Role.CRYPTO_OFFICER))
        return None

    def count_objects(self, part: Container) -> int:
        """How many objects a partition holds."""
        with self.lab.store.reading():
            return self.lab.store.count_objects(part.id)

    def _user(self, role: Role) -> User | None:
        with self.lab.store.reading():
            admin = self.appliance.admin()
            return self.lab.store.user_named(admin.id, role.name) if admin else None

    def require_officer(self) -> None:
        """Raises ``UserNotLoggedIn`` or ``UserNotAuthorized`` unless the security officer is logged in."""
        if self.role is None:
            raise UserNotLoggedIn("security officer")
        if self.role is not Role.SECURITY_OFFICER:
            raise UserNotAuthorized(self.role.name)

    # the HSM

    @property
    def is_zeroized(self) -> bool:
        """Whether the HSM has to be initialized first."""
        return bool(self.appliance.device.settings.get(ZEROIZED, False))

    def initialize(self, label: str, pin: str, domain: str = "") -> None:
        """Give the HSM a label and a security officer; nobody is logged in afterwards.

        A zeroized HSM gets a cloning domain, too. Any other one keeps that and its policies, and only its security
        officer may do it: its partitions are erased. Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``PinLenRange``
        or ``ArgumentsBad`` (no label, or no domain for a zeroized HSM).
        """
        store = self.lab.store
        with store.transaction():
            zeroized = self.is_zeroized
            if not zeroized:
                self.require_officer()
            if not label or (zeroized and not domain):
                raise ArgumentsBad("label and domain")
            verifier = new_verifier(self.appliance, pin)
            if zeroized:
                store.set_device_secret(self._device, cloning_secret(domain))
            erase_partitions(store, self._device)
            admin = self.appliance.admin()
            home = admin.id if admin else store.add_container(self._device, ADMIN, "admin", "", "", {})
            store.end_connections(home)
            set_pin(self.lab, home, Role.SECURITY_OFFICER, verifier)
            change_settings(store, self._device, {"label": label, ZEROIZED: False})

    def factory_reset(self) -> None:
        """Zeroize the HSM; anybody at the appliance may. Raises ``OperationNotAllowed`` when it has to be done at the
        serial console and this is not it.
        """
        with self.lab.store.transaction():
            if not self.appliance.device.settings.get("serial_console", True):
                raise OperationNotAllowed("serial console only")
            zeroize(self.lab.store, self._device, factory=_firmware(self.appliance) >= _KEEPS_SINCE)

    def change_policy(self, policy: HsmPolicy, value: int) -> None:
        """Switch a policy of the HSM on or off. A change of a ``DESTRUCTIVE`` one erases the partitions.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``ArgumentsBad``.
        """
        with self.lab.store.transaction():
            self.require_officer()
            if value not in (0, 1):
                raise ArgumentsBad(str(value))
            if value == self.appliance.policy(policy):
                return
            change_settings(self.lab.store, self._device, {policy.setting: bool(value)})
            if policy in DESTRUCTIVE:
                erase_partitions(self.lab.store, self._device)

    # partitions

    def partition(self, name: str) -> Container:
        """The partition of that name, or with that serial number. Raises ``PartitionNotFound``."""
        parts = self.appliance.partitions()
        for part in (*(part for part in parts if part.name == name), *(part for part in parts if part.serial == name)):
            return part
        raise PartitionNotFound(name)

    def create_partition(self, name: str, pin: str = "") -> Container:
        """A new partition in the lowest free slot. Where partitions have no security officer of their own, the PIN is
        the Crypto Officer's; elsewhere the partition waits to be initialized.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ArgumentsBad`` (no name), ``PartitionExists``,
        ``LicenseCapacityExceeded`` or ``PinLenRange``.
        """
        store = self.lab.store
        with store.transaction():
            self.require_officer()
            appliance = self.appliance
            require_room(appliance, name)
            verifier = "" if appliance.profile.has_partition_officer else new_verifier(self.appliance, pin)
            slot, serial = free_slot(self.lab, appliance), new_serial(appliance)
            container = store.add_container(self._device, slot, name, "", serial, {})
            part = next(part for part in self.appliance.partitions() if part.id == container)
            if verifier:
                give_pin(appliance, part, Role.CRYPTO_OFFICER, verifier)
            return part

    def delete_partition(self, name: str) -> None:
        """Erase a partition. Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``PartitionNotFound``."""
        with self.lab.store.transaction():
            self.require_officer()
            erase_partition(self.lab.store, self.partition(name).id)

    def reset_partition_pin(self, name: str, pin: str) -> None:
        """Give a partition's Crypto Officer another PIN, which ends a lock.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``PartitionNotFound``, ``PinLenRange`` or
        ``OperationNotAllowed``: HSM policy 15, or the partition has a security officer of its own.
        """
        with self.lab.store.transaction():
            self.require_officer()
            part = self.partition(name)
            appliance = self.appliance
            require_resettable(appliance)
            give_pin(appliance, part, Role.CRYPTO_OFFICER, new_verifier(appliance, pin))

    def change_partition_policy(self, name: str, policy: PartitionPolicy, value: int) -> None:
        """Change a policy of a partition. Switching private keys' cloning or wrapping on erases its objects.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``PartitionNotFound``, and what ``change_erases`` raises.
        """
        counts = policy is PartitionPolicy.MAXIMUM_FAILURES
        with self.lab.store.transaction():
            self.require_officer()
            part, appliance = self.partition(name), self.appliance
            if change_erases(appliance, part, policy, value):
                empty_partition(self.lab.store, part.id)
            elif value == appliance.policy(policy, part):
                return
            settings = {**part.settings, policy.setting: value if counts else bool(value)}
            self.lab.store.set_container_settings(part.id, settings)


def _firmware(appliance: Appliance) -> tuple[int, ...]:
    """The firmware's version; a scenario that says none has the profile's first one."""
    text = appliance.setting("firmware") or ("7.0" if appliance.profile.has_partition_officer else "6.0")
    return tuple(int(part) for part in text.split(".") if part.isdigit())
