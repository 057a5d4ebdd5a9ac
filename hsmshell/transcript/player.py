"""The console that types a log into a tool and compares what comes back.

The tool knows the prompts: when it asks, the next line of the log that begins with the prompt holds what was typed, and
the lines before it are the output that was expected. After a mismatch it goes on at the next prompt.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.system import System
from hsmshell.console.values import Kind, Marked, Part, text_of
from hsmshell.grammar.typography import plain
from hsmshell.transcript.compare import EXACT, FOLD, compare
from hsmshell.transcript.lines import ELISION, Actual, fold, lines_of
from hsmshell.transcript.log import Finding, Line, Section
from hsmshell.transcript.masks import NO_MASKS, Masks
from hsmshell.transcript.names import Names
from hsmshell.transcript.shell_line import FURTHER, PROMPT, whole

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


Advice = Callable[[Kind, str], str]
"""The directive that would tell what an unknown name stands for."""
Seen = Callable[[Exchange], None]
"""Is told of each exchange as it ends."""


class Setting(NamedTuple):
    """What the sections of a file share."""

    names: Names
    masks: Masks = NO_MASKS
    advice: Advice = lambda kind, log: ""
    system: System | None = None
    """Runs what was typed into a second window."""
    seen: Seen | None = None


class _Unknown(NamedTuple):
    """A name that was typed and of which nothing is known."""

    line: int
    kind: Kind
    log: str


class LogConsole:
    """Plays one section of a log."""

    def __init__(self, section: Section, mode: str = FOLD, setting: Setting | None = None) -> None:
        self._setting = setting or Setting(Names())
        self._lines = section.lines
        self.interactive = False
        """Whether the log has just pressed Ctrl-C, which may mean one line; a person's own Ctrl-C ends the replay."""
        self.interrupt: KeyboardInterrupt | None = None
        """What was raised for the log's last Ctrl-C."""
        self._mode = section.match or mode
        self._unknown: list[_Unknown] = []
        """What was typed since the last command; what is wrong may come after further questions."""
        self._notices: set[str] = set()
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
    def typed(self) -> Line:
        """The line of the log that was typed last."""
        return self._typed

    def write(self, *parts: Part) -> None:
        self._written.extend(parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        self.interactive = False
        while self._second_window(prompt):
            pass
        *output, last = self._masked(lines_of([*self._written, prompt]))
        shown = text_of(last)
        place = self._find(shown)
        if place is None:
            self._end_early(shown, output)
            raise EndOfInput
        line = self._lines[place]
        expected = self._lines[self._place : place]
        if not self._typed.text and self._mode == FOLD:
            # A log begins where somebody began to copy: what the tool wrote above is not missing.
            expected = (Line(self._typed.number, ELISION), *expected)
        self._settle(expected, output)
        self._place, self._typed, self._written = place + 1, line, []
        typed = self._remainder(shown, line.text)
        if kind is Ask.COMMAND:
            self._unknown.clear()
        if typed.endswith(INTERRUPT):
            self.interactive, self.interrupt = True, KeyboardInterrupt()
            raise self.interrupt
        if typed.endswith(END):
            raise EndOfInput
        if kind.is_hidden and typed.strip("*"):
            self.findings.append(
                Finding(line.number, "a hidden answer stands in the log; take it out, give it with: #: secret")
            )
        if kind.is_hidden or (kind is Ask.PIN and not typed):
            return self._secret(line)
        if not typed and self._is_end(shown, kind):
            raise EndOfInput
        return self._setting.masks.reveal(self.rename(typed, _marks(typed, answer)))

    def notice(self, text: str) -> None:
        """What the program says of its own, on a terminal between the tool's lines; a log may have it or not."""
        self._notices.add(fold(f"hsmshell: {text}"))

    def rename(self, typed: str, marks: Iterable[Marked]) -> str:
        """The typed text with the run's own names in the marked places."""
        renamed, done = "", 0
        for start, end, kind in sorted(marks):
            log = typed[start:end]
            run, known = self._setting.names.typed(kind, log)
            if not known:
                self._unknown.append(_Unknown(self._typed.number, kind, log))
            renamed += typed[done:start] + run
            done = end
        return renamed + typed[done:]

    def _second_window(self, prompt: str) -> bool:
        """Run the host command that a second window shows before the prompt; whether there was one."""
        if self._setting.system is None or self._find(PROMPT) is None:
            return False
        *output, last = self._masked(lines_of([*self._written, prompt]))
        shown = text_of(last)
        place, window = self._find(shown), self._find(PROMPT)
        if shown == PROMPT or place is None or window is None or window >= place:
            return False
        self._settle(self._lines[self._place : window], output)
        self._typed, self._place = self._lines[window], window + 1
        command = whole(self._typed.text.removeprefix(PROMPT), self._further)
        self._written = [self._setting.system(command).output]
        return True

    def _further(self) -> str | None:
        """The next line of what is typed into the second window."""
        line = self._lines[self._place].text
        if not line.startswith(FURTHER):
            return None
        self._place += 1
        return line.removeprefix(FURTHER)

    def _masked(self, lines: Sequence[Actual]) -> list[Actual]:
        return [self._setting.masks.hide_parts(line) for line in lines]

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
        rest = _trimmed(self._lines[self._place :])
        self._settle(rest, _without_blank_end(output))
        # A log that has no more lines than the tool wrote has just ended; the difference tells the rest.
        goes_on = sum(bool(line.text.strip()) for line in rest) > sum(bool(text_of(line).strip()) for line in output)
        if goes_on and not self.exchanges[-1].same:
            message = f"the tool asked {prompt!r}; the log has no such line from here on"
            self.findings.append(Finding(rest[0].number, message))

    def finish(self) -> None:
        """Compare what came after the last answer, when the tool has ended."""
        if self._over:
            return
        output = self._masked(lines_of(self._written))
        self._settle(_trimmed(self._lines[self._place :]), _without_blank_end(output))

    def _settle(self, expected: Sequence[Line], output: Sequence[Actual]) -> None:
        if self._notices:
            expected = [line for line in expected if fold(line.text) not in self._notices]
        result = compare(expected, output, self._mode, self._setting.names)
        typed = self._typed
        exchange = Exchange(typed.number, typed.text, result.same, result.difference, tuple(expected), result.notes)
        if not result.same:
            self.findings.extend(self._unknown_names())
            self._unknown.clear()
        self._notices.clear()
        self.exchanges.append(exchange)
        if self._setting.seen:
            self._setting.seen(exchange)

    def _unknown_names(self) -> Iterator[Finding]:
        """Of what was typed: that may be why something else came than was expected."""
        for line, kind, log in self._unknown:
            advice = self._setting.advice(kind, log)
            if self._setting.names.known(kind, log) is None and advice:
                message = f"the log does not show where {kind.value} {log} is from; if it is older, add: {advice}"
                yield Finding(line, message)

    def _secret(self, line: Line) -> str:
        answer = next(self._secrets, None)
        if answer is None:
            self.findings.append(Finding(line.number, "a hidden answer is needed; give it with: #: secret TEXT"))
            raise EndOfInput
        return self._setting.masks.reveal(answer)

    def _find(self, prompt: str) -> int | None:
        """The next line that begins with the prompt; what was found for it stays true until the log is past it."""
        place = self._found.get(prompt, -1)
        if place is not None and place < self._place:
            begins = self._beginning(prompt)
            later = range(self._place, len(self._lines))
            place = next((place for place in later if begins(self._lines[place].text)), None)
            self._found[prompt] = place
        return place

    def _beginning(self, prompt: str) -> Callable[[str], object]:
        """Tells whether a line begins with the prompt."""
        if self._mode == EXACT or len(fold(prompt)) < SHORT:
            bare = prompt.rstrip()
            return lambda text: text.startswith(prompt) or text == bare
        return _blanks_folded(prompt).match

    def _remainder(self, prompt: str, text: str) -> str:
        if self._mode == EXACT or len(fold(prompt)) < SHORT:
            rest = text[len(prompt) :]
            return rest if self._mode == EXACT else plain(rest.strip())
        match = _blanks_folded(prompt).match(text)
        return plain(text[match.end() :].strip()) if match else ""


_DIGIT = re.compile(r"\d")
_HOST = re.compile(r"\[[\w.-]+\] (?=\S)")
"""A host's name before a prompt: another lab has others."""


def _marks(typed: str, answer: Answer | None) -> Iterable[Marked]:
    if answer is None or not _DIGIT.search(typed):
        return ()
    return [Marked(0, len(typed), answer)] if isinstance(answer, Kind) else answer(typed)


@functools.lru_cache(maxsize=64)
def _blanks_folded(prompt: str) -> re.Pattern[str]:
    """The prompt as a regular expression to which any run of blanks is as good as another, and any host's name."""
    host = _HOST.match(prompt)
    words = prompt[host.end() if host else 0 :].split()
    return re.compile(r"[ \t]*" + (r"\[[\w.-]+\][ \t]+" if host else "") + r"[ \t]+".join(map(re.escape, words)))


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
