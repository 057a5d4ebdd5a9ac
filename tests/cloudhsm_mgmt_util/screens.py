"""What the screen shows in more than one place."""

from __future__ import annotations

from .conftest import ONE, ZERO

CAUTION = """\
*************************CAUTION********************************
This is a CRITICAL operation, should be done on all nodes in the
cluster. AWS does NOT synchronize these changes automatically with the
nodes on which this operation is not executed or failed, please
ensure this operation is executed on all nodes in the cluster.
****************************************************************

Do you want to continue(y/n)?"""
WRONG = """\
loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE
loginHSM failed on server 0(10.0.2.9)
loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE
loginHSM failed on server 1(10.0.3.11)
"""


def both(command: str) -> str:
    """The success lines of both servers."""
    return f"{command} success on server {ZERO}\n{command} success on server {ONE}\n"


def twice(command: str, reason: str) -> str:
    """A refusal without a dialog by both servers."""
    return "".join(f"{command} failed: {reason}\n{command} failed on server {place}\n" for place in (ZERO, ONE))


def refusal(reason: str, place: str = ZERO) -> str:
    return f"deleteUser failed: {reason}\ndeleteUser failed on server {place}\n\nRetry/rollBack/Ignore?(R/B/I):"


def asked(command: str, reason: str, *answers: str) -> str:
    """A refusal by one server after the other, each with its dialog."""
    return "".join(
        f"{command} failed: {reason}\n{command} failed on server {place}\n\nRetry/Ignore/Abort?(R/I/A):{answer}\n"
        for place, answer in zip((ZERO, ONE), answers, strict=False)
    )
