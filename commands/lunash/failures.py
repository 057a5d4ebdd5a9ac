"""How a refusal of the HSM reads here: ``Error:  '<command>' failed. (<code> : <name>)``."""

from __future__ import annotations

from hsmshell.engine.errors import (
    ArgumentsBad,
    HsmError,
    OperationNotAllowed,
    PartitionExists,
    PartitionNotFound,
    PinIncorrect,
    PinLenRange,
    SoLoginFailureThreshold,
)

PUBLISHED: dict[type[HsmError], tuple[str, str]] = {
    PinIncorrect: ("A00000", "LUNA_RET_UM_PIN_INCORRECT"),
    SoLoginFailureThreshold: ("30000F", "LUNA_RET_SO_LOGIN_FAILURE_THRESHOLD"),
}
"""The two whose numbers and names published output has. For all others it is the PKCS#11 value and name."""

REASONS: dict[type[HsmError], str] = {
    ArgumentsBad: "The value is not one that this takes.",
    OperationNotAllowed: "A policy, or the model of the HSM, does not allow it.",
    PartitionExists: "There is a partition of that name already.",
    PartitionNotFound: "There is no partition of that name.",
    PinLenRange: "A password has 7 to 255 characters.",
}
"""A second line for the person; ours."""

_NAMELESS = (PartitionExists, PartitionNotFound)
"""What PKCS#11 has no value for."""


def failure(command: str, problem: HsmError) -> str:
    """The lines that tell of the refusal."""
    if type(problem) in _NAMELESS:
        text = f"Error:  '{command}' failed.\n"
    else:
        code, name = PUBLISHED.get(type(problem), (f"{problem.code:X}", problem.ckr))
        text = f"Error:  '{command}' failed. ({code} : {name})\n"
    reason = REASONS.get(type(problem), "")
    return f"{text}\nError:    {reason}\n" if reason else text
