"""The files of the CloudHSM client host: where they are, and the list of HSMs that its daemon keeps there.

Several tools read and write them; none of them needs another's folder for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hsmshell.console import Context
from hsmshell.console.host_files import CONFIGURATION, OWN, HostFiles
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.records import Container

CLIENT = f"{CONFIGURATION}/cloudhsm_client.cfg"
"""Which HSM the client daemon asks first."""
CLIENT_KEY, CLIENT_CERTIFICATE = f"{CONFIGURATION}/client.key", f"{CONFIGURATION}/client.crt"
"""What the host shows of itself when it connects."""

CLIENT_PORT = 2223
"""Where an HSM listens for the client daemon."""
FIRST_DAEMON = 1
"""The number of the daemon that runs unless another is asked for."""


class ClientFileError(Exception):
    """A file cannot be used. The message names it and is one clause, ours; ``advice`` says what to do."""

    def __init__(self, message: str, advice: str = "correct it and try again") -> None:
        super().__init__(message)
        self.advice = advice


class ClientFileMissing(ClientFileError):
    """There is no such file."""


class Found(NamedTuple):
    """An HSM and the cluster that it belongs to."""

    cluster: Cluster
    node: Container


def host_files(context: Context) -> HostFiles:
    """The files as a tool on that host sees them."""
    files = context.files
    return files if isinstance(files, HostFiles) else HostFiles(files.directory, context.lab.directory)


def reachable(context: Context, address: str) -> Found | None:
    """The HSM of any cluster of the lab that answers at the address."""
    for cluster in context.lab.clusters():
        for node in cluster.nodes():
            if node.is_up and node.address == address:
                return Found(cluster, node)
    return None


def read(files: HostFiles, path: str) -> bytes:
    """The file's bytes. Raises ``ClientFileError``, of which ``ClientFileMissing`` is one."""
    try:
        return files.read(path)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise ClientFileMissing(f"{path}: {problem.strerror}") from None
    except OSError as problem:
        raise ClientFileError(f"{path}: {problem.strerror}") from None


def write(files: HostFiles, contents: dict[str, bytes]) -> None:
    """Write all of the files or none. Raises ``ClientFileError``."""
    try:
        files.write_all(contents)
    except OSError as problem:
        raise ClientFileError(f"{problem.filename}: {problem.strerror}") from None


def read_object(files: HostFiles, path: str) -> dict[str, object]:
    """A file with a JSON object. Raises ``ClientFileError``."""
    document = _parse(path, read(files, path))
    if not isinstance(document, dict):
        raise ClientFileError(f"{path}: it is no JSON object")
    return document


def to_json(document: object) -> bytes:
    """A document in the form of these files: four blanks, keys in order."""
    import json

    return (json.dumps(document, indent=4, sort_keys=True) + "\n").encode()


def _parse(path: str, data: bytes) -> object:
    import json

    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise ClientFileError(f"{path}: it is not JSON") from None


# cluster.info: the format of the real file is not published, this one is ours


def cluster_info(daemon: int) -> str:
    """The path of the list that this daemon keeps of its cluster's HSMs."""
    return f"{OWN}/daemon/{daemon}/cluster.info"


def known_hsms(nodes: Iterable[Container]) -> bytes:
    """The content of the list."""
    return to_json([{"hostname": node.address, "node_id": node.number, "port": CLIENT_PORT} for node in nodes])


def known_addresses(files: HostFiles, daemon: int) -> list[str]:
    """The addresses in the list, in its order. Raises ``ClientFileError`` also when there is none."""
    path = cluster_info(daemon)
    document = _parse(path, read(files, path))
    items = document if isinstance(document, list) else []
    addresses = [item.get("hostname") for item in items if isinstance(item, dict)]
    if not addresses or len(addresses) != len(items):
        raise ClientFileError(f"{path}: it is no list of HSMs")
    return [_address(path, address) for address in addresses]


def _address(path: str, value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ClientFileError(f"{path}: one of its HSMs has no hostname")
    return value
