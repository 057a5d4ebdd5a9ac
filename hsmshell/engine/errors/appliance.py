"""What a Luna appliance refuses beside PKCS#11's return values.

``code`` is the vendor-defined value, or that of the nearest of PKCS#11.
"""

from __future__ import annotations

from hsmshell.engine.errors.base import HsmError


class UserLockedOut(HsmError):
    """Too many wrong PINs for a role of a partition."""

    ckr, code = "CKR_USER_LOCKED_OUT", 0x80000007


class SoLoginFailureThreshold(HsmError):
    """The security officer's last try was wrong."""

    ckr, code = "CKR_SO_LOGIN_FAILURE_THRESHOLD", 0x8000001C


class KeyNotActive(HsmError):
    """The key has been used as often as its CKA_USAGE_LIMIT permits."""

    ckr, code = "CKR_KEY_NOT_ACTIVE", 0x68


class AuditLoginFailureThreshold(HsmError):
    """The auditor has tried too often, and has to wait."""

    ckr, code = "CKR_AUDIT_LOGIN_FAILURE_THRESHOLD", 0x8000003C


class LicenseCapacityExceeded(HsmError):
    """The HSM has as many partitions as it can."""

    ckr, code = "CKR_LICENSE_CAPACITY_EXCEEDED", 0x80000031


class ConfigFailsDependencies(HsmError):
    """The policy does not go together with another one's value."""

    ckr = "CKR_CONFIG_FAILS_DEPENDENCIES"


class PartitionNotFound(HsmError):
    """The HSM has no partition of that name."""


class PartitionExists(HsmError):
    """The HSM has a partition of that name already."""


class OperationNotAllowed(HsmError):
    """A policy of the partition forbids it."""

    ckr, code = "CKR_OPERATION_NOT_ALLOWED", 0x80000030


class KeyNotAuthorized(HsmError):
    """The key is assigned to somebody, and its authorization data were not given in this session."""

    ckr, code = "CKR_KEY_NOT_AUTHORIZED", 0x80000097


class GroupError(HsmError):
    """A high-availability group cannot be made or changed so; the message says why."""
