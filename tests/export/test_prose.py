"""The pieces of a Markdown log, and what becomes a comment of a script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.export.prose import Block, Kind, Note, blocks, notes, title
from hsmshell.transcript.log import parse

TEXT = """\
---
title: the title
scenario: outage
---

# First heading #
A paragraph
of two lines.
- one
  more of it
- two
```console
$ ls
# no heading

```
~~~ sh
code
~~~
## Second
The end.
"""


def test_the_blocks_of_a_file() -> None:
    assert list(blocks(TEXT)) == [
        Block(6, Kind.HEADING, "First heading", 1),
        Block(7, Kind.PARAGRAPH, "A paragraph\nof two lines."),
        Block(9, Kind.ITEM, "one\nmore of it"),
        Block(11, Kind.ITEM, "two"),
        Block(12, Kind.CONSOLE, "$ ls\n# no heading\n"),
        Block(17, Kind.CODE, "code"),
        Block(20, Kind.HEADING, "Second", 2),
        Block(21, Kind.PARAGRAPH, "The end."),
    ]


def test_notes_are_prose_or_comments() -> None:
    assert notes(TEXT, "x.md")[2] == Note(9, "- one\nmore of it")
    assert not [note for note in notes(TEXT, "x.md") if "ls" in note.text or "code" in note.text]
    log = "#:# one\n#: tool cmu\n# cmu\n#: # two\n"
    assert notes(log, "x.transcript") == [Note(1, "one"), Note(4, "two")]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (TEXT, "a/x.md", "the title"),
        ("# Heading\n", "a/x.md", "Heading"),
        ("text\n", "a/x.md", "x.md"),
        ("# a prompt\n", "a/x.transcript", "x.transcript"),
    ],
)
def test_a_title(text: str, path: str, expected: str) -> None:
    assert title(text, path) == expected


@given(
    st.lists(
        st.sampled_from(
            ["```console", "- ~~~ console", "```", "~~~", "---", "a: b", "# x", "- y", "text", "", "$ ls", "  $ ls"]
        )
    ).map("\n".join)
)
def test_the_console_blocks_are_those_that_are_replayed(text: str) -> None:
    found = [line for block in blocks(text) if block.kind is Kind.CONSOLE for line in block.text.split("\n")]
    replayed = [line.text for section in parse(text, "x.md").sections for line in section.lines]
    # Blanks before a line are a log's to fold.
    assert [line.strip() for line in found if line] == [line.strip() for line in replayed if line]


@given(st.text())
def test_any_text_has_blocks(text: str) -> None:
    assert all(block.line >= 1 for block in blocks(text))
    title(text, "x.md")
