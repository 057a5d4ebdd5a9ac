"""Ctrl-C and Ctrl-D in a log: a shell goes on after the one, a tool ends at either."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hsmshell.console import Ask, Context, EndOfInput
from tests.transcript.test_player import differences, echo, play


def shell(arguments: Sequence[str], context: Context) -> int:
    """Goes on at Ctrl-C when somebody sits there; ``ask`` asks for more until the input ends."""
    console = context.console
    while True:
        try:
            line = console.ask("toy> ", Ask.COMMAND)
            if line == "ask":
                try:
                    console.write(f"more is <{console.ask('More: ')}>\n")
                except EndOfInput:
                    console.write("no more\n")
            elif line == "hurt":
                raise KeyboardInterrupt
        except EndOfInput:
            return 0
        except KeyboardInterrupt:
            if not console.interactive:
                raise
            console.write("\n")


def test_a_shell_goes_on_after_ctrl_c() -> None:
    report = play("toy> half^C\n\ntoy> ^C\n\ntoy> ask\nMore: so^C\n\ntoy> ask\nMore: x\nmore is <x>\ntoy>\n", shell)
    assert report.mismatches == 0
    assert len(report.exchanges) == 7


def test_a_tool_ends_at_ctrl_c_and_the_section_with_it() -> None:
    report = play("hello\ntoy> a\nyou said a\ntoy> b^C\n", echo)
    assert (differences(report), report.findings) == ([], ())


def test_what_the_log_shows_after_a_tool_that_ended_is_a_mismatch() -> None:
    assert differences(play("hello\ntoy> ^C\nmore\n", echo)) == [(3, ("-more",))]


def test_ctrl_d_at_an_inner_question_ends_the_input_there() -> None:
    report = play("toy> ask\nMore: ^D\nno more\ntoy> ask\nMore: \nmore is <>\ntoy> ^D\n", shell)
    assert (differences(report), report.findings) == ([], ())


def test_a_hidden_answer_may_be_given_up() -> None:
    report = play("hello\ntoy> password\nPassword: ^C\n", echo)
    assert (differences(report), report.findings) == ([], ())


def test_a_person_s_own_ctrl_c_ends_the_replay() -> None:
    with pytest.raises(KeyboardInterrupt):
        play("toy> ^C\n\ntoy> hurt\ntoy> ^D\n", shell)
