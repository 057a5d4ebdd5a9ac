"""A procedure: a Markdown file whose headings are steps and whose console blocks are what is typed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.engine.errors import LabError
from hsmshell.transcript.markdown import MARKDOWN, RULE, Place, front_matter, lines_of, placed

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
        from hsmshell.engine.scenario import DEFAULT

        return self.front.get("scenario", DEFAULT)


def shipped() -> list[str]:
    """The names of the procedures that come with the program."""
    return sorted(name.removesuffix(MARKDOWN) for name in os.listdir(_folder()) if name.endswith(MARKDOWN))


def load(name: str) -> Procedure:
    """A shipped procedure by its name, or a file by its path. Raises ``ProcedureError``."""
    path = name if name.endswith(MARKDOWN) or os.sep in name else os.path.join(_folder(), f"{name}{MARKDOWN}")
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


def _front(path: str, text: str) -> Mapping[str, str]:
    """The front matter. Raises ``ProcedureError`` for a line that is none of its entries."""
    for line in placed(lines_of(text)):
        name, colon, _ = line.text.partition(":")
        if line.place is Place.FRONT and line.text != RULE and (not colon or name.strip() not in ENTRIES):
            raise ProcedureError(f"{path}:{line.number}: not one of {', '.join(sorted(ENTRIES))}; correct that line")
    return front_matter(text)


def _steps(text: str) -> tuple[Step, ...]:
    """Headings of the second level outside fenced blocks, each with its prose."""
    steps: list[Step] = []
    seen_block = False
    for line in placed(lines_of(text)):
        if line.place is not Place.PROSE:
            seen_block = True
        elif line.text.startswith("## "):
            steps.append(Step(line.number, line.text[3:].strip()))
            seen_block = False
        elif steps and not seen_block:
            steps[-1] = steps[-1]._replace(prose=f"{steps[-1].prose}\n{line.text}".strip("\n"))
    return tuple(steps)
