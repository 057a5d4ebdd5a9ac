"""Reading transcripts: directives, sections, Markdown."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.transcript.log import Bind, FileLine, Line, Subject, parse


def test_without_directives_the_tool_is_the_shell() -> None:
    document = parse("$ ls\nfile\n", "x.transcript")
    (section,) = document.sections
    assert section.tool == "shell"
    assert section.lines == (Line(1, "$ ls"), Line(2, "file"))
    assert document.findings == ()


def test_every_directive() -> None:
    text = (
        "#: # a remark\n#:\n#: tool key_mgmt_util\n#: args singlecmd 'two words'\n#: lab other\n#: client late\n"
        "#: match exact\n#: secret one two\n#: secret three\n#: bind 149 = label:classic_wrap\nCommand:  exit\r\n"
    )
    (section,) = parse(text, "x.transcript").sections
    assert section.tool == "key_mgmt_util"
    assert section.arguments == ("singlecmd", "two words")
    assert (section.lab, section.client, section.match) == ("other", "late", "exact")
    assert section.secrets == ("one two", "three")
    assert section.binds == (Bind("149", Subject.OBJECT, "classic_wrap", line=10),)
    assert section.lines == (Line(11, "Command:  exit"),)


def test_a_further_tool_begins_a_section_that_inherits_the_lab_and_the_match() -> None:
    text = "#: tool cmu\n#: lab other\n#: match exact\n#: secret x\nout\n\n#: tool ckdemo\n#: args -x\nmore\n"
    first, second = parse(text, "x.transcript").sections
    assert (first.tool, second.tool, second.line) == ("cmu", "ckdemo", 7)
    assert (second.lab, second.match, second.arguments, second.secrets) == ("other", "exact", ("-x",), ())


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("tol x", "there is no directive 'tol'; there are tool, args, lab, client, match, secret, bind, file, mask"),
        ("client old", "client: 'old' is not one of classic, late"),
        ("match loose", "match: 'loose' is not one of fold, exact"),
        ("bind x", "bind: write it as: bind 149 = label:classic_wrap, bind 7 = user:bob, or bind node 2 = none"),
        ("tool", "tool: takes one word"),
        ("args 'open", "args: No closing quotation"),
        ("file", "file: write it as: file NAME TEXT"),
    ],
)
def test_wrong_directives_are_findings_with_their_line(directive: str, message: str) -> None:
    document = parse(f"#: tool cmu\n#: {directive}\n", "x.transcript")
    assert [(finding.line, finding.message) for finding in document.findings] == [(2, message)]


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "..", "a/", "a\0b"])
def test_a_file_outside_the_working_directory_is_a_finding(path: str) -> None:
    document = parse(f"#: tool cmu\n#: file {path} text\nout\n", "x.transcript")
    (finding,) = document.findings
    assert finding.line == 2
    assert finding.message.startswith(f"file: {path!r} is no file inside the working directory")
    assert document.sections[0].files == ()


def test_files_belong_to_their_section_and_keep_their_lines_order() -> None:
    text = "#: tool a\n#: file x one\n#: file x\n#: file d/y..z  two  words ; # 3\nout\n#: tool b\nout\n"
    first, second = parse(text, "x.transcript").sections
    assert first.files == (FileLine("x", "one"), FileLine("x", ""), FileLine("d/y..z", " two  words ; # 3"))
    assert second.files == ()


def test_markdown_is_its_console_blocks_with_the_lines_of_the_file() -> None:
    text = "---\ntitle: x\n---\n# T\n```console\n$ one\n```\nprose\n```sh\n$ not this\n```\n~~~ console\n$ two\n~~~\n"
    (section,) = parse(text, "x.md").sections
    assert section.lines == (Line(6, "$ one"), Line(13, "$ two"))


def test_a_longer_fence_holds_a_shorter_one() -> None:
    text = "````console\n$ cat x\n```\n````\n"
    (section,) = parse(text, "x.md").sections
    assert [line.text for line in section.lines] == ["$ cat x", "```"]


def calls(text: str) -> int:
    """How many functions reading calls."""
    count = 0

    def counting(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counting)
    try:
        parse(text, "x.transcript")
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("line", ["x\n", "#: secret x\n", "#: bind 1 = label:x\n", "#: file x y\n"])
def test_ten_times_the_lines_are_ten_times_the_work(line: str) -> None:
    assert calls(line * 5_000) < 12 * calls(line * 500)


@given(text=st.text(max_size=200), markdown=st.booleans())
def test_no_text_breaks_the_reader(text: str, markdown: bool) -> None:
    document = parse(text, "x.md" if markdown else "x.transcript")
    assert document.sections
    assert all(finding.line >= 1 for finding in document.findings)
