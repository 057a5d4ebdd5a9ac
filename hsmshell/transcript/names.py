"""What a log calls the things that a run has made: handles, user ids, sessions, tokens, check values of new keys.

The two sides map one to one, for the whole of a file. A name is learned where the log shows it in the place of a value
that was written, or given with ``#: bind``; later it is put into what is typed, and taken out of what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.console.values import Kind, Part, Value
from hsmshell.transcript.lines import Actual

RENAMED = frozenset({Kind.HANDLE, Kind.OBJECT, Kind.USER_ID, Kind.SESSION_ID, Kind.TOKEN_ID})
"""What a run assigns. Nodes and servers are renamed only where a ``#: bind`` says so, check values only of new keys."""

NOBODY = "0"
"""Is no handle and no user, and never renamed."""

FOREIGN = "\ue002"
"""Behind a value whose own digits the log uses for something else: it is like nothing in the log."""

_UNUSED = 4_000_000_000
"""From here on are handles that no lab gives."""


class Known(NamedTuple):
    """What a name in the log stands for."""

    run: str
    line: int
    """Where the log had it first; 0 when a ``#: bind`` said so."""


class Names:
    """The names of one file.

    ``is_new`` tells of a check value that is unlike the log's whether a run makes it anew, ``told`` hears of
    every name.
    """

    def __init__(
        self,
        is_new: Callable[[str], bool] = lambda check_value: True,
        told: Callable[[Kind, str], object] = lambda kind, run: None,
    ) -> None:
        self._is_new = is_new
        self._told = told
        self._to_run: dict[tuple[Kind, str], Known] = {}
        self._to_log: dict[tuple[Kind, str], str] = {}
        self._absent: set[Value] = set()

    def bind(self, kind: Kind, log: str, run: str, line: int = 0) -> bool:
        """Make the two one, unless one of them stands for something else already; whether they are."""
        known, name = self._to_run.get((kind, log)), self._to_log.get((kind, run))
        if known is None and name is None:
            self._to_run[kind, log] = Known(run, line)
            self._to_log[kind, run] = log
            self._told(kind, run)
            return True
        return known is not None and known.run == run

    def leave_out(self, kind: Kind, log: str) -> None:
        """The log's node or server of that number does not exist in the run."""
        self._absent.add(Value(kind, log))

    @property
    def absent(self) -> frozenset[Value]:
        """The log's nodes and servers that the run has not."""
        return frozenset(self._absent)

    def known(self, kind: Kind, log: str) -> Known | None:
        """What the log's name stands for."""
        return self._to_run.get((kind, log))

    def has(self, kind: Kind, run: str) -> bool:
        """Whether the log has a name for that value of the run."""
        return (kind, run) in self._to_log

    def is_open(self, part: Part) -> bool:
        """Whether the part is a value that the log may call something else, and that has no name yet."""
        if isinstance(part, str) or part.text == NOBODY or (part.kind, part.text) in self._to_log:
            return False
        return part.kind in RENAMED or (part.kind is Kind.CHECK_VALUE and bool(part.text))

    def may_be_called(self, value: Value, log: str) -> bool:
        """Whether the log may have that name for a value without one."""
        if (value.kind, log) in self._to_run:
            return False
        return value.kind is not Kind.CHECK_VALUE or value.text == log or self._is_new(value.text)

    def typed(self, kind: Kind, log: str) -> tuple[str, bool]:
        """What is to be typed for a name in the log, and whether that is known.

        An unknown one is typed as it is, unless it would mean something else in the run.
        """
        known = self._to_run.get((kind, log))
        if known is not None:
            return known.run, True
        if kind not in RENAMED or log == NOBODY or not log.isdecimal():
            return log, True
        number = _UNUSED
        run = log
        while (kind, run) in self._to_log:
            run, number = str(number), number + 1
        return run, False

    def render(self, line: Actual) -> Actual:
        """The line with the log's names for what the run calls otherwise; the same line when it has no value."""
        for part in line:
            if part.__class__ is Value:
                return tuple(part if isinstance(part, str) else self._named(part) for part in line)
        return line

    def _named(self, value: Value) -> Value:
        log = self._to_log.get((value.kind, value.text))
        if log is not None:
            return Value(value.kind, log)
        taken = value.kind in RENAMED and (value.kind, value.text) in self._to_run
        return Value(value.kind, value.text + FOREIGN) if taken else value

    def notes(self, lines: Sequence[Actual]) -> Iterator[str]:
        """What the values of these lines are called, and since where, when that is not what they are."""
        told: set[Value] = set()
        for part in (part for line in lines for part in line):
            if isinstance(part, str) or part in told:
                continue
            told.add(part)
            log = self._to_log.get((part.kind, part.text), "")
            if log and log != part.text:
                since = self._to_run[part.kind, log].line
                where = f"since line {since}" if since else "by a #: bind"
                yield f"{part.kind.value} {log} is {part.text} in this run, {where}"
