"""cloudhsm_mgmt_util: the users of a CloudHSM cluster's HSMs, and the attributes and shares of its keys."""

from commands.cloudhsm_mgmt_util.program import run

__all__ = ["run"]
