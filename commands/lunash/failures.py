"""How a refusal of the HSM reads here: ``Error:  '<command>' failed. (<code> : <name>)``."""

from __future__ import annotations

from hsmshell.engine.errors import (
    ArgumentsBad,
    ConfigFailsDependencies,
    HsmError,
    LicenseCapacityExceeded,
    OperationNotAllowed,
    PartitionExists,
    PartitionNotFound,
    PinIncorrect,
    PinLenRange,
    SoLoginFailureThreshold,
    UserNotLoggedIn,
)

PUBLISHED: dict[type[HsmError], tuple[str, str]] = {
    PinIncorrect: ("A00000", "LUNA_RET_UM_PIN_INCORRECT"),
    SoLoginFailureThreshold: ("30000F", "LUNA_RET_SO_LOGIN_FAILURE_THRESHOLD"),
}
"""The two whose numbers and names published output has. For all others it is the PKCS#11 value and name."""

REASONS: dict[type[HsmError], str] = {
    ArgumentsBad: "The value is not one that this takes.",
    ConfigFailsDependencies: "Another policy has to change first: the HSM's cloning, or the partition's other mode.",
    LicenseCapacityExceeded: "The HSM has all the partitions that it may have.",
    OperationNotAllowed: "A policy, or the model of the HSM, does not allow it.",
    PartitionExists: "There is a partition of that name already.",
    PartitionNotFound: "There is no partition of that name.",
    PinLenRange: "A password has 7 to 255 characters.",
    UserNotLoggedIn: "The HSM Admin has to log in first, with 'hsm login'.",
}
"""A second line for the person; ours."""

ZEROIZED = "Error:    The HSM is in the factory reset (zeroized) state.\n"
"""Published."""

_NAMELESS = (PartitionExists, PartitionNotFound)
"""What PKCS#11 has no value for."""


def failure(command: str, problem: HsmError, *, zeroized: bool = False) -> str:
    """The lines that tell of the refusal; nobody can log in to a zeroized HSM."""
    if type(problem) in _NAMELESS:
        text = f"Error:  '{command}' failed.\n"
    elif isinstance(problem, ConfigFailsDependencies):
        # Its number is not published.
        text = f"Error:  '{command}' failed. ({problem.ckr})\n"
    else:
        code, name = PUBLISHED.get(type(problem), (f"{problem.code:X}", problem.ckr))
        text = f"Error:  '{command}' failed. ({code} : {name})\n"
    if zeroized and isinstance(problem, UserNotLoggedIn):
        return f"{text}\n{ZEROIZED}"
    reason = REASONS.get(type(problem), "")
    return f"{text}\nError:    {reason}\n" if reason else text
