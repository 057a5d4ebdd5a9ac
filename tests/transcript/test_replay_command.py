"""``hsmshell replay``: exit codes, reports, JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsmshell.cli.main import main

GOOD = (
    "#: tool key_mgmt_util\n...\nCommand:  Error2String -r 0xdb\n\n"
    "\tError Code db maps to HSM Error: Invalid User Type.\n\nCommand:  exit\n"
)
BAD = GOOD.replace("Code db", "Code bd")


def test_green_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.transcript").write_text(GOOD)
    assert main(["replay", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 transcript, 3 exchanges, 0 mismatches\n"


def test_a_mismatch_is_one_with_file_line_and_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.transcript"
    file.write_text(BAD)
    assert main(["replay", str(file)]) == 1
    out = capsys.readouterr().out
    assert f"{file}:3: Command:  Error2String -r 0xdb\n" in out
    assert "  -\tError Code bd maps" in out
    assert "  +\tError Code db maps" in out
    assert out.endswith("1 transcript, 3 exchanges, 1 mismatch\n")


def test_exact_can_be_asked_for_and_a_directive_wins(tmp_path: Path) -> None:
    file = tmp_path / "x.transcript"
    file.write_text(GOOD.replace("\tError Code", "Error Code"))
    assert main(["replay", str(file)]) == 0
    assert main(["replay", "--match", "exact", str(file)]) == 1
    file.write_text("#: match fold\n" + file.read_text())
    assert main(["replay", "--match", "exact", str(file)]) == 0


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.transcript").write_text(GOOD)
    (tmp_path / "b.transcript").write_text(BAD)
    assert main(["replay", "--json", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["mismatches"] == 1
    assert [entry["exchanges"] for entry in document["transcripts"]] == [3, 3]
    assert document["transcripts"][1]["mismatches"][0]["line"] == 3


@pytest.mark.parametrize("words", [["replay"], ["replay", "nothing.transcript"], ["replay", "--update", "x"]])
def test_wrong_usage_is_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err


def test_a_folder_without_transcripts_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.md").write_text("no blocks\n")
    assert main(["replay", str(tmp_path)]) == 2
    assert "there is no transcript in" in capsys.readouterr().err


def test_an_unknown_scenario_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.transcript").write_text("#: lab nowhere\n$ ls\n")
    assert main(["replay", str(tmp_path)]) == 1
    assert "there is no scenario named nowhere" in capsys.readouterr().out


def test_control_characters_of_a_log_are_shown_not_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.transcript").write_text("#: tool key_mgmt_util\n#: match exact\n\x1b[2Jx\nCommand:  exit\n")
    assert main(["replay", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\x1b[2Jx" in out


def test_a_replay_leaves_no_lab_and_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HSMSHELL_LAB", str(tmp_path / "lab"))
    (tmp_path / "x.transcript").write_text(GOOD)
    assert main(["replay", "x.transcript"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.transcript"]


@pytest.mark.parametrize(("words", "folder"), [(["replay"], "hsmshell-replay-"), (["rehearse", "--auto"], "hsmshell-")])
def test_told_to_terminate_it_removes_what_is_temporary(tmp_path: Path, words: list[str], folder: str) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    file = tmp_path / "long.md"
    typed = "Command:  Error2String -r 0xdb\n...\n" * 30_000
    file.write_text(f"```console\n#: tool key_mgmt_util\n...\n{typed}```\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "hsmshell", *words, str(file)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not list(temporary.glob(f"{folder}*")) and process.poll() is None:
            time.sleep(0.01)
        assert list(temporary.iterdir())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    finally:
        process.kill()
        process.wait()
    assert not list(temporary.iterdir())
