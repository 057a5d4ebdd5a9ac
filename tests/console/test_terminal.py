"""The comfortable console in a real pseudo terminal: what it shows, what it remembers, and how it ends."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.running import COMMAND, environment

TOOL = """
import sys, types
from hsmshell import registry
from hsmshell.cli.main import main
from hsmshell.console import Ask, EndOfInput

def run(arguments, context):
    console = context.console
    while True:
        try:
            line = console.ask("\\nCommand:  ", Ask.COMMAND)
        except EndOfInput:
            console.write("ended\\n")
            return 0
        if line == "exit":
            return 0
        if line == "secret":
            console.write(f"got <{console.ask('Enter password: ', Ask.SECRET)}>\\n"[::-1].strip() + "\\n")
        elif line == "masked":
            console.write(f"has {len(console.ask('Enter PASSWORD: ', Ask.MASKED))} letters\\n")
        elif line == "pin":
            console.write(f"pin has {len(console.ask('Enter PIN          : ', Ask.PIN))} letters\\n")
        elif line == "line":
            console.write("A half line, ")
            console.write(f"said <{console.ask('then a question: ')}>\\n")
        else:
            console.write(f"did <{line}>\\n")

module = types.ModuleType("fake")
module.run = run
sys.modules["fake"] = module
registry.TOOLS = {**registry.TOOLS, "fake_tool": registry.Entry("fake", "answers", "/fake_tool")}
sys.exit(main(["--lab", sys.argv[1], "fake_tool"]))
"""

Spawn = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def start(tmp_path: Path, lab_directory: Path) -> Iterator[Spawn]:
    """Starts the fake tool on a pseudo terminal; ends it when the test is over."""
    children: list[pexpect.spawn[str]] = []

    def spawn(term: str = "xterm", **more: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            sys.executable,
            ["-c", TOOL, str(lab_directory)],
            env=environment(tmp_path, TERM=term, **more),
            timeout=30,
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(24, 100),
        )
        children.append(child)
        return child

    yield spawn
    for child in children:
        child.close(force=True)


def ready(child: pexpect.spawn[str]) -> None:
    """Wait until the editor waits."""
    child.expect("Command:")
    time.sleep(0.1)


def history(directory: Path) -> Path:
    return directory / "history-fake_tool"


def lines(directory: Path) -> list[str]:
    text = history(directory).read_text("utf-8")
    return [line[1:] for line in text.splitlines() if line.startswith("+")]


def end(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    status: int | None = child.exitstatus
    return status


def test_commands_are_remembered_and_nothing_else(start: Spawn, lab_directory: Path) -> None:
    child = start()
    for line in ("first", "loginHSM -u CU -s bob -p hunter22", "createUser CU eve hunter22", "  "):
        ready(child)
        child.sendline(line)
    ready(child)
    child.sendline("secret")
    child.expect_exact("Enter password:")
    time.sleep(0.1)
    child.sendline("topsecret")
    child.expect_exact(">terces")
    ready(child)
    child.sendline("pin")
    child.expect_exact("Enter PIN")
    time.sleep(0.1)
    child.sendline("4321")
    child.expect_exact("pin has 4 letters")
    ready(child)
    child.sendline("line")
    child.expect_exact("question:")
    time.sleep(0.1)
    child.sendline("free text")
    child.expect_exact("said <free text>")
    ready(child)
    child.sendline("exit")
    assert end(child) == 0
    assert stat.S_IMODE(history(lab_directory).stat().st_mode) == 0o600
    stored = lines(lab_directory)
    assert stored[:3] == ["first", "loginHSM -u CU -s bob -p ***", "createUser CU eve ***"]
    assert stored[-4:] == ["secret", "pin", "line", "exit"]
    # The time of each entry, with its microseconds, could have the digits of a PIN.
    raw = "\n".join(line for line in history(lab_directory).read_text("utf-8").splitlines() if line[:1] != "#")
    for word in ("hunter22", "topsecret", "4321", "free text"):
        assert word not in raw


def test_a_secret_is_not_shown_and_a_pin_is(start: Spawn) -> None:
    child = start()
    ready(child)
    child.sendline("secret")
    child.expect_exact("Enter password:")
    time.sleep(0.1)
    child.sendline("topsecret")
    child.expect_exact(">terces")
    assert "topsecret" not in child.before
    assert "*" not in child.before
    ready(child)
    child.sendline("pin")
    child.expect_exact("Enter PIN")
    time.sleep(0.1)
    child.send("4321")
    child.expect_exact("4321")


def test_up_brings_a_line_back_without_its_password(start: Spawn) -> None:
    child = start()
    ready(child)
    child.sendline("loginHSM CU bob hunter22")
    child.expect_exact("did <loginHSM CU bob hunter22>")
    ready(child)
    child.send("\x1b[A")
    child.expect_exact("loginHSM CU bob ***")
    child.sendline("")
    child.expect_exact("did <loginHSM CU bob ***>")
    ready(child)
    child.sendline("exit")
    end(child)
    child = start()
    ready(child)
    child.send("\x1b[A\x1b[A")
    child.expect_exact("loginHSM CU bob ***")


@pytest.mark.parametrize("kind", ["rich", "plain"])
def test_a_masked_secret_leaves_asterisks(start: Spawn, kind: str) -> None:
    child = start(HSMSHELL_CONSOLE=kind)
    child.expect("Command:")
    child.sendline("masked")
    child.expect("Enter PASSWORD:")
    time.sleep(0.1)
    child.sendline("topsecret")
    child.expect("has 9 letters")
    assert "topsecret" not in child.before
    assert "*" * 9 in child.before


def test_no_secret_comes_back_at_the_next_secret(start: Spawn) -> None:
    child = start()
    for answer in ("topsecret", "\x1b[A\x19"):  # up, and the yank of what was cut
        ready(child)
        child.sendline("secret")
        child.expect_exact("Enter password:")
        time.sleep(0.1)
        child.sendline(answer)
        child.expect(">(.*)< tog")
    assert child.match is not None
    assert child.match.group(1) == ""


def test_an_old_history_gets_its_mode(start: Spawn, lab_directory: Path) -> None:
    history(lab_directory).write_text("\n# old\n+older\n")
    history(lab_directory).chmod(0o644)
    child = start()
    ready(child)
    child.sendline("exit")
    assert end(child) == 0
    assert stat.S_IMODE(history(lab_directory).stat().st_mode) == 0o600
    assert lines(lab_directory) == ["older", "exit"]


def test_a_history_that_cannot_be_written_stops_nobody(start: Spawn, lab_directory: Path) -> None:
    history(lab_directory).mkdir()
    child = start()
    ready(child)
    child.sendline("first")
    child.expect_exact("did <first>")
    ready(child)
    child.sendline("exit")
    assert end(child) == 0


def test_control_c(start: Spawn) -> None:
    child = start()
    ready(child)
    child.send("half\x03")
    assert end(child) == 130
    assert "Traceback" not in child.before


def test_control_d(start: Spawn) -> None:
    child = start()
    ready(child)
    child.send("x\x04")  # deletes forward while the line is not empty
    child.sendline("")
    child.expect_exact("did <x>")
    ready(child)
    child.send("\x04")
    child.expect_exact("ended")
    assert end(child) == 0


def test_pasted_lines_run_one_by_one(start: Spawn, lab_directory: Path) -> None:
    child = start()
    ready(child)
    child.send("\x1b[200~first\nsecret\ntopsecret\r\nsecond\nthi\x1b[201~")
    child.expect_exact("did <first>")
    child.expect_exact(">terces")
    assert "topsecret" not in child.before
    child.expect_exact("did <second>")
    child.expect_exact("thi")
    child.sendline("rd")
    child.expect_exact("did <third>")
    ready(child)
    child.sendline("exit")
    end(child)
    assert lines(lab_directory) == ["first", "secret", "second", "third", "exit"]


def test_lines_typed_ahead_run_one_by_one(start: Spawn) -> None:
    child = start()
    child.send("one\rtwo\rthree\r")
    for word in ("one", "two", "three"):
        child.expect_exact(f"did <{word}>")


def test_bytes_that_are_no_text(start: Spawn, lab_directory: Path) -> None:
    child = start()
    ready(child)
    os.write(child.child_fd, b"na\xff\xfeme\r")
    child.expect("did <na.*me>")
    ready(child)
    child.sendline("exit")
    assert end(child) == 0


COLOUR = "\x1b[3"


@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1"}])
def test_no_colour(start: Spawn, more: dict[str, str]) -> None:
    child = start(**more)
    ready(child)
    child.sendline("exit")
    child.expect(pexpect.EOF)
    assert COLOUR not in child.before


def test_a_dumb_terminal_gets_the_plain_console(start: Spawn, lab_directory: Path) -> None:
    child = start("dumb")
    child.expect_exact("\r\nCommand:  ")
    assert "\x1b" not in child.before
    child.sendline("exit")
    assert end(child) == 0
    assert "\x1b" not in child.before
    assert not history(lab_directory).exists()


def test_what_a_screen_shows(tmp_path: Path, lab_directory: Path, judge: Callable[[str], str]) -> None:
    """tmux is the judge of what the escape sequences amount to."""
    tmux = [judge("tmux"), "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    own = environment(tmp_path, TERM="xterm")
    script = tmp_path / "tool.py"
    script.write_text(TOOL, "utf-8")
    started = [*tmux, "new-session", "-d", "-x", "80", "-y", "24", sys.executable, str(script), str(lab_directory)]
    subprocess.run(started, env=own, check=True, timeout=30)

    def screen() -> str:
        done = subprocess.run([*tmux, "capture-pane", "-p"], env=own, capture_output=True, text=True, check=False)
        return done.stdout

    def wait(text: str) -> None:
        for _ in range(300):
            if text in screen():
                return
            time.sleep(0.1)
        raise AssertionError(screen())

    def keys(*names: str) -> None:
        subprocess.run([*tmux, "send-keys", *names], env=own, check=True, timeout=30)

    try:
        wait("Command:")
        keys("first", "Enter")
        wait("did <first>\n\nCommand:")
        keys("line", "Enter")
        wait("\nA half line, then a question:")
        keys("yes", "Enter")
        wait("A half line, then a question: yes\nsaid <yes>\n\nCommand:")
        keys("secret", "Enter")
        wait("Enter password:")
        keys("topsecret")
        time.sleep(0.3)
        assert "\nEnter password:\n" in screen()
        keys("Enter")
        wait(">terces")
    finally:
        subprocess.run([*tmux, "kill-server"], env=own, check=False, timeout=30)


def test_the_real_command_chooses_it(tmp_path: Path, lab_directory: Path) -> None:
    """``hsmshell key_mgmt_util`` on a terminal; ``HSMSHELL_CONSOLE=plain`` takes it away again."""
    command, *words = [*COMMAND, "--lab", str(lab_directory), "key_mgmt_util"]
    for more, rich in (({}, True), ({"HSMSHELL_CONSOLE": "plain"}, False)):
        own = environment(tmp_path, TERM="xterm", **more)
        child = pexpect.spawn(command, words, env=own, timeout=30, encoding="utf-8")
        child.expect("Command:")
        time.sleep(0.1)
        child.sendline("exit")
        assert end(child) == 0
        assert (lab_directory / "history-key_mgmt_util").exists() == rich
        (lab_directory / "history-key_mgmt_util").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("more", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb", "HSMSHELL_CONSOLE": "rich"}, False)],
)
def test_a_command_is_highlighted_while_it_is_typed(
    tmp_path: Path, lab_directory: Path, more: dict[str, str], coloured: bool
) -> None:
    command, *words = [*COMMAND, "--lab", str(lab_directory), "key_mgmt_util"]
    own = environment(tmp_path, **{"TERM": "xterm", **more})
    child = pexpect.spawn(command, words, env=own, timeout=30, encoding="utf-8")
    ready(child)
    child.send("Error2String -r 0xdb")
    time.sleep(0.3)
    child.send("\r")
    child.expect_exact("\tError Code db maps")
    rendition = re.compile(r"\x1b\[(?!0?m)[0-9;]*m")
    assert bool(rendition.search(child.before)) == coloured
    child.expect("Command:")
    assert not rendition.search(child.before), "what the tool writes has no colour"
    time.sleep(0.1)
    child.sendline("exit")
    assert end(child) == 0
