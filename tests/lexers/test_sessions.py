"""The lexers of sessions: every golden transcript, the tokens of typical lines, and hostile text."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Generic, Keyword, Name, Number, Operator, String, Text, _TokenType

from hsmshell.lexers import (
    CkdemoConsoleLexer,
    CloudhsmConsoleLexer,
    CmuConsoleLexer,
    HsmshellConsoleLexer,
    KmuConsoleLexer,
    LunashConsoleLexer,
    SessionLexer,
)

ROOT = Path(__file__).resolve().parents[2]
LOGS = sorted([*(ROOT / "transcripts").rglob("*.transcript"), *(ROOT / "transcripts").rglob("*.log")])
LEXERS: list[type[SessionLexer]] = [
    KmuConsoleLexer,
    CloudhsmConsoleLexer,
    CkdemoConsoleLexer,
    CmuConsoleLexer,
    LunashConsoleLexer,
    HsmshellConsoleLexer,
]
OWN: dict[str, type[SessionLexer]] = {
    "key_mgmt_util": KmuConsoleLexer,
    "cloudhsm_mgmt_util": CloudhsmConsoleLexer,
    "ckdemo": CkdemoConsoleLexer,
    "cmu": CmuConsoleLexer,
    "lunash": LunashConsoleLexer,
}

Pairs = list[tuple[_TokenType, str]]


def tokens(lexer: type[SessionLexer], text: str) -> Pairs:
    return list(lexer(stripnl=False, ensurenl=False).get_tokens(text))


def said(lexer: type[SessionLexer], line: str) -> Pairs:
    """The tokens of a line that are no blanks."""
    return [(kind, text) for kind, text in tokens(lexer, line) if text.strip()]


@pytest.mark.parametrize("path", LOGS, ids=lambda path: str(path.relative_to(ROOT / "transcripts")))
def test_a_golden_transcript_is_lexed_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    for lexer in {HsmshellConsoleLexer, OWN.get(path.parent.name, HsmshellConsoleLexer)}:
        found = tokens(lexer, text)
        assert "".join(value for _, value in found) == text
        assert not [value for kind, value in found if kind is Error]
    directives = sum(line.startswith("#:") for line in text.split("\n"))
    assert sum(kind is Comment.Preproc for kind, _ in tokens(HsmshellConsoleLexer, text)) == directives


@pytest.mark.parametrize("lexer", LEXERS)
def test_each_tools_prompts_are_seen_in_its_transcripts(lexer: type[SessionLexer]) -> None:
    folders = [name for name, own in OWN.items() if own is lexer] or list(OWN)
    for folder in folders:
        texts = [path.read_text("utf-8") for path in (ROOT / "transcripts" / folder).glob("*.transcript")]
        kinds = {kind for text in texts for kind, _ in tokens(lexer, text)}
        assert {Generic.Prompt, Generic.Error, Generic.Output, Number.Integer} <= kinds


TABLE: list[tuple[type[SessionLexer], str, Pairs]] = [
    (
        KmuConsoleLexer,
        "Command:  wrapKey -k 408 -w 407 -noheader -out 'my file'",
        [
            (Generic.Prompt, "Command:  "),
            (Name.Function, "wrapKey"),
            (Name.Attribute, "-k"),
            (Number.Integer, "408"),
            (Name.Attribute, "-w"),
            (Number.Integer, "407"),
            (Name.Attribute, "-noheader"),
            (Name.Attribute, "-out"),
            (String.Single, "'my file'"),
        ],
    ),
    (
        KmuConsoleLexer,
        "$ /opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s bob -p $PASSWORD findKey -l aes",
        [
            (Generic.Prompt, "$ "),
            (Name.Builtin, "/opt/cloudhsm/bin/key_mgmt_util"),
            (Keyword, "singlecmd"),
            (Name.Function, "loginHSM"),
            (Name.Attribute, "-u"),
            (Keyword.Type, "CU"),
            (Name.Attribute, "-s"),
            (String, "bob"),
            (Name.Attribute, "-p"),
            (Name.Variable, "$PASSWORD"),
            (Name.Function, "findKey"),
            (Name.Attribute, "-l"),
            (String, "aes"),
        ],
    ),
    (
        KmuConsoleLexer,
        "\tCfm3FindKey returned: 0xe0 : HSM Error: No user is logged in to do this operation",
        [(Generic.Error, "\tCfm3FindKey returned: 0xe0 : HSM Error: No user is logged in to do this operation")],
    ),
    (KmuConsoleLexer, "Error: Invalid argument -k", [(Generic.Error, "Error: Invalid argument -k")]),
    (
        KmuConsoleLexer,
        "\tError Code db maps to HSM Error: Invalid User Type.",
        [(Generic.Output, "\tError Code db maps to HSM Error: Invalid User Type.")],
    ),
    (
        KmuConsoleLexer,
        "\tSymmetric Key Created.  Key Handle: 409",
        [(Generic.Output, "\tSymmetric Key Created.  Key Handle: "), (Number.Integer, "409")],
    ),
    (KmuConsoleLexer, "Description", [(Generic.Heading, "Description")]),
    (KmuConsoleLexer, "...", [(Comment, "...")]),
    (
        LunashConsoleLexer,
        "[luna-sa5] lunash:>hsm changePolicy -policy 12 -value 0 -force",
        [
            (Generic.Prompt, "[luna-sa5] lunash:>"),
            (Name.Function, "hsm"),
            (Name.Function, "changePolicy"),
            (Name.Attribute, "-policy"),
            (Number.Integer, "12"),
            (Name.Attribute, "-value"),
            (Number.Integer, "0"),
            (Name.Attribute, "-force"),
        ],
    ),
    (LunashConsoleLexer, "          > proceed", [(Generic.Prompt, "          > "), (String, "proceed")]),
    (
        CloudhsmConsoleLexer,
        "server0>createUser CU carol secret99",
        [
            (Generic.Prompt, "server0>"),
            (Name.Function, "createUser"),
            (Keyword.Type, "CU"),
            (Text, "carol"),
            (Text, "secret99"),
        ],
    ),
    (
        CloudhsmConsoleLexer,
        "Do you want to continue(y/n)?y",
        [(Generic.Prompt, "Do you want to continue(y/n)?"), (Keyword.Constant, "y")],
    ),
    (
        CloudhsmConsoleLexer,
        "Retry/rollBack/Ignore?(R/B/I):B",
        [(Generic.Prompt, "Retry/rollBack/Ignore?(R/B/I):"), (Keyword.Constant, "B")],
    ),
    (
        CloudhsmConsoleLexer,
        "loginHSM failed on server 0(10.0.2.9)",
        [(Generic.Error, "loginHSM failed on server 0(10.0.2.9)")],
    ),
    (
        CloudhsmConsoleLexer,
        "nodes on which this operation is not executed or failed, please",
        [(Generic.Output, "nodes on which this operation is not executed or failed, please")],
    ),
    (
        CkdemoConsoleLexer,
        "Enter handle of key to wrap (-1 to list available objects) : 120",
        [
            (Generic.Prompt, "Enter handle of key to wrap (-1 to list available objects) : "),
            (Number.Integer, "120"),
        ],
    ),
    (
        CkdemoConsoleLexer,
        "Status: Operation failed (CKR_KEY_FUNCTION_NOT_PERMITTED)",
        [(Generic.Error, "Status: Operation failed (CKR_KEY_FUNCTION_NOT_PERMITTED)")],
    ),
    (
        CkdemoConsoleLexer,
        "Status: Doing great, no errors (CKR_OK)",
        [(Generic.Output, "Status: Doing great, no errors (CKR_OK)")],
    ),
    (
        CmuConsoleLexer,
        "[root@luna ~]# cmu delete -handle=120",
        [
            (Generic.Prompt, "[root@luna ~]# "),
            (Name.Builtin, "cmu"),
            (Text, "delete"),
            (Name.Attribute, "-handle"),
            (Operator, "="),
            (Number.Integer, "120"),
        ],
    ),
    (
        CmuConsoleLexer,
        "Delete this object (y/n) ? n",
        [(Generic.Prompt, "Delete this object (y/n) ? "), (Keyword.Constant, "n")],
    ),
    (
        CmuConsoleLexer,
        "Error: CKR_SLOT_ID_INVALID (0x00000003)",
        [(Generic.Error, "Error: CKR_SLOT_ID_INVALID (0x00000003)")],
    ),
    (HsmshellConsoleLexer, "#: tool ckdemo", [(Comment.Preproc, "#: tool ckdemo")]),
    (
        HsmshellConsoleLexer,
        "Token Validity: [..] sec (?)",
        [
            (Generic.Output, "Token Validity: "),
            (Comment, "[..]"),
            (Generic.Output, " sec"),
            (Comment, " (?)"),
        ],
    ),
    (
        HsmshellConsoleLexer,
        "Key Handle: [0-9]+ (re) (?)",
        [(Generic.Output, "Key Handle: [0-9]+"), (Comment, " (re)"), (Comment, " (?)")],
    ),
    (HsmshellConsoleLexer, "a * (glob)", [(Generic.Output, "a *"), (Comment, " (glob)")]),
    (KmuConsoleLexer, "a * (glob)", [(Generic.Output, "a * (glob)")]),
]


@pytest.mark.parametrize(("lexer", "line", "expected"), TABLE, ids=[line for _, line, _ in TABLE])
def test_tokens(lexer: type[SessionLexer], line: str, expected: Pairs) -> None:
    assert said(lexer, line) == expected


@given(
    st.lists(
        st.one_of(
            st.text(),
            st.sampled_from(
                ["Command:  ", "aws-cloudhsm>", "Enter PIN : ", "$ ", "#:", "handle=", "'", '"', "\n", "-", " (re)"]
            ),
        )
    ).map("".join)
)
def test_no_text_is_lost_and_none_is_an_error(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    for lexer in LEXERS:
        found = tokens(lexer, text)
        assert "".join(value for _, value in found) == expected
        assert not [value for kind, value in found if kind is Error]


@pytest.mark.parametrize(
    "line",
    [
        "Command:  " + "-" * 100_000,
        "Command:  a " + '"' * 100_001,
        "Command:  a" + " \t" * 100_000,
        "$ " + "a=" * 100_000,
        "$ " + "key_mgmt_util" * 20_000,
        "$ k " + "singlecmd " * 20_000,
        "$ k singlecmd" + " " * 100_000,
        "Enter " + "a " * 100_000,
        "handle" + " " * 100_000,
        "handle " * 50_000,
        "[" * 100_000,
        "(" * 100_000 + "a@b:",
        "*" * 100_000 + "\t",
        "CKR_" * 50_000,
        "failed, please " * 20_000,
        " " * 100_000 + "...x",
    ],
    ids=lambda line: line[:12],
)
def test_a_hostile_line_takes_no_more_than_its_length(line: str) -> None:
    """A pattern that goes back and forth would need hours for one of these."""
    for lexer in LEXERS:
        assert "".join(value for _, value in tokens(lexer, line)) == line


def installed() -> bool:
    try:
        points = importlib.metadata.distribution("hsmshell").entry_points
    except importlib.metadata.PackageNotFoundError:
        return False
    return any(point.group == "pygments.lexers" for point in points)


@pytest.mark.parametrize("lexer", LEXERS)
def test_pygments_finds_it_by_name(lexer: type[SessionLexer]) -> None:
    if not installed():
        pytest.skip("hsmshell runs from its source tree and is not installed")
    assert isinstance(get_lexer_by_name(lexer.aliases[0]), lexer)
