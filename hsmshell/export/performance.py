"""What a log does: processes on hosts, and what is typed at which of their prompts.

Only the tools know their prompts, so the log is played in front of a console that takes notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell import registry
from hsmshell.console.console import Ask
from hsmshell.console.values import Kind
from hsmshell.export.prose import Note, notes, title
from hsmshell.export.text import Line, Secrets, Text
from hsmshell.export.watching import PROMPTS, Act, Asked, Ended, Watcher, load
from hsmshell.transcript.log import Document, FileLine, Section
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.runner import LabFactory, Report, replay
from hsmshell.transcript.shell_line import FURTHER

SHELLS = ("shell", "terminal")
"""The registered tools at whose prompt other tools are started."""

_NUMBER = re.compile(r"[0-9]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class Answer(NamedTuple):
    """A line that is typed at a prompt."""

    line: int
    """Of the log."""
    prompt: str
    """The screen's last line when the tool waits."""
    text: Text | None
    """``None``: the input ends here."""


class Window(NamedTuple):
    """A host command in a second window, while the tool waits."""

    line: int
    command: Line


class Process(NamedTuple):
    """One program that is started and what happens until it ends."""

    line: int
    command: Line
    tool: bool
    """Whether it is an emulated tool, rather than one of the host's own commands."""
    host: str = ""
    """Where it runs; empty for the host on which the log begins."""
    status: int | None = None
    """Its exit status on the simulated HSMs, where that is known."""
    steps: tuple[Answer | Window, ...] = ()
    files: tuple[FileLine, ...] = ()
    """Lines that are added to files before."""
    client: str = ""
    """The output generation that the log asks for."""
    sets: tuple[tuple[str, Text], ...] = ()
    """Variables that it sets for those that come after it, instead of starting anything."""


class Performance(NamedTuple):
    """A log that was played."""

    title: str
    path: str
    lab: str
    """The scenario; empty for the default one."""
    notes: tuple[Note, ...]
    processes: tuple[Process, ...]
    secrets: Secrets
    handles: tuple[str, ...]
    """Object handles that are typed as they stand in the log, in order."""
    report: Report


def perform(document: Document, text: str, labs: LabFactory) -> Performance:
    """Play the log on a temporary lab and tell what it did. Raises ``NotExportable``."""
    played: list[list[Act]] = []
    handles: set[str] = set()

    def wrap(player: LogConsole) -> Watcher:
        section = document.sections[len(played)]
        played.append([])
        return Watcher(player, section, played[-1], handles)

    report = replay(document, labs, load=lambda name: load(name, played[-1]), wrap=wrap)
    reader = _Reader(Secrets(), handles)
    processes = [
        process
        for section, acts in zip(document.sections, played, strict=False)
        for process in reader.processes(section, acts)
    ]
    return Performance(
        title(text, document.path),
        document.path,
        document.sections[0].lab,
        tuple(notes(text, document.path)),
        tuple(processes),
        reader.secrets,
        tuple(sorted(reader.typed_handles, key=int)),
        report,
    )


class _Reader:
    """Makes processes of what was noted."""

    def __init__(self, secrets: Secrets, handles: set[str]) -> None:
        self.secrets = secrets
        self._handles = handles
        self.typed_handles: set[str] = set()

    def processes(self, section: Section, acts: Sequence[Act]) -> Iterator[Process]:
        """Those of one section."""
        import shlex

        if section.tool in SHELLS:
            started = self._started(section, acts)
        else:
            command = shlex.join([section.tool, *section.arguments])
            started = iter([self._process(section.line, command, "", acts)])
        first = True
        for process in started:
            # What the section asks for comes before its first process.
            files = section.files if first else ()
            yield process._replace(files=files, client=section.client)
            first = False

    def _started(self, section: Section, acts: Sequence[Act]) -> Iterator[Process]:
        """What was started at the prompts of a shell, host by host."""
        hosts: list[str] = []
        for line, command, inner in _commands(acts):
            words = self.secrets.shell(command, line).words
            first = words[0] if words else ()
            if not command.strip() or first == ("help",):
                continue
            if first == ("exit",):
                hosts = hosts[:-1]
                continue
            process = self._process(line, command, hosts[-1] if hosts else "", inner)
            if first == ("ssh",) and len(words) == 2 and process.status in (0, None) and not process.tool:
                hosts = [*hosts, "".join(map(str, words[1]))]
                continue
            yield process

    def _process(self, line: int, command: str, host: str, acts: Sequence[Act]) -> Process:
        parsed = self.secrets.shell(command, line)
        self._note(command)
        steps: list[Answer | Window] = []
        status: int | None = None
        for act in acts:
            if isinstance(act, Ended):
                status = act.status
                continue
            steps += [Window(number, self.secrets.shell(text, number)) for number, text in act.windows]
            steps.append(Answer(act.line or line, act.prompt, self._answer(act)))
        sets = _sets(parsed.words)
        return Process(line, parsed, _is_tool(parsed.words), host, status, tuple(steps), sets=sets)

    def _answer(self, act: Asked) -> Text | None:
        if act.typed is None:
            return None
        if act.kind.is_secret:
            return self.secrets.hidden(act.typed, act.line)
        self._note(act.typed, sure=act.answer is Kind.HANDLE)
        if act.kind is Ask.COMMAND:
            return self.secrets.typed(act.typed, act.line)
        return (act.typed,) if act.typed else ()

    def _note(self, typed: str, *, sure: bool = False) -> None:
        numbers = set(_NUMBER.findall(typed)) if not sure else {typed.strip()}
        found = numbers if sure else numbers & self._handles
        self.typed_handles |= {number for number in found if number.isdecimal()}


def _commands(acts: Iterable[Act]) -> Iterator[tuple[int, str, list[Act]]]:
    """The lines typed at a host's prompt, each with its further lines and with what was asked and typed because of
    it."""
    line, command, inner = 0, "", list[Act]()
    for act in acts:
        if isinstance(act, Asked) and act.prompt in PROMPTS:
            if line:
                yield line, command, inner
            line, command, inner = act.line, act.typed or "", []
        elif isinstance(act, Asked) and act.prompt == FURTHER and not _starts_tool(command):
            command = f"{command}\n{act.typed or ''}"
        else:
            inner.append(act)
    if line:
        yield line, command, inner


def _starts_tool(command: str) -> bool:
    words = command.split()
    return any(_is_registered(word) for word in words[: 2 if words[:1] == ["sudo"] else 1])


def _is_tool(words: Sequence[Text]) -> bool:
    names = ["".join(map(str, word)) for word in words]
    while names and (names[0] == "sudo" or _ASSIGNMENT.fullmatch(names[0])):
        names = names[1:]
    return bool(names) and _is_registered(names[0])


def _is_registered(word: str) -> bool:
    try:
        registry.find(word)
    except registry.UnknownTool:
        return False
    return True


def _sets(words: Sequence[Text]) -> tuple[tuple[str, Text], ...]:
    """The variables that a line of nothing but assignments, perhaps after ``export``, gives their values."""
    found: list[tuple[str, Text]] = []
    for word in words[1:] if words[:1] == (("export",),) else words:
        match = _ASSIGNMENT.fullmatch(word[0]) if word and isinstance(word[0], str) else None
        if not match:
            return ()
        found.append((match.group(1), tuple(part for part in (match.group(2), *word[1:]) if part)))
    return tuple(found)
