"""A console in front of the player that notes what is asked, what is typed, and how each program ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hsmshell import registry
from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.context import Context
from hsmshell.console.values import Kind, Part, Value, text_of
from hsmshell.rehearsal.hosts import HOSTS
from hsmshell.transcript.log import Section
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.shell_line import FURTHER

PROMPTS = frozenset(host.prompt for host in HOSTS)
"""What a host's shell asks with."""


class Asked(NamedTuple):
    """A question and its answer."""

    prompt: str
    kind: Ask
    answer: Answer | None
    typed: str | None
    """``None``: the input ended."""
    line: int
    """Of the log."""
    windows: tuple[tuple[int, str], ...]
    """Host commands before the answer, in a second window, each with its line."""


class Ended(NamedTuple):
    """A program, or a line at a host's prompt, came to its end."""

    status: int


Act = Asked | Ended


class Watcher:
    """A console in front of the player that notes what is asked and typed."""

    interactive = False

    def __init__(self, player: LogConsole, section: Section, acts: list[Act], handles: set[str]) -> None:
        self._player = player
        self._section = section
        self._acts = acts
        self._handles = handles
        self._unfinished = ""
        self._done = 0

    def write(self, *parts: Part) -> None:
        self._player.write(*parts)
        self._handles.update(part.text for part in parts if isinstance(part, Value) and part.kind is Kind.HANDLE)
        self._unfinished = (self._unfinished + text_of(parts)).rpartition("\n")[2]

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        shown = (self._unfinished + prompt).rpartition("\n")[2]
        self._unfinished = ""
        try:
            typed = self._player.ask(prompt, kind, answer)
        except EndOfInput:
            self._acts.append(Asked(shown, kind, answer, None, self._player.typed.number, ()))
            raise
        windows = () if shown in PROMPTS else tuple(self._windows(self._player.typed.number))
        self._acts.append(Asked(shown, kind, answer, typed, self._player.typed.number, windows))
        self._done = self._player.typed.number
        return typed

    def _windows(self, end: int) -> Iterator[tuple[int, str]]:
        """Commands at the host's prompt between what was typed last and now, each with its further lines."""
        command: tuple[int, str] | None = None
        for number, text in self._section.lines:
            if not self._done < number < end:
                continue
            if command and text.startswith(FURTHER):
                command = (command[0], f"{command[1]}\n{text.removeprefix(FURTHER)}")
                continue
            if command:
                yield command
            command = (number, text[len(HOSTS[0].prompt) :]) if text.startswith(HOSTS[0].prompt) else None
        if command:
            yield command


def load(name: str, acts: list[Act]) -> registry.Run:
    """The tool, whose exit status is noted; of the rehearsal shell that of each line."""
    run = registry.load(name)
    if name == "shell":
        from hsmshell.rehearsal.shell import Shell

        return lambda arguments, context: Shell(context, lambda status: acts.append(Ended(status))).loop()

    def noting(arguments: Sequence[str], context: Context) -> int:
        status = 1
        try:
            status = run(arguments, context)
        finally:
            acts.append(Ended(status))
        return status

    return noting
