"""SoftHSM as a judge: another PKCS#11 token opens what the emulated tools wrapped under its public key."""

from __future__ import annotations

import hashlib
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
from tests.softhsm import SoftToken, soft_token


@pytest.fixture
def token(tmp_path: Path, judge: Callable[[str], str]) -> SoftToken:
    folder = tmp_path / "softhsm"
    folder.mkdir()
    return soft_token(folder, judge)


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
