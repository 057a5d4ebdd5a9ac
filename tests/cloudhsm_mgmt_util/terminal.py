"""Procedures that need more than one program: logs in which real openssl works between two lines of the tool.

A log looks like a terminal. After ``$ `` stands a line of a real shell, after ``> `` what goes on with it; it may stand
in the middle of the tool's session, as if in a second window. ``$ cloudhsm_mgmt_util`` starts the tool; what was typed
into it stands behind its prompts. All that comes out is compared with the log, to the byte but for ``[..]``.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.cloudhsm_mgmt_util import run
from hsmshell.console import Answer, Ask, Context, EndOfInput
from hsmshell.console.host_files import HostFiles
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.engine.services import Services
from hsmshell.transcript.compare import EXACT, compare
from hsmshell.transcript.log import numbered
from tests.cli.running import environment

FOLDER = Path(__file__).parents[2] / "transcripts" / "cloudhsm_mgmt_util" / "procedures"
SHELL, CONTINUED, TOOL = "$ ", "> ", "cloudhsm_mgmt_util"

PRELUDE = f"""
python={shlex.quote(sys.executable)}
signer={shlex.quote(str(Path(__file__).with_name("sign_authdata.py")))}
hsmshell() {{ "$python" -m hsmshell "$@"; }}
sign_authdata() {{ "$python" "$signer" "$@"; }}
"""
"""The commands that a log's shell has beside those of the machine."""


class Terminal(ScriptedConsole):
    """Plays a log: types what it shows and runs its shell lines where they stand, and keeps what comes out."""

    def __init__(self, lines: Sequence[str], base: Path, services: Services) -> None:
        super().__init__()
        self._lines = lines
        self._place = 0
        self._lab, self._services = base / "lab", services
        self._work = base / "work"
        self._work.mkdir()

    def play(self) -> None:
        """The whole log."""
        while self._place < len(self._lines):
            if not self._lines[self._place].startswith(SHELL):
                self._place += 1
                continue
            words = shlex.split(self._lines[self._place].removeprefix(SHELL))
            if words[0] != TOOL:
                self._shell()
                continue
            self._copied()
            lab = Lab.open(str(self._lab), self._services)
            try:
                run(words[1:], Context(lab, self, HostFiles(str(self._work), lab.directory)))
            finally:
                lab.close()

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        """What the log shows behind the prompt, after the shell lines that stand before it."""
        while self._place < len(self._lines):
            line = self._lines[self._place]
            if line.startswith(prompt):
                self._copied()
                return line.removeprefix(prompt)
            if line.startswith(SHELL):
                self._shell()
            else:
                self._place += 1
        self.write(f"{prompt}<the log has no such line from here on>\n")
        raise EndOfInput

    def _copied(self) -> str:
        """The next line of the log as it is."""
        line = self._lines[self._place]
        self._place += 1
        self.write(f"{line}\n")
        return line

    def _shell(self) -> None:
        command = [self._copied().removeprefix(SHELL)]
        while self._place < len(self._lines) and self._lines[self._place].startswith(CONTINUED):
            command.append(self._copied().removeprefix(CONTINUED))
        home = self._lab / "simulated-hosts" / "cloudhsm-client"
        done = subprocess.run(
            ["sh", "-ec", PRELUDE + "\n".join(command) + "\n"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._work,
            env=environment(self._work, HSMSHELL_LAB=str(self._lab), HOST=str(home)),
            timeout=120,
            check=False,
        )
        self.write(done.stdout, "" if done.returncode == 0 else f"<status {done.returncode}>\n")


def differences(log: Path, terminal: Terminal) -> list[str]:
    """The lines of the log that the terminal did not show, and those that it showed instead."""
    expected = log.read_text("utf-8").splitlines()
    result = compare(numbered(expected), [(line,) for line in terminal.text.splitlines()], EXACT)
    return [] if result.same else [line for line in result.difference if not line.startswith(" ")]
