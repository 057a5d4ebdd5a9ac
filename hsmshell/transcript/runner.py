"""Replaying whole files, each in a fresh lab and an empty working directory; each section is one run of a tool."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from hsmshell import registry
from hsmshell.console.console import Console, EndOfInput
from hsmshell.console.context import Context, Generation
from hsmshell.console.files import Files
from hsmshell.console.host_files import HostFiles
from hsmshell.console.system import System
from hsmshell.console.values import Kind, Marked
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from hsmshell.engine.services import Services
from hsmshell.transcript.compare import FOLD
from hsmshell.transcript.ending import Terminated, temporary_directory
from hsmshell.transcript.lab_names import LabNames, Unresolved
from hsmshell.transcript.log import Document, Finding, Section
from hsmshell.transcript.masks import NO_MASKS, Mask, Masks, resolve
from hsmshell.transcript.names import Names
from hsmshell.transcript.player import Exchange, LogConsole, Seen, Setting

Loader = Callable[[str], registry.Run]
Wrapper = Callable[[LogConsole], Console]
"""Puts something between the tool and the player, such as a screen that shows what happens."""


class Report(NamedTuple):
    """What came of a file."""

    path: str
    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]

    @property
    def mismatches(self) -> int:
        """Exchanges that differ and findings."""
        return sum(not exchange.same for exchange in self.exchanges) + len(self.findings)


class LabFactory(Protocol):
    """Makes a lab from a scenario in an empty directory."""

    def __call__(self, directory: str, scenario: str) -> Lab: ...


class LabCopies:
    """Makes each scenario's lab once in this process and then copies it: a copy costs milliseconds."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services
        self._made: dict[str, str] = {}
        self._base = ""

    def __call__(self, directory: str, scenario: str) -> Lab:
        from hsmshell.engine.scenario import create_lab

        if scenario not in self._made:
            if not self._base:
                atexit.register(self._remove)
                self._base = tempfile.mkdtemp(prefix="hsmshell-labs-")
            place = os.path.join(self._base, str(len(self._made)))
            create_lab(place, scenario, services=self._services).close()
            self._made[scenario] = place
        shutil.copytree(self._made[scenario], directory, dirs_exist_ok=True)
        return Lab.open(directory, self._services)

    def _remove(self) -> None:
        if self._base:
            shutil.rmtree(self._base, ignore_errors=True)


def replay(
    document: Document,
    labs: LabFactory,
    *,
    mode: str = FOLD,
    load: Loader = registry.load,
    environment: Mapping[str, str] | None = None,
    wrap: Wrapper | None = None,
    seen: Seen | None = None,
    allow_shell: bool = False,
) -> Report:
    """Replay a document in a temporary lab and working directory; host commands are those of ``HostCommands``."""
    from hsmshell.transcript.host_commands import HostCommands

    with temporary_directory("hsmshell-replay-") as base:
        work = os.path.join(base, "work")
        os.mkdir(work)
        try:
            lab = labs(os.path.join(base, "lab"), document.scenario)
        except LabError as problem:
            return Report(document.path, (), (*document.findings, Finding(document.sections[0].line, str(problem))))
        with contextlib.closing(lab):
            return replay_on(
                lab,
                work,
                document,
                mode=mode,
                load=load,
                environment=environment,
                wrap=wrap,
                seen=seen,
                system=HostCommands(work, lab.directory, allow_shell=allow_shell),
                confined=not allow_shell,
            )


def replay_on(
    lab: Lab,
    work: str,
    document: Document,
    *,
    mode: str = FOLD,
    load: Loader = registry.load,
    environment: Mapping[str, str] | None = None,
    wrap: Wrapper | None = None,
    seen: Seen | None = None,
    system: System | None = None,
    confined: bool = False,
) -> Report:
    """Replay a document on an open lab; ``confined`` to the working directory, when nobody knows who wrote it."""
    exchanges: list[Exchange] = []
    findings = list(document.findings)
    known = LabNames(lab)
    names = Names(known.is_new, known.remember)
    resolved: tuple[Mask, ...] = ()
    masks = NO_MASKS
    for section in document.sections:
        findings.extend(_bind(section, names, known))
        if section.masks is not resolved:
            resolved, masks = section.masks, _masks(section, document, findings)
        window = None if section.tool == "shell" else system
        player = LogConsole(section, mode, Setting(names, masks, known.advice, window, seen))
        context = Context(
            lab,
            wrap(player) if wrap else player,
            HostFiles(work, lab.directory, confined=confined),
            Generation(section.client or lab.client or Generation.CLASSIC.value),
            environment or {},
            player.notice,
            system,
        )
        findings.extend(_write_files(section, context.files))
        arguments = [masks.reveal(word) for word in _arguments(section, player)]
        findings.extend(_run(section, arguments, context, load, player))
        player.finish()
        exchanges.extend(player.exchanges)
        findings.extend(player.findings)
    return Report(document.path, tuple(exchanges), tuple(findings))


def _bind(section: Section, names: Names, known: LabNames) -> Iterator[Finding]:
    """Give the section's names their meaning; one without any is a finding."""
    for bind in section.binds:
        try:
            known.resolve(names, bind)
        except Unresolved as problem:
            yield Finding(bind.line, f"bind: {problem}")


def _arguments(section: Section, player: LogConsole) -> list[str]:
    """The tool's arguments, with the run's own names for what the log calls otherwise."""
    arguments = list(section.arguments)
    with contextlib.suppress(registry.UnknownTool):
        found: dict[int, list[Marked]] = {}
        for role in registry.argument_roles(section.tool)(arguments):
            found.setdefault(role.word, []).append(Marked(role.start, role.end, Kind(role.role)))
        for word, marks in found.items():
            arguments[word] = player.rename(arguments[word], marks)
    return arguments


def _write_files(section: Section, files: Files) -> Iterator[Finding]:
    """Add the lines that the section has for files; what cannot be written is a finding."""
    contents: dict[str, list[str]] = {}
    for path, text in section.files:
        contents.setdefault(path, []).append(f"{text}\n")
    work = os.path.realpath(files.directory)
    for path, lines in contents.items():
        target = os.path.realpath(files.locate(path))
        if os.path.commonpath((work, target)) != work:
            yield Finding(section.line, f"file: {path!r} leads out of the working directory; choose another name")
            continue
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            old = files.read(path) if os.path.exists(target) else b""
            files.write(path, old + "".join(lines).encode("utf-8", "surrogateescape"))
        except OSError as problem:
            yield Finding(section.line, f"file: {path!r} cannot be written: {problem.strerror}; choose another name")


def _masks(section: Section, document: Document, findings: list[Finding]) -> Masks:
    """What the section's masks stand for in the scenario of the file; one that stands for nothing is a finding."""
    if not section.masks:
        return NO_MASKS
    try:
        return resolve(section.masks, document.scenario)
    except (LabError, ValueError) as problem:
        finding = Finding(section.line, f"mask: {problem}")
        if finding.message not in [other.message for other in findings]:
            findings.append(finding)
        return NO_MASKS


def _run(
    section: Section, arguments: Sequence[str], context: Context, load: Loader, player: LogConsole
) -> Iterator[Finding]:
    """Run the tool to its end; what stopped it otherwise is a finding."""
    try:
        run = load(section.tool)
    except registry.UnknownTool:
        known = ", ".join(registry.TOOLS)
        yield Finding(section.line, f"there is no tool {section.tool!r}; there are {known}")
        return
    try:
        run(arguments, context)
    except EndOfInput:
        pass
    except KeyboardInterrupt as interrupt:
        if interrupt is not player.interrupt:
            raise
    except Terminated:
        raise
    except SystemExit as ended:
        yield Finding(section.line, f"the tool ended the process with {ended.code}")
    except Exception as problem:
        yield Finding(section.line, f"the tool ended with {type(problem).__name__}: {problem}")
