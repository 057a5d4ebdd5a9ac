"""The package as a whole: its arrows, its size, and what installing it puts where."""

from __future__ import annotations

import ast
import importlib.metadata
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsmshell import __version__, registry

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted([*ROOT.glob("hsmshell/**/*.py"), *ROOT.glob("commands/**/*.py")])

ROOMS: dict[str, set[str]] = {
    "engine": {"engine"},
    "grammar": {"grammar", "engine"},
    "lexers": {"lexers"},
    "console": {"console", "lexers", "engine"},
    "registry": {"registry", "console", "grammar", "engine"},
    "transcript": {"transcript", "lexers", "registry", "console", "grammar", "engine"},
    "rehearsal": {"rehearsal", "transcript", "registry", "console", "grammar", "engine"},
    "export": {"export", "lexers", "rehearsal", "transcript", "registry", "console", "grammar", "engine"},
    "cli": {"cli", "export", "rehearsal", "transcript", "registry", "console", "grammar", "engine", ""},
    "__main__": {"cli"},
    "": set(),
}
"""Which rooms of hsmshell a room may use; the empty name is the package itself, which has the version."""

SHARED = {path.stem for path in ROOT.glob("commands/*.py")}
"""What belongs to several tools and to none; itself it uses no tool."""

TOOL_ROOMS = {"grammar", "console", "engine"}


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports by name, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """The room of ``hsmshell.room.file``; empty for the package itself and what lies in it directly."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (parts[1] in ROOMS) else ""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_point_down(path: Path) -> None:
    own = name_of(path)
    for imported in imports(path):
        top = imported.split(".")[0]
        if top not in ("hsmshell", "commands"):
            continue
        if own.startswith("commands."):
            tool = own.split(".")[1]
            if top == "commands":
                assert imported == "commands" or imported.split(".")[1] in {tool, *SHARED}, f"{own} imports {imported}"
            else:
                assert imported == "hsmshell" or room(imported) in TOOL_ROOMS, f"{own} imports {imported}"
            continue
        assert top != "commands", f"{own} imports {imported}"
        if imported == "hsmshell":
            continue
        assert room(imported) in ROOMS[room(own)], f"{own} imports {imported}"


def test_every_room_is_known() -> None:
    found = {path.relative_to(ROOT / "hsmshell").parts[0].removesuffix(".py") for path in ROOT.glob("hsmshell/**/*.py")}
    assert found - {"__init__"} <= set(ROOMS)


def test_engine_and_grammar_know_no_tool() -> None:
    words = [name for name, entry in registry.TOOLS.items() if entry.path]
    for path in [*ROOT.glob("hsmshell/grammar/**/*.py"), *ROOT.glob("hsmshell/engine/**/*.py")]:
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not strings & set(words), path


@pytest.mark.parametrize("name", registry.TOOLS)
def test_every_registered_tool_can_be_loaded(name: str) -> None:
    assert callable(registry.load(name))


def test_the_only_command_is_hsmshell() -> None:
    """No script of ours bears an emulated tool's name: installing must never shadow the real one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"hsmshell": "hsmshell.cli.main:main"}
    assert "gui-scripts" not in project
    assert set(project["entry-points"]) <= {"pytest11", "pygments.lexers"}


def test_the_installed_command() -> None:
    try:
        installed = importlib.metadata.distribution("hsmshell")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("hsmshell runs from its source tree and is not installed")
    assert installed.version == __version__
    assert [point.name for point in installed.entry_points if point.group == "console_scripts"] == ["hsmshell"]


def test_data_files_are_where_the_wheel_takes_them_from() -> None:
    assert list(ROOT.glob("hsmshell/engine/scenarios/*.toml"))
    assert (ROOT / "hsmshell" / "py.typed").exists()
    assert (ROOT / "commands" / "py.typed").exists()
