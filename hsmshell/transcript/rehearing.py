"""The first replay of a session that was just recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hsmshell import registry
from hsmshell.console.console import Answer, Ask
from hsmshell.console.values import Part, text_of
from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.log import parse
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.runner import LabFactory, Loader, Report, replay
from hsmshell.transcript.update import without_varying


class _Listener:
    """Passes everything on to the player, and keeps what the tool wrote."""

    def __init__(self, player: LogConsole) -> None:
        self._player = player
        self.written: list[str] = []

    @property
    def interactive(self) -> bool:
        return self._player.interactive

    def write(self, *parts: Part) -> None:
        self.written.append(text_of(parts))
        self._player.write(*parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        self.written.append(prompt)
        return self._player.ask(prompt, kind, answer)


Compose = Callable[[Sequence[str]], tuple[str, Disguise]]
"""Makes the transcript's text, with these words left as they are although they were typed as secrets."""


def rehear(compose: Compose, path: str, labs: LabFactory, load: Loader = registry.load) -> tuple[Report, list[str]]:
    """Replay a transcript on a fresh lab. When it differs, also without masks for words that may be the tool's own:
    those that it wrote when nobody had typed them, and then those that it may understand. Tells for which words it
    came out as it was.
    """
    text, disguise = compose(())
    report, written = _replayed(text, path, labs, load)
    if report.mismatches:
        own = [secret for secret in disguise.made() if secret in written]
        for words in (own, [*own, *(word for word in disguise.in_commands() if word not in own)]):
            other = _replayed(compose(words)[0], path, labs, load)[0] if words else report
            if not other.mismatches:
                return other, words
    return report, []


def without_chance(text: str, report: Report, labs: LabFactory, load: Loader = registry.load) -> tuple[str, int]:
    """The text with ``[..]`` for the lines that come otherwise each time, and how many these are; 0 when it would not
    replay then either.

    What one replay after the other shows comes from the lab in which the session was, and stays.
    """
    new, count = without_varying(text, report)
    if not count or not _came(report).isdisjoint(_came(_replayed(text, report.path, labs, load)[0])):
        return text, 0
    return (new, count) if not _replayed(new, report.path, labs, load)[0].mismatches else (text, 0)


def _came(report: Report) -> set[tuple[int, str]]:
    """The lines that came otherwise, each with the line of the log that was answered."""
    return {(one.line, line) for one in report.exchanges for line in one.difference if line.startswith("+")}


def _replayed(text: str, path: str, labs: LabFactory, load: Loader) -> tuple[Report, str]:
    listeners: list[_Listener] = []

    def wrap(player: LogConsole) -> _Listener:
        listeners.append(_Listener(player))
        return listeners[-1]

    report = replay(parse(text, path), labs, load=load, wrap=wrap)
    return report, "".join(part for listener in listeners for part in listener.written)
