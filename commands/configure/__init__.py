"""configure: which HSMs the tools of the CloudHSM client host connect to, and with which key of the host's own."""

from commands.configure.program import run

__all__ = ["run"]
