"""Running the tool in this process, on a lab, with typed lines."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from commands.key_mgmt_util import run
from hsmshell.console import Context, Files, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab

LOGIN = "loginHSM -u CU -s crypto_user -p user1234"


class Ran(NamedTuple):
    """What came of a run."""

    status: int
    text: str


def interactive(lab: Lab, folder: Path, *lines: str, generation: Generation = Generation.CLASSIC) -> Ran:
    console = ScriptedConsole(lines)
    status = run([], Context(lab, console, Files(str(folder)), generation))
    return Ran(status, console.text)


def single(lab: Lab, folder: Path, line: str, *answers: str, generation: Generation = Generation.CLASSIC) -> Ran:
    console = ScriptedConsole(answers)
    status = run(["singlecmd", *line.split()], Context(lab, console, Files(str(folder)), generation))
    return Ran(status, console.text)


def answer(ran: Ran, line: str) -> str:
    """The output of one typed line, up to the next prompt."""
    _, _, rest = ran.text.partition(f"Command:  {line}\n")
    return rest.partition("\nCommand:  ")[0]
