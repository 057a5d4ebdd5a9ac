"""Scenarios: a TOML file says what is in a lab at the start. An instructor copies one and changes it.

Every handle, user, password, address and serial number of a lab comes from here.
"""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple

from hsmshell.engine.errors import HsmError, LabConflict, LabError, LabExists, ScenarioError
from hsmshell.engine.lab import (
    DATABASE,
    Lab,
    destroy_files,
    draft_directory,
    placing,
    remove_draft,
    reporting,
    require_lab,
)
from hsmshell.engine.scenario_contents import fill
from hsmshell.engine.scenario_entries import Table
from hsmshell.engine.services import SYSTEM, Services

DEFAULT = "migration"
"""The scenario of a lab that is made without naming one."""

LARGEST = 1 << 20
"""Bytes of a scenario's file; a larger one, a pipe or a device is not read."""


class Description(NamedTuple):
    """A scenario that comes with the program."""

    name: str
    title: str
    path: str


def shipped() -> list[Description]:
    """The scenarios that come with the program, by name."""
    folder = os.path.join(os.path.dirname(__file__), "scenarios")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    paths = [os.path.join(folder, name) for name in names]
    return [Description(os.path.basename(path)[:-5], str(_load(path).get("title", "")), path) for path in paths]


def table_of(scenario: str) -> Table:
    """What a shipped scenario of that name, or the TOML file at that path, says. Raises ``ScenarioError``."""
    return _load(_locate(scenario))


def create_lab(
    directory: str, scenario: str = DEFAULT, *, services: Services | None = None, force: bool = False
) -> Lab:
    """Make a lab from a shipped scenario's name or a TOML file's path, and open it.

    Raises ``ScenarioError`` when the scenario is none, ``LabError`` when the lab cannot be made. A lab that was there
    is replaced only with ``force``, and only when the scenario is good.
    """
    table = table_of(scenario)
    _require_room(directory, force)
    with reporting(directory):
        os.makedirs(directory, mode=0o700, exist_ok=True)
    draft = draft_directory(directory)
    try:
        _make(draft, table, scenario, services or SYSTEM)
        Lab.open(draft).close()
        with reporting(directory), placing(directory):
            _require_room(directory, force)
            if os.path.lexists(os.path.join(directory, DATABASE)):
                destroy_files(directory)
            os.replace(os.path.join(draft, DATABASE), os.path.join(directory, DATABASE))
    finally:
        if os.path.isdir(draft):
            remove_draft(draft)
    return Lab.open(directory, services)


def _require_room(directory: str, force: bool) -> None:
    """Refuse a directory that has a lab, or with ``force`` one that has another program's database."""
    path = os.path.join(directory, DATABASE)
    if not os.path.lexists(path):
        return
    if not os.path.isfile(path):
        raise LabError(f"{path} is no file; move it away or choose another directory with --lab")
    if not force:
        raise LabExists(f"there is a lab at {directory} already; replace it with: hsmshell lab init --force")
    require_lab(directory)


def _make(directory: str, table: Table, scenario: str, services: Services) -> None:
    lab = Lab.create(directory, services)
    try:
        with lab.store.transaction():
            fill(lab, table, os.path.basename(scenario).removesuffix(".toml"))
        lab.store.settle()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, LabConflict, HsmError) as problem:
        raise ScenarioError(
            f"{scenario}: {_explain(problem)}; compare it with a shipped scenario: hsmshell lab scenarios"
        ) from problem
    finally:
        lab.close()


def _explain(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return f"the entry {problem} is missing or unknown"
    return f"an entry is wrong ({problem})"


def _locate(scenario: str) -> str:
    if scenario.endswith(".toml") or os.sep in scenario:
        return scenario
    for description in shipped():
        if description.name == scenario:
            return description.path
    raise ScenarioError(f"there is no scenario named {scenario}; list them with: hsmshell lab scenarios")


def _load(path: str) -> dict[str, Any]:
    import tomllib

    try:
        # Looked at first: to open a pipe is to wait for somebody at its other end.
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise ScenarioError(f"{path} is no file of at most {LARGEST} bytes; name the scenario's TOML file")
        with open(path, "rb") as stream:  # noqa: PTH123
            return tomllib.loads(stream.read(LARGEST + 1).decode())
    except OSError as problem:
        raise ScenarioError(f"{path}: {problem.strerror}; name a file or one of: hsmshell lab scenarios") from None
    except RecursionError:
        raise ScenarioError(f"{path} has too many brackets in one another; correct that line and try again") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ScenarioError(f"{path} is not TOML ({problem}); correct that line and try again") from None
