"""Reading a transcript: a raw log with ``#:`` directives, or the console blocks of a Markdown file."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hsmshell.transcript.masks import Mask, read_mask

DIRECTIVE = "#:"
_LONGEST_PATH = 200
DEFAULT_TOOL = "shell"
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w-]*)")


class Line(NamedTuple):
    """A line of the log and where it stands."""

    number: int
    """In the file, from 1."""
    text: str


class Finding(NamedTuple):
    """Something about the file that is wrong."""

    line: int
    message: str


class Bind(NamedTuple):
    """An object that is older than the log: the handle in the log, and the object's label in the lab."""

    handle: int
    label: str


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
    masks: list[Mask] = dataclasses.field(default_factory=list)

    def finished(self) -> Section:
        return Section(
            self.line,
            self.tool,
            self.arguments,
            self.lab,
            self.client,
            self.match,
            tuple(self.secrets),
            tuple(self.binds),
            tuple(self.files),
            tuple(self.lines),
            tuple(self.masks),
        )


class Document(NamedTuple):
    """A parsed file."""

    path: str
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]


def parse(text: str, path: str) -> Document:
    """A transcript; Markdown when the path ends in ``.md``. Wrong directives become findings, never errors."""
    numbered = [Line(number, line) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1)]
    if numbered and not numbered[-1].text:
        numbered.pop()
    lines = list(_console_blocks(numbered)) if path.endswith(".md") else numbered
    sections: list[Section] = []
    findings: list[Finding] = []
    current = _Draft(lines[0].number if lines else 1)
    named = False
    for line in lines:
        if not line.text.startswith(DIRECTIVE):
            current.lines.append(line)
            continue
        name, _, value = line.text[len(DIRECTIVE) :].strip().partition(" ")
        if name in ("", "#"):
            continue
        if name == "tool" and (named or any(content.text.strip() for content in current.lines)):
            sections.append(current.finished())
            masks = list(current.masks)
            current = _Draft(line.number, lab=current.lab, client=current.client, match=current.match, masks=masks)
        named = named or name == "tool"
        try:
            _DIRECTIVES[name](current, value.strip())
        except KeyError:
            known = ", ".join(_DIRECTIVES)
            findings.append(Finding(line.number, f"there is no directive {name!r}; there are {known}"))
        except ValueError as problem:
            findings.append(Finding(line.number, f"{name}: {problem}"))
    sections.append(current.finished())
    if not named and not any(line.text.strip() for line in current.lines):
        findings.append(Finding(current.line, "there is nothing to replay; a log has the prompts and what was typed"))
    return Document(path, tuple(sections), tuple(findings))


def has_console_block(text: str) -> bool:
    """Whether a Markdown text holds anything to replay."""
    return any(
        _FENCE.match(line) and line.strip().lstrip("`~").strip().startswith("console") for line in text.split("\n")
    )


def _console_blocks(lines: Iterable[Line]) -> Iterable[Line]:
    """The lines inside fenced blocks whose language is ``console`` (CommonMark 4.5)."""
    fence = language = ""
    for line in lines:
        match = _FENCE.match(line.text)
        if not fence and match:
            fence, language = match.group(1), match.group(2)
        elif fence and line.text.strip().startswith(fence) and not line.text.strip().strip(fence[0]):
            fence = language = ""
        elif fence and language == "console":
            yield line


def _one_of(value: str, *words: str) -> str:
    if value not in words:
        raise ValueError(f"{value!r} is not one of {', '.join(words)}")
    return value


def _bind(draft: _Draft, value: str) -> None:
    match = re.fullmatch(r"(\d+)\s*=\s*label:(.+)", value)
    if not match:
        raise ValueError("write it as: bind 149 = label:classic_wrap")
    draft.binds.append(Bind(int(match.group(1)), match.group(2).strip()))


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
    "match": _setter("match", lambda value: _one_of(value, "fold", "exact")),
    "secret": lambda draft, value: draft.secrets.append(value),
    "bind": _bind,
    "file": _file,
    "mask": lambda draft, value: draft.masks.append(read_mask(value, draft.masks)),
}
