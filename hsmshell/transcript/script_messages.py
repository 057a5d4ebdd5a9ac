"""The lines that ``script`` of util-linux and of the BSDs, and PuTTY, write before and after a session."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MESSAGE = re.compile(
    r"\s*Script (?:started|done)(?: on .*|, (?:(?:output |input )?(?:log )?file is|timing) .*|\.?\s*$)"
)
_PUTTY = re.compile(r"(?:=~)+= PuTTY log \S+ \S+ (?:=~)+=\s*")
_COLUMNS = re.compile(r"Script started on .*\bCOLUMNS=\"(\d{1,4})\"")
_FEWEST = 20


def columns(line: str) -> int | None:
    """The terminal's width that a header tells; 0 for a header that does not, nothing for any other line."""
    if not line.startswith("Script started on "):
        return None
    match = _COLUMNS.match(line)
    width = int(match.group(1)) if match else 0
    return width if width >= _FEWEST else 0


def without_messages(lines: Iterable[str]) -> list[str]:
    """The lines, those of ``script`` and of PuTTY itself empty."""
    return ["" if _MESSAGE.match(line) or _PUTTY.fullmatch(line) else line for line in lines]
