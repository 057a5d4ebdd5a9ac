"""Lexers for one typed line. Every rule takes at least one character and looks ahead by one word, so time is linear."""

from __future__ import annotations

from pygments.lexer import RegexLexer, default, include
from pygments.token import Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

_DASH = "[-\u2010-\u2015\u2212]"
"""A typesetter's dash begins an option for the eye; that the tool refuses it is another matter."""
_BLANKS = r"[^\S\n]+"
_USER_TYPES = r"(?:CO|CU|AU|PCO|PRECO)(?!\S)"
_WORD = r"""[^\s"',;:=|<>&]+"""

_VALUES = [
    (_BLANKS, Whitespace),
    (r'"[^"\n]*"?', String.Double),
    (r"'[^'\n]*'?", String.Single),
    (r"0[xX][0-9a-fA-F]+(?![^\s,;:])", Number.Hex),
    (r"-?[0-9]+(?![^\s,;:=])", Number.Integer),
    (r"[,;:=|<>&]+", Punctuation),
]
"""What a value may be; each lexer makes of any other word what it is there."""


class AnswerLexer(RegexLexer):
    """The answer to a question: a letter of a choice, a number, or text."""

    name = "Answer to a question of an HSM tool"
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"(?:[yYnNRIAB]|yes|no)(?!\S)", Keyword.Constant),
            (r"0[xX][0-9a-fA-F]+(?!\S)", Number.Hex),
            (r"-?[0-9]+(?!\S)", Number.Integer),
            (r"\S+", String),
        ]
    }


class KmuLineLexer(RegexLexer):
    """A line at the prompt of key_mgmt_util: a command, and options that mostly take a value."""

    name = "key_mgmt_util command line"
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"\S+", Name.Function, "arguments"),
        ],
        "arguments": [
            (r"\n", Whitespace, "#pop"),
            (rf"{_DASH}(?:hpswd|h)(?!\S)", Name.Attribute),
            (rf"{_DASH}{{1,2}}[A-Za-z][\w-]*", Name.Attribute, "value"),
            include("values"),
            (_WORD, Text),
        ],
        "value": [
            (_BLANKS, Whitespace),
            (rf"(?={_DASH}[-A-Za-z]|\n)", Text, "#pop"),
            (r"=", Operator),
            (r"\$(?:\w+|\{\w+\})", Name.Variable, "#pop"),
            (_USER_TYPES, Keyword.Type, "#pop"),
            (r'"[^"\n]*"?', String.Double, "#pop"),
            (r"'[^'\n]*'?", String.Single, "#pop"),
            (r"0[xX][0-9a-fA-F]+(?!\S)", Number.Hex, "#pop"),
            (r"-?[0-9]+(?!\S)", Number.Integer, "#pop"),
            (r"\S+", String, "#pop"),
        ],
        "values": _VALUES,
    }


class CloudhsmLineLexer(RegexLexer):
    """A line at a prompt of cloudhsm_mgmt_util: a command and its words by position."""

    name = "cloudhsm_mgmt_util command line"
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"\S+", Name.Function, "arguments"),
        ],
        "arguments": [
            (r"\n", Whitespace, "#pop"),
            (rf"{_DASH}[A-Za-z0-9]*[A-Za-z]\w*", Name.Attribute),
            (_USER_TYPES, Keyword.Type),
            include("values"),
            (_WORD, Text),
        ],
        "values": _VALUES,
    }


class LunashLineLexer(KmuLineLexer):
    """A line at the prompt of lunash: a command of several words, and options."""

    name = "lunash command line"
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (rf"(?!{_DASH})\S+", Name.Function),
            (rf"{_DASH}(?:force|f)(?!\S)", Name.Attribute),
            (rf"{_DASH}[A-Za-z][\w-]*", Name.Attribute, "value"),
            (r"\S+", Text),
        ],
    }


class HostLineLexer(KmuLineLexer):
    """A line at a host's prompt: a program, perhaps a tool with its commands, in any spelling of options."""

    name = "host command line with HSM tools"
    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"#[^\n]*", Text),
            (r"[A-Za-z_]\w*(?==)", Name.Variable, "assigned"),
            (r"(?:sudo|export)(?!\S)", Keyword),
            (r"[|;&]+", Punctuation),
            (r"[^\s|;&]+", Name.Builtin, "arguments"),
        ],
        "assigned": [
            (r"=", Operator, ("#pop", "assigned value")),
        ],
        "assigned value": [
            include("variables"),
            (r'"[^"\n]*"?', String.Double),
            (r"'[^'\n]*'?", String.Single),
            (r"""[^\s"'$]+|\$""", String),
            default("#pop"),
        ],
        "arguments": [
            (r"\n", Whitespace, "#pop"),
            (r"[|;&]+", Punctuation, "#pop"),
            (r"singlecmd(?!\S)", Keyword, "command"),
            include("variables"),
            (rf"{_DASH}(?:hpswd|h)(?!\S)", Name.Attribute),
            (rf"{_DASH}{{1,2}}[A-Za-z][\w-]*", Name.Attribute, "value"),
            # After the options of a login stands the command that it is for.
            (r"[a-z]+[A-Z0-9]\w*(?!\S)", Name.Function),
            include("values"),
            (_WORD, Text),
        ],
        "command": [
            (_BLANKS, Whitespace),
            (r"\S+", Name.Function, "#pop"),
            default("#pop"),
        ],
        "variables": [(r"\$(?:\w+|\{\w+\})", Name.Variable)],
    }


_LINES: dict[str, type[RegexLexer]] = {
    "key_mgmt_util": KmuLineLexer,
    "cloudhsm_mgmt_util": CloudhsmLineLexer,
    "ckdemo": AnswerLexer,
    "cmu": AnswerLexer,
    "lunash": LunashLineLexer,
    "shell": HostLineLexer,
    "terminal": HostLineLexer,
}


def line_lexer(tool: str) -> type[RegexLexer] | None:
    """The lexer for what is typed at a tool's own prompt, by the tool's name; nothing for a tool without one."""
    return _LINES.get(tool)
