"""A procedure: a Markdown file whose headings are steps and whose console blocks are what is typed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.engine.errors import LabError

ENTRIES = frozenset({"title", "scenario", "source", "arrival"})
"""What the front matter may say."""


class ProcedureError(LabError):
    """The file is no procedure; the message names it and says what to do."""


class Step(NamedTuple):
    """A heading of the second level."""

    line: int
    """The heading's line in the file, from 1."""
    title: str
    prose: str = ""
    """What stands between the heading and the first block."""


class Procedure(NamedTuple):
    """A parsed procedure."""

    path: str
    text: str
    front: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def scenario(self) -> str:
        return self.front.get("scenario", "migration")


def shipped() -> list[str]:
    """The names of the procedures that come with the program."""
    return sorted(name[:-3] for name in os.listdir(_folder()) if name.endswith(".md"))


def load(name: str) -> Procedure:
    """A shipped procedure by its name, or a file by its path. Raises ``ProcedureError``."""
    path = name if name.endswith(".md") or os.sep in name else os.path.join(_folder(), f"{name}.md")
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123
            text = stream.read()
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise ProcedureError(f"{path}:{line}: this is not UTF-8 text; save the file as UTF-8") from None
    except OSError:
        known = ", ".join(shipped())
        raise ProcedureError(f"there is no procedure {name}; name a Markdown file or one of: {known}") from None
    return Procedure(path, text, _front(path, text), _steps(text))


def _folder() -> str:
    return os.path.join(os.path.dirname(__file__), "procedures")


def _front(path: str, text: str) -> dict[str, str]:
    """The lines ``name: value`` between the first two lines of three dashes."""
    lines = text.splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(lines[1 : lines.index("---", 1)], start=2):
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in ENTRIES:
            raise ProcedureError(f"{path}:{number}: not one of {', '.join(sorted(ENTRIES))}; correct that line")
        values[name.strip()] = value.strip()
    return values


def _steps(text: str) -> tuple[Step, ...]:
    """Headings of the second level outside fenced blocks, each with its prose."""
    steps: list[Step] = []
    fenced = seen_block = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            fenced, seen_block = not fenced, True
        elif fenced:
            continue
        elif line.startswith("## "):
            steps.append(Step(number, line[3:].strip()))
            seen_block = False
        elif steps and not seen_block:
            steps[-1] = steps[-1]._replace(prose=f"{steps[-1].prose}\n{line}".strip("\n"))
    return tuple(steps)
