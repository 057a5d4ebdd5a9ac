"""Processes that come to an end: with a time limit, limits on what they use, and a limit on what they say."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SECONDS = 60.0
"""How long a line may take, and how long the lines of a log together, unless a shell is allowed."""
LISTED_SECONDS = 20.0
"""How long a line may take without a shell."""
LONGEST_OUTPUT = 1 << 20
"""The bytes that a line may write."""
MOST_OUTPUT = 8 << 20
"""The bytes that the lines of a log may write together, unless a shell is allowed."""
LARGEST_FILE = 64 << 20
"""The bytes that a program may put into one file."""
LARGEST_MEMORY = 2 << 30
"""The bytes of memory that a program may ask for."""

TOO_LONG = 124
"""The status of what was ended, as that of ``timeout``."""
NOT_STARTED = 126
"""A shell's status for a command that is there and could not be started."""

_FURTHER = 0.1
"""Seconds without output after which nothing more is waited for, when the processes themselves have ended."""


class Redirection(NamedTuple):
    """Where a descriptor leads."""

    descriptor: int
    """0, 1 or 2."""
    operator: str
    """``<``, ``>``, ``>>``, or ``>&`` for the other descriptor that is the target."""
    target: str


class Stage(NamedTuple):
    """One program of a pipeline."""

    command: tuple[str, ...]
    redirections: tuple[Redirection, ...] = ()
    executable: str = ""
    """The path of the program; empty when the command begins with it."""


class Allowance:
    """What the lines of a log may still use together."""

    def __init__(self) -> None:
        self.seconds = SECONDS
        self.output = MOST_OUTPUT

    @property
    def used_up(self) -> bool:
        """Whether there is nothing left."""
        return self.seconds <= 0 or self.output <= 0


class Ended(Exception):
    """The line was ended; the message says why."""


class Runner:
    """Runs the pipelines of one line, which share the limits; with an allowance also those of all lines of a log."""

    def __init__(self, folder: str, environment: Mapping[str, str], allowance: Allowance | None = None) -> None:
        self._folder = folder
        self._environment = environment
        self._limited = allowance is not None
        self._allowance = allowance or Allowance()
        self._seconds = min(LISTED_SECONDS, self._allowance.seconds) if allowance else SECONDS
        self._longest = min(LONGEST_OUTPUT, self._allowance.output)
        self._start_time = time.monotonic()
        self._output = bytearray()

    @property
    def output(self) -> str:
        """What came so far."""
        return self._output.decode("utf-8", "surrogateescape")

    def tell(self, text: str) -> None:
        """Put a sentence of ours where the output is."""
        self._output += text.encode("utf-8", "surrogateescape")

    def run(self, stages: Sequence[Stage]) -> int:
        """Run the stages side by side, each reading what the one before it writes; the last one's status.

        Raises ``Ended`` when a limit is met; then nothing of it is left running.
        """
        processes: list[subprocess.Popen[bytes]] = []
        source, sink = os.pipe()
        status = NOT_STARTED
        try:
            try:
                last = self._start(stages, sink, processes)
            finally:
                os.close(sink)
            self._listen(source, processes)
            for process in processes:
                code = self._wait(process)
                if process is last:
                    status = code
        finally:
            os.close(source)
            for process in processes:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return status

    def account(self) -> None:
        """Take off the allowance what the line used; it is over."""
        self._allowance.seconds -= time.monotonic() - self._start_time
        self._allowance.output -= len(self._output)

    def _start(
        self, stages: Sequence[Stage], sink: int, processes: list[subprocess.Popen[bytes]]
    ) -> subprocess.Popen[bytes] | None:
        """Start every stage; the last one's process, if it could be started."""
        started: subprocess.Popen[bytes] | None = None
        before = os.open(os.devnull, os.O_RDONLY)
        for number, stage in enumerate(stages, start=1):
            after, ours = os.pipe() if number < len(stages) else (os.open(os.devnull, os.O_RDONLY), os.dup(sink))
            try:
                started = self._start_one(stage, [before, ours, sink])
            finally:
                os.close(before)
                os.close(ours)
                before = after
            if started:
                processes.append(started)
        os.close(before)
        return started

    def _start_one(self, stage: Stage, descriptors: list[int]) -> subprocess.Popen[bytes] | None:
        opened: list[int] = []
        name = stage.command[0]
        try:
            for redirection in stage.redirections:
                name = redirection.target
                if redirection.operator == ">&":
                    descriptors[redirection.descriptor] = descriptors[int(redirection.target)]
                    continue
                opened.append(_open(self._folder, redirection))
                descriptors[redirection.descriptor] = opened[-1]
            name = stage.command[0]
            return subprocess.Popen(  # noqa: S603 - no shell; what the command is has been looked at
                [word.encode("utf-8", "surrogateescape") for word in stage.command],
                executable=stage.executable or None,
                stdin=descriptors[0],
                stdout=descriptors[1],
                stderr=descriptors[2],
                cwd=self._folder,
                env=dict(self._environment),
                start_new_session=True,  # no terminal to ask for a password, and one group to end
                preexec_fn=_limit if self._limited else None,
            )
        except OSError as problem:
            self.tell(f"{name}: {problem.strerror}\n")
            return None
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _listen(self, source: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        """Collect what the processes write, until all have ended."""
        while True:
            left = self._left()
            ready, _, _ = select.select([source], [], [], min(left, _FURTHER))
            if not ready:
                if all(process.poll() is not None for process in processes):
                    return
                continue
            chunk = os.read(source, 1 << 16)
            if not chunk:
                return
            room = self._longest - len(self._output)
            self._output += chunk[:room]
            if len(chunk) > room:
                raise Ended(f"it wrote more than {self._longest} bytes and was ended; send its output to a file")

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            code = process.wait(self._left())
        except subprocess.TimeoutExpired:
            raise self._too_long() from None
        return code if code >= 0 else 128 - code

    def _left(self) -> float:
        """The seconds that are left. Raises ``Ended`` when there are none."""
        left = self._start_time + self._seconds - time.monotonic()
        if left <= 0:
            raise self._too_long()
        return left

    def _too_long(self) -> Ended:
        return Ended(f"it took more than {self._seconds:.0f} seconds and was ended; make it shorter")


def _open(folder: str, redirection: Redirection) -> int:
    flags = {
        "<": os.O_RDONLY,
        ">": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
        ">>": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    }[redirection.operator]
    path = os.path.join(folder, redirection.target).encode("utf-8", "surrogateescape")
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY, 0o666)


def _limit() -> None:
    """In the new process, before its program begins."""
    for which, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_AS, LARGEST_MEMORY),
    ):
        hard = resource.getrlimit(which)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (soft, hard))
