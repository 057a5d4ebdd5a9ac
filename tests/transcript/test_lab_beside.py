"""A log's scenario file lies beside the log, or where the person is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hsmshell.engine.scenario import DEFAULT, shipped
from hsmshell.transcript.log import parse


def test_a_scenario_is_looked_for_beside_the_log_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    document = parse("#: lab own.toml\n#: tool vtl\n", os.path.join("logs", "a.transcript"))
    assert document.scenario == "own.toml"
    (folder / "own.toml").write_text(Path(shipped()[0].path).read_text())
    assert document.scenario == os.path.join("logs", "own.toml")


def test_a_name_is_a_shipped_scenarios() -> None:
    assert parse("#: lab outage\n", "a.transcript").scenario == "outage"
    assert parse("#: tool vtl\n", "a.transcript").scenario == DEFAULT
