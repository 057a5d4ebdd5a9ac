"""Which HSMs to connect to: the configuration file, or the lab's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hsmshell.console import Files
from hsmshell.console.host_files import CUSTOMER_CA, MANAGEMENT
from hsmshell.engine.records import Container

PORT = 2225
"""Where an HSM listens for this tool."""
DEFAULT_PATH = MANAGEMENT
"""Where ``configure`` keeps the real file."""


class ServerEntry(NamedTuple):
    """One entry of ``servers`` in the file."""

    name: str
    hostname: str
    port: int
    owner_certificate: str = CUSTOMER_CA
    """The path of the trust anchor, without which no encrypted channel to the HSM comes about."""


class ConfigurationError(Exception):
    """The file cannot be used. The message is one clause, ours."""


def lab_entries(nodes: Sequence[Container]) -> list[ServerEntry]:
    """What ``configure`` would write for these HSMs."""
    return [ServerEntry(node.address, node.address, PORT) for node in nodes]


def load(path: str, files: Files, nodes: Sequence[Container]) -> list[ServerEntry]:
    """The file's enabled servers. The real default path stands for the lab's own HSMs while there is no such file.

    Raises ``ConfigurationError``.
    """
    try:
        data = files.read(path)
    except (FileNotFoundError, NotADirectoryError) as problem:
        if path == DEFAULT_PATH:
            return lab_entries(nodes)
        raise ConfigurationError(problem.strerror) from None
    except OSError as problem:
        raise ConfigurationError(problem.strerror) from None
    except ValueError:
        raise ConfigurationError("not a file name") from None
    return parse(data)


def parse(data: bytes) -> list[ServerEntry]:
    """The enabled entries of ``servers``, in their order. Raises ``ConfigurationError``."""
    import json

    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ConfigurationError("it is not JSON") from None
    servers = document.get("servers") if isinstance(document, dict) else None
    if not isinstance(servers, list) or not servers:
        raise ConfigurationError("it has no list of servers")
    entries = [_entry(item, number) for number, item in enumerate(servers)]
    enabled = [entry for entry in entries if entry is not None]
    if not enabled:
        raise ConfigurationError("none of its servers is enabled")
    return enabled


def _entry(item: object, number: int) -> ServerEntry | None:
    if not isinstance(item, dict):
        raise ConfigurationError(f"servers[{number}] is no object")
    hostname = item.get("hostname")
    name = item.get("name", hostname)
    port = item.get("port", PORT)
    enable = item.get("enable", "yes")
    for key, value in (("hostname", hostname), ("name", name)):
        if not isinstance(value, str) or not value or not value.isprintable():
            raise ConfigurationError(f"servers[{number}] has no {key}")
    if enable not in ("yes", "no"):
        raise ConfigurationError(f"servers[{number}] has an enable that is neither yes nor no")
    entry = ServerEntry(str(name), str(hostname), _port(port, number), _owner_certificate(item, number))
    return entry if enable == "yes" else None


def _port(value: object, number: int) -> int:
    """A script may have written it between quotes."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 16:
        raise ConfigurationError(f"servers[{number}] has no port")
    return value


def _owner_certificate(item: dict[str, object], number: int) -> str:
    """What is said there about enabling the encryption is ignored, as the tool tells when it starts."""
    encryption = item.get("e2e_encryption", {})
    path = encryption.get("owner_cert_path", CUSTOMER_CA) if isinstance(encryption, dict) else None
    if not isinstance(path, str) or not path:
        raise ConfigurationError(f"servers[{number}] has no owner_cert_path")
    return path
