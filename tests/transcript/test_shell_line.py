"""Taking a shell's line apart, beside the words that a real shell finds."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsmshell.transcript.shell_line import MOST_EFFORT, Unfinished, is_complete, tokens, whole


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("ls", True),
        ("", True),
        ("echo 'a", False),
        ('echo "a', False),
        ('echo "a\nb"', True),
        ("echo a\\", False),
        ("echo a \\\nb", True),
        ("cat <<END", False),
        ("cat <<END\nx\nEND", True),
        ("cat <<END\n  END", False),
        ("cat <<-END\n\tEND", True),
        ("cat <<'END' | wc\n'\nEND", True),
        ("cat <<A <<B\nA\nB", True),
        ("cat a |", False),
        ("cat a &&", False),
        ("cat a ||\nls", True),
        ("for x in a b; do", False),
        ("for x in a b; do\n  echo for\ndone", True),
        ("while true; do if ls; then", False),
        ("while true; do if ls; then\nls; fi; done", True),
        ("echo for", True),
        ("'for'", True),
        ("# it's", True),
    ],
)
def test_it_is_known_whether_a_line_goes_on(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


def test_a_command_is_its_lines_up_to_its_end() -> None:
    lines = iter(["b", "c'", "d"])
    assert whole("echo 'a", lambda: next(lines)) == "echo 'a\nb\nc'"
    assert whole("echo 'a", lambda: None) == "echo 'a"


@pytest.mark.parametrize("first", ["'", "'" + "a" * (MOST_EFFORT // 3)])
def test_a_command_without_end_costs_no_more_effort_than_a_long_one(first: str) -> None:
    lengths = [len(first)]

    def further() -> str:
        lengths.append(lengths[-1] + 2)
        return "x"

    assert whole(first, further).startswith(first)
    assert sum(lengths) < 2 * MOST_EFFORT


@pytest.mark.parametrize(
    ("text", "expands"),
    [
        ("$(ls)", "$(...)"),
        ('"`ls`"', "`...`"),
        ("a$HOME", "the variable $HOME"),
        ('"${A}"', "the variable ${A}"),
        ("$?", "the variable $?"),
        ("'$HOME'", ""),
        ("\\$HOME", ""),
        ("a$", ""),
        ('"$"', ""),
        ("a*", "the pattern *"),
        ("'*'", ""),
        ('"*"', ""),
        ("{a,b}", "{...}"),
        ("~/a", "~"),
        ("a~", ""),
    ],
)
def test_it_is_known_what_a_shell_would_replace(text: str, expands: str) -> None:
    assert tokens(text)[0].expands == expands


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab \t'\"\\;|&<>1#-\n$`*~{}()"), max_size=12))
def test_a_plain_line_has_the_words_that_a_real_shell_finds(text: str) -> None:
    try:
        found = tokens(text)
    except Unfinished:
        return
    if any(token.operator or token.expands for token in found):
        return
    script = f"set -f; printf '%s\\0' begin {text}\n"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=False)
    assert done.stdout.decode().split("\0")[1:-1] == [token.text for token in found]
