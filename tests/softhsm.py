"""SoftHSM, a PKCS#11 token in software, driven by pkcs11-tool: a judge of what the emulated tools wrap and sign."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine import encodings

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
OAEP = ("--mechanism", "RSA-PKCS-OAEP", "--hash-algorithm", "SHA-1", "--mgf", "MGF1-SHA1")


class SoftToken:
    """A token of SoftHSM with an RSA pair, which has the id 01."""

    def __init__(self, folder: Path, module: str) -> None:
        self._folder = folder
        (folder / "tokens").mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        self._environment = {**os.environ, "SOFTHSM2_CONF": str(configuration)}
        self._tool = ["pkcs11-tool", "--module", module, "--token-label", "judge", "--login", "--pin", "1234"]
        self._run("softhsm2-util", "--init-token", "--free", "--label", "judge", "--so-pin", "1234", "--pin", "1234")
        self.tool("--keypairgen", "--key-type", "rsa:2048", "--id", "01", "--label", "pair")

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self._folder, env=self._environment, check=True, capture_output=True)
        return done.stdout.decode()

    def tool(self, *arguments: str) -> str:
        """What pkcs11-tool says; it works in the token's folder."""
        return self._run(*self._tool, *arguments)

    def put(self, name: str, content: bytes) -> str:
        """A file for pkcs11-tool, by its name."""
        (self._folder / name).write_bytes(content)
        return name

    def get(self, name: str) -> bytes:
        """A file that pkcs11-tool wrote."""
        return (self._folder / name).read_bytes()

    def public_pem(self, ident: str = "01") -> bytes:
        self.tool("--read-object", "--type", "pubkey", "--id", ident, "--output-file", "public.der")
        return encodings.public_pem(self.get("public.der"))

    def open(self, wrapped: Path) -> bytes:
        """RSA-OAEP with SHA-1 by the token."""
        self.tool("--decrypt", *OAEP, "--id", "01", "--input-file", str(wrapped), "--output-file", "opened")
        return self.get("opened")

    def add_key(self, ident: str, value: bytes) -> None:
        """An AES key from its bytes."""
        name = self.put("value", value)
        usage = ("--usage-wrap", "--usage-decrypt", "--extractable")
        self.tool("--write-object", name, "--type", "secrkey", "--key-type", "AES:", "--id", ident, *usage)

    def wrap(self, mechanism: str, wrapping: str, target: str) -> bytes:
        self.tool("--wrap", "-m", mechanism, "--id", wrapping, "--application-id", target, "--output-file", "wrapped")
        return self.get("wrapped")

    def unwrap(self, mechanism: str, unwrapping: str, wrapped: bytes) -> bytes:
        """The value of the AES key that the token makes of wrapped bytes."""
        name = self.put("to-unwrap", wrapped)
        said = self.tool(
            "--unwrap", "-m", mechanism, "--id", unwrapping, "--application-id", "77", "--key-type", "AES:",
            "--input-file", name, "--extractable",
        )  # fmt: skip
        found = re.search(r"VALUE:\s+([0-9a-f]+)", said)
        assert found, said
        return bytes.fromhex(found.group(1))

    def sign(self, mechanism: str, ident: str, data: bytes) -> bytes:
        name = self.put("to-sign", data)
        self.tool("--sign", "-m", mechanism, "--id", ident, "--input-file", name, "--output-file", "signature")
        return self.get("signature")

    def verifies(self, mechanism: str, ident: str, data: bytes, signature: bytes) -> bool:
        words = ("--input-file", self.put("signed", data), "--signature-file", self.put("signature", signature))
        return "Signature is valid" in self.tool("--verify", "-m", mechanism, "--id", ident, *words)


def soft_token(folder: Path, judge: Callable[[str], str]) -> SoftToken:
    """A fresh token in an empty folder; skips, or fails, without the programs."""
    judge("softhsm2-util")
    judge("pkcs11-tool")
    module = next((path for path in MODULES if os.path.exists(path)), None)
    if module is None:
        pytest.skip("needs libsofthsm2.so")
    return SoftToken(folder, module)
