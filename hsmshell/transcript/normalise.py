"""Making a raw log readable: what a terminal, ``script`` or a manual put into it goes, and every line keeps its number.

The passes, in this order:

1. carriage returns before a line's end go (CR LF, CR CR LF);
2. a terminal's sequences, backspaces and overprinting are played on a screen; its other controls go (``screen``);
3. the header and the footer of ``script``, and PuTTY's header, become empty (``script_messages``);
4. marks that all lines begin with, a mail's quotation, go;
5. blanks that all lines begin with, a manual's indentation, go.

What goes leaves an empty line or a shorter one. Passing again changes nothing. Where bytes are compared exactly only
CR LF is read as LF, and none of this is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hsmshell.transcript.screen import shown
from hsmshell.transcript.script_messages import without_messages

DIRECTIVE = "#:"
"""What a line for the reader of the log, not of a session, begins with."""

_BLANKS = " \t"
_QUOTATION = ">"

MOST_QUOTATIONS = 20
"""The marks of a mail's quotation that may stand before a line."""

Pass = Callable[[Sequence[str]], list[str]]
"""Lines in, as many lines out."""


def normalised(lines: Sequence[str]) -> list[str]:
    """The lines of a log, or of one block of a Markdown file, without their ends."""
    result = list(lines)
    for change in PASSES:
        result = change(result)
    return result


def _line_ends(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\r") for line in lines]


def _screen(lines: Sequence[str]) -> list[str]:
    return shown(lines, DIRECTIVE)


def _quotation(lines: Sequence[str]) -> list[str]:
    """A mail has a mark before every line, one more for each answer; a log by itself has it here and there."""
    result = list(lines)
    for _ in range(MOST_QUOTATIONS):
        filled = [line for line in result if line.strip()]
        if not filled or not all(line.startswith(_QUOTATION) for line in filled):
            break
        result = [line.removeprefix(_QUOTATION).removeprefix(" ") for line in result]
    return result


def _indentation(lines: Sequence[str]) -> list[str]:
    """Directives may stand further left than the rest."""
    leading = {
        line[: len(line) - len(rest)]
        for line in lines
        if (rest := line.lstrip(_BLANKS)) and not rest.startswith(DIRECTIVE)
    }
    shared = _common(min(leading), max(leading)) if leading else ""
    return [_without(shared, line) for line in lines] if shared else list(lines)


def _common(one: str, other: str) -> str:
    """What both begin with; of the first and the last in order all between them begin with it too."""
    differs = (place for place, letters in enumerate(zip(one, other, strict=False)) if letters[0] != letters[1])
    return one[: next(differs, min(len(one), len(other)))]


def _without(shared: str, line: str) -> str:
    if line.startswith(shared):
        return line[len(shared) :]
    return line.lstrip(_BLANKS)


PASSES: tuple[Pass, ...] = (_line_ends, _screen, without_messages, _quotation, _indentation)
