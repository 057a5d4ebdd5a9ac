"""Wildcards on both sides: what they match, and that they never go back."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.transcript.wildcards import Pattern, Token, Wild, glob, partial

LETTERS = st.text(alphabet="ab ", max_size=8)
SHOWN = {Wild.WORD: r"\S+", Wild.MAYBE: r"\S*"}
EXPECTED = {Wild.ANY: ".*", Wild.ONE: "."}


def regular(tokens: Sequence[Token], wild: dict[Wild, str]) -> str:
    return "".join(wild[token] if isinstance(token, Wild) else re.escape(token) for token in tokens)


@given(tokens=st.lists(st.sampled_from(["a", "b", " ", *EXPECTED]), max_size=8), text=LETTERS)
def test_what_is_expected_is_what_a_regular_expression_says(tokens: list[Token], text: str) -> None:
    assert Pattern(tokens).matches(text) is (re.fullmatch(regular(tokens, EXPECTED), text) is not None)


@given(tokens=st.lists(st.sampled_from(["a", "b", " ", *SHOWN]), max_size=6), text=LETTERS)
def test_what_is_shown_is_what_a_regular_expression_says(tokens: list[Token], text: str) -> None:
    assert Pattern(text).matches(tokens) is (re.fullmatch(regular(tokens, SHOWN), text) is not None)


@pytest.mark.parametrize(
    ("tokens", "read"),
    [
        (glob(r"a*\*?\?\\b\c"), ["a", Wild.ANY, "*", Wild.ONE, "?", "\\", "b", "\\", "c"]),
        (partial("a[..]b[..][..]"), ["a", Wild.ANY, "b", Wild.ANY, Wild.ANY]),
        (partial("[..]"), [Wild.ANY]),
    ],
)
def test_marks_are_read(tokens: list[Token], read: list[Token]) -> None:
    assert tokens == read


class Counted(list[Token]):
    """Tokens that know how often one was looked at."""

    looks = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        for token in super().__iter__():
            self.looks += 1
            yield token


@pytest.mark.parametrize("line", ["[..]a" * 40 + "[..]b", "[..]" * 40 + "b", "[..]a b" * 20])
@pytest.mark.parametrize("shown", [["a"] * 300, [Wild.WORD] * 300, [Wild.WORD, " "] * 150])
def test_each_token_is_looked_at_once(line: str, shown: list[Token]) -> None:
    tokens = Counted(shown)
    Pattern(partial(line)).matches(tokens)
    assert 0 < tokens.looks <= len(shown)
