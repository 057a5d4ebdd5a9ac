"""The terminal of a log: emulated tools and host commands one after the other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hsmshell.console import Context
from hsmshell.console.host_files import HostFiles
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.rehearsal import shell
from hsmshell.transcript import terminal
from hsmshell.transcript.host_commands import HostCommands
from hsmshell.transcript.log import parse
from hsmshell.transcript.report import told
from hsmshell.transcript.runner import LabCopies, replay
from hsmshell.transcript.shell_line import MOST_LINES
from tests.cli.running import run
from tests.conftest import pooled_services

LABS = LabCopies(pooled_services())


def typed(lab: Lab, work: Path, *answers: str, system: bool = True) -> tuple[int, str]:
    """What the terminal shows, and the last status."""
    console = ScriptedConsole(answers)
    commands = HostCommands(str(work), lab.directory) if system else None
    status = terminal.run([], Context(lab, console, HostFiles(str(work), lab.directory), system=commands))
    return status, console.text


def test_a_line_is_a_host_command(lab: Lab, work: Path) -> None:
    assert typed(lab, work, "echo hello > a", "", "cat a", "exit") == (
        0,
        "$ echo hello > a\n$ \n$ cat a\nhello\n$ exit\n",
    )


@pytest.mark.parametrize(
    "lines",
    [
        ["key_mgmt_util singlecmd Error2String -r 0xdb"],
        ["sudo /opt/cloudhsm/bin/key_mgmt_util singlecmd 'Error2String' -r \\", "0xdb"],
        ["hsmshell key_mgmt_util singlecmd Error2String -r 0xdb  # a comment"],
        ["key_mgmt_util", "Error2String -r 0xdb", "exit"],
    ],
)
def test_a_line_starts_an_emulated_tool(lab: Lab, work: Path, lines: list[str]) -> None:
    assert "Error Code db maps to HSM Error: Invalid User Type." in typed(lab, work, *lines, "exit")[1]


def test_tools_of_every_host_are_there_and_share_the_files(lab: Lab, work: Path) -> None:
    status, text = typed(
        lab, work, "cmu list -password=password", "1", "configure -a 10.0.2.9", "ls /opt/cloudhsm/etc", "ckdemo", "0"
    )
    assert status == 0
    assert "handle=" in text
    assert "$ ls /opt/cloudhsm/etc\ncloudhsm_client.cfg\ncloudhsm_mgmt_util.cfg\n" in text
    assert "Enter your choice : 0\n" in text


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["echo 'a", "b'"], "$ echo 'a\n> b'\na\nb\n"),
        (["echo a \\", "b"], "$ echo a \\\n> b\na b\n"),
        (["echo a |", "cat"], "$ echo a |\n> cat\na\n"),
    ],
)
def test_a_command_goes_on_after_the_second_prompt(lab: Lab, work: Path, lines: list[str], shown: str) -> None:
    assert typed(lab, work, *lines, "exit") == (0, f"{shown}$ exit\n")


@pytest.mark.parametrize(
    "lines",
    [
        ["for x in a b; do", "echo x > taken", "done"],
        ["cat > taken <<END", "$(id)", "END"],
        ["key_mgmt_util <<END > taken", "exit", "END"],
        ["key_mgmt_util singlecmd listUsers > taken"],
        ["key_mgmt_util $(echo x > taken)"],
    ],
)
def test_what_only_a_shell_does_is_refused_as_a_whole(lab: Lab, work: Path, lines: list[str]) -> None:
    status, text = typed(lab, work, *lines)
    assert status == 126
    assert text.count("hsmshell: ") == 1
    assert text.endswith("or replay with --allow-shell\n$ \n")
    assert os.listdir(work) == []


def test_a_command_without_end_is_given_up(lab: Lab, work: Path) -> None:
    text = typed(lab, work, "echo '", *["a"] * (MOST_LINES + 5))[1]
    assert text.count("\n> a\n> a") < MOST_LINES
    assert "hsmshell: a line that goes on" in text


def test_without_a_system_a_host_command_is_told(lab: Lab, work: Path) -> None:
    status, text = typed(lab, work, "cat a", "echo $(id)", system=False)
    assert status == terminal.NOT_FOUND
    assert text.count("no such command here") == 2


def test_the_terminal_is_no_emulated_tool_of_the_command_line(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    done = run(tmp_path, "terminal", typed="cat a\nexit\n", more={"HSMSHELL_LAB": str(lab)})
    assert "hsmshell: cat: no such command here" in done.out
    assert " terminal" not in run(tmp_path, "-h").out


LOOP = """#: tool terminal
$ for x in a b; do
>   echo $x > $x
> done
$ cat a b
a
b
$ exit
"""


def test_a_loop_in_a_log_runs_with_allow_shell_alone() -> None:
    document = parse(LOOP, "loop.transcript")
    assert list(told(replay(document, LABS, allow_shell=True))) == []
    refused = "".join(told(replay(document, LABS)))
    assert "or replay with --allow-shell" in refused
    assert "cat: a: No such file or directory" in refused


def test_the_rehearsal_shell_leaves_other_lines_to_the_system(lab: Lab, work: Path) -> None:
    def play(*answers: str, system: bool) -> tuple[int, str]:
        console = ScriptedConsole(answers)
        commands = HostCommands(str(work), lab.directory) if system else None
        return shell.run([], Context(lab, console, HostFiles(str(work), lab.directory), system=commands)), console.text

    lines = (
        "echo one > a",
        "A=a; wc -l a",
        "export B=a",
        "wc -l $B",
        "sudo wc -c a",
        "ssh luna-client",
        "wc a",
        "exit",
    )
    status, text = play(*lines, system=True)
    assert "$ A=a; wc -l a\nhsmshell: ; is a real shell's" in text
    assert "$ wc -l $B\n1 a\n" in text
    assert "$ sudo wc -c a\n4 a\n" in text
    assert "# wc a\nwc: a: No such file or directory\n" in text
    assert status == 1
    assert not list(work.iterdir())

    status, text = play(*lines, system=False)
    assert "> is a real shell's; for that write launchers" in text
    assert "wc: no such command here" in text
