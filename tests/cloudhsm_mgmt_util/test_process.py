"""The tool as a process: through a pipe, and on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pexpect
import pytest

from .conftest import Desk
from .test_start import END, START


@pytest.fixture
def environment(desk: Desk) -> dict[str, str]:
    return {
        **os.environ,
        "HSMSHELL_LAB": desk.lab.directory,
        "HSMSHELL_CONSOLE": "plain",
        "TERM": "xterm",
        "PYTHONPATH": os.getcwd(),
    }


COMMAND = [sys.executable, "-m", "hsmshell", "cloudhsm_mgmt_util"]


def test_a_pipe(environment: dict[str, str]) -> None:
    lines = "loginHSM CO admin -hpswd\nadmin1234\nlogout\nquit\nlistUsers\n"
    done = subprocess.run(
        [*COMMAND, "/opt/cloudhsm/etc/cloudhsm_mgmt_util.cfg"],
        input=lines, capture_output=True, text=True, env=environment, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == START
        + (
            "loginHSM CO admin -hpswd\nEnter password:\n\n"
            "loginHSM success on server 0(10.0.2.9)\nloginHSM success on server 1(10.0.3.11)\n"
            "aws-cloudhsm>logout\n"
            "logoutHSM success on server 0(10.0.2.9)\nlogoutHSM success on server 1(10.0.3.11)\n"
            "aws-cloudhsm>quit\n"
        )
        + END
    )


def test_a_bad_file_ends_with_status_1(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*COMMAND, "absent.cfg"], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("cloudhsm_mgmt_util: absent.cfg cannot be used: ")


def test_a_terminal(desk: Desk, environment: dict[str, str]) -> None:
    child = pexpect.spawn(COMMAND[0], COMMAND[1:], env=environment, encoding="utf-8", timeout=30)
    child.expect_exact("aws-cloudhsm>")
    child.sendline("loginHSM CO admin -hpswd")
    child.expect_exact("Enter password:")
    child.sendline("admin1234")
    child.expect_exact("aws-cloudhsm>")
    assert "admin1234" not in (child.before or "")
    assert "loginHSM success on server 1(10.0.3.11)\r\n" in (child.before or "")
    child.sendline("createUser CU carol carol1234")
    child.expect_exact("Do you want to continue(y/n)?")
    child.sendline("y")
    child.expect_exact("createUser success on server 1(10.0.3.11)")
    child.expect_exact("aws-cloudhsm>")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert desk.lab.live_sessions() == []
    assert desk.user("carol", 1) is not None
