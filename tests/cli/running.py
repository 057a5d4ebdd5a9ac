"""Running the command in a process of its own, with an environment that says nothing of the machine's user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "hsmshell")


class Ran(NamedTuple):
    """What came of a run."""

    code: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """Only what a program needs, and a home of the test's own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
    source = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {"PATH": path, "HOME": str(home), "PYTHONPATH": source, "LC_ALL": "C.UTF-8", **more}


def run(
    home: Path, *words: str, typed: str = "", command: Sequence[str] = COMMAND, more: Mapping[str, str] | None = None
) -> Ran:
    """The command with these words, its input a pipe."""
    done = subprocess.run(
        [*command, *words],
        input=typed.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=120,
        cwd=home,
        env=environment(home, **(more or {})),
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def is_one_sentence(text: str) -> bool:
    """One line of ours, that names the program and is no traceback."""
    return text.startswith("hsmshell: ") and text.count("\n") == 1 and "Traceback" not in text
