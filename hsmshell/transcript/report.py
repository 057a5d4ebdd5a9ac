"""What people and programs are told of a replay: text, a table, and one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import printable
from hsmshell.transcript.log import Document
from hsmshell.transcript.parts import Part, divided
from hsmshell.transcript.player import Exchange
from hsmshell.transcript.runner import Report


class Replayed(NamedTuple):
    """A file that was replayed."""

    document: Document
    parts: tuple[Part, ...]
    report: Report
    seconds: float
    """How long it took."""
    whole: bool = True
    """Whether the replay came to its end; somebody may have interrupted it."""


def told(report: Report, verbose: bool = False) -> Iterator[str]:
    """A file's mismatches, a line each time: place, difference, notes, and how many exchanges passed in between.

    Nothing for a file that passes, unless ``verbose``.
    """
    path = visible(report.path)
    if not report.mismatches:
        if verbose:
            yield f"{path}: {_passed(len(report.exchanges))}\n"
        return
    for finding in report.findings:
        yield f"{path}:{finding.line}: {visible(finding.message)}\n"
    passed, indent = 0, f"{path}: "
    for exchange in report.exchanges:
        if exchange.same:
            passed += 1
            continue
        if passed:
            yield f"{indent}{_passed(passed)}\n"
        passed, indent = 0, "  "
        yield f"{path}:{exchange.line}: {visible(exchange.typed) or 'before the first answer'}\n"
        yield from differences(exchange)
    if passed:
        yield f"{indent}{_passed(passed)}\n"


def differences(exchange: Exchange) -> Iterator[str]:
    """The lines of an exchange's difference, ``-`` expected and ``+`` come, and its notes; indented."""
    yield from (f"  {visible(line)}\n" for line in exchange.difference)
    yield from (f"  note: {visible(note)}\n" for note in exchange.notes)


def table(replayed: Sequence[Replayed]) -> str:
    """A line for every file: how much there was to compare, and the result."""
    from tabulate import tabulate

    rows = [
        (
            visible(one.report.path),
            len(one.report.exchanges),
            one.report.mismatches,
            "interrupted" if not one.whole else "failed" if one.report.mismatches else "passed",
        )
        for one in replayed
    ]
    headers = ("file", "exchanges", "mismatches", "result")
    # A file whose name is a number keeps its name.
    text = tabulate(rows, headers, tablefmt="simple", disable_numparse=[0, 3])
    return f"{text}\n"


def total(reports: Sequence[Report]) -> str:
    """The last line."""
    exchanges = sum(len(report.exchanges) for report in reports)
    failed = sum(report.mismatches for report in reports)
    return (
        f"{count(len(reports), 'transcript')}, {count(exchanges, 'exchange')}, "
        f"{count(failed, 'mismatch', 'mismatches')}\n"
    )


def as_json(replayed: Sequence[Replayed]) -> dict[str, object]:
    """What ``json.dumps`` takes."""
    return {
        "mismatches": sum(one.report.mismatches for one in replayed),
        "transcripts": [
            {
                "path": one.report.path,
                "exchanges": len(one.report.exchanges),
                "complete": one.whole,
                "findings": [{"line": line, "message": visible(message)} for line, message in one.report.findings],
                "mismatches": [
                    {
                        "line": exchange.line,
                        "typed": visible(exchange.typed),
                        "difference": list(map(visible, exchange.difference)),
                        "notes": list(map(visible, exchange.notes)),
                    }
                    for exchange in one.report.exchanges
                    if not exchange.same
                ],
                "sections": [
                    {
                        "name": part.name,
                        "line": part.line,
                        "exchanges": len(own.exchanges),
                        "mismatches": own.mismatches,
                    }
                    for part, own in zip(one.parts, divided(one.document, one.report, one.parts), strict=True)
                ],
            }
            for one in replayed
        ],
    }


def visible(text: str) -> str:
    """Control characters are shown, not obeyed; tabs stay."""
    return "\t".join(map(printable, text.split("\t")))


def count(number: int, one: str, many: str = "") -> str:
    """A number of things, in words that agree with it."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _passed(number: int) -> str:
    return f"{count(number, 'exchange')} passed"
