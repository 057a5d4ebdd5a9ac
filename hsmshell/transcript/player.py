"""The console that types a log into a tool and compares what comes back.

The tool knows the prompts: when it asks, the next line of the log that begins with the prompt holds what was typed, and
the lines before it are the output that was expected. After a mismatch it goes on at the next prompt.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hsmshell.console.console import Ask, EndOfInput
from hsmshell.console.values import Kind, Part, text_of
from hsmshell.transcript.compare import EXACT, FOLD, compare
from hsmshell.transcript.lines import Actual, fold, lines_of
from hsmshell.transcript.log import Finding, Line, Section
from hsmshell.transcript.masks import NO_MASKS, Masks

SHORT = 3
"""A prompt with fewer characters than this must stand in the log exactly: ``#`` begins many a line."""

INTERRUPT, END = "^C", "^D"
"""What a log shows behind what had been typed when somebody pressed Ctrl-C, and where the input ended."""


class Exchange(NamedTuple):
    """What the tool wrote after an answer, up to its next question."""

    line: int
    """The line of the log where the answer was typed; the section's first line for what comes before any answer."""
    typed: str
    """The line of the log with prompt and answer; empty before the first one."""
    same: bool
    difference: tuple[str, ...]
    """The lines of the block and of the output, as in a patch: they begin with a blank, ``-`` or ``+``."""
    block: tuple[Line, ...] = ()
    """The lines of the log that were expected, with their places."""
    notes: tuple[str, ...] = ()
    """What else a reader should know of a difference, a sentence each."""


Seen = Callable[[Exchange], None]
"""Is told of each exchange as it ends."""


class LogConsole:
    """Plays one section of a log."""

    def __init__(self, section: Section, mode: str = FOLD, seen: Seen | None = None, masks: Masks = NO_MASKS) -> None:
        self._lines = section.lines
        self._masks = masks
        self.interactive = False
        """Whether the log has just pressed Ctrl-C, which may mean one line; a person's own Ctrl-C ends the replay."""
        self.interrupt: KeyboardInterrupt | None = None
        """What was raised for the log's last Ctrl-C."""
        self._mode = section.match or mode
        self._seen = seen
        self._secrets = iter(section.secrets)
        self._place = 0
        self._end = len(_trimmed(section.lines))
        self._found: dict[str, int | None] = {}
        self._over = False
        self._written: list[Part] = []
        self._typed = Line(section.line, "")
        self.exchanges: list[Exchange] = []
        self.findings: list[Finding] = []

    @property
    def line(self) -> int:
        """The line of the log that was typed last."""
        return self._typed.number

    def write(self, *parts: Part) -> None:
        self._written.extend(parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Kind | None = None) -> str:
        self.interactive = False
        *output, last = self._masked(lines_of([*self._written, prompt]))
        shown = text_of(last)
        place = self._find(shown)
        if place is None:
            self._end_early(shown, output)
            raise EndOfInput
        line = self._lines[place]
        self._settle(self._lines[self._place : place], output)
        self._place, self._typed, self._written = place + 1, line, []
        typed = self._remainder(shown, line.text)
        if typed.endswith(INTERRUPT):
            self.interactive, self.interrupt = True, KeyboardInterrupt()
            raise self.interrupt
        if typed.endswith(END):
            raise EndOfInput
        if kind is Ask.SECRET and typed.strip("*"):
            self.findings.append(
                Finding(line.number, "a hidden answer stands in the log; take it out, give it with: #: secret")
            )
        if kind is Ask.SECRET or (kind is Ask.PIN and not typed):
            return self._secret(line)
        if not typed and self._is_end(shown, kind):
            raise EndOfInput
        return self._masks.reveal(typed)

    def _masked(self, lines: Sequence[Actual]) -> list[Actual]:
        return [self._masks.hide_parts(line) for line in lines]

    def _is_end(self, prompt: str, kind: Ask) -> bool:
        """Whether nothing was typed because the input had ended there, rather than an empty line.

        An empty command or confirmation is asked for again. What the log shows after the end is still compared.
        """
        if self._place >= self._end:
            self._over = True
            return True
        return kind in (Ask.COMMAND, Ask.CONFIRM) and self._find(prompt) is None

    def _end_early(self, prompt: str, output: Sequence[Actual]) -> None:
        """The log ends here, or goes on otherwise than the tool: what follows cannot be compared."""
        if self._over:
            return
        self._over = True
        rest = self._lines[self._place :]
        self._settle(_trimmed(rest), _without_blank_end(output))
        if not self.exchanges[-1].same:
            number = rest[0].number if rest else self._typed.number
            self.findings.append(Finding(number, f"the tool asked {prompt!r}; the log has no such line from here on"))

    def finish(self) -> None:
        """Compare what came after the last answer, when the tool has ended."""
        if self._over:
            return
        output = self._masked(lines_of(self._written))
        self._settle(_trimmed(self._lines[self._place :]), _without_blank_end(output))

    def _settle(self, expected: Sequence[Line], output: Sequence[Actual]) -> None:
        result = compare([line.text for line in expected], output, self._mode)
        exchange = Exchange(self._typed.number, self._typed.text, result.same, result.difference, tuple(expected))
        self.exchanges.append(exchange)
        if self._seen:
            self._seen(exchange)

    def _secret(self, line: Line) -> str:
        answer = next(self._secrets, None)
        if answer is None:
            self.findings.append(Finding(line.number, "a hidden answer is needed; give it with: #: secret TEXT"))
            raise EndOfInput
        return self._masks.reveal(answer)

    def _find(self, prompt: str) -> int | None:
        """The next line that begins with the prompt; what was found for it stays true until the log is past it."""
        place = self._found.get(prompt, -1)
        if place is not None and place < self._place:
            later = range(self._place, len(self._lines))
            place = next((place for place in later if self._begins(prompt, self._lines[place].text)), None)
            self._found[prompt] = place
        return place

    def _begins(self, prompt: str, text: str) -> bool:
        if self._mode == EXACT or len(fold(prompt)) < SHORT:
            return text.startswith(prompt) or text == prompt.rstrip()
        return _blanks_folded(prompt).match(text) is not None

    def _remainder(self, prompt: str, text: str) -> str:
        if self._mode == EXACT or len(fold(prompt)) < SHORT:
            rest = text[len(prompt) :]
            return rest if self._mode == EXACT else rest.strip()
        match = _blanks_folded(prompt).match(text)
        return text[match.end() :].strip() if match else ""


@functools.lru_cache(maxsize=64)
def _blanks_folded(prompt: str) -> re.Pattern[str]:
    """The prompt as a regular expression to which any run of blanks is as good as another."""
    return re.compile(r"[ \t]*" + r"[ \t]+".join(map(re.escape, prompt.split())))


def _trimmed(lines: Sequence[Line]) -> list[Line]:
    """Without the blank lines at the end."""
    result = list(lines)
    while result and not result[-1].text.strip():
        result.pop()
    return result


def _without_blank_end(output: Sequence[Actual]) -> list[Actual]:
    result = list(output)
    while result and not text_of(result[-1]).strip():
        result.pop()
    return result
