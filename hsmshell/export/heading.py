"""What the scripts begin with, and their comments from the log's prose."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hsmshell.export.performance import Performance, Process, Window
from hsmshell.export.quoting import comment
from hsmshell.export.text import PREFIX, Variable


def heading(performance: Performance, about: str) -> str:
    """The comment at the start: what it is, and what it needs."""
    lines = [performance.title, "", f"Made by hsmshell from {os.path.basename(performance.path)}.", about]
    if performance.lab:
        lines.append(f"The log was written for the lab: {performance.lab}")
    if performance.handles:
        lines.append(f"Handles that are typed as they stand in the log: {', '.join(performance.handles)}.")
        lines.append("On other HSMs objects have other handles: correct them before this runs there.")
    if performance.secrets.lines:
        lines.append("Passwords and PINs are taken from the environment:")
        lines += [f"  {name}: first typed for line {line} of the log" for name, line in needed(performance)]
    return comment("\n".join(lines))


def needed(performance: Performance) -> list[tuple[str, int]]:
    """The variables that must be set, each with the line of the log that first needs it."""
    return sorted(performance.secrets.lines.items(), key=lambda entry: int(entry[0].removeprefix(PREFIX)))


class Prose:
    """Hands out the log's notes as comments, each before what stands below it."""

    def __init__(self, performance: Performance) -> None:
        self._notes = list(performance.notes)

    def before(self, line: int) -> str:
        """The notes that stand above that line and were not handed out."""
        told = [note for note in self._notes if note.line < line]
        self._notes = self._notes[len(told) :]
        return "".join(comment(note.text) for note in told)


def remote_variables(performance: Performance) -> bool:
    """Whether a variable's value travels to another host's shell."""
    return any(_has_variable(process) for process in performance.processes if process.host)


def _has_variable(process: Process) -> bool:
    return any(isinstance(part, Variable) for word in (process.command.raw, *process.command.words) for part in word)


def last_lines(process: Process) -> Iterator[int]:
    """The lines of the log that the process takes."""
    yield process.line
    yield from (step.line for step in process.steps)


def windows(process: Process) -> list[Window]:
    """What a second window does meanwhile."""
    return [step for step in process.steps if isinstance(step, Window)]
