"""Times the replay of a long log beside pexpect, which types the same lines into the same tool through a pty.

``python -m tests.bench.replaying``
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import redirect_stdout

import pexpect
from tabulate import tabulate

from commands.key_mgmt_util import run as key_mgmt_util
from hsmshell.cli.main import main as hsmshell
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.scenario import create_lab
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, replay

EXCHANGES = 1_000
PROMPT = "Command:  "
START = ["loginHSM -u CU -s crypto_user -p user1234", "genSymKey -t 31 -s 32 -l bench"]
AGAIN = ["getKeyInfo -k 407", "findKey -l bench", "Error2String -r 0xdb", "findSingleKey -k 407", "listAttributes"]


def typed() -> list[str]:
    return [*START, *(AGAIN[number % len(AGAIN)] for number in range(EXCHANGES - len(START) - 1)), "exit"]


def recorded(folder: str) -> str:
    """The log, with another handle than the replay will have."""
    lab = create_lab(os.path.join(folder, "recorded"))
    console = ScriptedConsole(typed())
    key_mgmt_util([], Context(lab, console, Files(folder)))
    lab.close()
    return "#: tool key_mgmt_util\n" + console.text.replace("407", "262150")


def driven(folder: str) -> float:
    """Seconds for pexpect."""
    lab = os.path.join(folder, "driven")
    create_lab(lab).close()
    with redirect_stdout(io.StringIO()):
        hsmshell(["--lab", lab, "shims", os.path.join(folder, "fake")])
    start = time.perf_counter()
    child = pexpect.spawn(os.path.join(folder, "fake", "bin", "key_mgmt_util"), encoding="utf-8", timeout=60)
    child.delaybeforesend = None
    for line in typed():
        child.expect_exact(PROMPT)
        child.sendline(line)
    child.expect(pexpect.EOF)
    return time.perf_counter() - start


def rows(folder: str) -> Iterable[tuple[str, str, str]]:
    log = recorded(folder)
    labs = LabCopies()
    report = replay(parse(log, "bench.transcript"), labs)
    if report.mismatches:
        raise SystemExit("the log does not replay; nothing is measured")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        replay(parse(log, "bench.transcript"), labs)
        times.append(time.perf_counter() - start)
    took, other = sorted(times)[2], driven(folder)
    yield f"replay, {EXCHANGES:,} exchanges, compared and renamed", f"{took * 1000:.0f} ms", ""
    yield "pexpect types the same lines through a pty", f"{other * 1000:.0f} ms", f"{other / took:.1f} x the replay"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        sys.stdout.write(tabulate(list(rows(place)), ["measure", "time", "ratio"], disable_numparse=True) + "\n")
