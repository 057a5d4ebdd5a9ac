"""The customer of a new cluster, played by openssl; and a cluster that is led through its first day."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hsmshell.engine.cluster import Cluster
from hsmshell.engine.customer import request_pem
from hsmshell.engine.encodings import private_pem
from hsmshell.engine.records import Container
from tests.conftest import KEYS, private_key

LONG = "3650"
"""Days."""


class Customer:
    """An authority of the customer's own, in a folder: ``ca.pem`` is its certificate."""

    def __init__(self, openssl: str, folder: Path) -> None:
        self._openssl = openssl
        self.folder = folder
        (folder / "ca.key").write_bytes(private_pem(private_key(KEYS / "6.pem")))
        self.run("req", "-x509", "-key", "ca.key", "-out", "ca.pem", "-subj", "/CN=our own root", "-days", LONG)

    def run(self, *words: str) -> str:
        """What openssl says. Fails when it does not like what it is given."""
        done = subprocess.run([self._openssl, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sign(self, request: Path, certificate: Path) -> None:
        """Sign a request (PEM)."""
        words = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", LONG)
        self.run("x509", "-req", "-in", str(request), *words, "-out", str(certificate))

    def initialize(self, cluster: Cluster) -> None:
        request, certificate = self.folder / "cluster.csr", self.folder / "cluster.pem"
        request.write_bytes(request_pem(cluster.lifecycle.request()))
        self.sign(request, certificate)
        cluster.lifecycle.initialize(certificate.read_bytes(), (self.folder / "ca.pem").read_bytes())


def activate(cluster: Cluster, password: str = "admin1234") -> None:
    """Change the first officer's password on every HSM."""
    session = cluster.login("PRECO", "admin", "password", cluster.nodes()).session
    assert session is not None
    for node in cluster.nodes():
        cluster.change_password(session, node, "PRECO", "admin", password)
    cluster.logout(session)


def add_user(cluster: Cluster, name: str, password: str = "user1234", nodes: tuple[Container, ...] = ()) -> None:
    """A crypto user, on every HSM by default."""
    session = cluster.login("CO", "admin", "admin1234", cluster.nodes()).session
    assert session is not None
    for node in nodes or cluster.nodes():
        cluster.create_user(session, node, "CU", name, password)
    cluster.logout(session)
