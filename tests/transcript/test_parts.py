"""Parts of a file: what they are called, where they begin, and which of them a mismatch belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hsmshell.console import Ask, Context
from hsmshell.transcript.headings import headings, is_procedure
from hsmshell.transcript.log import parse, until
from hsmshell.transcript.parts import divided, parts
from hsmshell.transcript.runner import Report, replay_on


class NoLab:
    """The player asks a lab for nothing but its output generation and where it is."""

    client = ""
    directory = "nowhere"


def echo(arguments: Sequence[str], context: Context) -> int:
    """Answers each word with itself, and asks another question from ``down`` on."""
    prompt = "echo> "
    while word := context.console.ask(prompt, Ask.COMMAND):
        context.console.write(f"{word}\n")
        prompt = "deeper> " if word == "down" else prompt
    return 0


def results(text: str, path: str, last: int = 1 << 40) -> list[tuple[str, int]]:
    """The parts' names, and how many mismatches each has when the file is replayed up to that line."""
    document = until(parse(text, path), last)
    among = [part for part in parts(parse(text, path), text) if part.first <= last]
    report = replay_on(NoLab(), ".", document, load=lambda _: echo)  # type: ignore[arg-type]
    return [(part.name, own.mismatches) for part, own in zip(among, divided(document, report, among), strict=True)]


def test_a_transcript_has_a_part_for_each_run_of_a_tool() -> None:
    text = "#: tool a\n#: args -x 'y z'\n> 1\n\n#: tool b\n> 1\n#: tool a\n#: args -x 'y z'\n#: tool c::d\x07\n"
    found = parts(parse(text, "x.transcript"), text)
    assert [part.name for part in found] == ["a -x 'y z'", "b", "a -x 'y z' (2)", r"'c:d\x07'"]
    assert [(part.line, part.first) for part in found] == [(1, 1), (5, 5), (7, 7), (9, 9)]
    assert [part.last for part in found[:-1]] == [4, 6, 8]


def test_names_are_distinct_even_when_one_looks_like_a_second() -> None:
    text = "".join(f"## {title}\n```console\n$ ls\n```\n" for title in ("a (2)", "a", "a", "a (2)"))
    assert [part.name for part in parts(parse(text, "x.md"), text)] == ["a (2)", "a", "a (3)", "a (2) (2)"]


def test_markdown_has_a_part_for_each_heading_with_a_block() -> None:
    text = (
        "```console\n$ 1\n```\n# Title\n## One #\n```console\n# no heading\n```\n"
        "```sh\n# none either\n```\n### Two\n~~~ console\n$ 2\n~~~\n## Three\n"
    )
    assert [tuple(one) for one in headings(text)] == [(1, ""), (5, "One"), (12, "Two")]
    found = parts(parse(text, "x.md"), text)
    assert [(part.name, part.line) for part in found] == [("before any heading", 1), ("One", 5), ("Two", 12)]
    assert (found[0].first, found[0].last, found[1].last) == (1, 4, 11)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("---\nscenario: outage\n---\n```console\n$ ls\n```\n", True),
        ("---\nscenario: outage\n---\nNo block.\n", False),
        ("---\ntitle: a page\n---\n```console\n$ ls\n```\n", False),
        ("```console\n#: tool cmu\n```\n", True),
        ("```console\n#: lab outage\n```\n", True),
        ("```sh\n#: tool cmu\n```\n", False),
        ("#: tool cmu\n```console\n$ ls\n```\n", False),
        ("", False),
    ],
)
def test_a_procedure_says_that_it_is_one(text: str, meant: bool) -> None:
    assert is_procedure(text) is meant


def test_until_a_line_the_sections_stay_as_they_are() -> None:
    document = parse("#: tool a\n> 1\n> 2\n#: wrong\n#: tool b\n> 3\n", "x.transcript")
    cut = until(document, 2)
    assert [(section.tool, [line.text for line in section.lines]) for section in cut.sections] == [("a", ["> 1"])]
    assert cut.findings == ()
    assert until(document, 6) == document


BLOCKS = "## A\n```console\n{0}\n```\n## B\n```console\n{1}\n```\n## C\n```console\n{2}\n```\n"


def test_a_mismatch_belongs_to_the_part_where_the_answer_was_typed() -> None:
    text = BLOCKS.format("echo> 1\n1", "echo> 2\nwrong", "echo> 3\n3")
    assert results(text, "x.md") == [("A", 0), ("B", 1), ("C", 0)]


def test_what_the_tool_never_came_to_fails() -> None:
    text = BLOCKS.format("echo> down\ndown", "echo> 2\n2", "echo> 3\n3")
    whole = dict(results(text, "x.md"))
    assert whole["A"]
    assert whole["B"]
    assert whole["C"]
    # Up to its own end the first is right, and the second is where log and tool part.
    assert results(text, "x.md", 4) == [("A", 0)]
    until_b = dict(results(text, "x.md", 8))
    assert until_b["B"]


def test_output_that_goes_on_below_a_heading_is_reached_by_the_answer_above() -> None:
    text = BLOCKS.format("echo> 1", "1", "echo> 3\n3")
    assert results(text, "x.md") == [("A", 0), ("B", 0), ("C", 0)]


def test_without_an_exchange_every_part_has_what_was_found() -> None:
    text = BLOCKS.format("$ 1", "$ 2", "$ 3")
    document = parse(text, "x.md")
    nothing = Report("x.md", (), document.findings)
    assert [own.mismatches for own in divided(document, nothing, parts(document, text))] == [1, 1, 1]
    assert divided(document, nothing, ()) == ()
