"""The guide's procedures from end to end, with real openssl between the tool's lines; see their logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import Services

from .conftest import pooled_rsa
from .terminal import FOLDER, Terminal, differences

SCENARIOS = {
    "activation": "new-cluster",
    "outage": "outage",
    "quorum": "migration",
    "second-factor": "migration",
}


def test_every_log_is_played() -> None:
    assert {path.stem for path in FOLDER.glob("*.log")} == set(SCENARIOS)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_procedure_goes_as_its_log_shows(name: str, tmp_path: Path, judge: Callable[[str], str]) -> None:
    judge("openssl")
    services = Services(rsa_key=pooled_rsa)
    create_lab(str(tmp_path / "lab"), SCENARIOS[name], services=services).close()
    log = FOLDER / f"{name}.log"
    terminal = Terminal(log.read_text("utf-8").splitlines(), tmp_path, services)
    terminal.play()
    assert differences(log, terminal) == []
