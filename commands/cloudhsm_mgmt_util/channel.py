"""The encrypted channel to an HSM: the trust anchor that it takes, and what the tool does without it."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from commands.client_files import ClientFileError, ClientFileMissing, read
from hsmshell.console import Part
from hsmshell.console.host_files import CUSTOMER_CA, HostFiles
from hsmshell.console.values import path
from hsmshell.engine.cluster import phase
from hsmshell.engine.errors import HsmError
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container

NO_CHANNEL = "E2E is not enabled"
"""Why a command is refused without the channel; a choice of the reference."""

LIMITED = frozenset(
    {
        "enable_e2e",
        "exit",
        "getCert",
        "getClusterInfo",
        "getHSMInfo",
        "help",
        "info",
        "listAttributes",
        "quit",
        "server",
    }
)
"""The commands that do without the channel."""


class ChannelMissing(HsmError):
    """The command needs the channel and there is none; the HSM was not asked."""


class Trouble(enum.Enum):
    """What is in the way of a channel."""

    MISSING = "missing"
    """The trust anchor's file is not there."""
    WRONG = "wrong"
    """The file's certificate is not the one that the cluster's hangs on."""


def trouble(lab: Lab, node: Container, files: HostFiles, owner_certificate: str) -> Trouble | None:
    """What is in the way of a channel to the HSM.

    A cluster that comes from a scenario has no authority that a person could have a certificate of: there the file has
    to be present only where the configuration names one of its own. A cluster that was initialized in the lab needs the
    file, and its content counts.
    """
    cluster = next(cluster for cluster in lab.clusters() if cluster.device.id == node.device)
    strict = bool(cluster.device.settings.get(phase.CUSTOMER_CA))
    if not strict and owner_certificate == CUSTOMER_CA:
        return None
    try:
        data = read(files, owner_certificate)
    except ClientFileMissing:
        return Trouble.MISSING
    except ClientFileError:
        return Trouble.WRONG
    if not strict:
        return None
    from hsmshell.engine.certificates import CertificateKind

    try:
        root = cluster.certificates.certificate(node, CertificateKind.CUSTOMER_ROOT)
    except HsmError:  # it has gone meanwhile, or has no such certificate
        return Trouble.WRONG
    return None if _der(data) == root else Trouble.WRONG


def _der(data: bytes) -> bytes:
    """The certificate of a PEM file; empty when it has none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER)
    except ValueError:
        return b""


def explain(found: Trouble, server: Sequence[Part], owner_certificate: str) -> list[Part]:
    """The lines that tell it of the server, named as in every message."""
    limited: list[Part] = ["Server ", *server, " is in unencrypted mode now...\nrunning in limited commands mode\n"]
    failed = "E2E Session failed: E2E setup failed\nEnabling E2E failed\n"
    if found is Trouble.WRONG:
        return ["Certificate ERROR: [ certificate signature failure ]\n", *limited, failed]
    return [
        path(owner_certificate),
        ",\npartition owner certificate not exist at given path\n",
        *limited,
        "Error: partition owner certificate doesn't exist at given path.\nFailed to create client ssl ctx\n",
        failed,
    ]
