"""``--update`` rewrites what differs and nothing else; ``--update=create`` makes a transcript of what is typed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.cli.main import main
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, replay
from hsmshell.transcript.update import patch, updated
from tests.conftest import pooled_services
from tests.transcript.test_mutations import PATHS, golden, other_digit

LABS = LabCopies(pooled_services())

LOG = """\
#: tool key_mgmt_util
#: match {match}
...
Command:  loginHSM -u CU -s crypto_user -p user1234

\tCfm3LoginHSM returned: 0x00 : HSM Return: SUCCESS
...
Command:  genSymKey -t 31 -s 32 -l old

\tCfm3GenerateSymmetricKey returned: 0x00 : HSM Return: SUCCESS

\tSymmetric Key Created.  Key Handle: 900

\tCluster Error Status
\tNode id 0 and err state 0x00000000 : HSM Return: SUCCESS
\tNode id 1 and err state 0x00000000 : HSM Return: SUCCESS

Command:  findKey -l old

Total number of keys present 1

 number of keys matched from start index 0::0
900
...
Command:  exit
"""


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def update(text: str, path: str = "x.transcript") -> str:
    return updated(text, replay(parse(text, path), LABS))


@pytest.mark.parametrize("match", ["fold", "exact"])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (
            "\tCfm3LoginHSM returned: 0x00 : HSM Return: SUCCESS\n",
            "\tCfm3LoginHSM returned: 0x01 : HSM Return: SUCCESS\n",
        ),
        ("\tNode id 1 and err state 0x00000000 : HSM Return: SUCCESS\n", ""),
        ("Total number of keys present 1\n", "Total number of keys present 7\nand another line\n"),
        ("\tCluster Error Status\n", "\tsomething that never came\n\tCluster Error Status\n"),
    ],
)
def test_what_differs_is_rewritten_and_nothing_else(match: str, good: str, bad: str) -> None:
    log = LOG.format(match=match)
    assert update(log) == log
    assert good in log
    assert update(log.replace(good, bad)) == log


def test_the_authors_own_names_stay() -> None:
    log = LOG.format(match="fold").replace("900", "262150")
    assert update(log.replace("present 1", "present 2")) == log


def test_prose_indentation_and_line_ends_stay() -> None:
    block = "".join(f"   {line}".rstrip() + "\n" for line in LOG.format(match="fold").splitlines())
    text = f"# A runbook\n\n1. Log in:\n\n   ```console\n{block}   ```\n\nAnd then `...` some prose.\n".replace(
        "\n", "\r\n"
    )
    assert update(text, "x.md") == text
    assert update(text.replace("present 1\r", "present 2\r"), "x.md") == text


def test_a_line_that_would_be_read_as_an_elision_is_put_in_so_that_it_is_not() -> None:
    log = "#: tool terminal\n$ printf '...\\n#: x\\n'\nother\n"
    new = update(log)
    assert replay(parse(new, "x.transcript"), LABS).mismatches == 0
    assert "other" not in new


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoilt_golden_transcript_is_mended(data: st.DataObject) -> None:
    one = golden(data.draw(st.sampled_from(PATHS)))
    checked = [place for place in one.digits if place.kind is None and not place.typed]
    if not checked:
        return
    place = data.draw(st.sampled_from(checked))
    changed = one.with_text({place: other_digit(one.text(place), 0)})
    report = one.replayed(changed)
    mended = updated(changed, report)
    assert one.replayed(mended).mismatches == 0
    gone = [line for line in list(patch("x", changed, mended))[2:] if line.startswith("-")]
    assert gone == [f"-{changed.split(chr(10))[place.line - 1]}"]


def test_the_command_shows_the_patch_writes_and_is_then_green(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.transcript"
    file.write_text(LOG.format(match="fold").replace("present 1", "present 2"))
    os.chmod(file, 0o640)
    assert main(["replay", "--update", str(file)]) == 0
    out = capsys.readouterr().out
    assert "-Total number of keys present 2\n+Total number of keys present 1\n" in out
    assert file.read_text() == LOG.format(match="fold")
    assert file.stat().st_mode & 0o777 == 0o640
    assert main(["replay", "--update", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_what_only_the_author_can_mend_is_left_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.transcript"
    log = LOG.format(match="fold") + "Command:  never typed\n"
    file.write_text(f"#: tol x\n{log}")
    assert main(["replay", "--update", str(file)]) == 1
    assert "1 left, which only you can mend" in capsys.readouterr().out
    assert "never typed" not in file.read_text()


@pytest.mark.parametrize("option", ["--update", "--update=create"])
@pytest.mark.parametrize("value", ["true", "1"])
def test_nothing_is_rewritten_under_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    monkeypatch.setenv("CI", value)
    file = tmp_path / "x.transcript"
    bad = LOG.format(match="fold").replace("present 1", "present 2")
    file.write_text(bad)
    assert main(["replay", option, str(file)]) == 2
    assert "refused where CI is set" in capsys.readouterr().err
    assert file.read_text() == bad


@pytest.mark.parametrize(
    ("data", "reason"),
    [(LOG.format(match="fold").encode("utf-16"), "no UTF-8 text"), (b"a\0b\n", "x.transcript:1: ")],
)
def test_what_cannot_be_written_as_it_was_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, reason: str
) -> None:
    file = tmp_path / "x.transcript"
    file.write_bytes(data)
    assert main(["replay", "--update", str(file)]) == 2
    assert reason in capsys.readouterr().err
    assert file.read_bytes() == data


TYPED = """\
#: tool key_mgmt_util
loginHSM -u CU -s crypto_user -p user1234

genSymKey -t 31 -s 32 -l made
<enter>
exit

#: tool cloudhsm_mgmt_util
#: secret admin1234
loginHSM CO admin -hpswd
createUser CU carol carol1234
y
quit
"""


def test_a_list_of_typed_lines_becomes_a_transcript_that_replays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "typed.txt").write_text(TYPED)
    assert main(["replay", "--update=create", str(tmp_path / "typed.txt")]) == 0
    made = (tmp_path / "typed.transcript").read_text()
    assert made.startswith("#: tool key_mgmt_util\nCfm3Initialize() returned app id")
    assert "\tSymmetric Key Created.  Key Handle: 407\n" in made
    assert "\n\n#: tool cloudhsm_mgmt_util\n#: secret admin1234\nIgnoring E2E" in made
    assert "Do you want to continue(y/n)?y\n" in made
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "typed.transcript")]) == 0
    assert main(["replay", "--match", "exact", str(tmp_path / "typed.transcript")]) == 0
    assert main(["replay", "--update=create", str(tmp_path / "typed.txt")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "typed.transcript").read_text() == made


def test_a_list_may_become_its_own_transcript(tmp_path: Path) -> None:
    file = tmp_path / "x.transcript"
    file.write_text("#: tool key_mgmt_util\nError2String -r 0xdb\nexit\n")
    assert main(["replay", "--update=create", str(file)]) == 0
    assert "Error Code db maps to HSM Error: Invalid User Type." in file.read_text()
    assert main(["replay", str(file)]) == 0


def test_lines_that_are_never_asked_for_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.txt").write_text("#: tool key_mgmt_util\nexit\nfindKey\n")
    assert main(["replay", "--update=create", str(tmp_path / "x.txt")]) == 1
    assert "the tool ended before 'findKey' was typed" in capsys.readouterr().out
    assert not (tmp_path / "x.transcript").exists()


@pytest.mark.parametrize("others", [["--json"], ["--junit", "-"], ["--update", "--update=create"]])
def test_an_update_stands_alone(tmp_path: Path, others: list[str]) -> None:
    (tmp_path / "x.transcript").write_text(LOG.format(match="fold"))
    assert main(["replay", "--update", *others, str(tmp_path)]) == 2


def test_a_patch_of_lines_that_come_often_shows_what_changed_and_no_more() -> None:
    old = "\n".join(["", "Status: good", "", "choice"] * 100)
    lines = old.split("\n")
    lines[201:202] = ["Status: bad"]
    shown = [line for line in list(patch("x", old, "\n".join(lines)))[2:] if line[:1] in "+-"]
    assert shown == ["-Status: good", "+Status: bad"]
