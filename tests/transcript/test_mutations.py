"""The golden transcripts, changed: one digit of what is checked is found, a consistent renaming is not."""

from __future__ import annotations

import functools
import random
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.console import Kind
from hsmshell.transcript.lines import IGNORED
from hsmshell.transcript.log import parse
from hsmshell.transcript.names import NOBODY, RENAMED
from hsmshell.transcript.normalise import DIRECTIVE
from hsmshell.transcript.runner import LabCopies, Report, replay
from tests.conftest import pooled_services
from tests.transcript.watching import Digits, watched

ROOT = Path(__file__).parents[2] / "transcripts"
WILD = ("[..]", " (re)", " (glob)", " (?)")
LABS = LabCopies(pooled_services())


class Golden(NamedTuple):
    """A golden transcript and what is in its literal lines."""

    path: Path
    lines: tuple[str, ...]
    digits: tuple[Digits, ...]

    def text(self, place: Digits) -> str:
        return self.lines[place.line - 1][place.start : place.end]

    def with_text(self, changes: dict[Digits, str]) -> str:
        """The file with other digits in these places."""
        lines = list(self.lines)
        for place, text in sorted(changes.items(), key=lambda change: change[0][:2], reverse=True):
            line = lines[place.line - 1]
            lines[place.line - 1] = line[: place.start] + text + line[place.end :]
        return "\n".join(lines)

    def replayed(self, text: str) -> Report:
        return replay(parse(text, str(self.path)), LABS)


# A procedure takes a second, for openssl; its second window is no part of a session.
PATHS = [path for path in sorted(ROOT.rglob("*.transcript")) if path.parent.name != "procedures"]


@functools.cache
def golden(path: Path) -> Golden:
    _, _, digits = watched(path, LABS)
    return Golden(path, tuple(path.read_text("utf-8").split("\n")), tuple(dict.fromkeys(digits)))


def other_digit(text: str, place: int) -> str:
    """The text with another decimal digit at a place, and no zero in front that was not there."""
    digit = str((int(text[place], 16) + 1) % 10)
    return text[:place] + (digit if digit != "0" or place else "5") + text[place + 1 :]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_changed_digit_of_what_is_checked_is_found(data: st.DataObject) -> None:
    one = golden(data.draw(st.sampled_from(PATHS)))
    checked = [place for place in one.digits if place.kind in (None, Kind.LENGTH) and not place.typed]
    if not checked:
        return
    place = data.draw(st.sampled_from(checked))
    text = one.text(place)
    position = data.draw(st.integers(0, len(text) - 1))
    changed = one.with_text({place: other_digit(text, position)})
    report = one.replayed(changed)
    wrong = [exchange for exchange in report.exchanges if not exchange.same]
    assert any(place.line in [line.number for line in exchange.block] for exchange in wrong), (place, text)
    patch = [line for exchange in wrong for line in exchange.difference]
    assert f"-{changed.split(chr(10))[place.line - 1].strip()}" in [line[:1] + line[1:].strip() for line in patch]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_handle_that_is_changed_in_one_of_its_places_is_found(data: st.DataObject) -> None:
    one = golden(data.draw(st.sampled_from(PATHS)))
    handles = [place for place in one.digits if place.kind in (Kind.HANDLE, Kind.OBJECT) and one.text(place) != NOBODY]
    shown = {(place.kind, one.text(place)) for place in handles if not place.typed}
    several = [
        place
        for place in handles
        if not place.typed
        and (place.kind, one.text(place)) in shown
        and any(one.text(first) == one.text(place) and first[:2] < place[:2] for first in handles if not first.typed)
    ]
    if not several:
        return
    place = data.draw(st.sampled_from(several))
    text = one.text(place)
    report = one.replayed(one.with_text({place: other_digit(text, len(text) - 1)}))
    wrong = [exchange for exchange in report.exchanges if not exchange.same]
    assert any(place.line in [line.number for line in exchange.block] for exchange in wrong), (place, text)


@pytest.mark.parametrize("path", PATHS[::2], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_consistent_renaming_passes(path: Path) -> None:
    one = golden(path)
    # What stands in a line with wildcards or in a directive is not known here, so those names must stay.
    wild = [line for line in one.lines if line.startswith(DIRECTIVE) or any(mark in line for mark in WILD)]
    first: dict[tuple[Kind | None, str], Digits] = {}
    for place in sorted(one.digits, key=lambda place: place[:2]):
        first.setdefault((place.kind, one.text(place)), place)
    # A name that is typed before the log has shown it is older than the log.
    shown = {key for key, place in first.items() if not place.typed}
    exact = "match exact" in path.read_text("utf-8")
    changes: dict[Digits, str] = {}
    for place in one.digits:
        text = one.text(place)
        if place.kind not in RENAMED or (place.kind, text) not in shown or not text.isdecimal() or text == NOBODY:
            continue
        if not any(text in line for line in wild):
            changes[place] = (
                str(10 ** len(text) - 1 - int(text)).zfill(len(text)) if exact else f"{int(text) + 262_000}"
            )
    report = one.replayed(one.with_text(changes))
    assert [(exchange.line, exchange.difference) for exchange in report.exchanges if not exchange.same] == []
    assert not report.findings
    assert IGNORED.isdisjoint(RENAMED)


def test_golden_transcripts_replay_alike_twice_and_in_any_order() -> None:
    """In one process, with one supply of labs: nothing of a file is left for the next one."""
    some = PATHS[::12]
    first = [replay(parse(path.read_text("utf-8"), str(path)), LABS) for path in some]
    shuffled = random.Random(6).sample(some, len(some))
    again = {path: replay(parse(path.read_text("utf-8"), str(path)), LABS) for path in shuffled}
    assert [report.exchanges for report in first] == [again[path].exchanges for path in some]
    assert not any(report.mismatches for report in first)
