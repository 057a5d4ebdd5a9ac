"""What a replay wrote and asked, beside the lines of the log: which digits of a golden transcript are of what kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hsmshell.console import Answer, Ask, Kind, Part, Value, text_of
from hsmshell.transcript.lines import fold, lines_of
from hsmshell.transcript.log import Document, parse
from hsmshell.transcript.player import Exchange, LogConsole
from hsmshell.transcript.runner import LabCopies, Report, replay


class Digits(NamedTuple):
    """Some digits of a file."""

    line: int
    """From 1."""
    start: int
    end: int
    kind: Kind | None
    """``None`` for text of the tool's, such as a count or a code."""
    typed: bool = False


class _Watch:
    """Stands between the tool and the player."""

    def __init__(self, player: LogConsole, digits: list[Digits]) -> None:
        self._player = player
        self._digits = digits
        self._written: list[Part] = []
        self._seen = 0

    @property
    def interactive(self) -> bool:
        return self._player.interactive

    def write(self, *parts: Part) -> None:
        self._written += parts
        self._player.write(*parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        try:
            return self._player.ask(prompt, kind, answer)
        finally:
            self.settle(self._player.exchanges)
            self._note_typed(prompt, kind, answer)

    def settle(self, exchanges: Sequence[Exchange]) -> None:
        """Pair the lines of the last exchange with those that were written before it ended."""
        if len(exchanges) == self._seen + 1:
            written = {fold(text_of(line)): line for line in lines_of(self._written)}
            for number, text in exchanges[-1].block:
                self._digits += _found(number, text, written.get(fold(text), ()))
        self._seen = len(exchanges)
        self._written.clear()

    def _note_typed(self, prompt: str, kind: Ask, answer: Answer | None) -> None:
        number, text = self._player.typed
        if answer is None or kind in (Ask.SECRET, Ask.PIN) or not text.startswith(prompt):
            return
        log = text[len(prompt) :]
        marks = [(0, len(log), answer)] if isinstance(answer, Kind) else answer(log)
        for start, end, one in marks:
            if log[start:end].isdecimal():
                self._digits.append(Digits(number, len(prompt) + start, len(prompt) + end, one, typed=True))


def _found(number: int, text: str, line: Sequence[Part]) -> list[Digits]:
    """The digits of a literal line, when its parts can be found in it one after the other."""
    result: list[Digits] = []
    place = 0
    for part in line:
        shown = part if isinstance(part, str) else part.text
        for piece in re.findall(r"\S+", shown):
            start = text.find(piece, place)
            if start < 0:
                return []
            place = start + len(piece)
            if isinstance(part, Value):
                result.append(Digits(number, start, place, part.kind))
            else:
                result += [Digits(number, start + m.start(), start + m.end(), None) for m in re.finditer(r"\d+", piece)]
    return result


def watched(path: Path, labs: LabCopies) -> tuple[Document, Report, list[Digits]]:
    """Replay a file; what its literal lines and its typed lines have in digits."""
    document = parse(path.read_text("utf-8"), str(path))
    digits: list[Digits] = []
    consoles: list[tuple[_Watch, LogConsole]] = []

    def wrap(player: LogConsole) -> _Watch:
        consoles.append((_Watch(player, digits), player))
        return consoles[-1][0]

    report = replay(document, labs, wrap=wrap)
    for watch, player in consoles:
        watch.settle(player.exchanges)
    return document, report, digits
