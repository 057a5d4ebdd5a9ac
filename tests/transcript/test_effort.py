"""What a comparison costs grows with what is compared and has a limit; effort is counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hsmshell.console.values import serial
from hsmshell.transcript import compare as comparing
from hsmshell.transcript import difference as telling
from hsmshell.transcript import lines
from hsmshell.transcript.compare import FOLD, compare
from hsmshell.transcript.lines import Actual, lines_of
from hsmshell.transcript.log import numbered
from hsmshell.transcript.wildcards import Pattern


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The lengths of the lines that were matched with wildcards."""
    counted: list[int] = []
    original = Pattern.matches

    def matches(self: Pattern, shown: str) -> bool:
        counted.append(len(shown))
        return original(self, shown)

    monkeypatch.setattr(Pattern, "matches", matches)
    yield counted


def block(count: int, text: str) -> list[Actual]:
    return [(text.replace("#", str(place)),) for place in range(count)]


def test_matching_wildcards_ends_when_its_work_is_done(steps: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WORK", 1_000)
    output = block(200, "a#b")
    assert not compare(numbered(["...", *["*a*c* (glob)"] * 200]), output, FOLD).same
    most = 1_000 + lines.WORK_PER_CHARACTER * sum(len(line[0]) for line in output)
    assert 1_000 < sum(steps) <= 2 * most


def test_lines_of_values_have_work_enough_however_many(steps: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WORK", 0)
    output: list[Actual] = [("serial number ", serial(str(place)), " here") for place in range(2_000)]
    assert compare(numbered([f"serial number {place + 7} here" for place in range(2_000)]), output, FOLD).same
    assert len(steps) == 2_000


def test_lines_without_wildcards_cost_no_matching(steps: list[int]) -> None:
    expected = ["...", *["same"] * 1_000, "...", *["maybe (?)"] * 1_000, "last"]
    assert compare(numbered(expected), [*block(2_000, "same"), ("last",)], FOLD).same
    assert not compare(numbered(expected), block(2_000, "same"), FOLD).same
    assert not steps


def test_a_huge_difference_is_told_without_an_alignment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "LARGEST", 3)
    result = compare(numbered(["a", "...", "b", "c", "z"]), lines_of(["a\nc\nd\nz"]), FOLD)
    assert result.difference == (" a", " ...", "-b", "-c", "+c", "+d", " z")
    result = compare(numbered(["a", "b", "c", "z"]), lines_of(["a\nc\nz"]), FOLD)
    assert result.difference == (" a", "-b", " c", " z")


def test_huge_blocks_are_the_same_only_by_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "LARGEST", 8)
    assert compare(numbered(["a", "...", "z"]), lines_of(["a\nz"]), FOLD).same
    assert not compare(numbered(["a", "...", "z"]), lines_of(["a\nb\nz"]), FOLD).same
    assert compare(numbered(["a", "b", "z"]), lines_of(["a\nb\nz"]), FOLD).same
