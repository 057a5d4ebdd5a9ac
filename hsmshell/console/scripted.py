"""A console whose answers are known beforehand; it keeps everything that was written."""

from __future__ import annotations

from collections.abc import Iterable

from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.values import Part, text_of


class ScriptedConsole:
    """Answers every question from a list, in order; raises ``EndOfInput`` when the list is used up."""

    interactive = False

    def __init__(self, answers: Iterable[str] = ()) -> None:
        self._answers = iter(answers)
        self.parts: list[Part] = []

    @property
    def text(self) -> str:
        """What a screen would show: the output with each answer after its prompt (secrets left out)."""
        return text_of(self.parts)

    def write(self, *parts: Part) -> None:
        self.parts.extend(parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        self.parts.append(prompt)
        try:
            line = next(self._answers)
        except StopIteration:
            self.parts.append("\n")
            raise EndOfInput from None
        self.parts.append(kind.echo(line) + "\n")
        return line
