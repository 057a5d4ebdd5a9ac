"""The pytest plugin: transcripts, and Markdown files that are procedures, are tests.

pytest loads this module in every environment where hsmshell is installed; the rest comes with the first file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_MATCHES = ("fold", "exact")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from hsmshell.transcript import pytest_hooks

    pluginmanager.add_hookspecs(pytest_hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hsmshell", "transcripts of HSM tools")
    group.addoption(
        "--transcript-update",
        action="store_true",
        help="rewrite the transcripts' exchanges that differ, and only those",
    )
    parser.addini("hsmshell_lab", "the directory of a lab; transcripts that name no scenario start with a copy of it")
    parser.addini("hsmshell_scenario", "the scenario, by name or TOML file, of transcripts that name none")
    parser.addini("hsmshell_match", "fold or exact: how transcripts are compared that do not say it", default="fold")
    parser.addini("hsmshell_allow_shell", "transcripts may run any command of this host", type="bool", default=False)
    parser.addini(
        "hsmshell_markdown",
        "patterns of Markdown files whose console blocks are replayed though they have no mark of a procedure",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    match = config.getini("hsmshell_match")
    if match not in _MATCHES:
        raise pytest.UsageError(f"hsmshell_match is {match!r}; set it to fold or exact")
    if config.getini("hsmshell_lab") and config.getini("hsmshell_scenario"):
        raise pytest.UsageError("hsmshell_lab and hsmshell_scenario are both set; take one of them away")
    if config.getoption("transcript_update") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--transcript-update writes files and works in one process; leave -n away")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".transcript" or (file_path.suffix == ".md" and _may_be_replayed(file_path)):
        from hsmshell.transcript.pytest_items import collector

        return collector(file_path, parent)
    return None


def _may_be_replayed(path: Path) -> bool:
    """Whether it is worth the imports to look closer."""
    try:
        return b"console" in path.read_bytes()
    except OSError:
        return False
