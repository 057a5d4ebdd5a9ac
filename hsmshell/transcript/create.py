"""Making a transcript from a list of typed lines: directives as in any transcript, below them what is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.values import Part, text_of
from hsmshell.transcript.compose import harmless
from hsmshell.transcript.log import Document, Finding, Section
from hsmshell.transcript.normalise import DIRECTIVE
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.runner import LabFactory, replay

ENTER = "<enter>"
"""A line that says so is typed as an empty one; blank lines are for the reader."""


class Typist:
    """Types a section's lines and keeps the log."""

    interactive = False

    def __init__(self, section: Section) -> None:
        self.section = section
        self._lines = iter([line.text.strip() for line in section.lines if line.text.strip()])
        self._secrets = iter(section.secrets)
        self._written = ""
        self.log: list[str] = []
        self.left: list[str] = []
        """The lines for which no question came."""

    def write(self, *parts: Part) -> None:
        self._written += text_of(parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        *output, last = (self._written + prompt).split("\n")
        self._written = ""
        self.log += [harmless(line, last) for line in output]
        hidden = kind.is_hidden
        typed = next(self._secrets if hidden else self._lines, None)
        if typed is None:
            self.log.append(last)
            raise EndOfInput
        text = "" if typed == ENTER else typed
        self.log.append(last + kind.echo(text))
        return text

    def finish(self) -> None:
        """The tool has ended."""
        self.log += [harmless(line) for line in self._written.split("\n")]
        while self.log and not self.log[-1].strip():
            self.log.pop()
        self.left = list(self._lines)


def created(document: Document, text: str, labs: LabFactory, *, allow_shell: bool = False) -> tuple[str, list[Finding]]:
    """The transcript of what is typed in the document, and what is wrong with it."""
    typists: list[Typist] = []
    sections = iter(document.sections)

    def wrap(player: LogConsole) -> Typist:
        typists.append(Typist(next(sections)))
        return typists[-1]

    # What the player compares means nothing here: the file has no output yet.
    report = replay(document, labs, wrap=wrap, allow_shell=allow_shell)
    for typist in typists:
        typist.finish()
    findings = [
        *report.findings,
        *(
            Finding(typist.section.line, f"the tool ended before {typist.left[0]!r} was typed; take it out")
            for typist in typists
            if typist.left
        ),
    ]
    return "".join(f"{line}\n" for line in _lines(typists, text.split("\n"))), findings


def _lines(typists: Sequence[Typist], source: Sequence[str]) -> Iterator[str]:
    """Each section's directives as they stand in the source, then its log."""
    starts = [typist.section.line for typist in typists[1:]]
    first = 0
    for place, typist in enumerate(typists):
        last = starts[place] - 1 if place < len(starts) else len(source)
        yield from (line.rstrip("\r") for line in source[first:last] if line.startswith(DIRECTIVE))
        yield from typist.log
        if place < len(starts):
            yield ""
        first = last
