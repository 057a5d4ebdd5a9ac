"""The golden transcripts of cmu, lunash and vtl as a whole: every command succeeds in one, and fails in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.cmu import program as cmu
from commands.lunash import program as lunash
from commands.vtl import program as vtl
from hsmshell.grammar import AmbiguousName, UnknownName, resolve
from hsmshell.transcript.log import Section, parse

FOLDER = Path(__file__).parent.parent / "transcripts"
APPLIANCE = re.compile(r"\[[^]]*\] lunash:>(.*)")
SHELL = re.compile(r"[$#] (.*)")


class Run(NamedTuple):
    """One command as it was written, and what it printed."""

    words: tuple[str, ...]
    text: str


def sections(tool: str) -> Iterator[Section]:
    for path in sorted(FOLDER.glob("*/*.transcript")):
        for section in parse(path.read_text("utf-8"), str(path)).sections:
            if section.tool == tool:
                yield section


def one_shot(tool: str) -> list[Run]:
    """The runs of a tool whose arguments are the command, by itself and in a shell."""
    alone = [Run(one.arguments, "\n".join(line.text for line in one.lines)) for one in sections(tool)]
    lines = [run for shell in ("shell", "terminal") for run in typed(shell, SHELL)]
    return alone + [Run(run.words[1:], run.text) for run in lines if run.words[:1] == (tool,)]


def typed(tool: str, pattern: re.Pattern[str]) -> list[Run]:
    """The commands that were typed into a tool behind such a prompt."""
    found: list[Run] = []
    for section in sections(tool):
        for line in section.lines:
            if prompt := pattern.fullmatch(line.text):
                found.append(Run(tuple(prompt.group(1).split()), ""))
            elif found:
                found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{line.text}")
    return found


CMU, VTL, LUNASH = one_shot("cmu"), one_shot("vtl"), typed("lunash", APPLIANCE)
ERROR = re.compile(r"^Error: ", re.MULTILINE)


def cmu_runs(name: str) -> list[Run]:
    return [run for run in CMU if run.words and _names(run.words[0], name, cmu.BY_NAME)]


def vtl_runs(name: str) -> list[Run]:
    group, _, command = name.rpartition(" ")
    names = vtl.GROUPS if group else vtl.TOP
    place = 1 if group else 0
    return [
        run
        for run in VTL
        if len(run.words) > place
        and (run.words[0].lower() == group.lower() or not group)
        and _names(run.words[place], command, names)
    ]


def lunash_runs(name: str) -> list[Run]:
    count = len(name.split())
    return [run for run in LUNASH if " ".join(run.words[:count]) == name]


def _names(word: str, name: str, names: object) -> bool:
    assert isinstance(names, dict)
    try:
        return resolve(word, names, fold=True) == name
    except (UnknownName, AmbiguousName):
        return False


CMU_NEVER_SUCCEED = {"getpkc", "verifypkc", "verifyhsm"}
"""They would have to prove what a simulator cannot."""
CMU_NEVER_FAIL: set[str] = set()


@pytest.mark.parametrize("name", sorted(set(cmu.BY_NAME) - CMU_NEVER_SUCCEED))
def test_every_function_of_cmu_succeeds(name: str) -> None:
    assert any(not ERROR.search(run.text) for run in cmu_runs(name))


@pytest.mark.parametrize("name", sorted(set(cmu.BY_NAME) - CMU_NEVER_FAIL))
def test_every_function_of_cmu_fails(name: str) -> None:
    assert any(ERROR.search(run.text) for run in cmu_runs(name))


VTL_NAMES = [*vtl.TOP, *(f"{vtl.HA_ADMIN} {name}" for name in vtl.GROUPS)]
VTL_NEVER_FAIL = {f"{vtl.HA_ADMIN} show"}


@pytest.mark.parametrize("name", VTL_NAMES)
def test_every_command_of_vtl_succeeds(name: str) -> None:
    assert any(not ERROR.search(run.text) for run in vtl_runs(name))


@pytest.mark.parametrize("name", [name for name in VTL_NAMES if name not in VTL_NEVER_FAIL])
def test_every_command_of_vtl_fails(name: str) -> None:
    assert any(ERROR.search(run.text) or "No Luna SA" in run.text for run in vtl_runs(name))


LUNASH_NAMES = [command.name for command in lunash.COMMANDS]
LUNASH_NEVER_FAIL = {"exit", "help", "hsm show", "hsm logout", "partition list", "syslog list", "my file list"} | {
    "my public-key list", "syslog rotate", "hsm showPolicies"
}  # fmt: skip
"""What they do needs no login and can always be done."""


@pytest.mark.parametrize("name", [name for name in LUNASH_NAMES if name != "exit"])
def test_every_command_of_lunash_succeeds(name: str) -> None:
    assert any("Command Result : 0 (Success)" in run.text for run in lunash_runs(name))


@pytest.mark.parametrize("name", [name for name in LUNASH_NAMES if name not in LUNASH_NEVER_FAIL])
def test_every_command_of_lunash_fails(name: str) -> None:
    assert any("Command Result : 65535 (Luna Shell execution)" in run.text for run in lunash_runs(name))
