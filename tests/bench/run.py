"""Times whole commands against bare Python in the same run: ``python -m tests.bench.run``.

Only the ratios mean something from one machine to another. Nothing here is asserted.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout

from tabulate import tabulate

from commands.cloudhsm_mgmt_util import run as cloudhsm_mgmt_util
from hsmshell.cli.main import main as hsmshell
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import MAXIMUM_KEYS, KeySpec
from hsmshell.engine.cluster.creation import FIRST_HANDLE
from hsmshell.engine.cluster.phase import MAXIMUM_HSMS
from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import generate_rsa
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, replay
from tests.bench.large import large_lab

RUNS = 15
LOGIN = ["singlecmd", "loginHSM", "-u", "CU", "-s", "crypto_user", "-p", "user1234"]


def seconds(action: Callable[[], object], runs: int = RUNS) -> float:
    """The median of several runs after one that warms up."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def rows(folder: str) -> Iterable[tuple[str, str, str]]:
    lab_directory = os.path.join(folder, "lab")
    lab = create_lab(lab_directory)
    launchers = os.path.join(folder, "fake")
    with redirect_stdout(io.StringIO()):
        hsmshell(["--lab", lab_directory, "shims", launchers])
    kmu = os.path.join(launchers, "bin", "key_mgmt_util")
    bare = seconds(process(sys.executable, "-I", "-c", "pass"))
    yield "python -I -c pass", f"{bare * 1000:.0f} ms", "1.0"
    for name, command in {
        "key_mgmt_util singlecmd help": (kmu, "singlecmd", "help"),
        "singlecmd loginHSM ... findKey, no keys": (kmu, *LOGIN, "findKey"),
    }.items():
        took = seconds(process(*command))
        yield name, f"{took * 1000:.0f} ms", f"{took / bare:.1f} x bare Python"
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    spec = KeySpec("bench")
    took = seconds(lambda: cluster.generate_secret_key(session, KeyType.AES, 32, spec), 300)
    yield "durable genSymKey in one session, two HSMs", f"{1 / took:.0f} a second", ""
    while len(cluster.find(session)) < 3000:
        with lab.store.transaction():
            for _ in range(250):
                cluster.generate_secret_key(session, KeyType.AES, 32, spec)
    took = seconds(process(kmu, *LOGIN, "findKey"))
    yield "singlecmd loginHSM ... findKey, 3,000 keys", f"{took * 1000:.0f} ms", f"{took / bare:.1f} x bare Python"
    bare_rsa = seconds(lambda: generate_rsa(2048, 65537), 40)
    took = seconds(lambda: cluster.generate_rsa_pair(session, 2048, 65537, spec), 40)
    yield "genRSAKeyPair 2048", f"{took * 1000:.0f} ms", f"{took / bare_rsa:.2f} x the bare key generation"
    text = "#: tool key_mgmt_util\n...\n" + "Command:  Error2String -r 0xdb\n...\n" * 1000
    labs = LabCopies()
    took = seconds(lambda: replay(parse(text, "x.transcript"), labs), 5)
    yield "replay, 1,000 exchanges", f"{1000 / took:.0f} a second", ""
    lab.close()
    yield from large_rows(folder)


def large_rows(folder: str) -> Iterable[tuple[str, str, str]]:
    """The largest cluster that there may be, through cloudhsm_mgmt_util, once everybody is logged in."""
    lab = large_lab(os.path.join(folder, "large"), MAXIMUM_HSMS, MAXIMUM_KEYS)
    last = lab.cluster().nodes()[-1].id
    times: dict[str, float] = {}

    def lines() -> Iterator[str]:
        yield "loginHSM CO admin admin1234"
        for line in ("listUsers", "findAllKeys 0 1", "findAllKeys 3 1", "findAllKeys 4 0"):
            start = time.perf_counter()
            yield line
            times[line] = time.perf_counter() - start
        yield "server 0"
        with lab.store.transaction():
            lab.store.delete_object(last, FIRST_HANDLE)
        start, line = time.perf_counter(), f"syncKey {FIRST_HANDLE} {MAXIMUM_HSMS - 1}"
        yield line
        times[line] = time.perf_counter() - start

    cloudhsm_mgmt_util([], Context(lab, ScriptedConsole(lines()), Files(folder)))
    for line, took in times.items():
        yield f"{line}, {MAXIMUM_HSMS} HSMs, {MAXIMUM_KEYS} keys", f"{took * 1000:.0f} ms", "once"
    lab.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        sys.stdout.write(tabulate(list(rows(place)), ["measure", "median", "ratio"], disable_numparse=True) + "\n")
