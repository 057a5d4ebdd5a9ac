"""Reading a transcript: a raw log with ``#:`` directives, or the console blocks of a Markdown file."""

from __future__ import annotations

import dataclasses
import enum
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.transcript.markdown import Place, is_markdown, lines_of, placed
from hsmshell.transcript.masks import Mask, read_mask
from hsmshell.transcript.normalise import DIRECTIVE, normalised
from hsmshell.transcript.shell_noise import TERMINAL, as_terminal, detected, within

_LONGEST_PATH = 200
DEFAULT_TOOL = "shell"
_EXACT = "exact"


class Line(NamedTuple):
    """A line of the log and where it stands."""

    number: int
    """In the file, from 1."""
    text: str


def numbered(texts: Iterable[str]) -> list[Line]:
    """Lines with their numbers, from 1."""
    return [Line(number, text) for number, text in enumerate(texts, start=1)]


class Finding(NamedTuple):
    """Something about the file that is wrong."""

    line: int
    message: str


class Subject(enum.Enum):
    """What a ``#: bind`` is about."""

    OBJECT = "label"
    USER = "user"
    NODE = "node"
    SERVER = "server"


class Bind(NamedTuple):
    """Something that is older than the log: its number in the log, and what the lab calls it."""

    log: str
    subject: Subject
    name: str
    """An object's label, a user's name, a node's or server's number; empty for one that the lab does not have."""
    object_class: str = ""
    """How the object's class begins; empty for any."""
    line: int = 0


class FileLine(NamedTuple):
    """A line of a file that somebody wrote with an editor before the tool was started."""

    path: str
    """Relative to the working directory and inside it."""
    text: str


class Section(NamedTuple):
    """One process of one tool."""

    line: int
    """Where it begins."""
    tool: str = DEFAULT_TOOL
    arguments: tuple[str, ...] = ()
    lab: str = ""
    """The scenario; empty for the default one. The first section's counts."""
    client: str = ""
    match: str = ""
    secrets: tuple[str, ...] = ()
    """The answers to prompts that hide what is typed, in order."""
    binds: tuple[Bind, ...] = ()
    files: tuple[FileLine, ...] = ()
    """Added to the files in this order."""
    lines: tuple[Line, ...] = ()
    masks: tuple[Mask, ...] = ()
    """What stands for secrets in the typed text and the output; they hold for the sections after it too."""


@dataclasses.dataclass
class _Draft:
    """A section while it is read."""

    line: int
    tool: str = DEFAULT_TOOL
    arguments: tuple[str, ...] = ()
    lab: str = ""
    client: str = ""
    match: str = ""
    secrets: list[str] = dataclasses.field(default_factory=list)
    binds: list[Bind] = dataclasses.field(default_factory=list)
    files: list[FileLine] = dataclasses.field(default_factory=list)
    lines: list[Line] = dataclasses.field(default_factory=list)
    """As they stand in the file."""
    readable: list[str] = dataclasses.field(default_factory=list)
    """The same ones, normalised."""
    masks: tuple[Mask, ...] = ()
    """The same one as that of the section before, unless there are further masks: files may have many sections."""

    def finished(self, mode: str) -> Section:
        """The section; ``mode`` is how its lines are compared if it does not say so itself."""
        arguments, lines = self.arguments, self.lines
        if (self.match or mode) != _EXACT:
            if self.tool == TERMINAL:
                readable = as_terminal(self.readable)
            else:
                readable, given = within(self.tool, self.readable)
                arguments = arguments or given
            lines = [Line(line.number, text) for line, text in zip(lines, readable, strict=True)]
        return Section(
            self.line,
            self.tool,
            arguments,
            self.lab,
            self.client,
            self.match,
            tuple(self.secrets),
            tuple(self.binds),
            tuple(self.files),
            tuple(lines),
            self.masks,
        )

    def detected(self) -> list[_Draft]:
        """A log that names no tool: its sessions, with the tools that it shows."""
        self.tool, end = detected(self.readable)
        if end == len(self.lines):
            return [self]
        rest = _Draft(self.lines[end].number, TERMINAL, lab=self.lab, client=self.client, match=self.match)
        rest.lines, self.lines = self.lines[end:], self.lines[:end]
        rest.readable, self.readable = self.readable[end:], self.readable[:end]
        return [self, rest]


class Document(NamedTuple):
    """A parsed file."""

    path: str
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]

    @property
    def scenario(self) -> str:
        """What the lab is made from: a scenario's name, or a TOML file's path, looked for beside the log first."""
        from hsmshell.engine.scenario import DEFAULT

        wanted = self.sections[0].lab or DEFAULT
        beside = os.path.join(os.path.dirname(self.path), wanted)
        return beside if wanted.endswith(".toml") and os.path.isfile(beside) else wanted


def parse(text: str, path: str, match: str = "fold") -> Document:
    """A transcript; Markdown when the path ends in ``.md``. Wrong directives become findings, never errors.

    Its lines are normalised, but for sections that are compared exactly, by their own directive or by ``match``.
    """
    whole = lines_of(text)
    if not whole[-1]:
        whole.pop()
    blocks = list(_console_blocks(whole)) if is_markdown(path) else [numbered(whole)]
    sections: list[Section] = []
    findings: list[Finding] = []
    current = _Draft(next((line.number for block in blocks for line in block), 1))
    named = False
    for line, readable in _readable(blocks):
        if not readable.startswith(DIRECTIVE):
            current.lines.append(line)
            current.readable.append(readable)
            continue
        name, _, value = readable[len(DIRECTIVE) :].strip().partition(" ")
        if name in ("", "#"):
            continue
        if name == "tool" and (named or any(content.strip() for content in current.readable)):
            sections.append(current.finished(match))
            current = _Draft(
                line.number, lab=current.lab, client=current.client, match=current.match, masks=current.masks
            )
        named = named or name == "tool"
        try:
            _DIRECTIVES[name](current, value.strip())
            if name == "bind":
                current.binds[-1] = current.binds[-1]._replace(line=line.number)
        except KeyError:
            known = ", ".join(_DIRECTIVES)
            findings.append(Finding(line.number, f"there is no directive {name!r}; there are {known}"))
        except ValueError as problem:
            findings.append(Finding(line.number, f"{name}: {problem}"))
    if not named and not any(content.strip() for content in current.readable):
        findings.append(Finding(current.line, "there is nothing to replay; a log has the prompts and what was typed"))
    sections += [draft.finished(match) for draft in ([current] if named else current.detected())]
    return Document(path, tuple(sections), tuple(findings))


def until(document: Document, line: int) -> Document:
    """The document as if its file ended after that line: the same sections, without what stands below."""
    sections = tuple(
        section._replace(lines=tuple(one for one in section.lines if one.number <= line))
        for section in document.sections
        if section.line <= line
    )
    return Document(document.path, sections, tuple(one for one in document.findings if one.line <= line))


def has_console_block(text: str) -> bool:
    """Whether a Markdown text holds anything to replay."""
    return any(line.is_log for line in placed(lines_of(text)))


def _readable(blocks: Iterable[Sequence[Line]]) -> Iterator[tuple[Line, str]]:
    """Every line with what normalising makes of it; each block is normalised for itself."""
    for block in blocks:
        yield from zip(block, normalised([line.text for line in block]), strict=True)


def _console_blocks(lines: Sequence[str]) -> Iterator[list[Line]]:
    """The lines of each console block."""
    block: list[Line] = []
    for line in placed(lines):
        if line.is_log:
            block.append(Line(line.number, line.text))
        elif line.place is Place.CLOSING:
            yield block
            block = []
    yield block


def _one_of(value: str, *words: str) -> str:
    if value not in words:
        raise ValueError(f"{value!r} is not one of {', '.join(words)}")
    return value


def _bind(draft: _Draft, value: str) -> None:
    if match := re.fullmatch(r"(node|server)\s+(\d+)\s*=\s*(none|\d+)", value):
        bind = Bind(match.group(2), Subject(match.group(1)), match.group(3).replace("none", ""))
    elif match := re.fullmatch(r"(\d+)\s*=\s*user:(\S+)", value):
        bind = Bind(match.group(1), Subject.USER, match.group(2))
    elif match := re.fullmatch(r"(\d+)\s*=\s*label:(.+?)(?:\s+class:(private|public|secret))?", value):
        bind = Bind(match.group(1), Subject.OBJECT, match.group(2), match.group(3) or "")
    else:
        raise ValueError("write it as: bind 149 = label:classic_wrap, bind 7 = user:bob, or bind node 2 = none")
    draft.binds.append(bind)


def _file(draft: _Draft, value: str) -> None:
    path, _, text = value.partition(" ")
    if not path:
        raise ValueError("write it as: file NAME TEXT")
    if path.startswith("/") or path.endswith("/") or ".." in path.split("/") or "\0" in path:
        raise ValueError(
            f"{path!r} is no file inside the working directory; name one without a leading / and without .."
        )
    if len(path) > _LONGEST_PATH:
        raise ValueError(f"a file's name has more than {_LONGEST_PATH} characters; choose a shorter one")
    draft.files.append(FileLine(path, text))


def _mask(draft: _Draft, value: str) -> None:
    draft.masks = (*draft.masks, read_mask(value, draft.masks))


def _word(value: str) -> str:
    if not value or " " in value:
        raise ValueError("takes one word")
    return value


def _setter(field: str, read: Callable[[str], object]) -> Callable[[_Draft, str], None]:
    return lambda draft, value: setattr(draft, field, read(value))


_DIRECTIVES: dict[str, Callable[[_Draft, str], None]] = {
    "tool": _setter("tool", _word),
    "args": _setter("arguments", lambda value: tuple(shlex.split(value))),
    "lab": _setter("lab", _word),
    "client": _setter("client", lambda value: _one_of(value, "classic", "late")),
    "match": _setter("match", lambda value: _one_of(value, "fold", _EXACT)),
    "secret": lambda draft, value: draft.secrets.append(value),
    "bind": _bind,
    "file": _file,
    "mask": _mask,
}
