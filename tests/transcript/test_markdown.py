"""How a Markdown file is divided, and what its front matter says."""

from __future__ import annotations

import pytest

from hsmshell.transcript.markdown import Place, front_matter, placed

FRONT, PROSE, OPEN, INSIDE, CLOSE = Place.FRONT, Place.PROSE, Place.OPENING, Place.CONTENT, Place.CLOSING


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [PROSE]),
        ("text\n```console\n$ ls\n```\ntext", [PROSE, OPEN, INSIDE, CLOSE, PROSE]),
        ("```\nnever closed\n## no heading", [OPEN, INSIDE, INSIDE]),
        ("````\n```\n````", [OPEN, INSIDE, CLOSE]),
        ("```\n~~~\n``` console\n```", [OPEN, INSIDE, INSIDE, CLOSE]),
        ("1. - ```console\n     $ ls\n     ```", [OPEN, INSIDE, CLOSE]),
        ("``` a`b", [PROSE]),
        ("---\ntitle: x\n---\n# x", [FRONT, FRONT, FRONT, PROSE]),
        ("---\ntitle: x\nand more\n\n---", [FRONT, FRONT, FRONT, FRONT, FRONT]),
        ("---\nA rule, prose, and a rule.\n---", [PROSE, PROSE, PROSE]),
        ("---\ntitle: x\n```console\n$ ls\n```\n---", [PROSE, PROSE, OPEN, INSIDE, CLOSE, PROSE]),
        ("---\ntitle: x", [PROSE, PROSE]),
        ("\n---\ntitle: x\n---", [PROSE, PROSE, PROSE, PROSE]),
    ],
)
def test_what_each_line_is(text: str, places: list[Place]) -> None:
    assert [line.place for line in placed(text.split("\n"))] == places


def test_a_block_has_its_language_and_no_more_indentation_than_its_fence() -> None:
    lines = list(placed(["- ```console", "    $ ls", "x", "  ```"]))
    assert [line.text for line in lines if line.is_log] == ["  $ ls", "x"]
    assert {line.language for line in lines} == {"console"}


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("---\r\ntitle : a: b\r\nscenario:\r\nand so on\r\n---\r\n", {"title": "a: b", "scenario": ""}),
        ("---\ntitle: x\n", {}),
        ("title: x\n", {}),
        ("", {}),
    ],
)
def test_the_entries_of_the_front_matter(text: str, entries: dict[str, str]) -> None:
    assert front_matter(text) == entries
