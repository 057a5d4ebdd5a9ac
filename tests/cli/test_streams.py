"""Full or closed standard streams: a sentence or silence, a code of the contract, and what was done stands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.cli.running import COMMAND, environment

LOGIN = "singlecmd loginHSM -u CU -s crypto_user -p user1234"


def shell(line: str, tmp_path: Path, lab_directory: Path) -> subprocess.CompletedProcess[str]:
    """A line of a real shell; ``$H`` is our command."""
    command = " ".join(COMMAND)
    return subprocess.run(
        ["sh", "-c", f'H="{command} --lab {lab_directory}"; {line}'],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    "words", ["lab show", "--version", "rehearse migration --auto", "ckdemo", f"key_mgmt_util {LOGIN} findKey"]
)
def test_a_full_disk_behind_stdout(words: str, tmp_path: Path, lab_directory: Path) -> None:
    line = f"{' '.join(COMMAND)} {words} >/dev/full" if "rehearse" in words else f"$H {words} >/dev/full"
    ran = shell(line, tmp_path, lab_directory)
    assert ran.returncode == 1
    assert ran.stderr == (
        "hsmshell: No space left on device; what was acknowledged before stands, see: hsmshell lab show\n"
    )


def test_what_was_made_before_the_disk_was_full_is_there(tmp_path: Path, lab_directory: Path) -> None:
    shell(f"$H key_mgmt_util {LOGIN} genSymKey -t 31 -s 32 -l ghost >/dev/full", tmp_path, lab_directory)
    lab = Lab.open(str(lab_directory))
    node = lab.cluster().nodes()[0]
    with lab.store.reading():
        assert [item.label for item in lab.store.objects(node.id)] == ["ghost"]
    lab.close()


@pytest.mark.parametrize("tool", ["", "ckdemo", "key_mgmt_util", "cloudhsm_mgmt_util", "lab show"])
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(tool: str, closed: str, tmp_path: Path, lab_directory: Path) -> None:
    ran = shell(f"$H {tool} {closed}", tmp_path, lab_directory)
    assert ran.returncode == 0
    assert ran.stderr == ""


def test_wrong_usage_keeps_its_code_without_stderr(tmp_path: Path, lab_directory: Path) -> None:
    assert shell("$H badverb 2>&-", tmp_path, lab_directory).returncode == 2
