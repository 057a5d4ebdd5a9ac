"""key_mgmt_util: keys of a CloudHSM cluster, as its crypto users manage them."""

from commands.key_mgmt_util.program import run

__all__ = ["run"]
