"""The simulated client host in tests: its files, and a tool started on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import client_files
from hsmshell import registry
from hsmshell.console import Context, host_files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab

Make = Callable[..., Context]

MANAGEMENT, CLIENT, CUSTOMER_CA = host_files.MANAGEMENT, client_files.CLIENT, host_files.CUSTOMER_CA
INFO = client_files.cluster_info(1)

CLUSTER = """
[[cluster]]
name = "{name}"

[[cluster.hsm]]
id = "hsm-{name}"
address = "{address}"
serial = "{name}"

[[cluster.user]]
id = 1
type = "CO"
name = "admin"
password = "admin1234"

[[cluster.user]]
id = 2
type = "CU"
name = "{name}_user"
password = "user1234"
"""
TWO_CLUSTERS = CLUSTER.format(name="one", address="10.0.0.1") + CLUSTER.format(name="two", address="10.0.0.2")


def kept(lab: Lab, path: str) -> Path:
    """Where the lab keeps the host's file of that path."""
    return Path(lab.directory) / "simulated-hosts" / "cloudhsm-client" / path.lstrip("/")


def document(lab: Lab, path: str) -> Any:
    """The JSON of a file that the lab keeps."""
    return json.loads(kept(lab, path).read_bytes())


def put(lab: Lab, path: str, content: object) -> None:
    """Put a file there, as a person would; bytes as they are, anything else as JSON."""
    target = kept(lab, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def hosts_in(lab: Lab) -> list[str]:
    """The HSMs in the configuration of cloudhsm_mgmt_util."""
    return [server["hostname"] for server in document(lab, MANAGEMENT)["servers"]]


def all_files(lab: Lab) -> dict[str, bytes]:
    """Every file that the lab keeps for its hosts."""
    base = Path(lab.directory) / "simulated-hosts"
    return {str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()}


def add_hsm(lab: Lab, address: str) -> None:
    """A new HSM in the lab's first cluster, as if somebody had made it in the console."""
    with lab.store.transaction():
        device = lab.store.devices("cluster")[0]
        number = len(lab.store.containers(device.id))
        lab.store.add_container(device.id, number, f"hsm-new{number}", address, f"new{number}", {})


class Host:
    """The tools as they are started on the host, each in a process of its own."""

    def __init__(self, lab: Lab, make: Make) -> None:
        self.lab = lab
        self._make = make

    def run(self, tool: str, *words: str, answers: tuple[str, ...] = ()) -> tuple[int, str]:
        """The exit code and what the screen shows."""
        context = self._make(answers)._replace(lab=self.lab)
        assert isinstance(context.console, ScriptedConsole)
        return registry.load(tool)(list(words), context), context.console.text

    def configure(self, *words: str) -> tuple[int, str]:
        return self.run("configure", *words)

    def daemon(self, *words: str) -> tuple[int, str]:
        return self.run("cloudhsm_client", *words)

    def management(self, *answers: str) -> str:
        """A session of cloudhsm_mgmt_util with the host's configuration."""
        code, text = self.run("cloudhsm_mgmt_util", MANAGEMENT, answers=answers)
        assert code == 0
        return text

    def keys(self, *words: str) -> tuple[int, str]:
        """One command of key_mgmt_util."""
        return self.run("key_mgmt_util", "singlecmd", *words)
