"""The tool as a process: through a pipe, and on a terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable

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


# an expect script, and the same session as a here-document

SCRIPT = r"""
set timeout 60
proc wait_for {text status} {
    expect {
        -ex $text {}
        timeout { exit $status }
        eof { exit $status }
    }
}
spawn -noecho {*}$argv
# The way of 2017: typed before the tool has said anything, and once for every start.
send "enable_e2e\r"
wait_for "E2E enabled on server 1(10.0.3.11)" 11
wait_for "aws-cloudhsm>" 12
wait_for "E2E enabled on server 1(10.0.3.11)" 13
wait_for "aws-cloudhsm>" 14
send "loginHSM CO admin admin1234\r"
set successes 0
expect {
    -ex "loginHSM success on server" { incr successes; exp_continue }
    -ex "HSM Error" { exit 15 }
    -ex "aws-cloudhsm>" {}
    timeout { exit 16 }
    eof { exit 17 }
}
if {$successes != 2} { exit 18 }
send "createUser CU bob bob12345\r"
expect {
    -ex "(y/n)?" { send "y\r"; exp_continue }
    -ex "(R/I/A):" { send "A\r"; exp_continue }
    -ex "aws-cloudhsm>" {}
    timeout { exit 19 }
    eof { exit 20 }
}
send "createUser CU carol carol1234\r"
wait_for "(y/n)?" 21
send "y\r"
wait_for "createUser success on server 1(10.0.3.11)" 22
wait_for "aws-cloudhsm>" 23
send "listUsers\r"
wait_for "Users on server 1(10.0.3.11):" 24
wait_for "aws-cloudhsm>" 25
send "quit\r"
expect {
    timeout { exit 26 }
    eof {}
}
lassign [wait] pid spawned failed status
exit $status
"""
TYPED = (
    "enable_e2e", "loginHSM CO admin admin1234", "createUser CU bob bob12345", "y", "A",
    "createUser CU carol carol1234", "y", "listUsers", "quit",
)  # fmt: skip


def lines_of(text: str) -> list[str]:
    """What was shown, but for the line typed ahead: a terminal echoes that at once, wherever it then stands."""
    return text.replace("\r\n", "\n").replace("enable_e2e\n", "").splitlines()


def forget_carol(desk: Desk) -> None:
    """Take her from both HSMs, with her number; she must be there."""
    for number in (0, 1):
        carol = desk.user("carol", number)
        assert carol is not None
        with desk.lab.store.transaction():
            desk.lab.store.delete_user(carol.container, carol.number)
            desk.lab.store.set_counter(f"container:{carol.container}", "user", carol.number - 1)


def test_a_script_of_expect_and_a_here_document_see_the_same(
    desk: Desk, environment: dict[str, str], judge: Callable[[str], str]
) -> None:
    (desk.directory / "session.exp").write_text(SCRIPT, "utf-8")

    def drive(*command: str) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=120, check=False, stdin=subprocess.DEVNULL
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "\x1b" not in done.stdout
        assert desk.lab.live_sessions() == []
        return done.stdout

    on_a_terminal = drive(judge("expect"), "-f", str(desk.directory / "session.exp"), *COMMAND)
    forget_carol(desk)
    piped = drive("sh", "-c", f"{shlex.join(COMMAND)} <<EOF\n" + "\n".join(TYPED) + "\nEOF\n")
    forget_carol(desk)
    assert lines_of(on_a_terminal) == lines_of(piped)
    assert piped.startswith(f"{START}enable_e2e\nE2E enabled on server 0(10.0.2.9)\n")
