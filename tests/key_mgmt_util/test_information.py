"""getHSMInfo and getPartitionInfo: where their lines come from, and which HSM tells them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands.hsm_info import hsm_info
from commands.return_codes import Code
from hsmshell.console import Generation
from hsmshell.console.values import Kind, Value
from hsmshell.engine.lab import Lab
from tests.engine.driving import set_state
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single

CALLS = {"getHSMInfo": "Cfm3GetHSMInfo", "getPartitionInfo": "Cfm3GetPartitionInfo"}
WIDTHS = {"getHSMInfo": 21, "getPartitionInfo": 28}


def said(text: str) -> dict[str, str]:
    """The lines' labels and values."""
    return {
        label.strip(): value for label, value in re.findall(r"^\t([^:\n]+):(?! )([^:\n]*)$", text, re.MULTILINE)
    }  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("generation", Generation)
def test_nobody_has_to_be_logged_in(lab: Lab, tmp_path: Path, name: str, generation: Generation) -> None:
    ran = single(lab, tmp_path, name, generation=generation)
    assert ran.status == 0
    assert ran.text.endswith(f"\n\n\t{CALLS[name]} returned: 0x00 : HSM Return: SUCCESS\n")


@pytest.mark.parametrize("name", CALLS)
def test_labels_are_padded_to_one_column(lab: Lab, tmp_path: Path, name: str) -> None:
    ran = interactive(lab, tmp_path, name)
    lines = [line for line in answer(ran, name).splitlines() if line and "returned" not in line]
    assert len(lines) > 20
    assert {(line[0], line.index(":")) for line in lines} == {("\t", WIDTHS[name] + 1)}


def test_the_first_hsm_that_is_up_tells(lab: Lab, tmp_path: Path) -> None:
    def told() -> tuple[str, str, str]:
        hsm, partition = (said(single(lab, tmp_path, name).text) for name in CALLS)
        return hsm["Serial Number"], partition["name"], partition["Node ID"]

    assert told() == ("3.0A0101-ICM000001", "hsm-udw0tkfg1ab", "0")
    set_state(lab, 0, "down")
    assert told() == ("3.0A0101-ICM000002", "hsm-lgavqitns2a", "1")


@pytest.mark.parametrize("name", CALLS)
def test_with_none_up_nothing_is_told(lab: Lab, tmp_path: Path, name: str) -> None:
    for number in (0, 1):
        set_state(lab, number, "down")
    ran = interactive(lab, tmp_path, name)
    code = Code.SERVER_UNAVAILABLE
    assert answer(ran, name) == f"\n\t{CALLS[name]} returned: 0x{code.short} : {code.text}\n"
    assert single(lab, tmp_path, name).status == 1


def test_numbers_follow_the_lab(lab: Lab, tmp_path: Path) -> None:
    before = said(single(lab, tmp_path, "getPartitionInfo").text)
    ran = single(lab, tmp_path, f"{LOGIN} genSymKey -t 31 -s 16 -l a genSymKey -t 31 -s 16 -l b -sess getPartitionInfo")
    after = said(ran.text.partition("Command: getPartitionInfo")[2])
    changed = {label: (before[label], after[label]) for label in before if before[label] != after[label]}
    assert changed == {
        "OccupiedTokenKeys": ("0", "1"),
        "OccupiedSessionKeys": ("0", "1"),
        "SessionCount": ("0", "1"),
    }
    cluster, node = lab.cluster(), lab.cluster().nodes()[0]
    officer = cluster.login("CO", "admin", "admin1234", [node]).session
    cluster.create_user(officer, node, "CU", "carol", "password1")
    assert said(single(lab, tmp_path, "getPartitionInfo").text)["AvailableUsers"] == "1019"
    assert before["AvailableUsers"] == "1020"


def test_what_a_transcript_ignores(lab: Lab) -> None:
    """What differs from one HSM to the next, or from day to day, is written as such a value."""
    values = [part for part in hsm_info(lab.cluster().nodes()[0]) if isinstance(part, Value)]
    assert [value.kind for value in values] == [Kind.SERIAL, Kind.VARYING, Kind.VARYING, Kind.SERIAL]
    assert values[0].text == "3.0A0101-ICM000001"
