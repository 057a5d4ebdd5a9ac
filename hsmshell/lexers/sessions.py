"""Lexers for whole sessions, line by line: a prompt and what was typed, or a line that a tool wrote.

Every pattern is tried once a line, at its start or as a plain word in it, and repeats nothing that repeats: the time is
linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Comment, Generic, Number, _TokenType

from hsmshell.lexers.lines import AnswerLexer, CloudhsmLineLexer, HostLineLexer, KmuLineLexer, LunashLineLexer

Tokens = Iterator[tuple[int, _TokenType, str]]
Prompt = tuple[re.Pattern[str], type[RegexLexer]]

_HOST: Prompt = (
    re.compile(
        r"(?:\[[^\]\n]{1,80}\][$#%] |(?:\([^)\n]{1,40}\) )?[\w.-]{1,60}@[\w.-]{1,80}:[^$#%\n]{0,200}[$#%] |[$#] )"
    ),
    HostLineLexer,
)
"""The prompts of a host, the short ones of the rehearsal shell among them."""
_KMU: Prompt = (re.compile(r"[ \t]{0,8}Command: {0,2}"), KmuLineLexer)
_CLOUDHSM: Prompt = (re.compile(r"(?:aws-cloudhsm|server[0-9]{1,4})> ?"), CloudhsmLineLexer)
_PASSWORD: Prompt = (re.compile(r"(?:Enter|Re-enter|Please enter) (?:PEM )?pass[^:\n]{0,60}: ?"), AnswerLexer)
_KMU_VALUE: Prompt = (re.compile(r"[ \t]{0,8}Enter the boolean attribute value \(0 or 1\): ?"), AnswerLexer)
_CAUTION: Prompt = (re.compile(r"Do you want to continue ?\(y/n\) ?\? ?"), AnswerLexer)
_CHOICE: Prompt = (re.compile(r"Retry/[A-Za-z/]{1,40}\?\([A-Z/]{1,20}\): ?"), AnswerLexer)
_FILE: Prompt = (re.compile(r"Enter filename: ?"), AnswerLexer)
_CKDEMO: Prompt = (
    re.compile(
        r"(?:Enter|Select|Which)\b[^:\n]{1,90}: ?"
        r"|SO\[0\], normal user\[1\], or audit user\[2\]\? ?"
        r"|Audit-User {1,12}\[3\]: ?"
        r"|\(1\) Add Attribute \(2\) Remove Attribute \(0\) Accept Template : ?"
    ),
    AnswerLexer,
)
_CKDEMO_TYPE: Prompt = (re.compile(r"> "), AnswerLexer)
_LUNASH: Prompt = (re.compile(r"\[[\w.-]{1,64}\] lunash:> ?"), LunashLineLexer)
_LUNASH_ANSWER: Prompt = (re.compile(r" {2,10}> ?"), AnswerLexer)
_CMU: Prompt = (
    re.compile(r"Enter (?:choice|input filename ?|handler \(or 0 for exit\)): ?|Delete this object \(y/n\) \? ?"),
    AnswerLexer,
)

_KMU_ERROR = r"(?!\s{0,8}Error Code )(?:(?:.*(?:HSM Error|HSM CLUSTER ERROR|LIQUIDSECURITY):)|\s{0,8}Error: )"
_CLOUDHSM_ERROR = r"(?:.*\bfailed\b(?!, please)|Unknown command|Invalid |Passwords do not match)"
_CKR_ERROR = r"(?:.*\bCKR_(?!OK\b)[A-Z])"
_CMU_ERROR = r"(?:Error: )"
_LUNASH_ERROR = r"(?:Error: |Command Result : [1-9])"

_HEADING = re.compile(
    r"\*{5,}.*|[ \t]{0,8}[=-]{5,}[ \t]*\Z|(?:Description|Syntax|Where|Example)\b:?[ \t]*\Z|Users on server "
    r"|(?:Slots available|Sessions open|Mechanisms of slot#[0-9]{1,5}):|Edit template for "
)
_HANDLE = re.compile(r"[Hh]andle(?: {0,4}[:=] {0,4}| )([0-9]+)")
_ELISION = re.compile(r"[ \t]*\.\.\.[ \t]*\Z")
_MARK = re.compile(r"\[\.\.\]| \((?:re|glob)\)(?= \(\?\)\Z|\Z)| \(\?\)\Z")
_DIRECTIVE = re.compile(r"#:")


class SessionLexer(Lexer):
    """What the lexers of all sessions have in common."""

    prompts: ClassVar[tuple[Prompt, ...]] = ()
    errors: ClassVar[re.Pattern[str]] = re.compile(r"(?!)")
    """Matches a line, from its start, that tells a failure."""
    marked: ClassVar[bool] = False
    """Whether it is a transcript, with directives and with marks in its lines."""

    def get_tokens_unprocessed(self, text: str) -> Tokens:
        """The tokens with their places. Together they are the text."""
        start = 0
        for line in _lines(text):
            bare = line.removesuffix("\n")
            for place, kind, value in self._line(bare):
                if value:
                    yield start + place, kind, value
            if len(bare) < len(line):
                yield start + len(bare), Generic.Output, "\n"
            start += len(line)

    def _line(self, line: str) -> Tokens:
        if self.marked and _DIRECTIVE.match(line):
            yield 0, Comment.Preproc, line
            return
        if _ELISION.match(line):
            yield 0, Comment, line
            return
        for pattern, lexer in self.prompts:
            if match := pattern.match(line):
                yield 0, Generic.Prompt, match.group()
                for place, kind, value in lexer().get_tokens_unprocessed(line[match.end() :]):
                    yield match.end() + place, kind, value
                return
        kind = Generic.Output
        if self.errors.match(line):
            kind = Generic.Error
        elif _HEADING.match(line):
            kind = Generic.Heading
        yield from self._written(line, kind)

    def _written(self, line: str, kind: _TokenType) -> Tokens:
        """A line of output, with the handles in it and, in a transcript, the parts that it leaves out."""
        found = [(match.start(1), match.end(1), Number.Integer) for match in _HANDLE.finditer(line)]
        if self.marked:
            found += [(match.start(), match.end(), Comment) for match in _MARK.finditer(line)]
        done = 0
        for start, end, inner in sorted(found):
            if start >= done:
                yield done, kind, line[done:start]
                yield start, inner, line[start:end]
                done = end
        yield done, kind, line[done:]


def _lines(text: str) -> Iterator[str]:
    """The text cut after each line feed, and nowhere else."""
    *whole, last = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if last:
        yield last


class KmuConsoleLexer(SessionLexer):
    """Sessions of CloudHSM's key_mgmt_util."""

    name = "key_mgmt_util session"
    url = "https://docs.aws.amazon.com/cloudhsm/"
    aliases = ["kmu-console"]
    prompts = (_HOST, _KMU, _PASSWORD, _KMU_VALUE)
    errors = re.compile(_KMU_ERROR)


class CloudhsmConsoleLexer(SessionLexer):
    """Sessions of CloudHSM's cloudhsm_mgmt_util."""

    name = "cloudhsm_mgmt_util session"
    url = "https://docs.aws.amazon.com/cloudhsm/"
    aliases = ["cloudhsm-console"]
    prompts = (_HOST, _CLOUDHSM, _PASSWORD, _CAUTION, _CHOICE, _FILE)
    errors = re.compile(_CLOUDHSM_ERROR)


class CkdemoConsoleLexer(SessionLexer):
    """Sessions of Luna's ckdemo."""

    name = "ckdemo session"
    aliases = ["ckdemo-console"]
    prompts = (_HOST, _CKDEMO, _CKDEMO_TYPE)
    errors = re.compile(_CKR_ERROR)


class CmuConsoleLexer(SessionLexer):
    """Sessions of Luna's cmu."""

    name = "Luna cmu session"
    aliases = ["luna-cmu-console"]
    prompts = (_HOST, _CMU, _PASSWORD)
    errors = re.compile(_CMU_ERROR)


class LunashConsoleLexer(SessionLexer):
    """Sessions of a Luna appliance's lunash."""

    name = "lunash session"
    aliases = ["lunash-console"]
    prompts = (_HOST, _LUNASH, _LUNASH_ANSWER)
    errors = re.compile(_LUNASH_ERROR)


class HsmshellConsoleLexer(SessionLexer):
    """Transcripts of hsmshell, with any of the tools in them."""

    name = "hsmshell transcript"
    aliases = ["hsmshell-console"]
    filenames = ["*.transcript"]
    marked = True
    prompts = (
        *(_HOST, _KMU, _CLOUDHSM, _PASSWORD, _KMU_VALUE, _CAUTION, _CHOICE, _CMU, _CKDEMO, _CKDEMO_TYPE),
        *(_LUNASH, _LUNASH_ANSWER),
    )
    errors = re.compile("|".join((_KMU_ERROR, _CLOUDHSM_ERROR, _CKR_ERROR, _CMU_ERROR, _LUNASH_ERROR)))
