"""What a terminal shows at the end of a log that has its control sequences (ECMA-48, and what xterm adds to it).

A line that was typed with corrections becomes the line that stood there when it was sent. Known are backspace and
carriage return (8.3), the cursor's ways within a line and up (CUU, CUD, CUF, CUB, CHA, CUP), and erasing, deleting and
inserting (EL, ED, DCH, ICH, ECH); all other sequences and controls leave nothing. Tabs stay, as one column.

A row of the screen belongs to the line of the log that began it. So an editor that goes up from a second row, or clears
what it had drawn below, changes the line where the prompt stands; lines whose rows are gone are empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hsmshell.transcript.script_messages import columns

MOST_COLUMNS = 1_000
"""How far beyond a row's text the cursor goes. Rows with more text are only written to, not erased or shifted."""
MOST_ROWS = 100
"""How many rows can still change."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x08\x0b-\x1f\x7f-\x9f]+)"
    r"|(?P<back>\x08+)"
    r"|(?P<return>\r+)"
    # 5.4, control sequences: parameters, intermediate bytes, a final byte that may have been cut off.
    r"|(?:\x1b\[|\x9b)(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~]?)"
    # 8.3.89, OSC: ended by ST, or in xterm by BEL. Without an end it takes the rest of the line.
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    # 5.6, the other control strings: DCS, SOS, PM, APC.
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"
    # 5.3 and 5.5, and ECMA-35 13.2: escape sequences of two characters and more.
    r"|\x1b[ -/]*[0-~]?"
    r"|.",
    re.DOTALL,
)

_AUTOMATIC_WRAP = "?7"
_MOVES_UP, _MOVES_DOWN = "A", "B"


def shown(lines: Sequence[str], directive: str) -> list[str]:
    """The lines as a screen showed them at the end. One that begins with the directive's mark was never on a screen."""
    if not any(map(CONTROL.search, lines)):
        return list(lines)
    screen = _Screen(len(lines))
    for number, line in enumerate(lines):
        width = columns(line)
        if width is not None:
            screen.width = width
        apart = line.startswith(directive)
        screen.begin(number, fresh=apart or width is not None)
        if apart:
            screen.write(line)
        else:
            screen.play(line)
    return screen.lines()


class _Screen:
    """The last rows of a log, with a cursor."""

    def __init__(self, lines: int) -> None:
        self.width = 0
        """Columns of a row; 0 when nobody knows, and then rows have no end."""
        self._wraps = True
        self._done: list[list[str]] = [[] for _ in range(lines)]
        self._rows: list[list[str]] = []
        self._origins: list[int] = []
        """The line of the log that each row belongs to."""
        self._number = 0
        self._place = -1
        self._column = 0

    def begin(self, number: int, *, fresh: bool = False) -> None:
        """Go to the next row, below all others if it is to be a fresh one: a line of the log begins."""
        full = self.width and self._place >= 0 and len(self._row) >= self.width
        # An editor that breaks its rows itself goes on with the same line where one is full.
        origin = self._origins[self._place] if full and not self._wraps and not fresh else number
        self._number, self._column = number, 0
        self._go_down(origin, len(self._rows) if fresh else self._place + 1)

    def play(self, line: str) -> None:
        """What the terminal does with the characters of a line."""
        for token in _TOKEN.finditer(line):
            kind = token.lastgroup
            if kind == "text":
                self.write(token.group())
            elif kind == "back":
                last = self.width - 1 if self.width else self._column
                self._column = max(0, min(self._column, last) - len(token.group()))
            elif kind == "return":
                self._column = 0
            elif token.group("final") and not token.group("between"):
                self._obey(token.group("final"), token.group("parameters"))

    def lines(self) -> list[str]:
        """Every line of the log with the text of its rows."""
        while self._rows:
            self._leave_first()
        return ["".join(pieces) for pieces in self._done]

    @property
    def _row(self) -> list[str]:
        return self._rows[self._place]

    def _go_down(self, origin: int, place: int) -> None:
        self._place = place
        if place == len(self._rows):
            self._rows.append([])
            self._origins.append(origin)
            if len(self._rows) > MOST_ROWS:
                self._leave_first()
        elif not self._row:
            self._origins[place] = origin

    def _leave_first(self) -> None:
        """The first row can no longer change."""
        self._done[self._origins.pop(0)].append("".join(self._rows.pop(0)))
        self._place -= 1

    def write(self, text: str) -> None:
        """Put characters where the cursor is."""
        written = 0
        while written < len(text):
            room = len(text)
            if self.width and self._wraps:
                if self._column >= self.width:
                    self._go_down(self._origins[self._place], self._place + 1)
                    self._column = 0
                room = self.width - self._column
            piece = text[written : written + room]
            row, column = self._row, self._column
            if column > len(row):
                row.extend(" " * (column - len(row)))
            row[column : column + len(piece)] = piece
            self._column += len(piece)
            written += len(piece)

    def _obey(self, final: str, parameters: str) -> None:
        if final in "hl" and parameters == _AUTOMATIC_WRAP:
            self._wraps = final == "h"
        elif final in "JK" and parameters in ("", "0", "1", "2", "3"):
            self._erase(final, int(parameters or "0"))
        elif final in "ABCDGHfP@X" and not parameters.strip("0123456789;"):
            numbers = [int(number[-9:] or "0") for number in parameters.split(";", 2)[:2]]
            if final in "Hf":
                # Where a row stood on the screen a log does not tell.
                self._to_column((numbers[1] if len(numbers) > 1 else 1) - 1)
            elif final == "G":
                self._to_column(numbers[0] - 1)
            elif final in "ABCD":
                self._move(final, numbers[0] or 1)
            else:
                self._shift(final, numbers[0] or 1)

    def _move(self, final: str, count: int) -> None:
        column = self._column
        if final == _MOVES_UP:
            self._place = max(0, self._place - count)
        elif final == _MOVES_DOWN:
            self._place = min(len(self._rows) - 1, self._place + count)
        else:
            column += count if final == "C" else -count
        self._to_column(column)

    def _to_column(self, column: int) -> None:
        limit = self.width - 1 if self.width else max(MOST_COLUMNS, len(self._row))
        self._column = max(0, min(column, limit))

    def _erase(self, final: str, what: int) -> None:
        """The end of the row, its beginning, or all of it; ED takes the rows below along, and none above."""
        row, column = self._row, self._column
        if final == "J" and what != 1:
            del self._rows[self._place + 1 :], self._origins[self._place + 1 :]
        if len(row) > MOST_COLUMNS:
            return
        if what == 0:
            del row[column:]
        elif what == 1:
            row[: column + 1] = " " * min(column + 1, len(row))
        else:
            row.clear()

    def _shift(self, final: str, count: int) -> None:
        row, column = self._row, self._column
        if len(row) > MOST_COLUMNS or column >= len(row):
            return
        rest = len(row) - column
        if final == "P":
            del row[column : column + count]
        elif final == "X":
            row[column : column + count] = " " * min(count, rest)
        else:
            row[column:column] = " " * min(count, MOST_COLUMNS)
            del row[self.width or MOST_COLUMNS :]
