"""The parts of a file that pass or fail by themselves: each run of a tool, or what stands under a heading."""

from __future__ import annotations

import bisect
import collections
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import printable
from hsmshell.transcript.headings import headings
from hsmshell.transcript.log import Document, Finding
from hsmshell.transcript.markdown import is_markdown
from hsmshell.transcript.runner import Report

_LONGEST_NAME = 80
_NAMELESS = "before any heading"


class Part(NamedTuple):
    """Some lines of a file. The parts follow one another without a gap, from the first line to the last."""

    name: str
    """Unlike the other parts' names; nothing in it that a screen obeys."""
    line: int
    """Where it begins for a reader: the directive or the heading."""
    first: int
    last: int
    """The last line that belongs to it; after the file's end for the last part."""


_END = 1 << 62


def parts(document: Document, text: str) -> tuple[Part, ...]:
    """The parts of the document that was parsed from the text; there is at least one."""
    if is_markdown(document.path):
        found = headings(text)
        names = [one.title or _NAMELESS for one in found] or [_NAMELESS]
        lines = [one.line for one in found] or [1]
    else:
        names = [shlex.join((section.tool, *section.arguments)) for section in document.sections]
        lines = [section.line for section in document.sections]
    firsts = [1, *lines[1:]]
    lasts = [*(line - 1 for line in lines[1:]), _END]
    return tuple(map(Part, _distinct(map(_shown, names)), lines, firsts, lasts))


def _shown(name: str) -> str:
    """A name that fits on a line and may stand behind ``::``, as a test's name does."""
    text = printable(name).replace("::", ":")
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}..."


def _distinct(names: Iterator[str]) -> Iterator[str]:
    """Each name, from its second time on with how often it has come."""
    times: collections.Counter[str] = collections.Counter()
    taken: set[str] = set()
    for name in names:
        times[name] += 1
        own = name if times[name] == 1 else f"{name} ({times[name]})"
        while own in taken:
            times[name] += 1
            own = f"{name} ({times[name]})"
        taken.add(own)
        yield own


def divided(document: Document, report: Report, among: Sequence[Part]) -> tuple[Report, ...]:
    """What came of each of the parts, which are the document's, or the first of them when it was replayed no further.

    An exchange belongs to the part in which its answer was typed. A part whose lines the tool never came to fails too:
    with the exchange that reached for them, or, when that one goes on beyond the part, with a finding of its own.
    """
    if not among:
        return ()
    firsts = [part.first for part in among]

    def index(line: int) -> int:
        return max(bisect.bisect_right(firsts, line) - 1, 0)

    exchanges: list[list[int]] = [[] for _ in among]
    findings: list[list[Finding]] = [[] for _ in among]
    waiting = [False] * len(among)
    for section in document.sections:
        for line in section.lines:
            if line.text.strip():
                waiting[index(line.number)] = True
    for number, exchange in enumerate(report.exchanges):
        own = index(exchange.line)
        exchanges[own].append(number)
        waiting[own] = False
        if not exchange.block:
            continue
        last = index(exchange.block[-1].number)
        for touched in range(own + 1, last + 1):
            if exchange.same:
                waiting[touched] = False
        if not exchange.same and last > own and waiting[last]:
            exchanges[last].append(number)
            waiting[last] = False
    for finding in report.findings:
        findings[index(finding.line)].append(finding)
    if not report.exchanges:
        findings = [list(report.findings) for _ in among]
    left = report.exchanges[-1].line if report.exchanges else document.sections[0].line
    for own, part in enumerate(among):
        if waiting[own] and not findings[own]:
            findings[own].append(
                Finding(part.line, f"the tool never came here; correct first what is told of line {left}")
            )
    return tuple(
        Report(report.path, tuple(report.exchanges[number] for number in own), tuple(told))
        for own, told in zip(exchanges, findings, strict=True)
    )
