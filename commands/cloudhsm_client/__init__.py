"""cloudhsm_client: the daemon of the client host through which key_mgmt_util reaches the HSMs of a cluster."""

from commands.cloudhsm_client.program import run

__all__ = ["run"]
