"""How a Markdown file is divided: its front matter, its prose, and its fenced blocks, of which ``console`` has logs."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MARKDOWN = ".md"
CONSOLE = "console"
"""The language of the blocks that are replayed."""

RULE = "---"
"""Before and after the front matter."""
_ENTRY = re.compile(r"\w[\w-]*[ \t]*:(?:\s|$)")
_FENCE = re.compile(
    r"(?P<before>\s*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}+(?!.*`)|~{3,})\s*(?P<language>[\w-]*)"
)
"""An opening fence, perhaps the first thing in a list's item (CommonMark 4.5 and 5.2)."""


class Place(enum.Enum):
    """What a line is."""

    FRONT = "front matter, its two rules included"
    PROSE = "outside the blocks"
    OPENING = "opening fence"
    CONTENT = "inside a block"
    CLOSING = "closing fence"


class Placed(NamedTuple):
    """A line of a file."""

    number: int
    """In the file, from 1."""
    text: str
    """Inside a block without the indentation of its fence."""
    place: Place
    language: str = ""
    """The block's; empty for one that names none, and outside."""

    @property
    def is_log(self) -> bool:
        """Whether it is a line of a log."""
        return self.place is Place.CONTENT and self.language == CONSOLE


def is_markdown(path: str) -> bool:
    """Whether a file of that name has its log in console blocks."""
    return path.endswith(MARKDOWN)


def lines_of(text: str) -> list[str]:
    """The lines of a file, whichever of the two usual ends they have."""
    return text.replace("\r\n", "\n").split("\n")


def placed(lines: Sequence[str]) -> Iterator[Placed]:
    """Every line of a file, in order."""
    start = _front_end(lines)
    yield from (Placed(number, line, Place.FRONT) for number, line in enumerate(lines[:start], start=1))
    fence = language = ""
    indentation = 0
    for number, line in enumerate(lines[start:], start=start + 1):
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield Placed(number, line, Place.CLOSING, language)
                fence = language = ""
                continue
            blanks = len(line) - len(line.lstrip(" "))
            yield Placed(number, line[min(blanks, indentation) :], Place.CONTENT, language)
        elif match := _FENCE.match(line):
            fence, language, indentation = match.group("fence"), match.group("language"), len(match.group("before"))
            yield Placed(number, line, Place.OPENING, language)
        else:
            yield Placed(number, line, Place.PROSE)


def front_matter(text: str) -> Mapping[str, str]:
    """The lines ``name: value`` of the front matter; what is no such line is passed over."""
    lines = lines_of(text)
    pairs = (line.partition(":") for line in lines[1 : max(_front_end(lines) - 1, 1)])
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _front_end(lines: Sequence[str]) -> int:
    """How many lines the front matter has. A rule at the start may be but a rule: an entry tells, a block denies it."""
    if not lines or lines[0] != RULE or RULE not in lines[1:]:
        return 0
    end = lines.index(RULE, 1)
    between = lines[1:end]
    return end + 1 if any(map(_ENTRY.match, between)) and not any(map(_FENCE.match, between)) else 0
