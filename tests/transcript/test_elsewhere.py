"""A log from another lab: three HSMs, handles from 262150 on, other user ids; replayed on the default one with two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell import registry
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import shipped
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, Report, replay
from tests.conftest import pooled_services

TYPED = {
    "key_mgmt_util": [
        "loginHSM -u CU -s crypto_user -p user1234",
        "genSymKey -t 31 -s 32 -l transport",
        "genRSAKeyPair -m 2048 -e 65537 -l wrapping",
        "findKey",
        "wrapKey -k 262150 -w 262151 -m 7 -noheader -t 3 -out wrapped.bin",
        "unWrapKey -f wrapped.bin -w 262152 -m 7 -noheader -t 3 -l back -kc 4 -kt 31",
        "findKey -l back",
        "deleteKey -k 262150",
        "deleteKey -k 262150",
        "findSingleKey -k 262153",
        "exit",
    ],
    "cloudhsm_mgmt_util": [
        "loginHSM CU crypto_user user1234",
        "shareKey 262153 17 1",
        "y",
        "getKeyInfo 262153",
        "findAllKeys 17 0",
        "getAttribute 262153 371",
        "quit",
    ],
}
LABS = LabCopies(pooled_services())


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The log, as the two tools wrote it there."""
    from hsmshell.engine.scenario import create_lab

    base = tmp_path_factory.mktemp("elsewhere")
    source = next(one.path for one in shipped() if one.name == "migration")
    scenario = Path(source).read_text("utf-8").replace("next_handle = 407", "next_handle = 262150")
    third = '  [[cluster.hsm]]\n  id = "hsm-third000000"\n  address = "10.0.4.13"\n  serial = "3.0A0101-ICM000003"\n\n'
    scenario = scenario.replace("  [[cluster.user]]\n", f"{third}  [[cluster.user]]\n", 1)
    scenario = scenario.replace('id = 4\n  type = "CU"\n  name = "bob"', 'id = 17\n  type = "CU"\n  name = "bob"')
    (base / "own.toml").write_text(scenario)
    lab: Lab = create_lab(str(base / "lab"), str(base / "own.toml"), services=pooled_services())
    sections = []
    try:
        for tool, lines in TYPED.items():
            console = ScriptedConsole(lines)
            registry.load(tool)([], Context(lab, console, Files(str(base))))
            sections.append(f"#: tool {tool}\n{console.text}")
    finally:
        lab.close()
    return "\n".join(sections)


def played(text: str) -> Report:
    return replay(parse(text, "elsewhere.transcript"), LABS)


BINDS = "#: bind node 2 = none\n#: bind 17 = user:bob\n"
NODES = ("Node id 2 ", "server 2(", "server '10.0.4.13'")


def without_third(text: str) -> str:
    """What somebody leaves out by hand: the blocks of the third server."""
    lines = text.split("\n")
    kept: list[str] = []
    skipping = False
    for line in lines:
        third = any(mark in line for mark in NODES) or "server 2(" in line
        if third and line.endswith(":"):
            skipping = True
        elif skipping and (line.startswith(("aws-cloudhsm>", "findAllKeys", "getKeyInfo", "getAttribute"))):
            skipping = False
        if skipping or (third and "Connect" in line):
            continue
        kept.append(line)
    return "\n".join(kept)


def test_it_replays_green_when_the_third_hsm_is_bound_away(elsewhere: str) -> None:
    assert "262153" in elsewhere
    report = played(BINDS + without_third(elsewhere).replace("on 3 nodes", "on 2 nodes"))
    assert [(one.line, one.difference) for one in report.exchanges if not one.same] == []
    assert not report.findings


def test_it_replays_green_when_the_lines_of_the_third_hsm_are_elided(elsewhere: str) -> None:
    text = "\n".join("..." if "Node id 2 " in line else line for line in without_third(elsewhere).split("\n"))
    text = "\n".join("..." if "server 2(" in line and ">" not in line else line for line in text.split("\n"))
    report = played("#: bind 17 = user:bob\n" + text.replace("on 3 nodes", "[..]"))
    assert [(one.line, one.difference) for one in report.exchanges if not one.same] == []
    assert not report.findings


def test_it_is_red_as_it_stands(elsewhere: str) -> None:
    assert played(elsewhere).mismatches


def _change(old: str, new: str, last: bool = False) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return new.join(text.rsplit(old, 1) if last else text.split(old, 1))

    return change


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (_change("deleteKey -k 262150", "deleteKey -k 262159"), "deleteKey -k 262159"),
        (_change("Owned by user 3", "Owned by user 4"), "getKeyInfo"),
        (_change("0x00 : HSM Return: SUCCESS", "0x01 : HSM Return: SUCCESS"), "loginHSM -u"),
        (
            _change("number of keys matched from start index 0::2", "number of keys matched from start index 0::3"),
            "findKey",
        ),
        (
            _change("262153, ", "262154, ")
            if False
            else _change("Key Unwrapped.  Key Handle: 262153", "Key Unwrapped.  Key Handle: 262159"),
            "findKey -l back",
        ),
    ],
    ids=["typed handle", "user id", "return code", "count", "handle"],
)
def test_one_changed_digit_is_red_at_its_line(elsewhere: str, change: Callable[[str], str], line: str) -> None:
    green = BINDS + without_third(elsewhere).replace("on 3 nodes", "on 2 nodes")
    report = played(change(green))
    wrong = [one.typed for one in report.exchanges if not one.same]
    assert wrong
    assert line in wrong[0]


def test_an_unknown_handle_is_told_with_the_line_that_would_solve_it(elsewhere: str) -> None:
    log = "#: tool key_mgmt_util\nCommand:  loginHSM -u CU -s crypto_user -p user1234\n...\nCommand:  deleteKey -k 5\n\n\tok\nCommand:  exit\n"
    (finding,) = played(log).findings
    assert finding.line == 4
    assert finding.message.endswith("if it is older, add: #: bind 5 = label:LABEL")
