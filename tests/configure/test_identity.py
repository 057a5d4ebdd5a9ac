"""The host's own key and certificate, made and judged with openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client_host import CUSTOMER_CA, Host, all_files, kept, put

KEY, CERTIFICATE = "/opt/cloudhsm/etc/client.key", "/opt/cloudhsm/etc/client.crt"


class Authority:
    """Certificates made in a folder, as the guide makes them."""

    def __init__(self, openssl: str, folder: Path) -> None:
        self._openssl = openssl
        self.folder = folder

    def run(self, *words: str) -> None:
        subprocess.run([self._openssl, *words], cwd=self.folder, check=True, capture_output=True)

    def root(self, name: str) -> None:
        self.run(
            *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout"],
            *(f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}"),
        )

    def issue(self, name: str, issuer: str, *, authority: bool = False) -> None:
        self.run(
            *["req", "-newkey", "rsa:2048", "-nodes", "-keyout"],
            *(f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"),
        )
        (self.folder / "ext").write_text(f"basicConstraints=CA:{'TRUE' if authority else 'FALSE'}\n")
        self.run(
            *["x509", "-req", "-days", "30", "-extfile", "ext", "-CAcreateserial", "-in"],
            *(f"{name}.csr", "-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-out", f"{name}.crt"),
        )

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture
def made(judge: Callable[[str], str], tmp_path: Path, host: Host) -> Authority:
    """``ca`` is the trust anchor; ``host`` is the host's, issued by it. The folder is the tools' working directory."""
    authority = Authority(judge("openssl"), tmp_path)
    authority.root("ca")
    authority.issue("host", "ca")
    put(host.lab, CUSTOMER_CA, authority.read("ca.crt"))
    return authority


def ssl(host: Host, key: str, certificate: str) -> tuple[int, str]:
    return host.configure("--ssl", "--pkey", key, "--cert", certificate)


def test_both_are_taken_over(host: Host, made: Authority) -> None:
    code, text = ssl(host, "host.key", "host.crt")
    assert (code, text.count("\n")) == (0, 1)
    assert kept(host.lab, KEY).read_bytes() == made.read("host.key")
    assert kept(host.lab, CERTIFICATE).read_bytes() == made.read("host.crt")
    assert kept(host.lab, KEY).stat().st_mode & 0o777 == 0o600


def test_a_chain_in_the_file(host: Host, made: Authority) -> None:
    made.issue("middle", "ca", authority=True)
    made.issue("deep", "middle")
    assert ssl(host, "deep.key", "deep.crt")[0] == 1
    (made.folder / "chain.crt").write_bytes(made.read("deep.crt") + made.read("middle.crt"))
    assert ssl(host, "deep.key", "chain.crt")[0] == 0
    (made.folder / "wrong.crt").write_bytes(made.read("middle.crt") + made.read("deep.crt"))
    assert ssl(host, "deep.key", "wrong.crt")[0] == 1


def test_what_does_not_belong_together(host: Host, made: Authority) -> None:
    made.root("stranger")
    made.issue("other", "stranger")
    made.run("rsa", "-aes128", "-passout", "pass:secret", "-in", "host.key", "-out", "locked.key")
    (made.folder / "text").write_text("no key\n")
    before = all_files(host.lab)
    for key, certificate, reason in (
        ("ca.key", "host.crt", "ca.key: it is not the key of host.crt"),
        ("other.key", "other.crt", f"other.crt: it does not chain to {CUSTOMER_CA}"),
        ("text", "host.crt", "text: it is no private key in PEM form without a password"),
        ("locked.key", "host.crt", "locked.key: it is no private key in PEM form without a password"),
        ("host.key", "text", "text: it is no certificate in PEM form"),
        ("host.key", "absent", "absent: No such file or directory"),
        ("absent", "host.crt", "absent: No such file or directory"),
    ):
        assert ssl(host, key, certificate) == (1, f"configure: {reason}; correct it and try again\n")
        assert all_files(host.lab) == before


def test_without_the_trust_anchor(host: Host, made: Authority) -> None:
    kept(host.lab, CUSTOMER_CA).write_bytes(b"no certificate")
    assert ssl(host, "host.key", "host.crt")[1].startswith(f"configure: {CUSTOMER_CA}: it is no certificate")
    kept(host.lab, CUSTOMER_CA).unlink()
    assert ssl(host, "host.key", "host.crt")[1].startswith(f"configure: {CUSTOMER_CA}: No such file")
