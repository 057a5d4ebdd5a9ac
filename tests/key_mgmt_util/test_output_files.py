"""Files that commands write: none on failure, and in a whole run exactly what was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single

SETUP = [LOGIN, "genSymKey -t 31 -s 32 -l kek", "genRSAKeyPair -m 2048 -e 65537 -l rsa", "genSymKey -t 21 -s 24 -l des"]
FAILING = [
    "wrapKey -k 410 -w 410 -out out -m 4",
    "wrapKey -k 410 -w 407 -out out -m 10 -noheader -iv_file out2 -aad nothing",
    "wrapKey -k 99 -w 407 -out out -m 10 -noheader -iv_file out2",
    "wrapKey -k 410 -w 407 -out no/out -m 10 -noheader -iv_file out2",
    "wrapKey -k 410 -w 407 -out out -m 10 -noheader -iv_file no/out2",
    "exSymKey -k 408 -w 407 -out out",
    "exSymKey -k 410 -w 410 -out out",
    "exportPrivateKey -k 410 -w 407 -out out",
    "exportPrivateKey -k 409 -w 410 -out out",
    "exportPubKey -k 409 -out out",
    "getAttribute -o 99 -a 512 -out out",
    "getAttribute -o 407 -a 288 -out out",
    "extractMaskedObject -o 99 -out out",
    "sign -f data -k 408 -m 1 -out out",
    "sign -f data -k 409 -m 17 -out out",
    "sign -f nothing -k 409 -m 1 -out out",
    "getCaviumPrivKey -k 407 -out out",
    "getCert -f out -s 3",
    "aesWrapUnwrap -m 1 -f nothing -w 407 -out out",
]
WRITING = [
    ("wrapKey -k 410 -w 407 -out {} -m 4", 1),
    ("wrapKey -k 410 -w 407 -out {} -m 10 -noheader -iv_file iv", 2),
    ("exSymKey -k 410 -w 407 -out {}", 1),
    ("exportPrivateKey -k 409 -w 407 -out {}", 1),
    ("exportPubKey -k 408 -out {}", 1),
    ("getAttribute -o 407 -a 512 -out {}", 1),
    ("extractMaskedObject -o 407 -out {}", 1),
    ("sign -f data -k 409 -m 1 -out {}", 1),
    ("getCaviumPrivKey -k 409 -out {}", 1),
    ("getCert -f {} -s 1", 1),
    ("aesWrapUnwrap -m 1 -f data -w 407 -out {}", 1),
]


@pytest.mark.parametrize("command", FAILING)
def test_a_failure_leaves_no_file(lab: Lab, tmp_path: Path, command: str) -> None:
    (tmp_path / "data").write_bytes(b"data")
    before = sorted(os.listdir(tmp_path))
    told = answer(interactive(lab, tmp_path, *SETUP, command), command)
    assert "Error" in told
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(("command", "count"), WRITING)
def test_a_success_writes_what_was_asked_for(lab: Lab, tmp_path: Path, command: str, count: int) -> None:
    (tmp_path / "data").write_bytes(b"data")
    before = set(os.listdir(tmp_path))
    command = command.format("out")
    told = answer(interactive(lab, tmp_path, *SETUP, command), command)
    assert "SUCCESS" in told
    made = set(os.listdir(tmp_path)) - before
    assert "out" in made
    assert len(made) == count


@pytest.mark.parametrize("command", [command for command, _ in WRITING])
def test_a_folder_that_is_not_there(lab: Lab, tmp_path: Path, command: str) -> None:
    (tmp_path / "data").write_bytes(b"data")
    before = sorted(os.listdir(tmp_path))
    command = command.format("no/such/out")
    told = answer(interactive(lab, tmp_path, *SETUP, command), command)
    assert told == "\nError: Failed to write file no/such/out\n"
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("command", [command for command, _ in WRITING])
def test_an_old_file_stays_when_the_command_fails_and_goes_when_it_does_not(
    lab: Lab, tmp_path: Path, command: str
) -> None:
    (tmp_path / "data").write_bytes(b"data")
    (tmp_path / "out").write_bytes(b"old")
    command = command.format("out")
    interactive(lab, tmp_path, command)
    assert (tmp_path / "out").read_bytes() == b"old"
    interactive(lab, tmp_path, *SETUP, command)
    assert (tmp_path / "out").read_bytes() != b"old"


@pytest.mark.parametrize("out", ["./iv", "sub/../iv", "link"])
def test_one_file_under_two_names_is_refused(lab: Lab, tmp_path: Path, out: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("iv")
    ran = interactive(lab, tmp_path, *SETUP, f"wrapKey -k 410 -w 407 -m 10 -noheader -iv_file iv -out {out}")
    assert "Error: Invalid IV file (-iv_file).\n" in ran.text
    assert not (tmp_path / "iv").exists()


def test_a_full_device_leaves_the_other_file_alone(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "iv").write_bytes(b"old iv")
    ran = interactive(lab, tmp_path, *SETUP, "wrapKey -k 410 -w 407 -m 10 -noheader -iv_file iv -out /dev/full")
    assert "Error: Failed to write file /dev/full\n" in ran.text
    assert (tmp_path / "iv").read_bytes() == b"old iv"


def test_both_files_of_a_wrap_are_replaced_or_neither(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "iv").write_bytes(b"old iv")
    (tmp_path / "out").mkdir()
    interactive(lab, tmp_path, *SETUP, "wrapKey -k 410 -w 407 -m 10 -noheader -iv_file iv -out out")
    assert (tmp_path / "iv").read_bytes() == b"old iv"
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize(
    ("setup", "command"),
    [
        ("exportPrivateKey -k 409 -w 407 -out key", "importPrivateKey -f key -l x -w 407"),
        ("exportPubKey -k 408 -out key", "importPubKey -f key -l x"),
        ("exSymKey -k 410 -w 407 -out key", "imSymKey -f key -t 21 -l x -w 407"),
        ("wrapKey -k 410 -w 407 -m 4 -out key", "unWrapKey -f key -w 407 -m 4"),
        ("extractMaskedObject -o 407 -out key", "insertMaskedObject -f key"),
    ],
)
def test_a_run_that_imports_a_key_says_handle_once(lab: Lab, tmp_path: Path, setup: str, command: str) -> None:
    """Scripts take the new key's handle from the one line that has ``Handle:``."""
    interactive(lab, tmp_path, *SETUP, setup)
    ran = single(lab, tmp_path, f"{LOGIN} {command}")
    assert ran.status == 0
    lines = [line for line in ran.text.splitlines() if "Handle:" in line]
    assert len(lines) == 1
    assert lines[0].split()[-1] == "411"
