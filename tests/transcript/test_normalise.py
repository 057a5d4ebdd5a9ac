"""What goes from a raw log before it is replayed, pass by pass, and that its lines keep their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.transcript.log import parse
from hsmshell.transcript.normalise import MOST_QUOTATIONS, normalised
from hsmshell.transcript.reading import read
from hsmshell.transcript.report import told
from hsmshell.transcript.runner import LabCopies, replay
from hsmshell.transcript.screen import CONTROL
from tests.conftest import pooled_services
from tests.test_transcripts import GOLDEN, PROCEDURES

TYPESCRIPTS = Path(__file__).parent / "typescripts"
"""Sessions on a real terminal of 80 columns as ``script`` of util-linux wrote them, typed with corrections."""

HEADER = 'Script started on 2026-01-02 03:04:05+00:00 [TERM="xterm" TTY="/dev/pts/0" COLUMNS="20" LINES="24"]'


@pytest.mark.parametrize(
    ("line", "readable"),
    [
        ("plain text\tand a tab", "plain text\tand a tab"),
        ("x\r", "x"),
        ("x\r\r", "x"),
        # What a terminal obeys and nobody sees.
        ("\x1b[01;32mgreen\x1b[0m text", "green text"),
        ("\x1b[38:2::1:2:3mcolour\x1b[m", "colour"),
        ("\x1b[?2004h$ ls\x1b[?2004l", "$ ls"),
        ("\x1b]0;user@host: ~\x07$ ls", "$ ls"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d", "abcd"),
        ("\x1b(B\x1b)0\x1b=\x1b>\x1b7x\x1b8\x1b#8", "x"),
        ("\x9b31mred\x9d0;title\x9c.", "red."),
        ("bell\x07 null-free \x0e\x0fshift\x7f\x85", "bell null-free shift"),
        # Cut off.
        ("x\x1b", "x"),
        ("x\x1b[12;", "x"),
        ("x\x1b]0;title without an end", "x"),
        # Typed with corrections.
        ("lsx\b \b -l", "ls -l"),
        ("lsx\b\x1b[K -l", "ls -l"),
        ("lsx\b\b\b\b\b\b\x1b[Kls", "ls"),
        ("abXcd\b\b\b\x1b[1Pcd\b\b", "abcd"),
        ("acd\b\b\x1b[1@b", "abcd"),
        ("acd\b\b\x1b[@b", "abcd"),
        ("ad\b\x1b[2@bc", "abcd"),
        ("abcd\x1b[3Dx\x1b[Cy", "axcy"),
        ("abcd\x1b[2Gx\x1b[Gy", "yxcd"),
        ("abcd\x1b[99Dx", "xbcd"),
        ("ab\x1b[3Cc", "ab   c"),
        ("abcd\x1b[2D\x1b[1K.", "  .d"),
        ("abcd\x1b[2D\x1b[0K.", "ab."),
        ("abcd\x1b[2K", ""),
        ("abcdef\x1b[4D\x1b[2X", "ab  ef"),
        ("old text\rnew", "new text"),
        ("old text\r\x1b[Knew", "new"),
        (" 10%\r 50%\r100% done\r", "100% done"),
        # Ctrl-L draws the prompt on a new screen.
        ("$ ls\x1b[H\x1b[2J$ ls -l", "$ ls -l"),
        # No sequences of those that are played.
        ("ab\x1b[1 Dc\x1b[?1Dd\x1b[1;;$", "abcd"),
    ],
)
def test_a_line_becomes_what_the_screen_showed(line: str, readable: str) -> None:
    assert normalised(["x", line]) == ["x", readable]


@pytest.mark.parametrize(
    ("lines", "readable"),
    [
        # An editor drew a row below its line, went back, cleared it, and was left.
        (["Command:  ls\r", "help\x1b[A\r\x1b[12Cx\r", "\x1b[Jout\r"], ["Command:  lsx", "out", ""]),
        (["$ one", "\x1b[Atwo"], ["twone", ""]),
        (["$ one", "\x1b[A\x1b[Ktwo", "three"], ["two", "", "three"]),
        # A line of the log's author was on no screen.
        (["$ one", "x\x1b[A", "#: secret \x01y", "z"], ["$ one", "x", "#: secret \x01y", "z"]),
        # The terminal's width is known, and lines that did not fit were broken by the terminal, or by the editor.
        ([HEADER, "$ 3456789012345678901234\x1b[A\r$ x\r", "\r", "out"], ["", "$ x456789012345678901234", "", "out"]),
        ([HEADER, "$ 345678901234567890123\b\b\x1b[P"], ["", "$ 34567890123456789013"]),
        ([HEADER, "\x1b[?7l$ 345678901234567890\r", "12\x1b[?7h\r", "out"], ["", "$ 34567890123456789012", "", "out"]),
        ([HEADER, "$ 3456789012345678901", "out"], ["", "$ 3456789012345678901", "out"]),
    ],
)  # fmt: skip
def test_rows_that_an_editor_went_back_to(lines: list[str], readable: list[str]) -> None:
    assert normalised(lines) == readable


@pytest.mark.parametrize(
    "line",
    [
        HEADER,
        "Script started on Thu Feb 1 03:04:05 2018",
        "Script started, file is typescript",
        "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2017.10.11 10:11:12 =~=~=~=~=~=~=~=~=~=~=~=",
        "Script started, output log file is 'typescript'.",
        'Script done on 2026-01-02 03:04:05+00:00 [COMMAND_EXIT_CODE="0"]',
        "Script done, file is typescript",
        "Script done.",
    ],
)
def test_what_script_says_becomes_empty(line: str) -> None:
    assert normalised(["x", line, "y"]) == ["x", "", "y"]


@pytest.mark.parametrize("line", ["Script started badly", "A Script done on x", "Script done. Next one:"])
def test_what_only_looks_like_it_stays(line: str) -> None:
    assert normalised([line]) == [line]


@pytest.mark.parametrize(
    ("lines", "readable"),
    [
        (["    $ ls", "", "      x", "    y"], ["$ ls", "", "  x", "y"]),
        (["\t$ ls", "\t\tx"], ["$ ls", "\tx"]),
        (["  \t$ ls", "    x"], ["\t$ ls", "  x"]),
        (["#: tool cmu", "    $ ls", "  ", "    x"], ["#: tool cmu", "$ ls", "", "x"]),
        (["  #: tool cmu", "    $ ls"], ["#: tool cmu", "$ ls"]),
        (["    #: tool cmu", "    x"], ["#: tool cmu", "x"]),
        (["$ ls", "    x"], ["$ ls", "    x"]),
        (["", "  "], ["", "  "]),
        ([], []),
    ],
)
def test_blanks_before_every_line_go(lines: list[str], readable: list[str]) -> None:
    assert normalised(lines) == readable


@pytest.mark.parametrize(
    ("lines", "readable"),
    [
        (["> #: tool cmu", ">", "> $ ls", ">   x"], ["#: tool cmu", "", "$ ls", "  x"]),
        (["> > $ ls", "", ">> x"], ["$ ls", "", "x"]),
        ([">$ for x in a; do", ">> echo $x", ">> done"], ["$ for x in a; do", "> echo $x", "> done"]),
        (["$ for x in a; do", "> echo $x", "> done"], ["$ for x in a; do", "> echo $x", "> done"]),
        ([">", "> "], ["", ""]),
        ([], []),
    ],
)
def test_the_marks_of_a_mails_quotation_go_when_every_line_has_them(lines: list[str], readable: list[str]) -> None:
    assert normalised(lines) == readable


def test_marks_without_end_cost_little() -> None:
    assert normalised([">" * 60_000] * 2) == [">" * (60_000 - MOST_QUOTATIONS)] * 2


def test_each_block_of_a_markdown_file_loses_its_own_indentation() -> None:
    text = (
        "1. One:\n\n   ```console\n   #: tool cmu\n   first\n     deeper\n   ```\n"
        "2. ~~~console\n     $ second\n\n       deeper\n   ~~~\n"
        "```console\n    third\n```\n``` not`a fence\n"
    )
    (section,) = parse(text, "x.md").sections
    assert section.tool == "cmu"
    assert [(line.number, line.text) for line in section.lines] == [
        (5, "first"), (6, "  deeper"), (9, "$ second"), (10, ""), (11, "  deeper"), (14, "third"),
    ]  # fmt: skip


def test_where_bytes_count_only_line_ends_change() -> None:
    lines = ["    \x1b[1mCommand:\x1b[0m  lsx\b", "    Script done.", "    x\ry"]
    text = "#: tool key_mgmt_util\n#: match exact\n" + "\r\n".join(lines) + "\n"
    (section,) = parse(text, "x.transcript").sections
    assert [line.text for line in section.lines] == lines
    bare = text.replace("#: match exact\n", "")
    assert [line.text for line in parse(bare, "x.transcript", "exact").sections[0].lines] == lines
    assert [line.text for line in parse(bare, "x.transcript").sections[0].lines] == ["    Command:  lsx", "", "y   x"]


@pytest.mark.parametrize("path", [*GOLDEN, *PROCEDURES], ids=lambda path: path.name)
def test_what_was_written_for_replaying_stays_as_it_is(path: Path) -> None:
    lines = path.read_text("utf-8").split("\n")
    seen = [line for section in parse("\n".join(lines), str(path)).sections for line in section.lines]
    assert len(seen) > 1
    assert [line.text for line in seen] == [lines[line.number - 1] for line in seen]


def test_a_session_with_the_comfortable_editor_replays_as_script_recorded_it() -> None:
    path = str(TYPESCRIPTS / "rich-console.typescript")
    document = parse(read(path), path)
    assert [line.text for section in document.sections for line in section.lines if line.text.startswith("Co")] == [
        "Command:  loginHSM -u CU -s crypto_user -p user1234",
        "Command:  genSymKey -t 31 -s 32 -l master",
        "Command:  listUsers",
        "Command:  Error2String -r 0xdb",
        "Command:  genSymKey -t211 -l a_label_that_makes_the_line_longer_than_one_row_of_the_screen -nex --s24",
        "Command:  Error2String -r 0x30000000",
        "Command:  help nothing",
        "Command:  exit",
    ]
    report = replay(document, LabCopies(pooled_services()))
    assert list(told(report)) == []
    assert len(report.exchanges) == 9


def test_a_session_in_bash_reads_as_the_screen_showed_it() -> None:
    path = str(TYPESCRIPTS / "bash.typescript")
    (section,) = parse(read(path), path).sections
    long = "not a long line that does not fit on the screen of eighty columns, because it has quite some words"
    assert section.tool == "terminal"
    assert [line.text for line in section.lines if line.text.strip()] == [
        "$ echo abcd", "abcd",
        "$ echo moved", "moved",
        "$ echo one zwei drei", "one zwei drei",
        f"$ echo {long}", long,
        "$ ls -d /", "/",
        f"$ echo {long}", long,
        "$ echo one zwei drei", "one zwei drei",
        "$ echo on a clear screen", "on a clear screen",
        "$ key_mgmt_util",
        "Cfm3Initialize() returned app id : 01000000",
        "\tsession_handle 1000000",
        "\tCurrent FIPS mode is: 00000002",
        "Command:  Error2String -r 0xdb",
        "\tError Code db maps to HSM Error: Invalid User Type.",
        "Command:  exit",
        "$ ",
    ]  # fmt: skip
    assert section.lines[1].number == 2
    assert section.lines[-1].text == ""


PIECES = st.sampled_from(
    ["\b", "\r", "\n", "\x1b[A", "\x1b[B", "\x1b[3C", "\x1b[D", "\x1b[5G", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[J",
     "\x1b[2J", "\x1b[H", "\x1b[P", "\x1b[2@", "\x1b[X", "\x1b[?7l", "\x1b[?7h", "\x1b]0;", "\x07", "\x1b", "\x1b[",
     "\x9b", "\x00", "\t", " ", "    ", "ab", "é", "[u@h ~]$ ls", "#: tool cmu", "Command:  ", "x" * 30,
     f"\n{HEADER}\n", "Script done."]
)  # fmt: skip


@given(pieces=st.lists(PIECES | st.text(max_size=3), max_size=40))
def test_lines_keep_their_numbers_and_passing_again_changes_nothing(pieces: list[str]) -> None:
    lines = "".join(pieces).split("\n")
    once = normalised(lines)
    assert len(once) == len(lines)
    assert normalised(once) == once
    assert not any(CONTROL.search(line) for line in once if not line.startswith("#:"))


LETTERS = st.text("abc -_/0123é$#:", max_size=30)


@st.composite
def typed_on_a_terminal(draw: st.DrawFn, line: str) -> str:
    """The line with mistakes that were corrected, colours and titles."""
    result = ""
    for place, letter in enumerate(line):
        result += draw(
            st.sampled_from(
                [
                    letter,
                    f"\x1b[3{place % 8}m{letter}\x1b[0m",
                    f"\x1b]0;title\x07{letter}",
                    f"x\b \b{letter}",
                    f"xyz\b\b\b\x1b[K{letter}",
                    f"{letter}x\b\x1b[P",
                    f"z\b\x1b[@{letter}\x1b[P",
                    f"{letter}zz\x1b[2D\x1b[K",
                ]
            )
        )
        if draw(st.booleans()) and place < 3:
            result += f"\r{line[: place + 1]}"
    return result + draw(st.sampled_from(["", "\r", "\r\r", "\x07\r"]))


@given(st.data())
def test_a_session_typed_with_corrections_becomes_the_plain_one(data: st.DataObject) -> None:
    lines = ["Command:", *data.draw(st.lists(LETTERS, max_size=5))]
    plain = [line if not line.startswith("#:") else "x" for line in lines]
    assert normalised([data.draw(typed_on_a_terminal(line)) for line in plain]) == plain


@pytest.mark.parametrize(
    "line",
    [
        "\b" * 1_000_000,
        "x" * 1_000_000 + "\b" * 1_000_000,
        "x\b" * 300_000,
        "\r" * 1_000_000,
        "\x1b[999999999C" * 20_000 + "x",
        "\x1b[" + "9" * 100_000 + "Cx",
        "\x1b[" + "9;" * 100_000 + "Hx",
        "x\x1b[999999999G\x1b[2K" * 20_000,
        "x\x1b[999999999@" * 20_000,
        "x" * 60_000 + "\r" + "\x1b[P" * 20_000 + "\x1b[@" * 20_000 + "\x1b[1K" * 20_000,
        "\x1b]" * 300_000,
        "\x1bP" * 300_000,
        "\x1b" * 1_000_000,
        "\x1b[1" * 300_000,
        "`" * 1_000_000,
        " " * 1_000_000,
        "- " * 300_000,
        "a@" * 300_000,
        "[a@b " + "x" * 1_000_000,
        "(" * 1_000_000,
    ],
    ids=lambda line: f"{line[:8]!r}",
)
def test_a_hostile_line_is_only_a_line(line: str) -> None:
    for path in ("x.transcript", "x.md"):
        document = parse(f"x\n{line}\ny\n", path)
        assert sum(len(one.text) for section in document.sections for one in section.lines) < 3_000_000


def test_rows_without_end_cost_little_each() -> None:
    up = "\x1b[999999999A\x1b[999999999Cx\x1b[B\x1b[A\x1b[J"
    lines = normalised([up] * 20_000)
    assert len(lines) == 20_000
    assert sum(map(len, lines)) < 100 * 20_000
