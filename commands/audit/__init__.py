"""The HSMs' audit logs as the service delivers them. ``hsmshell lab audit`` shows them."""

from commands.audit.program import run

__all__ = ["run"]
