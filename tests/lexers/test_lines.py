"""The lexers of one typed line, and who uses them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexer import RegexLexer
from pygments.token import Error, Keyword, Name, Number, Operator, Punctuation, String, _TokenType

from hsmshell import registry
from hsmshell.lexers import AnswerLexer, CloudhsmLineLexer, HostLineLexer, KmuLineLexer, line_lexer

LEXERS: list[type[RegexLexer]] = [AnswerLexer, CloudhsmLineLexer, HostLineLexer, KmuLineLexer]


def tokens(lexer: type[RegexLexer], line: str) -> list[tuple[_TokenType, str]]:
    return [(kind, text) for kind, text in lexer(ensurenl=False).get_tokens(line) if text.strip()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("export A=b", [(Keyword, "export"), (Name.Variable, "A"), (Operator, "="), (String, "b")]),
        (
            'X="$Y z" ls',
            [(Name.Variable, "X"), (Operator, "="), (String.Double, '"$Y z"'), (Name.Builtin, "ls")],
        ),
        (
            "ls; sudo rm",
            [(Name.Builtin, "ls"), (Punctuation, ";"), (Keyword, "sudo"), (Name.Builtin, "rm")],
        ),
        ("ckdemo 12", [(Name.Builtin, "ckdemo"), (Number.Integer, "12")]),
    ],
)
def test_a_host_line(line: str, expected: list[tuple[_TokenType, str]]) -> None:
    assert tokens(HostLineLexer, line) == expected


@given(st.one_of(st.text(), st.text("-=$\"' \t\nabCU01|;xX{}")))
def test_every_line_is_lexed_whole(line: str) -> None:
    for lexer in LEXERS:
        found = list(lexer().get_tokens_unprocessed(line))
        assert "".join(text for _, _, text in found) == line
        assert not [text for _, kind, text in found if kind is Error]


def test_tools_with_a_prompt_have_one() -> None:
    assert {tool for tool in registry.TOOLS if line_lexer(tool)} >= {"key_mgmt_util", "cloudhsm_mgmt_util", "shell"}
    assert line_lexer("no such tool") is None


def test_the_plain_console_loads_neither_lexers_nor_editor() -> None:
    program = (
        "import sys, hsmshell.cli.main, hsmshell.cli.start, hsmshell.cli.settings, hsmshell.console.plain, "
        "commands.key_mgmt_util, commands.ckdemo, hsmshell.rehearsal.shell, hsmshell.transcript.runner\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('pygments', 'prompt_toolkit')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
