"""The first replay of a session that was just recorded."""

from __future__ import annotations

from collections.abc import Iterable

from hsmshell.console.console import Ask
from hsmshell.console.values import Kind, Part, text_of
from hsmshell.engine.lab import Lab
from hsmshell.transcript.log import parse
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.runner import Report, replay


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

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Kind | None = None) -> str:
        self.written.append(prompt)
        return self._player.ask(prompt, kind, answer)


def rehear(text: str, path: str, secrets: Iterable[str]) -> tuple[Report, list[str]]:
    """Replay a transcript's text on a fresh lab. Also tells which of these secrets, none of which is typed in the
    replay, the tool wrote nevertheless: they are words of its own."""
    listeners: list[_Listener] = []

    def wrap(player: LogConsole) -> _Listener:
        listeners.append(_Listener(player))
        return listeners[-1]

    report = replay(parse(text, path), _fresh, wrap=wrap)
    written = "".join(part for listener in listeners for part in listener.written)
    return report, [secret for secret in secrets if secret in written]


def _fresh(directory: str, scenario: str) -> Lab:
    from hsmshell.engine.scenario import create_lab

    return create_lab(directory, scenario)
