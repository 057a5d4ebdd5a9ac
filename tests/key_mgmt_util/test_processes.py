"""Separate processes on one lab: what one acknowledged, the other finds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from hsmshell.engine.lab import Lab

SINGLE = [sys.executable, "-m", "hsmshell", "key_mgmt_util", "singlecmd", "loginHSM", "-u", "CU", "-s", "crypto_user"]


def environment(lab: Lab) -> dict[str, str]:
    return {
        **os.environ,
        "HSMSHELL_LAB": lab.directory,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def started(lab: Lab, folder: Path) -> subprocess.Popen[str]:
    """The tool as a process that reads and writes pipes."""
    command = [sys.executable, "-m", "hsmshell", "key_mgmt_util"]
    return subprocess.Popen(
        command, cwd=folder, env=environment(lab), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def single(lab: Lab, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SINGLE, "-p", "user1234", *words],
        cwd=folder,
        env=environment(lab),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_key_made_in_one_process_is_found_in_another(lab: Lab, tmp_path: Path) -> None:
    assert "Key Handle: 407" in single(lab, tmp_path, "genSymKey", "-t", "31", "-s", "32", "-l", "aes").stdout
    found = single(lab, tmp_path, "findKey", "-l", "aes")
    assert (found.returncode, found.stderr) == (0, "")
    assert "\n407\n" in found.stdout


def test_two_loops_in_parallel_never_give_a_handle_twice(lab: Lab, tmp_path: Path) -> None:
    loop = 'for i in $(seq 50); do "$@" || exit 1; done'
    command = ["sh", "-c", loop, "sh", *SINGLE, "-p", "user1234", "genSymKey", "-l", "aes", "-t", "31", "-s", "32"]
    loops = [
        subprocess.Popen(command, cwd=tmp_path, env=environment(lab), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0] for process in loops]
    assert [process.returncode for process in loops] == [0, 0]
    given = [int(number) for output in outputs for number in re.findall(r"Key Handle: (\d+)", output)]
    assert sorted(given) == list(range(407, 507))


def test_a_killed_process_loses_nothing_that_was_acknowledged(lab: Lab, tmp_path: Path) -> None:
    tool = started(lab, tmp_path)
    assert tool.stdin is not None
    assert tool.stdout is not None
    tool.stdin.write("loginHSM -u CU -s crypto_user -p user1234\n")
    for number in range(5):
        tool.stdin.write(f"genSymKey -t 31 -s 32 -l key{number}\ngenSymKey -t 31 -s 32 -l gone{number} -sess\n")
    tool.stdin.flush()
    seen = ""
    deadline = time.monotonic() + 30
    while "Key Handle: 416" not in seen and time.monotonic() < deadline:
        seen += os.read(tool.stdout.fileno(), 65536).decode()
    tool.send_signal(signal.SIGKILL)
    tool.wait()
    found = single(lab, tmp_path, "findKey")
    # The token keys are there; the session keys went with the process that held their session.
    assert "\n407, 409, 411, 413, 415\n" in found.stdout


def test_stdout_holds_the_tool_alone_and_stderr_nothing(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "findKey")
    assert ran.stdout.startswith("Cfm3Initialize() returned app id : 01000000\n")
    assert ran.stdout.endswith("\tCfm3FindKey returned: 0x00 : HSM Return: SUCCESS\n")
    assert ran.stderr == ""
