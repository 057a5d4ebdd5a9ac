"""``hsmshell replay``: exit codes, reports, JSON."""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from hsmshell.cli.main import main
from hsmshell.engine.scenario import create_lab, shipped
from hsmshell.transcript.log import Document
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.runner import Report
from tests.conftest import pooled_services

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


def test_passing_exchanges_are_folded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.transcript"
    file.write_text(BAD)
    assert main(["replay", str(file)]) == 1
    first, second, *_, last, _ = capsys.readouterr().out.splitlines()
    assert first == f"{file}: 1 exchange passed"
    assert second.startswith(f"{file}:3: ")
    assert last == "  1 exchange passed"


def test_several_files_end_with_a_table_and_verbose_tells_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "a.transcript", tmp_path / "b.transcript"
    good.write_text(GOOD)
    bad.write_text(BAD)
    assert main(["replay", "-v", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{good}: 3 exchanges passed"
    header, _, *rows, _, last = lines[lines.index("") + 1 :]
    assert header.split() == ["file", "exchanges", "mismatches", "result"]
    assert [row.split() for row in rows] == [[str(good), "3", "0", "passed"], [str(bad), "3", "1", "failed"]]
    assert last == "2 transcripts, 6 exchanges, 1 mismatch"


@pytest.mark.parametrize("flag", ["-x", "--fail-fast"])
def test_it_can_stop_after_the_first_file_that_fails(
    flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.transcript").write_text(BAD)
    (tmp_path / "b.transcript").write_text(BAD)
    assert main(["replay", flag, str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("1 transcript, 3 exchanges, 1 mismatch\n")


RUNBOOK = """# Runbook

## First: & <look>

```console
#: tool key_mgmt_util
...
Command:  Error2String -r 0xdb
\tError Code db maps to HSM Error: Invalid User Type.
```

## Second

```console
Command:  Error2String -r 0xdb
\tError Code \x1b\x01\ufffe bd maps to HSM Error: Invalid User Type.
Command:  exit
```
"""


def test_junit_has_a_suite_for_a_file_and_a_case_for_a_heading(tmp_path: Path) -> None:
    (tmp_path / "a.transcript").write_text(GOOD)
    (tmp_path / "b.md").write_text(RUNBOOK)
    assert main(["replay", "--junit", str(tmp_path / "out.xml"), str(tmp_path)]) == 1
    good, bad = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (good.get("tests"), good.get("failures")) == ("1", "0")
    assert (bad.get("name"), bad.get("tests"), bad.get("failures")) == (str(tmp_path / "b.md"), "2", "1")
    first, second = bad
    assert (first.get("name"), first.get("line"), len(first)) == ("First: & <look>", "3", 0)
    assert (second.get("name"), second.get("line")) == ("Second", "12")
    failure = second[0]
    assert failure.get("message") == f"{tmp_path / 'b.md'}:15: 1 mismatch"
    assert "  -\tError Code \\ufffe bd maps" in (failure.text or "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.transcript", "b.md", "out.xml"]


def test_junit_on_stdout_is_alone_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.transcript").write_text(BAD)
    assert main(["replay", "--junit", "-", str(tmp_path)]) == 1
    (suite,) = ElementTree.fromstring(capsys.readouterr().out.encode())
    assert suite.get("failures") == "1"
    assert main(["replay", "--json", "--junit", "-", str(tmp_path)]) == 2
    assert main(["replay", "--junit", str(tmp_path / "no" / "folder.xml"), str(tmp_path)]) == 2
    assert "name a file that can be written" in capsys.readouterr().err


def test_json_tells_of_the_sections(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.md").write_text(RUNBOOK)
    assert main(["replay", "--json", str(tmp_path)]) == 1
    (entry,) = json.loads(capsys.readouterr().out)["transcripts"]
    assert entry["complete"] is True
    assert entry["sections"] == [
        {"name": "First: & <look>", "line": 3, "exchanges": 2, "mismatches": 0},
        {"name": "Second", "line": 12, "exchanges": 2, "mismatches": 1},
    ]


STOPPED = "#: tool key_mgmt_util\n...\nLIQUIDSECURITY: Daemon socket connection error\n...\n"
"""Passes where the client daemon does not run, as in the scenario client-stopped."""


def test_a_file_that_names_no_scenario_starts_in_the_lab_of_the_option(tmp_path: Path) -> None:
    file = tmp_path / "x.transcript"
    file.write_text(STOPPED)
    scenario = next(one.path for one in shipped() if one.name == "client-stopped")
    lab = tmp_path / "lab"
    create_lab(str(lab), "client-stopped", services=pooled_services()).close()
    assert main(["replay", str(file)]) == 1
    for wish in ("client-stopped", scenario, str(lab)):
        assert main(["replay", "--lab", wish, str(file)]) == 0
    file.write_text(f"#: lab migration\n{STOPPED}")
    assert main(["replay", "--lab", "client-stopped", str(file)]) == 1


def test_a_lab_that_is_copied_stays_as_it_is(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    create_lab(str(lab), services=pooled_services()).close()
    file = tmp_path / "x.transcript"
    deleted = "# cmu delete -slot=1 -handle=120 -force -password=password\n# cmu list -slot=1 -password=password\n"
    file.write_text(f"$ ssh luna-client\n{deleted}...\n# exit\n$ exit\n")
    assert main(["replay", "--lab", str(lab), str(file)]) == 0
    file.write_text("#: tool cmu\n#: args list -slot=1 -password=password\nhandle=120\tlabel=Generated AES Key\n...\n")
    assert main(["replay", "--lab", str(lab), str(file)]) == 0


def test_the_front_matter_of_a_procedure_names_its_scenario(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text(f"---\nscenario: client-stopped\n---\n```console\n{STOPPED}```\n")
    assert main(["replay", str(file)]) == 0


def test_the_shell_is_allowed_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def replay(document: Document, labs: object, **options: object) -> Report:
        asked.append(options["allow_shell"])
        return Report(document.path, (), ())

    monkeypatch.setattr("hsmshell.transcript.runner.replay", replay)
    (tmp_path / "x.transcript").write_text(GOOD)
    assert main(["replay", str(tmp_path)]) == main(["replay", "--allow-shell", str(tmp_path)]) == 0
    assert asked == [False, True]


def interrupt_at(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C when so many exchanges have ended."""
    original = LogConsole._settle
    left = itertools.count(count, -1)

    def settle(console: LogConsole, *words: Any) -> None:
        original(console, *words)
        if next(left) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(LogConsole, "_settle", settle)


def test_interrupted_it_tells_of_what_was_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.transcript").write_text(BAD)
    (tmp_path / "b.md").write_text(RUNBOOK)
    (tmp_path / "c.transcript").write_text(GOOD)
    interrupt_at(5, monkeypatch)
    assert main(["replay", "--junit", str(tmp_path / "out.xml"), str(tmp_path)]) == 130
    out, err = capsys.readouterr()
    assert "a.transcript:3: " in out
    assert "interrupted" in out
    assert out.endswith("2 transcripts, 5 exchanges, 1 mismatch\n")
    place = f"{tmp_path / 'b.md'}:8"
    assert err == (
        f"hsmshell: interrupted at {place}, file 2 of 3; replay this one again with: hsmshell replay {place[:-2]}\n"
    )
    _, second = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert [(case.get("name"), len(case)) for case in second] == [("First: & <look>", 0)]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_interrupted_before_the_first_exchange(
    form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*words: object, **options: object) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr("hsmshell.transcript.runner.replay", press)
    (tmp_path / "a.transcript").write_text(GOOD)
    assert main(["replay", *form, str(tmp_path)]) == 130
    assert "interrupted at" in capsys.readouterr().err


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "term", "shown"), [([], "xterm", True), (["--json"], "xterm", False), ([], "dumb", False)]
)
def test_on_a_terminal_one_line_tells_how_far_it_is(
    words: list[str], term: str, shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    file = tmp_path / "a.transcript"
    file.write_text(GOOD.replace("Command:  exit", "Command:  Error2String -r 0\n...\n" * 99 + "Command:  exit"))
    assert main(["replay", *words, str(file), str(file)]) == 0
    line = f"\r\x1b[K1 of 2  {file}"
    assert screen.getvalue().startswith(f"{line}{line}  100 exchanges\r\x1b[K\r\x1b[K2 of 2  ") is shown
    assert (screen.getvalue() == "") is not shown


@pytest.mark.parametrize(
    "words", [["replay"], ["replay", "nothing.transcript"], ["replay", "--lab", "nowhere", "tests"]]
)
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


def test_a_file_of_a_folder_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.transcript").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.transcript").write_text(GOOD)
    assert main(["replay", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "a.transcript:1: No such file or directory; make it readable, or take it out of the folder\n" in out
    assert out.endswith("2 transcripts, 3 exchanges, 1 mismatch\n")
