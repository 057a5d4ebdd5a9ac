"""What stands around the console blocks of a Markdown log, and the comments of a transcript."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from hsmshell.transcript.markdown import CONSOLE, Place, Placed, front_matter, is_markdown, lines_of, placed
from hsmshell.transcript.normalise import DIRECTIVE

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
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


def blocks(text: str) -> Iterator[Block]:
    """The pieces of a Markdown file, in their order."""
    held: Block | None = None
    fenced: list[str] = []
    for line in placed(lines_of(text)):
        if line.place is Place.CONTENT:
            fenced.append(line.text)
            continue
        begun = _begun(line)
        if held and (begun or line.place is not Place.PROSE or not line.text.strip() or held.kind is Kind.HEADING):
            yield held._replace(text="\n".join([held.text, *fenced]).removeprefix("\n"))
            held, fenced = None, []
        if begun:
            held = begun
        elif line.place is Place.PROSE and line.text.strip():
            more = line.text.strip()
            held = held._replace(text=f"{held.text}\n{more}") if held else Block(line.number, Kind.PARAGRAPH, more)
    if held:
        yield held._replace(text="\n".join([held.text, *fenced]).removeprefix("\n"))


def _begun(line: Placed) -> Block | None:
    """The block that begins with that line, but for a paragraph."""
    if line.place is Place.OPENING:
        return Block(line.number, Kind.CONSOLE if line.language == CONSOLE else Kind.CODE, "")
    if line.place is not Place.PROSE:
        return None
    if heading := _HEADING.match(line.text):
        return Block(line.number, Kind.HEADING, heading.group(2).strip().rstrip("#").strip(), len(heading.group(1)))
    if item := _ITEM.match(line.text):
        return Block(line.number, Kind.ITEM, item.group(1).strip())
    return None


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
    return front_matter(text).get("title", "") or heading
