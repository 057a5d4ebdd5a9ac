"""The golden transcripts and the shipped procedures: the plugin replays them; that they are there is seen to here."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsmshell.transcript.headings import is_procedure

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "transcripts").rglob("*.transcript"))
PROCEDURES = sorted((ROOT / "hsmshell" / "rehearsal" / "procedures").glob("*.md"))


@pytest.mark.parametrize(
    "tool", ["key_mgmt_util", "cloudhsm_mgmt_util", "ckdemo", "cmu", "document", "configure", "cloudhsm_client"]
)
def test_every_tool_and_the_document_have_transcripts(tool: str) -> None:
    assert [path for path in GOLDEN if path.parent.name == tool]


def test_they_are_collected(request: pytest.FixtureRequest) -> None:
    assert request.config.pluginmanager.has_plugin("hsmshell"), "install again: pip install -e '.[test]'"
    collected = {str(path) for path in request.config.getini("testpaths")}
    for path in [*GOLDEN, *PROCEDURES]:
        assert any(path.is_relative_to(ROOT / folder) for folder in collected)


@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.name)
def test_every_shipped_procedure_is_one_to_the_plugin(path: Path) -> None:
    assert is_procedure(path.read_text("utf-8"))
