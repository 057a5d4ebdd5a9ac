"""``hsmshell export``: where it writes, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hsmshell.cli.main import main
from tests.cli.running import is_one_sentence, run

GOOD = (
    "#: tool key_mgmt_util\n...\nCommand:  Error2String -r 0xdb\n\n"
    "\tError Code db maps to HSM Error: Invalid User Type.\n\nCommand:  exit\n"
)
BAD = GOOD.replace("Code db", "Code bd")
BEGINNINGS = {"html": "<!DOCTYPE html>\n", "expect": "#!/usr/bin/env expect\n", "sh": "#!/bin/sh\n"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "x.transcript"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_to_stdout_and_to_a_file(log: Path, tmp_path: Path, kind: str) -> None:
    shown = run(tmp_path, "export", log.name, "--to", kind)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(BEGINNINGS[kind])
    assert "0xdb" in shown.out
    assert run(tmp_path, "export", log.name, "--to", kind, "-o", "-").out == shown.out
    written = run(tmp_path, "export", log.name, "--to", kind, "-o", "out")
    assert written == (0, "", "")
    assert (tmp_path / "out").read_text("utf-8") == shown.out
    assert bool((tmp_path / "out").stat().st_mode & stat.S_IXUSR) == (kind != "html")
    assert sorted(os.listdir(tmp_path)) == ["out", log.name]


def test_a_file_that_is_there_is_replaced_only_by_force(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.write_text("mine")
    assert main(["export", str(log), "--to", "sh", "-o", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert is_one_sentence(said.err)
    assert out.read_text() == "mine"
    assert main(["export", str(log), "--to", "sh", "-o", str(out), "--force"]) == 0
    assert out.read_text().startswith(BEGINNINGS["sh"])


def test_a_log_that_does_not_replay_needs_force(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(BAD)
    out = tmp_path / "out"
    assert main(["export", str(log), "--to", "expect", "-o", str(out)]) == 1
    said = capsys.readouterr()
    assert is_one_sentence(said.err)
    assert "(1 mismatch)" in said.err
    assert f"hsmshell replay {log}" in said.err
    assert not out.exists()
    assert main(["export", str(log), "--to", "expect", "-o", str(out), "--force"]) == 0
    assert is_one_sentence(capsys.readouterr().err)
    assert "0xdb" in out.read_text()
    assert main(["export", str(log), "--to", "html"]) == 0
    assert "Code bd" in capsys.readouterr().out, "a page shows what the log shows"


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_what_is_no_text_is_not_exported(log: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(b"$ ls\n\0\n")
    assert main(["export", str(log), "--to", kind]) == 1
    said = capsys.readouterr()
    assert said == ("", f"hsmshell: {log}:1: the file is binary, not text; name the log itself\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("#: lab nowhere\n$ ls\n", "does not replay as written"),
        ("#: tool nothing\nx\n", "does not replay as written"),
        (
            "$ cat 'x\nhsmshell: a quotation mark is not closed; close it and try again\n$ exit\n",
            "line 1 has a quotation",
        ),
    ],
)
def test_what_cannot_be_a_shell_script(log: Path, capsys: pytest.CaptureFixture[str], text: str, told: str) -> None:
    log.write_text(text)
    assert main(["export", str(log), "--to", "sh"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert is_one_sentence(said.err)
    assert told in said.err


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_what_can_be_no_log_is_refused_with_its_line(log: Path, tmp_path: Path, kind: str) -> None:
    log.write_bytes(b"x\n" + b"y" * 70_000)
    done = run(tmp_path, "export", log.name, "--to", kind)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"hsmshell: {log.name}:2: the line has 70,000 characters")
    assert is_one_sentence(done.err)


def test_the_front_matter_of_a_runbook_names_its_scenario(tmp_path: Path) -> None:
    block = "#: tool cloudhsm_mgmt_util\n...\naws-cloudhsm>quit\n...\n"
    (tmp_path / "x.md").write_text(f"---\nscenario: nowhere\n---\n# One\n```console\n{block}```\n")
    assert run(tmp_path, "export", "x.md", "--to", "sh").code == 1
    (tmp_path / "x.md").write_text(f"---\nscenario: migration\n---\n# One\n```console\n{block}```\n")
    assert run(tmp_path, "export", "x.md", "--to", "sh").code == 0


def test_bytes_that_are_no_text(log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"#: tool key_mgmt_util\n...\nCommand:  findKey -l \xff\xfe\n...\nCommand:  exit\n")
    refused = run(tmp_path, "export", log.name, "--to", "expect")
    assert (refused.code, refused.out) == (1, "")
    assert is_one_sentence(refused.err)
    assert "--to sh" in refused.err
    assert run(tmp_path, "export", log.name, "--to", "sh", "-o", "out").code == 0
    assert b"findKey -l \xff\xfe\n" in (tmp_path / "out").read_bytes()
    assert run(tmp_path, "export", log.name, "--to", "html").code == 0


@pytest.mark.parametrize("words", [[], ["x.transcript"], ["x.transcript", "--to", "pdf"], ["none", "--to", "sh"]])
def test_wrong_usage_is_two(log: Path, tmp_path: Path, words: list[str]) -> None:
    ran = run(tmp_path, "export", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_a_place_where_nothing_can_be_written(log: Path, tmp_path: Path) -> None:
    ran = run(tmp_path, "export", log.name, "--to", "html", "-o", "no/such/folder/x.html")
    assert (ran.code, ran.out) == (1, "")
    assert is_one_sentence(ran.err)


def test_nothing_is_left_behind_and_no_lab_is_made(log: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    ran = run(tmp_path, "export", log.name, "--to", "sh", more={"TMPDIR": str(temporary)})
    assert ran.code == 0
    assert not list(temporary.iterdir())
    assert sorted(os.listdir(tmp_path)) == ["tmp", log.name]
