"""From a recorded session to the transcript that replays it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.console import Ask
from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.lines import ELISION, fold
from hsmshell.transcript.log import FileLine
from hsmshell.transcript.masks import directive
from hsmshell.transcript.normalise import DIRECTIVE
from hsmshell.transcript.player import END, INTERRUPT, SHORT
from hsmshell.transcript.recording import Event, What
from hsmshell.transcript.wildcards import PARTIAL


class Session(NamedTuple):
    """What was recorded of one run of a tool."""

    tool: str
    events: Sequence[Event]
    lab: str = ""
    """The scenario; empty for the default one."""
    client: str = ""
    """The output generation; empty for the scenario's own."""
    files: tuple[FileLine, ...] = ()
    """Lines of files that were there before."""


class _Asked(NamedTuple):
    """A question, with the lines that came before it since the last one."""

    output: list[str]
    prompt: str
    """The line on which it was asked; without what was typed."""
    event: Event
    """What became of it."""


def transcript(session: Session, disguise: Disguise) -> str:
    """The text of the file."""
    asked, rest = _cut(session.events, disguise)
    lines: list[str] = []
    for place, question in enumerate(asked):
        lines += [harmless(line, question.prompt) for line in question.output]
        later = asked[place + 1 :]
        lines.append(question.prompt + _typed(question, later, rest, disguise))
    lines += [harmless(line) for line in rest]
    if lines and not lines[-1]:
        lines.pop()
    directives = list(_directives(session, disguise))
    used = "\n".join([*directives, *lines])
    masks = [f"{DIRECTIVE} mask {directive(mask)}" for mask in disguise.masks if mask.name in used]
    return "".join(f"{line}\n" for line in [*directives, *masks, *lines])


def _directives(session: Session, disguise: Disguise) -> Iterator[str]:
    yield f"{DIRECTIVE} tool {session.tool}"
    if words := disguise.words():
        yield f"{DIRECTIVE} args {shlex.join(words)}"
    if session.lab:
        yield f"{DIRECTIVE} lab {session.lab}"
    if session.client:
        yield f"{DIRECTIVE} client {session.client}"
    if any(_blank_counts(event) for event in session.events):
        yield f"{DIRECTIVE} match exact"
    for event in session.events:
        if event.what is What.ANSWER and (event.kind.is_hidden or (event.kind is Ask.PIN and not event.text)):
            yield f"{DIRECTIVE} secret {disguise.typed(event)}".rstrip()
    for path, text in session.files:
        yield f"{DIRECTIVE} file {path} {text}".rstrip()


def _blank_counts(event: Event) -> bool:
    """Whether a blank at an end of what was typed would be lost otherwise."""
    return event.what is What.ANSWER and not event.kind.is_secret and event.text != event.text.strip()


def _cut(events: Sequence[Event], disguise: Disguise) -> tuple[list[_Asked], list[str]]:
    """The questions, and the lines after the last one."""
    asked: list[_Asked] = []
    written = ""
    for event in events:
        if event.what in (What.OUTPUT, What.PROMPT):
            written += event.text
            continue
        *output, prompt = disguise.hide(written).split("\n")
        asked.append(_Asked(output, prompt, event))
        written = ""
    return asked, disguise.hide(written).split("\n")


def _typed(question: _Asked, later: Sequence[_Asked], rest: Sequence[str], disguise: Disguise) -> str:
    """What stands behind a prompt: what was typed, and a mark where it would be taken for something else."""
    event = question.event
    ends_there = not later and not any(line.strip() for line in rest)
    if event.what is What.END:
        return "" if ends_there and not event.kind.is_secret else END
    if event.what is What.INTERRUPT:
        return disguise.typed(event) + INTERRUPT
    if event.kind.is_hidden:
        return ""
    if event.kind is not Ask.PIN and not event.text:
        asked_again = any(other.prompt == question.prompt for other in later)
        if ends_there or (event.kind in (Ask.COMMAND, Ask.CONFIRM) and not asked_again):
            return disguise.nothing()
    return disguise.typed(event)


def harmless(line: str, prompt: str = "") -> str:
    """A line of output, changed where a transcript would take it for a directive, an elision or the next prompt."""
    if line.startswith(DIRECTIVE) or line.strip() == ELISION or (prompt.strip() and _like(line, prompt)):
        return PARTIAL + line.lstrip()[1:]
    return line


def _like(line: str, prompt: str) -> bool:
    if line == prompt.rstrip() or line.startswith(prompt):
        return True
    return len(fold(prompt)) >= SHORT and fold(line).startswith(fold(prompt))
