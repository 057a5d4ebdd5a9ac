"""Files that a log has written with an editor before its tool starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hsmshell.console import Ask, Context
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import Report, replay_on


class NoLab:
    """The player asks a lab for nothing but its output generation and where it is."""

    client = ""
    directory = "nowhere"


def show(arguments: Sequence[str], context: Context) -> int:
    """Shows the files whose names are typed, until the end; ``>name`` writes one."""
    while name := context.console.ask("show> ", Ask.COMMAND):
        if name.startswith(">"):
            context.files.write(name[1:], b"the tool's own\n")
        else:
            context.console.write(context.files.read(name).decode())
    return 0


def play(text: str, work: Path) -> Report:
    document = parse(f"#: tool show\n{text}", "x.transcript")
    return replay_on(NoLab(), str(work), document, load=lambda _: show)  # type: ignore[arg-type]


def test_each_directive_adds_a_line_before_the_tool_starts(work: Path) -> None:
    files = "#: file a.txt Path = x; # y\n#: file a.txt\n#: file d/b.txt other\n#: file a.txt last\n"
    report = play("show> a.txt\nPath = x; # y\n\nlast\nshow> d/b.txt\nother\n" + files, work)
    assert report.findings == ()
    assert [exchange.same for exchange in report.exchanges] == [True] * 3
    assert (work / "a.txt").read_bytes() == b"Path = x; # y\n\nlast\n"


def test_a_later_section_adds_to_what_is_there(work: Path) -> None:
    report = play(
        "#: file a one\nshow> >b\n#: tool show\n#: file a two\n#: file b more\n"
        "show> a\none\ntwo\nshow> b\nthe tool's own\nmore\n",
        work,
    )
    assert report.mismatches == 0


def test_a_link_does_not_lead_out(work: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine\n")
    (work / "d").symlink_to(outside)
    (work / "f").symlink_to(outside / "file")
    report = play("#: file d/new x\n#: file f x\n#: file good x\nshow> good\nx\n", work)
    assert [finding.message.partition(";")[0] for finding in report.findings] == [
        "file: 'd/new' leads out of the working directory",
        "file: 'f' leads out of the working directory",
    ]
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "mine\n"
    assert all(exchange.same for exchange in report.exchanges)


@pytest.mark.parametrize("path", ["x" * 300, "a/" * 2000 + "f"])
def test_a_path_has_a_longest_length(work: Path, path: str) -> None:
    first = play(f"#: file {path} x\nshow> file\n", work).findings[0]
    assert first.line == 2
    assert "more than 200 characters" in first.message


@pytest.mark.parametrize("path", ["d", "file/below"])
def test_what_cannot_be_written_is_a_finding(work: Path, path: str) -> None:
    (work / "d").mkdir()
    (work / "file").write_text("")
    report = play(f"#: file {path} x\nshow> file\n", work)
    (finding,) = report.findings
    assert finding.line == 1
    assert f"file: {path!r} cannot be written" in finding.message
