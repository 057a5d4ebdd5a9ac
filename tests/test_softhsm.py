"""SoftHSM as a judge: another PKCS#11 token opens what the emulated tools wrapped under its public key."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.ckdemo import run as ckdemo
from commands.cmu import run as cmu
from commands.key_mgmt_util import run as key_mgmt_util
from hsmshell.console import Context
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine import encodings

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


class SoftToken:
    """A token of SoftHSM with an RSA pair."""

    def __init__(self, folder: Path, module: str) -> None:
        self._folder = folder
        (folder / "tokens").mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        self._environment = {**os.environ, "SOFTHSM2_CONF": str(configuration)}
        self._tool = ["pkcs11-tool", "--module", module, "--token-label", "judge", "--login", "--pin", "1234"]
        self._run("softhsm2-util", "--init-token", "--free", "--label", "judge", "--so-pin", "1234", "--pin", "1234")
        self._run(*self._tool, "--keypairgen", "--key-type", "rsa:2048", "--id", "01", "--label", "pair")

    def _run(self, *command: str) -> None:
        subprocess.run(command, cwd=self._folder, env=self._environment, check=True, capture_output=True)

    def public_pem(self) -> bytes:
        self._run(*self._tool, "--read-object", "--type", "pubkey", "--id", "01", "--output-file", "public.der")
        return encodings.public_pem((self._folder / "public.der").read_bytes())

    def open(self, wrapped: Path) -> bytes:
        """RSA-OAEP with SHA-1 by the token."""
        self._run(
            *self._tool, "--decrypt", "--mechanism", "RSA-PKCS-OAEP", "--hash-algorithm", "SHA-1", "--mgf", "MGF1-SHA1",
            "--id", "01", "--input-file", str(wrapped), "--output-file", "opened",
        )  # fmt: skip
        return (self._folder / "opened").read_bytes()


@pytest.fixture
def token(tmp_path: Path, judge: Callable[[str], str]) -> SoftToken:
    judge("softhsm2-util")
    judge("pkcs11-tool")
    module = next((path for path in MODULES if os.path.exists(path)), None)
    if module is None:
        pytest.skip("needs libsofthsm2.so")
    folder = tmp_path / "softhsm"
    folder.mkdir()
    return SoftToken(folder, module)


def text(context: Context) -> str:
    assert isinstance(context.console, ScriptedConsole)
    return context.console.text


def test_softhsm_opens_what_ckdemo_wrapped(token: SoftToken, context: Callable[..., Context], tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_bytes(token.public_pem())
    assert cmu(["import", "-slot=1", "-inputFile=public.pem", "-label=judge"], context()) == 0
    typed = "1 1 1 3 1 password 25 149 1 16 1 0 27 120 60 26 0 149 120 0"
    session = context(typed.split())
    assert ckdemo([], session) == 0
    fingerprint = re.search(r"CKA_FINGERPRINT_SHA256=([0-9a-f]{64})", text(session))
    assert fingerprint
    assert hashlib.sha256(token.open(tmp_path / "wrapped.key")).hexdigest() == fingerprint.group(1)


def test_softhsm_does_not_open_what_was_wrapped_for_another(
    token: SoftToken, context: Callable[..., Context], tmp_path: Path
) -> None:
    session = context(
        [
            "loginHSM -u CU -s crypto_user -p user1234",
            "genSymKey -t 31 -s 32 -l known",
            "genRSAKeyPair -m 2048 -e 65537 -l pair",
            "wrapKey -k 407 -w 408 -out ours.key -m 8 -noheader",
        ]
    )
    key_mgmt_util([], session)
    assert 'Wrapped Key written to file "ours.key" length 256' in text(session)
    with pytest.raises(subprocess.CalledProcessError):
        token.open(tmp_path / "ours.key")
