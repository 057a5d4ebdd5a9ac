"""Comparing lines: folding, elision, Mercurial's marks, kinds of value."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.console.values import Kind, Part, Value, address, check_value, handle, hexadecimal, serial
from hsmshell.transcript.compare import EXACT, FOLD, compare
from hsmshell.transcript.lines import lines_of
from hsmshell.transcript.log import numbered


def same(expected: str, *actual: Part, mode: str = FOLD) -> bool:
    return compare(numbered(expected.split("\n")), lines_of(actual), mode).same


@pytest.mark.parametrize(
    ("expected", "actual", "fold", "exact"),
    [
        ("a b", "a b", True, True),
        ("a  b ", "\ta b", True, False),
        ("a\n\nb", "a\nb", True, False),
        ("a", "b", False, False),
        ("a", "a\nb", False, False),
        ("a\nb", "a", False, False),
        ("", "", True, True),
        ("...", "a\nb", True, True),
        ("...", "", True, True),
        ("a\n...\nd", "a\nb\nc\nd", True, True),
        ("a\n...\nd", "a\nd", True, True),
        ("a\n...\nd", "a\nb", False, False),
        ("...\nb\n...", "a\nb\nc", True, True),
        ("...\nx\n...", "a\nb\nc", False, False),
        ("one [..] four", "one two three four", True, True),
        ("one [..] four", "one two three five", False, False),
        ("[0-9]+ keys (re)", "17 keys", True, True),
        ("[0-9]+ keys (re)", "x keys", False, False),
        ("( (re)", "(", False, False),
        ("wrapped.* (glob)", "wrapped.key", True, True),
        ("wrapped.* (glob)", "unwrapped.key", False, False),
        ("a\nmaybe (?)\nb", "a\nb", True, True),
        ("a\nmaybe (?)\nb", "a\nmaybe\nb", True, True),
        ("a\nmaybe (?)\nb", "a\nother\nb", False, False),
        ("x (re)", "x (re)", True, True),
        ("a b\nc d", "a b c\nd", True, False),
        ("a b\n...\ny z", "a\nb\nc\ny\nz", True, False),
        ("...\n408", "Key Handle: 408", False, False),
        ("foo\n...", "foo bar", False, False),
        ("[x] * (glob)", "[x] yes", True, True),
        ("a\\* (glob)", "a*", True, True),
        ("a\\* (glob)", "ab", False, False),
        ("a c\nb d", "a b\nc d", False, False),
    ],
)
def test_lines(expected: str, actual: str, fold: bool, exact: bool) -> None:
    assert same(expected, actual) is fold
    assert same(expected, actual, mode=EXACT) is exact


@pytest.mark.parametrize(
    ("expected", "actual", "result"),
    [
        ("on server 0(10.0.0.1)", ["on server 0(", address("10.0.2.9"), ")"], True),
        ("on server 1(10.0.0.1)", ["on server 0(", address("10.0.2.9"), ")"], False),
        ("on server 0()", ["on server 0(", address("10.0.2.9"), ")"], False),
        ("handle 7", ["handle ", handle(7)], True),
        ("handle 8", ["handle ", handle(7)], True),
        ("handle 8 9", ["handle ", handle(7), " ", handle(7)], False),
        ("handle 8 8", ["handle ", handle(7), " ", handle(6)], False),
        ("kcv 0x1a4b31", ["kcv ", check_value("0xffffff")], True),
        ("kcv 0x1a4b3", ["kcv ", check_value("0xffffff")], False),
        ("length 308", ["length ", Value(Kind.LENGTH, "307")], False),
        ("id=", ["id=", hexadecimal("")], True),
        ("F=7a8e\n0", ["F=", hexadecimal("ffffffff")], True),
        ("F=7a8e\n0\nnext", ["F=", hexadecimal("ffffffff"), "\nnext"], True),
        ("F=7a8e\n0\nother", ["F=", hexadecimal("ffffffff"), "\nnext"], False),
    ],
)
def test_values_are_compared_by_their_kind(expected: str, actual: list[Part], result: bool) -> None:
    assert same(expected, *actual) is result


@pytest.mark.parametrize(
    ("expected", "actual", "result"),
    [
        ("serial 123 [..] end", ["serial ", serial("777"), " some words end"], True),
        ("serial 123 [..] end", ["serial ", serial("777"), " some words"], False),
        ("serial 1 2 [..] end", ["serial ", serial("777"), " some words end"], False),
        ("serial [..] words end", ["serial ", serial("777"), " some words end"], True),
        ("serial [..] 1 2 end", ["serial ", serial("777"), " end"], False),
        ("serial 12[..]", ["serial ", serial("777"), " some"], True),
        ("kcv 0x12 * (glob)", ["kcv ", check_value("0xab"), " of a key"], True),
        ("kcv 0x1 * (glob)", ["kcv ", check_value("0xab"), " of a key"], False),
        ("12 34[..]!", [serial("1"), " ", serial("2"), "?"], False),
        ("F=12 end", ["F=", hexadecimal("a"), hexadecimal("b"), " end"], True),
        ("F=1 end", ["F=", hexadecimal("a"), hexadecimal("b"), " end"], False),
        ("at 5 (?)", ["at ", serial("7")], True),
    ],
)
def test_wildcards_stand_beside_values(expected: str, actual: list[Part], result: bool) -> None:
    assert same(expected, *actual) is result
    assert same(expected, *actual, mode=EXACT) is result


def test_no_character_of_the_output_is_taken_for_a_value() -> None:
    assert same("\ue000 5", "\ue000 ", serial("7"))
    assert not same("6 5", "\ue000 ", serial("7"))


def test_an_authors_regular_expression_has_limits() -> None:
    assert same("a{3}" + "b" * 100 + " (re)", "aaa" + "b" * 100)
    assert not same("b" * 201 + "? (re)", "b" * 201)
    assert not same("b* (re)", "b" * 2_001)


def test_a_regular_expression_that_would_never_end_is_given_up_and_a_good_one_after_it_still_matches() -> None:
    assert not same("(a+)+b (re)", "a" * 60)
    assert not same("(a|a)*(a|a)*b (re)", "a" * 60 + "c")
    assert same("a+ (re)", "a" * 60)


def test_where_no_interruption_is_possible_a_regular_expression_matches_all_the_same() -> None:
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(same("a+ (re)", "aaa")))
    thread.start()
    thread.join()
    assert found == [True]


def test_expecting_nothing_is_no_match_for_anything() -> None:
    assert compare((), (), FOLD).same
    assert compare(numbered(["expected"]), (), FOLD).difference == ("-expected",)
    assert compare((), lines_of(["came"]), FOLD).difference == ("+came",)


def test_a_difference_shows_what_was_expected_and_what_came() -> None:
    result = compare(numbered(["one", "two", "three"]), lines_of(["one\n2\nthree"]), FOLD)
    assert not result.same
    assert result.difference == (" one", "-two", "+2", " three")


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))


@given(text=TEXT, mode=st.sampled_from([FOLD, EXACT]))
def test_a_text_is_the_same_as_itself(text: str, mode: str) -> None:
    assert same(text, text, mode=mode)


@given(lines=st.lists(st.sampled_from(["a", "b", "c d", "e"]), min_size=1, max_size=8), data=st.data())
def test_a_changed_word_is_noticed(lines: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    changed = [*lines[:place], "other", *lines[place + 1 :]]
    assert not same("\n".join(lines), "\n".join(changed))
    assert not same("\n".join(lines), "\n".join(changed), mode=EXACT)


@given(lines=st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), data=st.data())
def test_any_run_of_lines_can_be_elided(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    assert same("\n".join([*lines[:start], "...", *lines[end:]]), "\n".join(lines))
