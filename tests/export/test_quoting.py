"""Quoting, judged by tclsh, expect and sh: what comes out is what went in, whatever it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.export.expect_script import _QUOTED as TCL_QUOTED
from hsmshell.export.quoting import comment, here_document, remote, sh, sh_line, sh_remote, tcl
from hsmshell.export.shell_script import _QUOTED as SH_QUOTED
from hsmshell.export.text import Line, Secrets, Text, Variable

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\n")
NASTY = st.sampled_from(
    ["\\", "$", "[", "]", "{", "}", '"', "'", "`", ";", "#", "~", "*", " ", "-", "!", "&", "|", "<", ">", "$HOME",
     "$(exit 9)", "[exit 9]", "END", "\t", "\r", "\u00e9", "\u20ac", "\U0001f511", "\x7f", "\x01"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(LETTERS, NASTY), max_size=12).map("".join)
BATCH = st.lists(TEXTS, min_size=100, max_size=200)
FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
"""An example is a whole batch in one process."""


def run(program: Sequence[str], script: str, tmp_path: Path, **more: str) -> bytes:
    """What the script writes; it may write nothing to stderr."""
    (tmp_path / "script").write_bytes(script.encode())
    done = subprocess.run(
        [*program, str(tmp_path / "script")],
        capture_output=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **more},
        stdin=subprocess.DEVNULL,
    )
    assert done.stderr == b""
    return done.stdout


def as_hexadecimal(word: str) -> str:
    return f"puts [binary encode hex [encoding convertto utf-8 {word}]]\n"


@pytest.mark.parametrize("program", ["tclsh", "expect"])
def test_tcl(tmp_path: Path, judge: Callable[[str], str], program: str) -> None:
    path = judge(program)

    @FEW
    @given(BATCH)
    def check(texts: list[str]) -> None:
        script = "".join(as_hexadecimal(tcl((text,), bare=bare)) for text in texts for bare in (False, True))
        assert run([path], script, tmp_path).decode().split("\n")[:-1] == [
            text.encode().hex() for text in texts for _ in range(2)
        ]

    check()


def test_tcl_puts_variables_in(tmp_path: Path, judge: Callable[[str], str]) -> None:
    path = judge("tclsh")
    value = "a $x [y] {z} \\ \"'"
    script = as_hexadecimal(tcl(("<[", Variable("V"), "]>")))
    assert bytes.fromhex(run([path], script, tmp_path, V=value).decode()).decode() == f"<[{value}]>"


def test_sh(tmp_path: Path, judge: Callable[[str], str]) -> None:
    path = judge("sh")

    @FEW
    @given(BATCH)
    def check(texts: list[str]) -> None:
        script = "".join(f"printf '%s\\0' {sh((text,) if text else ())}\n" for text in texts)
        assert run([path], script, tmp_path).decode().split("\0")[:-1] == texts

    check()


def test_here_documents(tmp_path: Path, judge: Callable[[str], str]) -> None:
    path = judge("sh")

    @FEW
    @given(st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=20, max_size=40), TEXTS)
    def check(documents: list[list[str]], value: str) -> None:
        script, expected = "", ""
        for number, lines in enumerate(documents):
            texts: list[Text] = [(line,) for line in lines]
            shown = lines
            if number % 2:
                texts, shown = [*texts, ("v", Variable("V"), "$")], [*lines, f"v{value}$"]
            operator, document = here_document(texts)
            script += f"cat {operator}\n{document}"
            expected += "".join(f"{line}\n" for line in shown)
        assert run([path], script, tmp_path, V=value).decode() == expected

    check()


def test_a_delimiter_that_is_typed_is_not_the_end() -> None:
    assert here_document([("END",), ("x",)]) == ("<<'A_END'", "END\nx\nA_END\n")
    assert here_document([("END",), ("A_END",), (Variable("V"),)])[0] == "<<B_END"


def test_a_line_that_begins_like_the_delimiter(tmp_path: Path, judge: Callable[[str], str]) -> None:
    """dash spoils the letter that makes the difference, if it is not ASCII."""
    lines = ["END\u00c4", "A\u00c9", "B_EN\u20ac", "C", "END ", "ENDE"]
    operator, document = here_document([(line,) for line in lines])
    assert run([judge("sh")], f"cat {operator}\n{document}", tmp_path).decode().split("\n") == [*lines, ""]


@pytest.mark.parametrize("program", ["sh", "tclsh"])
def test_a_word_for_another_shell(tmp_path: Path, judge: Callable[[str], str], program: str) -> None:
    """What one shell hands on, another one reads as the same words, the values of variables included."""
    path, sh_path = judge(program), judge("sh")
    commands = ("printf '%s\\0' a=$V 'b c' \"$V\"", "printf '%s\\0' '$V' \"it's\" ''", "printf '%s\\0' $V\"x y\"$V")

    @FEW
    @given(TEXTS)
    def check(value: str) -> None:
        expected = f"a={value}\0b c\0{value}\0$V\0it's\0\0{value}x y{value}\0"
        # Tcl's own arrays of the environment are what is judged, so an empty value has to be there, too.
        script = (
            SH_QUOTED if program == "sh" else f"encoding system utf-8\nfconfigure stdout -translation lf\n{TCL_QUOTED}"
        )
        for command in commands:
            word = remote(Secrets().shell(command, 1))
            if program == "sh":
                script += f"{sh_path} -c {sh_remote(word)}\n"
            else:
                script += f"exec {sh_path} -c {tcl(word)} >@stdout\n"
        assert run([path], script, tmp_path, V=value).decode() == expected

    check()


@FEW
@given(st.lists(st.one_of(LETTERS, NASTY, st.just("\n"))).map("".join))
def test_a_comment_stays_one(text: str) -> None:
    for line in comment(text).removesuffix("\n").split("\n"):
        assert line.startswith("#")
        assert not line.endswith("\\")
        assert line.isprintable()


@pytest.mark.parametrize("program", ["sh", "tclsh", "expect"])
def test_no_comment_reaches_the_next_line(tmp_path: Path, judge: Callable[[str], str], program: str) -> None:
    hostile = ("a \\", "{ [ \" ' `", "$(exit 9)", "\r exit 9", "x\u2028exit 9", "<<END", "\\\\", "é")
    says = "puts ok\n" if program != "sh" else "echo ok\n"
    script = "".join(comment(text) + says for text in hostile)
    assert run([judge(program)], script, tmp_path) == b"ok\n" * len(hostile)


def test_a_line_stays_as_it_was_typed_unless_it_has_a_secret() -> None:
    secrets = Secrets()
    assert sh_line(secrets.shell("cat 'a b'  > c", 1)) == "cat 'a b'  > c"
    assert sh_line(secrets.shell("export PASSWORD='a b' X=$Y", 2)) == 'export PASSWORD="${HSM_SECRET_1}" X="${Y}"'
    assert sh_line(secrets.shell("tool -p 'a b' 'it''s' | cat", 3)) == "tool -p \"${HSM_SECRET_1}\" 'it''s' | cat"


def test_bytes_that_are_no_text_are_refused_by_tcl_and_kept_by_the_shell() -> None:
    with pytest.raises(ValueError):
        tcl(("a\udcff",))
    assert sh(("a\udcff",)) == "'a\udcff'"


def test_an_empty_line_for_another_shell_is_an_empty_word() -> None:
    assert sh_remote(remote(Line((), ()))) == "''"
