"""What the pytest plugin collects: a test for each part of a file, replayed in a lab of its own."""

from __future__ import annotations

import fnmatch
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hsmshell.console.files import Files
from hsmshell.transcript.headings import is_procedure
from hsmshell.transcript.host_commands import missing_programs
from hsmshell.transcript.log import Document, has_console_block, until
from hsmshell.transcript.markdown import is_markdown
from hsmshell.transcript.parts import Part, divided, parts
from hsmshell.transcript.reading import Unreadable, read
from hsmshell.transcript.report import count, told, visible
from hsmshell.transcript.runner import LabCopies, LabFactory, Report, replay
from hsmshell.transcript.sources import CopiesOf, load
from hsmshell.transcript.update import is_refused, patch, updated


class Mismatched(Exception):
    """A part of a file is not what the tool does."""

    def __init__(self, report: Report, earlier: Report) -> None:
        super().__init__(f"{report.path}: {count(report.mismatches, 'mismatch', 'mismatches')}")
        self.report = report
        self.earlier = earlier
        """The parts above, whose mismatches are other tests' failures."""

    def __str__(self) -> str:
        first, *others = told(self.report)
        # pytest's summary shows the first line: the place rather than what passed above it.
        text = "".join([first, *others] if not first.endswith("passed\n") else others)
        lines = [finding.line for finding in self.earlier.findings]
        lines += [exchange.line for exchange in self.earlier.exchanges if not exchange.same]
        if lines:
            differ = count(len(lines), "mismatch", "mismatches")
            text += f"before this section: {differ}, the first one at {self.report.path}:{min(lines)}\n"
        return text


def collector(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The file's collector; ``None`` for Markdown that is neither a procedure nor named in the configuration."""
    if is_markdown(path.name):
        try:
            text = read(str(path))
        except (OSError, Unreadable):
            return None
        if not is_procedure(text) and not (_is_named(path, parent.config) and has_console_block(text)):
            return None
    collected: pytest.Collector = TranscriptFile.from_parent(parent, path=path)
    return collected


def _is_named(path: Path, config: pytest.Config) -> bool:
    """Whether a pattern of the option has the path below rootdir, or, a pattern without a slash, the file's name."""
    whole = os.path.relpath(path, config.rootpath).replace(os.sep, "/")
    patterns: list[str] = config.getini("hsmshell_markdown")
    return any(fnmatch.fnmatchcase(whole if "/" in pattern else path.name, pattern) for pattern in patterns)


class TranscriptFile(pytest.File):
    """A transcript or a procedure."""

    updated = False
    """Whether its mismatches have been written into it, as ``--transcript-update`` asks."""

    @functools.cached_property
    def last(self) -> int:
        """The number of its last part that is to be tested, when it is known what was selected."""
        return max(one.number for one in self.session.items if isinstance(one, TranscriptItem) and one.parent is self)

    @functools.cached_property
    def missing(self) -> list[str]:
        """The host programs of the file that are not installed here."""
        lines = (line.text for section in self.document.sections for line in section.lines)
        return list(missing_programs(lines))

    def collect(self) -> Iterator[TranscriptItem]:
        """A test for each section, or for each heading of Markdown."""
        invoked = self.config.invocation_params.dir
        shown = str(self.path.relative_to(invoked) if self.path.is_relative_to(invoked) else self.path)
        try:
            text = read(str(self.path))
        except OSError as problem:
            raise self.CollectError(f"{shown}: {problem.strerror}; name a file that can be read") from None
        except Unreadable as problem:
            raise self.CollectError(f"{shown}:{problem.line}: {problem}") from None
        self.document = load(text, shown, _start(self.config), self.config.getini("hsmshell_match"))
        self.parts = parts(self.document, text)
        for number, part in enumerate(self.parts):
            yield TranscriptItem.from_parent(self, name=part.name, part=part, number=number)


class TranscriptItem(pytest.Item):
    """A part of a file: replayed from the file's start to the part's end, judged by its own lines."""

    parent: TranscriptFile

    def __init__(self, *, part: Part, number: int, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest's own arguments, passed on as they come
        self.part = part
        self.number = number

    def runtest(self) -> None:
        """Raises ``Mismatched``; without a host program that the file needs, it is skipped."""
        for program in self.parent.missing:
            pytest.skip(f"needs {program}")
        stash = self.config.stash
        if _REPLAYS not in stash:
            stash[_REPLAYS] = Replays(self.config)
        replays, file = stash[_REPLAYS], self.parent
        if self.config.getoption("transcript_update") and not file.updated:
            file.updated = True
            _update(file, replays.up_to(file, file.last).report)
        *above, own = replays.judged(file, self.number, file.last)
        if own.mismatches:
            exchanges = tuple(exchange for report in above for exchange in report.exchanges)
            findings = tuple(finding for report in above for finding in report.findings)
            raise Mismatched(own, Report(own.path, exchanges, findings))

    def repr_failure(  # type: ignore[override]  # a string is one of the forms that pytest documents
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> object:
        """What ``hsmshell replay`` says of it."""
        if isinstance(excinfo.value, Mismatched | pytest.UsageError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place, its line from 0 as pytest counts, and the name."""
        return self.path, self.part.line - 1, self.name


def _update(file: TranscriptFile, report: Report) -> None:
    """Rewrite the exchanges of the file that differ in the report. The test is judged by what stood there before, so
    that nobody takes a new expectation for a test that passed. Raises ``pytest.UsageError``."""
    if not report.mismatches:
        return
    if is_refused():
        raise pytest.UsageError("--transcript-update is refused where CI is set; run it where somebody reads the patch")
    with open(file.path, encoding="utf-8", errors="surrogateescape", newline="") as stream:  # noqa: PTH123
        old = stream.read()
    new = updated(old, report)
    reporter = file.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write("".join(f"{visible(line)}\n" for line in patch(report.path, old, new)))
    Files().write(str(file.path), new.encode("utf-8", "surrogateescape"))


class _Played(NamedTuple):
    """A file that was replayed up to the end of one of its parts."""

    file: TranscriptFile
    document: Document
    """Up to there."""
    number: int
    """The part's, from 0."""
    report: Report
    parts: tuple[Report, ...]
    """What came of each part up to there."""


class Replays:
    """Replays files for their tests.

    A test means: the file from its start to the end of the part, in a fresh lab. A longer replay of the same file says
    the same of a part that passes and ends where an exchange ends; so the latest one is kept and asked first, and a
    file of many parts is not replayed as often as it has parts.
    """

    def __init__(self, config: pytest.Config) -> None:
        services = config.hook.pytest_hsmshell_services(config=config)
        self._labs: LabFactory = LabCopies(services)
        if config.getini("hsmshell_lab"):
            self._labs = CopiesOf(_start(config), self._labs, services)
        self._match: str = config.getini("hsmshell_match")
        self._allow_shell: bool = config.getini("hsmshell_allow_shell")
        self._latest: _Played | None = None

    def up_to(self, file: TranscriptFile, last: int) -> _Played:
        """The file replayed at least as far as that part."""
        latest = self._latest
        if latest is None or latest.file is not file or latest.number < last:
            self._latest = latest = self._play(file, last)
        return latest

    def judged(self, file: TranscriptFile, number: int, last: int) -> tuple[Report, ...]:
        """What came of the parts up to that one, of which more tests will ask up to ``last``."""
        played = self.up_to(file, last)
        if number < played.number and (
            played.parts[number].mismatches or _goes_on(played.report, file.parts[number].last)
        ):
            played = self._play(file, number)
        return played.parts[: number + 1]

    def _play(self, file: TranscriptFile, number: int) -> _Played:
        document = until(file.document, file.parts[number].last)
        report = replay(document, self._labs, mode=self._match, allow_shell=self._allow_shell)
        return _Played(file, document, number, report, divided(document, report, file.parts[: number + 1]))


def _goes_on(report: Report, line: int) -> bool:
    """Whether an exchange reaches from that line, or from above it, to below it."""
    return any(one.line <= line < one.block[-1].number for one in report.exchanges if one.block)


_REPLAYS = pytest.StashKey[Replays]()


def _start(config: pytest.Config) -> str:
    """The scenario, or the lab's directory, of files that name none; empty for the default. Paths are below rootdir."""
    lab: str = config.getini("hsmshell_lab")
    if lab:
        return str(config.rootpath / lab)
    scenario: str = config.getini("hsmshell_scenario")
    return str(config.rootpath / scenario) if scenario.endswith(".toml") or "/" in scenario else scenario
