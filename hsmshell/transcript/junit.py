"""A replay as JUnit XML, which servers that run tests show: a suite for every file, a case for each of its sections."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from hsmshell.console.values import printable
from hsmshell.transcript.parts import Part, divided
from hsmshell.transcript.report import Replayed, count, told
from hsmshell.transcript.runner import Report


def junit(replayed: Sequence[Replayed]) -> str:
    """The XML document.

    What cannot be printed is told by its escape, so no character comes that XML 1.0 (2.2) forbids.
    """
    suites = "".join(map(_suite, replayed))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="hsmshell replay">\n{suites}</testsuites>\n'


def _suite(one: Replayed) -> str:
    reports = divided(one.document, one.report, one.parts)
    cases = "".join(_case(part, report) for part, report in zip(one.parts, reports, strict=True))
    failures = sum(report.mismatches > 0 for report in reports)
    # The player does not measure sections: the time is the file's.
    return (
        f'<testsuite name={_attribute(one.report.path)} tests="{len(reports)}" failures="{failures}" errors="0" '
        f'time="{one.seconds:.3f}">\n{cases}</testsuite>\n'
    )


def _case(part: Part, report: Report) -> str:
    opening = (
        f"<testcase name={_attribute(part.name)} classname={_attribute(report.path)} "
        f'file={_attribute(report.path)} line="{part.line}"'
    )
    if not report.mismatches:
        return f"{opening}/>\n"
    places = [finding.line for finding in report.findings]
    places += [exchange.line for exchange in report.exchanges if not exchange.same]
    text = escape("".join(told(report)))
    message = _attribute(f"{report.path}:{min(places)}: {count(report.mismatches, 'mismatch', 'mismatches')}")
    return f"{opening}>\n<failure message={message}>{text}</failure>\n</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
