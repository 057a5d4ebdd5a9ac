"""Sessions of each tool are recorded and replay at once, with no secret in the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.console import Ask, Context, EndOfInput, Generation
from tests.transcript.recorded import CTRL_C, CTRL_D, Recorded, labs, record, told

LABS = labs()


class Told(NamedTuple):
    """A session, and what may not be in its files."""

    tool: str
    answers: Sequence[str]
    secrets: Sequence[str]
    arguments: Sequence[str] = ()
    exchanges: int = 2


SINGLE = "singlecmd loginHSM -u CU -s crypto_user -p user1234 genSymKey -t 31 -s 32 -l label"
SESSIONS = {
    "key_mgmt_util": Told(
        "key_mgmt_util",
        [
            "loginHSM -u CU -s crypto_user -p wr0ng!pass",
            "loginHSM -p user1234 -u CU -s crypto_user",
            "logoutHSM",
            "loginHSM -u CU -s crypto_user -hpswd",
            "mistaken9",
            "loginHSM -u CU -s crypto_user -hpswd",
            "user1234",
            "user1234",
            "",
            "genSymKey -t 31 -s 32 -l user1234_label",
            "listUsers",
            f"findKey -l half{CTRL_C}",
        ],
        ["wr0ng!pass", "mistaken9", "user1234"],
        exchanges=12,
    ),
    "singlecmd": Told(
        "key_mgmt_util",
        [],
        ["user1234"],
        SINGLE.split(),
        exchanges=1,
    ),
    "a hidden password given up": Told(
        "key_mgmt_util",
        ["loginHSM -u CU -s crypto_user -hpswd", f"half-typed{CTRL_C}"],
        ["half-typed"],
    ),
    "cloudhsm_mgmt_util": Told(
        "cloudhsm_mgmt_util",
        [
            "loginHSM CO admin mistaken9",
            "loginHSM CO admin admin",
            "loginHSM CO admin admin1234",
            "createUser CU alice alice5678",
            "y",
            "changePswd CO admin brandnew9",
            "y",
            "changePswd CU alice -hpswd",
            "othernew7",
            "othernew7",
            "y",
            "logoutHSM",
            "loginHSM CO admin admin1234",
            "loginHSM CO admin -hpswd",
            "brandnew9",
            "createUser CU bert two words",
            "n",
            "listUsers",
            CTRL_D,
        ],
        ["mistaken9", "admin1234", "alice5678", "brandnew9", "othernew7", "two words"],
        exchanges=18,
    ),
    "ckdemo": Told(
        "ckdemo",
        ["1", "1", "1", "3", "1", "mistaken9", "3", "1", "password", "41", "", f"1{CTRL_C}"],
        ["mistaken9", "password"],
        exchanges=10,
    ),
    "cmu": Told("cmu", ["2", "mistaken9"], ["mistaken9"], ["list"], exchanges=2),
    "cmu with a password": Told("cmu", ["1"], ["mistaken9"], ["list", "-password=mistaken9"]),
    "configure": Told("configure", [], [], ["-a", "10.0.2.9"], exchanges=1),
    "shell": Told(
        "shell",
        [
            "SAFE=user1234",
            "export HSM_PASSWORD='user1234'",
            "/opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s crypto_user -p $SAFE listUsers",
            "/opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s crypto_user -p 'mistaken9' listUsers",
            f"half a lin{CTRL_C}",
            "key_mgmt_util",
            "loginHSM -u CU -s crypto_user -hpswd",
            f"half{CTRL_C}",
            "cloudhsm_mgmt_util",
            CTRL_D,
            "ssh luna-client",
            "cmu list -password mistaken9",
            "1",
            "nonsense",
            "exit",
            "service cloudhsm-client status",
            "",
            CTRL_D,
        ],
        ["user1234", "mistaken9"],
        exchanges=17,
    ),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_recorded_session_replays_and_holds_no_secret(name: str, tmp_path: Path) -> None:
    session = SESSIONS[name]
    recorded = record(tmp_path, LABS, session.tool, session.answers, session.arguments)
    assert told(recorded.report) == []
    assert len(recorded.report.exchanges) >= session.exchanges
    for secret in session.secrets:
        assert secret not in recorded.text
        assert secret not in recorded.cast
    _check_cast(recorded.cast)


def _check_cast(text: str) -> None:
    """What the format asks for: a header, then events in the order of their times, with a terminal's line ends."""
    header, *events = map(json.loads, text.splitlines())
    assert (header["version"], header["width"], header["height"], header["timestamp"]) == (2, 80, 24, 1_500_000_000)
    times = [at for at, _, _ in events]
    assert times == sorted(times)
    assert {kind for _, kind, _ in events} == {"o"}
    assert all(text.count("\n") == text.count("\r\n") for _, _, text in events)


def test_the_cast_shows_what_the_screen_showed(tmp_path: Path) -> None:
    recorded = record(tmp_path, LABS, "toy", ["x", "loud", "hidden99", f"y{CTRL_C}"], run=toy)
    _, *events = map(json.loads, recorded.cast.splitlines())
    shown = "".join(text for _, _, text in events)
    assert shown == "toy> x\r\nsaid <x>\r\ntoy> loud\r\nSecret: \r\ngot ***1\r\ntoy> y^C\r\n"


def test_the_file_is_the_log_of_the_screen(tmp_path: Path) -> None:
    recorded = record(tmp_path, LABS, "toy", ["x", "loud", "hidden99", "pin", "", CTRL_D], run=toy)
    assert recorded.text == (
        "#: tool toy\n#: secret ***1\n#: secret\n#: mask ***1 = made:8\n"
        "toy> x\nsaid <x>\ntoy> loud\nSecret: \ngot ***1\ntoy> pin\nPIN: \npin of 0\ntoy> \n"
    )


def toy(arguments: Sequence[str], context: Context) -> int:
    """Says again what it is told; some words ask for more, or make it write what a transcript would misread."""
    console = context.console
    while True:
        line = console.ask("toy> ", Ask.COMMAND)
        if line == "exit":
            return 0
        if line == "secret":
            console.write(f"got {len(console.ask('Secret: ', Ask.SECRET))}\n")
        elif line == "loud":
            console.write(f"got {console.ask('Secret: ', Ask.SECRET)}\n")
        elif line == "pin":
            console.write(f"pin of {len(console.ask('PIN: ', Ask.PIN))}\n")
        elif line == "sure":
            console.write(f"sure <{console.ask('Sure? ', Ask.CONFIRM)}>\n")
        elif line == "more":
            try:
                console.write(f"more <{console.ask('More: ')}>\n")
            except EndOfInput:
                console.write("no more\n")
        elif line == "last":
            console.ask("Press a key: ")
            return 0
        elif line == "marks":
            console.write("#: tool x\n...\n  ...\ntoy> no\n  toy>no\nx (re)\nx (glob)\nx (?)\na [..] b\n\n \n")
        else:
            console.write(f"said <{line}>\n")


LINES = st.one_of(
    st.sampled_from(["sure", "more", "marks", "", " ", "last", CTRL_D, CTRL_C, "x^C", "y ^D", "^C"]),
    st.sampled_from(["loginHSM CU bob user1234", "-p 'four five' sixes", "user1234", "toy", "***1", "****1", "#: x"]),
    st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8),
)
HIDDEN = st.tuples(
    st.sampled_from(["secret", "pin"]),
    st.one_of(
        st.sampled_from(["user1234", "admin1234", "", CTRL_C, CTRL_D]), st.text("XYZ -=%", min_size=4, max_size=9)
    ),
)
"""A hidden answer is none of the commands: nobody could tell later which of the two it was."""


@given(st.lists(LINES.map(lambda line: (line,)) | HIDDEN, max_size=10))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_session_of_a_toy_replays(tmp_path: Path, turns: list[tuple[str, ...]]) -> None:
    recorded = _again(tmp_path, "toy", [answer for turn in turns for answer in turn])
    assert told(recorded.report) == []


def _again(tmp_path: Path, tool: str, answers: Sequence[str]) -> Recorded:
    shutil.rmtree(tmp_path / "recorded lab", ignore_errors=True)
    return record(tmp_path, LABS, tool, answers, run=toy if tool == "toy" else None)


COMMANDS = {
    "key_mgmt_util": [
        "loginHSM -u CU -s crypto_user -p user1234",
        "loginHSM -u CU -s bob -p wrongone",
        "loginHSM -u CU -s crypto_user -hpswd",
        "user1234",
        "genSymKey -t 31 -s 16 -l user1234",
        "genSymKey -t 31 -s 16 -l password -p 7",
        "findKey",
        "findKey -c 4",
        "getKeyInfo -k 7",
        "logoutHSM",
        "getHSMInfo",
        "help",
        "",
        " ",
        "exit",
        "nonsense -p nonsense",
    ],
    "cloudhsm_mgmt_util": [
        "loginHSM CO admin admin1234",
        "loginHSM CU crypto_user user1234",
        "loginHSM CO admin -hpswd",
        "admin1234",
        "createUser CU alice password",
        "changePswd CU bob password",
        "deleteUser CU bob",
        "y",
        "n",
        "",
        "listUsers",
        "info server 0",
        "server 0",
        "exit",
        "logoutHSM",
        "help",
        "quit",
    ],
    "ckdemo": ["1", "3", "password", "wrongone", "0", "", "x", "41", "26", "5", "120", "2", "13", "98", "-1"],
    "shell": [
        "ls",
        "help",
        "ssh luna-client",
        "cmu list -password=password",
        "1",
        "exit",
        "X=1",
        "",
        "cloudhsm_mgmt_util",
        "quit",
        "key_mgmt_util",
        "cat /nowhere",
        "configure -a 10.0.2.9",
    ],
}


@pytest.mark.parametrize("tool", COMMANDS)
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_session_of_a_tool_replays(tool: str, tmp_path: Path, data: st.DataObject) -> None:
    lines = st.sampled_from([*COMMANDS[tool], CTRL_C, CTRL_D])
    recorded = _again(tmp_path, tool, data.draw(st.lists(lines, max_size=12)))
    assert told(recorded.report) == []


def test_the_late_client_is_noted(tmp_path: Path) -> None:
    recorded = record(tmp_path, LABS, "key_mgmt_util", ["exit"], generation=Generation.LATE)
    assert "#: client late\n" in recorded.text
    assert told(recorded.report) == []


def test_a_small_text_file_that_was_read_goes_with_the_transcript(tmp_path: Path) -> None:
    work = tmp_path / "recorded work"
    work.mkdir()
    (work / "big.pem").write_bytes(b"x" * 5000 + b"\n")
    (work / "small.pem").write_bytes(b"-----BEGIN PUBLIC KEY-----\n\n  nothing good\n")
    (work / "key.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    (work / "told.pem").write_bytes(b"admin1234 is not mine\n")
    (work / "cut.pem").write_bytes(b"no line end")
    (work / "bytes.pem").write_bytes(b"\xff\n")
    names = ["big", "small", "key", "told", "cut", "bytes", "small"]
    answers = ["loginHSM -u CU -s crypto_user -p user1234", *(f"importPubKey -l x -f {name}.pem" for name in names)]
    recorded = record(tmp_path, LABS, "key_mgmt_util", answers)
    lines = [line for line in recorded.text.splitlines() if line.startswith("#: file")]
    assert lines == [
        "#: file small.pem -----BEGIN PUBLIC KEY-----",
        "#: file small.pem",
        "#: file small.pem   nothing good",
    ]
    assert dict(recorded.missing) == {
        "big.pem": "it has more than 4096 bytes",
        "key.pem": "it has a private key in it",
        "told.pem": "it has a password in it",
        "cut.pem": "its lines cannot be written as they are",
        "bytes.pem": "it is no text",
    }


def test_what_the_session_wrote_itself_is_no_missing_file(tmp_path: Path) -> None:
    answers = [
        "loginHSM -u CU -s crypto_user -p user1234",
        "genRSAKeyPair -m 2048 -e 65537 -l pair",
        "exportPubKey -k 407 -out pair.pem",
        "importPubKey -l again -f pair.pem",
        "exit",
    ]
    recorded = record(tmp_path, LABS, "key_mgmt_util", answers)
    assert (told(recorded.report), recorded.missing) == ([], [])
    assert "#: file" not in recorded.text


@pytest.mark.parametrize("word", ["SUCCESS", "exit"])
def test_a_word_of_the_tool_s_own_is_hidden_only_where_it_was_a_secret(word: str, tmp_path: Path) -> None:
    answers = [
        "loginHSM -u CU -s crypto_user -hpswd",
        word,
        f"loginHSM -u CU -s crypto_user -p {word}",
        "loginHSM -u CU -s crypto_user -p user1234",
        "exit",
    ]
    recorded = record(tmp_path, LABS, "key_mgmt_util", answers)
    assert told(recorded.report) == []
    assert f"-p {word}" not in recorded.text
    assert "#: mask ***1 = typed made:" in recorded.text
    assert "Command:  exit\n" in recorded.text


def test_a_password_typed_at_a_command_prompt_by_mistake_is_hidden(tmp_path: Path) -> None:
    answers = ["mistaken9", "loginHSM -u CU -s crypto_user -hpswd", "mistaken9", "admin1234", "exit"]
    recorded = record(tmp_path, LABS, "key_mgmt_util", answers)
    assert told(recorded.report) == []
    assert "mistaken9" not in recorded.text
    assert "admin1234" not in recorded.text
    assert "Command:  ***2\n" in recorded.text
