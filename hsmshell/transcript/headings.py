"""What a Markdown file says beside its console blocks: its front matter, its headings, whether it is a procedure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w-]*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_MARK = re.compile(r"#:\s*(?:tool|lab)\b")


class Heading(NamedTuple):
    """A heading that has something to replay."""

    line: int
    """In the file, from 1."""
    title: str
    """Without its number signs; empty for what stands before any heading."""


class _Place(enum.Enum):
    """Where a line stands."""

    PROSE = "prose"
    CONSOLE = "console"
    OTHER = "fence, or block of another language"


def headings(text: str) -> tuple[Heading, ...]:
    """The headings of any level below which a console block stands before the next one, in order."""
    found: list[Heading] = []
    current = Heading(1, "")
    for number, line, place in _placed(text):
        if place is _Place.CONSOLE:
            if not found or found[-1] != current:
                found.append(current)
        elif place is _Place.PROSE and (match := _HEADING.fullmatch(line)):
            current = Heading(number, match.group(1) or "")
    return tuple(found)


def front_matter(text: str) -> Mapping[str, str]:
    """The lines ``name: value`` between the first two lines of three dashes; what is no such line is passed over."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        return {}
    pairs = (line.partition(":") for line in lines[1 : lines.index("---", 1)])
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def is_procedure(text: str) -> bool:
    """Whether a Markdown text is meant to be replayed, rather than one that shows a command here and there.

    Its front matter names a scenario, or a directive in a console block a tool or a lab.
    """
    blocks = [line for _, line, place in _placed(text) if place is _Place.CONSOLE]
    return bool(blocks) and ("scenario" in front_matter(text) or any(map(_MARK.match, blocks)))


def _placed(text: str) -> Iterator[tuple[int, str, _Place]]:
    """Every line with its number, and whether it stands in a fenced block (CommonMark 4.5)."""
    fence = language = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        match = _FENCE.match(line)
        place = _Place.OTHER
        if not fence and match:
            fence, language = match.group(1), match.group(2)
        elif not fence:
            place = _Place.PROSE
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = language = ""
        elif language == "console":
            place = _Place.CONSOLE
        yield number, line, place
