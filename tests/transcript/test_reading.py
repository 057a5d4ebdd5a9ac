"""Files that are read as logs, and those that are refused with a sentence."""

from __future__ import annotations

import codecs
import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.cli.main import main
from hsmshell.transcript.log import parse
from hsmshell.transcript.reading import LARGEST, LONGEST_LINE, MOST_LINES, Unreadable, read

GOOD = "#: tool key_mgmt_util\n...\nCommand:  exit\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x\r\ny", "x\r\ny"),
        ("é“".encode(), "é“"),
        (codecs.BOM_UTF8 + b"x", "x"),
        ("é\n".encode("utf-16"), "é\n"),
        (codecs.BOM_UTF16_BE + "é\n".encode("utf-16-be"), "é\n"),
        (b"caf\xe9", "caf\udce9"),
        (b"", ""),
        (b"\x1b[1m\x07\b\x0f" * 1_000, "\x1b[1m\x07\b\x0f" * 1_000),
        (b"x\x01y", "x\x01y"),
    ],
)
def test_what_is_read(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "log").write_bytes(data)
    assert read(str(tmp_path / "log")) == text


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"x\0y", 1, "the file is binary, not text; name the log itself"),
        (gzip.compress(b"x", mtime=0), 1, "the file is binary, not text; name the log itself"),
        (b"\x01\x02 text" * 100, 1, "the file is binary, not text; name the log itself"),
        (codecs.BOM_UTF32_LE + "x".encode("utf-32-le"), 1, "the file is binary, not text; name the log itself"),
        (b"x" * LARGEST + b"y", 1, "the file is larger than 16 MiB; cut the log into several files"),
        (b"\n" * (MOST_LINES + 1), 1, "the file has more than 200,000 lines; cut the log into several files"),
        (b"x\n" + b"y" * (LONGEST_LINE + 1), 2,
         "the line has 65,537 characters, more than 65,536; break or shorten it"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    (tmp_path / "log").write_bytes(data)
    with pytest.raises(Unreadable) as refusal:
        read(str(tmp_path / "log"))
    assert (refusal.value.line, str(refusal.value)) == (line, message)


def test_a_pipe_is_no_log_and_nobody_waits_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "x.transcript")
    (tmp_path / "zeros.transcript").symlink_to("/dev/zero")
    assert main(["replay", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count(":1: a pipe or a device is no log; save the log in a file\n") == 2


def test_the_largest_that_is_read(tmp_path: Path) -> None:
    data = (b"y" * (LARGEST // MOST_LINES - 1) + b"\n") * MOST_LINES
    (tmp_path / "log").write_bytes(data)
    assert len(read(str(tmp_path / "log"))) == len(data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "log").write_bytes(data)
    try:
        text = read(str(tmp_path / "log"))
    except Unreadable:
        return
    assert parse(text, "log").sections
    assert parse(text, "log.md").sections


def test_a_refused_file_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.transcript").write_bytes(b"\0")
    (tmp_path / "b.md").write_bytes(b"\0")
    (tmp_path / "c.transcript").write_text(GOOD, "utf-16")
    assert main(["replay", "--json", str(tmp_path)]) == 1
    first, second, third = json.loads(capsys.readouterr().out)["transcripts"]
    finding = {"line": 1, "message": "the file is binary, not text; name the log itself"}
    assert first["findings"] == second["findings"] == [finding]
    assert (third["findings"], third["mismatches"], third["exchanges"]) == ([], [], 2)
