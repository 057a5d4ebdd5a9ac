"""What stands around the console blocks of a Markdown log, and the comments of a transcript."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hsmshell.transcript.normalise import DIRECTIVE

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w-]*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_ENTRY = re.compile(r"\w[\w-]*[ \t]*:")
_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(.*)")


class Kind(enum.Enum):
    """What a block of a Markdown file is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item of a list"
    CONSOLE = "console"
    CODE = "other code"


class Block(NamedTuple):
    """A piece of a Markdown file."""

    line: int
    """Where it begins in the file, from 1."""
    kind: Kind
    text: str
    """Without what marks it; of a fenced block its content."""
    level: int = 0
    """Of a heading, from 1."""


class Note(NamedTuple):
    """Something to be told before what was typed below that line."""

    line: int
    text: str


def is_markdown(path: str) -> bool:
    """Whether a file of that name has its log in console blocks."""
    return path.endswith(".md")


def front(text: str) -> Mapping[str, str]:
    """The entries ``name: value`` between two lines of three dashes at the start."""
    lines = text.split("\n")
    end = _front_end(lines)
    entries = (line.partition(":") for line in lines[1 : max(end - 1, 1)])
    return {name.strip(): value.strip() for name, colon, value in entries if colon}


def blocks(text: str) -> Iterator[Block]:
    """The pieces of a Markdown file, in their order."""
    lines = text.replace("\r\n", "\n").split("\n")
    start = _front_end(lines)
    held: Block | None = None
    fence = ""
    for number, line in enumerate(lines[start:], start=start + 1):
        opening = _FENCE.match(line)
        if fence and held:
            stripped = line.strip()
            if stripped.startswith(fence) and not stripped.strip(fence[0]):
                yield held._replace(text=held.text.removeprefix("\n"))
                fence, held = "", None
            else:
                held = held._replace(text=f"{held.text}\n{line}")
            continue
        begun = _begun(number, line) if not opening else None
        if held and (opening or begun or not line.strip()):
            yield held
            held = None
        if opening:
            fence = opening.group(1)
            held = Block(number, Kind.CONSOLE if opening.group(2) == "console" else Kind.CODE, "")
        elif begun:
            held = begun
        elif line.strip() and held and held.kind is not Kind.HEADING:
            held = held._replace(text=f"{held.text}\n{line.strip()}")
        elif line.strip():
            if held:
                yield held
            held = Block(number, Kind.PARAGRAPH, line.strip())
    if held:
        yield held._replace(text=held.text.removeprefix("\n"))


def _begun(number: int, line: str) -> Block | None:
    """The block of one line's own kind that begins there."""
    if heading := _HEADING.match(line):
        return Block(number, Kind.HEADING, heading.group(2).strip().rstrip("#").strip(), len(heading.group(1)))
    if item := _ITEM.match(line):
        return Block(number, Kind.ITEM, item.group(1).strip())
    return None


def _front_end(lines: list[str]) -> int:
    """How many lines the front matter has, if there is one."""
    if lines[0] != "---" or "---" not in lines[1:]:
        return 0
    end = lines.index("---", 1)
    return end + 1 if all(_ENTRY.match(line) or not line.strip() for line in lines[1:end]) else 0


def notes(text: str, path: str) -> list[Note]:
    """The prose of a Markdown log, or the comments of a transcript."""
    if is_markdown(path):
        prose = (block for block in blocks(text) if block.kind not in (Kind.CONSOLE, Kind.CODE))
        return [Note(block.line, f"- {block.text}" if block.kind is Kind.ITEM else block.text) for block in prose]
    lines = ((number, line.removeprefix(DIRECTIVE).strip()) for number, line in enumerate(text.split("\n"), start=1)
             if line.startswith(DIRECTIVE))  # fmt: skip
    return [Note(number, line[1:].strip()) for number, line in lines if line.startswith("#")]


def title(text: str, path: str) -> str:
    """What the log is about: what its front matter says, its first heading, or the name of its file."""
    name = os.path.basename(path)
    if not is_markdown(path):
        return name
    heading = next((block.text for block in blocks(text) if block.kind is Kind.HEADING), name)
    return front(text).get("title", "") or heading
