"""The golden transcripts and the shipped procedures, each replayed on a lab of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.transcript.host_commands import missing_programs
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, Report, replay
from tests.conftest import pooled_services

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "transcripts").rglob("*.transcript"))
PROCEDURES = sorted((ROOT / "hsmshell" / "rehearsal" / "procedures").glob("*.md"))
LABS = LabCopies(pooled_services())


def told(report: Report) -> str:
    lines = [f"{report.path}:{finding.line}: {finding.message}" for finding in report.findings]
    for exchange in report.exchanges:
        if not exchange.same:
            lines += [f"{report.path}:{exchange.line}: {exchange.typed}", *exchange.difference]
    return "\n".join(lines)


@pytest.mark.parametrize("path", [*GOLDEN, *PROCEDURES], ids=lambda path: str(path.relative_to(ROOT)))
def test_replays_as_written(path: Path, judge: Callable[[str], str]) -> None:
    document = parse(path.read_text("utf-8"), str(path))
    for program in missing_programs(line.text for section in document.sections for line in section.lines):
        judge(program)
    report = replay(document, LABS)
    assert told(report) == ""
    assert len(report.exchanges) > 1


@pytest.mark.parametrize(
    "tool", ["key_mgmt_util", "cloudhsm_mgmt_util", "ckdemo", "cmu", "document", "configure", "cloudhsm_client"]
)
def test_every_tool_and_the_document_have_transcripts(tool: str) -> None:
    assert [path for path in GOLDEN if path.parent.name == tool]
