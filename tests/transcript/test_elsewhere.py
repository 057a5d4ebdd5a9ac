"""A log from another lab: three HSMs, handles from 262150 on, other user ids; replayed on the default one with two."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell import registry
from hsmshell.cli.main import main
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
        "getAttribute 262153 371",
        "logoutHSM",
        "loginHSM CO admin admin1234",
        "findAllKeys 17 0",
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
    scenario = (
        Path(source)
        .read_text("utf-8")
        .replace('id = 4\n  type = "CU"\n  name = "bob"', 'id = 17\n  type = "CU"\n  name = "bob"')
    )
    (base / "own.toml").write_text(scenario)
    create_lab(str(base / "lab"), str(base / "own.toml"), services=pooled_services()).close()
    for verb in (["add-hsm"], ["add-hsm"], ["remove-hsm", "10.0.2.9"]):
        assert main(["--lab", str(base / "lab"), "lab", "cluster", verb[0], "cluster-migration", *verb[1:]]) == 0
    lab = Lab.open(str(base / "lab"), pooled_services())
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


BINDS = """\
#: bind node 1 = 0
#: bind node 2 = 1
#: bind node 3 = none
#: bind server 2 = none
#: bind 17 = user:bob
"""
ELISIONS = """\
#: bind node 1 = 0
#: bind node 2 = 1
#: bind 17 = user:bob
"""


def without_third(text: str) -> str:
    """What a person leaves out: the blocks about the third server, which are more than a line."""
    kept: list[str] = []
    skipping = False
    for line in text.split("\n"):
        if "server 2(" in line and line.endswith(":"):
            skipping = True
        elif line.startswith(("aws-cloudhsm>", "findAllKeys", "getKeyInfo", "getAttribute", "\n")):
            skipping = False
        if not skipping:
            kept.append(line)
    text = "\n".join(kept).replace("on 3 nodes", "on 2 nodes")
    start, _, rest = text.partition("\nConnecting to server '10.0.5.9'")
    return start + rest[rest.index("\naws-cloudhsm>") :]


def test_it_replays_green_when_the_third_hsm_is_bound_away(elsewhere: str) -> None:
    assert "262153" in elsewhere
    report = played(BINDS + without_third(elsewhere))
    assert [(one.line, one.difference) for one in report.exchanges if not one.same] == []
    assert not report.findings


def test_it_replays_green_when_the_lines_of_the_third_hsm_are_left_out(elsewhere: str) -> None:
    third = ("Node id 3 ", "server 2(")
    lines = [line for line in without_third(elsewhere).split("\n") if not any(mark in line for mark in third)]
    report = played(ELISIONS + "\n".join(lines))
    assert [(one.line, one.difference) for one in report.exchanges if not one.same] == []
    assert not report.findings


def test_it_is_red_as_it_stands(elsewhere: str) -> None:
    assert played(elsewhere).mismatches


def _change(old: str, new: str, last: bool = False) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return new.join(text.rsplit(old, 1) if last else text.split(old, 1))

    return change


def _other_digit(pattern: str) -> Callable[[str], str]:
    """Another last digit of what the pattern finds."""

    def change(text: str) -> str:
        match = re.search(pattern, text)
        assert match
        place = match.end(1) - 1
        return text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]

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
            _change("Key Unwrapped.  Key Handle: 262153", "Key Unwrapped.  Key Handle: 262159"),
            "findKey -l back",
        ),
        (_other_digit(r'wrapped.bin" length (\d+)'), "wrapKey"),
        (_other_digit(r"(?s)OBJ_ATTR_KCV\n0x.*OBJ_ATTR_KCV\n0x([0-9a-f]+)"), "getAttribute"),
    ],
    ids=["typed handle", "user id", "return code", "count", "handle", "length", "check value"],
)
def test_one_changed_digit_is_red_at_its_line(elsewhere: str, change: Callable[[str], str], line: str) -> None:
    green = BINDS + without_third(elsewhere)
    report = played(change(green))
    wrong = [one.typed for one in report.exchanges if not one.same]
    assert wrong
    assert line in wrong[0]


def test_an_unknown_handle_is_told_with_the_line_that_would_solve_it(elsewhere: str) -> None:
    log = """#: tool key_mgmt_util
Command:  loginHSM -u CU -s crypto_user -p user1234
...
Command:  deleteKey -k 5

\tok
Command:  exit
"""
    (finding,) = played(log).findings
    assert finding.line == 4
    assert finding.message.endswith("if it is older, add: #: bind 5 = label:LABEL")


def test_an_unknown_user_id_is_told_though_a_question_came_between(elsewhere: str) -> None:
    report = played(BINDS.replace("#: bind 17 = user:bob\n", "") + without_third(elsewhere))
    finding = next(one for one in report.findings if "user id 17" in one.message)
    assert finding.message.endswith("if it is older, add: #: bind 17 = user:NAME")
    typed = [line for line in elsewhere.split("\n") if line.endswith("shareKey 262153 17 1")]
    lines = (BINDS.replace("#: bind 17 = user:bob\n", "") + without_third(elsewhere)).split("\n")
    assert lines[finding.line - 1] == typed[0]
