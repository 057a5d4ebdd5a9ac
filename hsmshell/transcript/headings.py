"""The headings of a Markdown file below which there is something to replay, and whether it is a procedure."""

from __future__ import annotations

import re
from typing import NamedTuple

from hsmshell.transcript.markdown import Place, front_matter, lines_of, placed

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_MARK = re.compile(r"#:\s*(?:tool|lab)\b")


class Heading(NamedTuple):
    """A heading that has something to replay."""

    line: int
    """In the file, from 1."""
    title: str
    """Without its number signs; empty for what stands before any heading."""


def headings(text: str) -> tuple[Heading, ...]:
    """The headings of any level below which a console block stands before the next one, in order."""
    found: list[Heading] = []
    current = Heading(1, "")
    for line in placed(lines_of(text)):
        if line.is_log:
            if not found or found[-1] != current:
                found.append(current)
        elif line.place is Place.PROSE and (match := _HEADING.fullmatch(line.text)):
            current = Heading(line.number, match.group(1) or "")
    return tuple(found)


def is_procedure(text: str) -> bool:
    """Whether a Markdown text is meant to be replayed, rather than one that shows a command here and there.

    Its front matter names a scenario, or a directive in a console block a tool or a lab.
    """
    log = [line.text for line in placed(lines_of(text)) if line.is_log]
    return bool(log) and ("scenario" in front_matter(text) or any(map(_MARK.match, log)))
