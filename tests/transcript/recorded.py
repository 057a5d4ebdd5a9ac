"""Recording a scripted session, for the tests: the file that would be written, and its replay."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from hsmshell import registry
from hsmshell.console import Answer, Ask, Context, EndOfInput, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import table_of
from hsmshell.engine.scenario_secrets import secrets_of
from hsmshell.transcript.cast import asciicast
from hsmshell.transcript.compose import Session, transcript
from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.recording import RecordingConsole
from hsmshell.transcript.rehearing import rehear
from hsmshell.transcript.runner import LabCopies, Report
from hsmshell.transcript.watched import Missing, WatchedFiles
from tests.conftest import pooled_services

CTRL_C, CTRL_D = "\x03", "\x04"
"""In a list of answers: what they do; what had been typed stands before a Ctrl-C."""


class Typist(ScriptedConsole):
    """Somebody at a terminal, who presses Ctrl-C and Ctrl-D too."""

    interactive = True
    given_up = ""

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        line = super().ask(prompt, kind, answer)
        if line.endswith(CTRL_C):
            self.given_up = line[:-1]
            raise KeyboardInterrupt
        if line == CTRL_D:
            raise EndOfInput
        return line

    def close(self) -> None:
        """Nothing waits."""


class Recorded(NamedTuple):
    """What came of a session."""

    text: str
    cast: str
    report: Report
    missing: Sequence[Missing]


Labs = Callable[[str, str], Lab]


def labs() -> LabCopies:
    """Labs with quick keys."""
    return LabCopies(pooled_services())


def record(
    where: Path,
    make: Labs,
    tool: str,
    answers: Iterable[str],
    arguments: Sequence[str] = (),
    *,
    run: registry.Run | None = None,
    generation: Generation = Generation.CLASSIC,
) -> Recorded:
    """Record the session on a fresh lab below the folder, and replay what was written."""
    load = (lambda name: run) if run else registry.load
    directory = where / "recorded lab"
    work = where / "recorded work"
    os.makedirs(work, exist_ok=True)
    lab = make(str(directory), "migration")
    console = RecordingConsole(Typist(answers))
    files = WatchedFiles(str(work), lab.directory)
    try:
        load(tool)(arguments, Context(lab, console, files, generation))
    except (EndOfInput, KeyboardInterrupt):
        pass
    finally:
        lab.close()
    known = secrets_of(table_of("migration"))
    client = generation.value if generation is Generation.LATE else ""

    def compose(words: Sequence[str]) -> tuple[str, Disguise]:
        disguise = Disguise(console.events, arguments, known, [*words, *files.names()])
        session = Session(tool, console.events, "", client, tuple(files.inputs(disguise)[0]))
        return transcript(session, disguise), disguise

    report, words = rehear(compose, "x.transcript", make, load)
    text, disguise = compose(words)
    cast = asciicast(console.events, disguise, width=80, height=24, timestamp=1_500_000_000)
    return Recorded(text, cast, report, files.inputs(disguise)[1])


def told(report: Report) -> list[object]:
    """What is wrong, to be shown by a test that fails."""
    return [*report.findings, *((one.line, one.difference) for one in report.exchanges if not one.same)]
