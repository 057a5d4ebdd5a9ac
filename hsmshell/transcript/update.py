"""Rewriting what a file expects, in the exchanges that differ and nowhere else.

Lines that agree stay as they stand, and so do directives, elisions, prose and what was typed. What is put in has the
names that the file gives to handles and the like.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from hsmshell.transcript.compose import harmless
from hsmshell.transcript.player import Exchange
from hsmshell.transcript.runner import Report
from hsmshell.transcript.wildcards import PARTIAL


def is_refused() -> bool:
    """Whether nobody would read the patch: where CI is set nothing is rewritten."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def updated(text: str, report: Report) -> str:
    """The file's text with what came in the place of what was expected, where these differ."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    gone: set[int] = set()
    after: dict[int, list[str]] = {}
    for exchange in report.exchanges:
        if not exchange.same:
            _apply(exchange, lines, gone, after)
    result = list(after.get(0, []))
    for number, line in enumerate(lines, start=1):
        if number not in gone:
            result.append(line)
        result += [f"{new}\r" if line_end == "\r\n" else new for new in after.get(number, ())]
    return "\n".join(result)


def without_varying(text: str, report: Report) -> tuple[str, int]:
    """The file's text with ``[..]`` for each line that differs, and how many these are; 0 when there is more to it.

    For a session and its replay, which began alike: what differs line by line is what nobody can foretell, such as a
    new key in a file that was shown.
    """
    lines = text.split("\n")
    count = 0
    for exchange in report.exchanges:
        gone = [line[1:] for line in exchange.difference if line.startswith("-")]
        if len(gone) != sum(line.startswith("+") for line in exchange.difference):
            return text, 0
        for number, line in exchange.block:
            if line in gone:
                gone.remove(line)
                lines[number - 1] = PARTIAL
                count += 1
    return ("\n".join(lines), count) if not report.findings else (text, 0)


EXACT_LINES = 2_000
"""Longer files are compared as ``difflib`` likes best: the exact way may take the square of their length."""


def patch(path: str, old: str, new: str) -> Iterator[str]:
    """What will change, as a unified diff.

    ``difflib.unified_diff`` takes lines that come often, as a log's do, for noise, and then shows more than changed.
    """
    before, after = old.split("\n"), new.split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > EXACT_LINES)
    for number, group in enumerate(matcher.get_grouped_opcodes()):
        if not number:
            yield from (f"--- {path}", f"+++ {path}")
        (_, first, _, other, _), (_, _, last, _, end) = group[0], group[-1]
        yield f"@@ -{_range(first, last)} +{_range(other, end)} @@"
        for tag, start, stop, new_start, new_stop in group:
            mark = " " if tag == "equal" else "-"
            yield from (f"{mark}{line}" for line in before[start:stop])
            yield from (f"+{line}" for line in after[new_start:new_stop] if tag != "equal")


def _range(start: int, stop: int) -> str:
    """A range of lines as a unified diff has it: from 1, and an empty one before its place."""
    length = stop - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _apply(exchange: Exchange, lines: list[str], gone: set[int], after: dict[int, list[str]]) -> None:
    """Note what of the exchange's block goes, and what comes behind which line."""
    block = list(exchange.block)
    place = exchange.line if exchange.typed else (block[0].number - 1 if block else exchange.line)
    indent = _indent(exchange, lines)
    for entry in exchange.difference:
        mark, text = entry[:1], entry[1:]
        if mark == "+":
            after.setdefault(place, []).append(f"{indent}{harmless(text)}" if text else text)
            continue
        while block and block[0].text != text:
            block.pop(0)
        if block:
            place = block.pop(0).number
            if mark == "-":
                gone.add(place)


def _indent(exchange: Exchange, lines: list[str]) -> str:
    """The blanks that a manual puts in front of every line of the log, and that are no part of it."""
    for number, text in ((exchange.line, exchange.typed), *exchange.block):
        raw = lines[number - 1]
        if text and raw.rstrip("\r").endswith(text):
            return raw[: raw.index(text)] if not raw[: raw.index(text)].strip() else ""
    return ""
