"""Pygments lexers for the tools' sessions and for transcripts; Sphinx, MkDocs and ``pygmentize`` know them by name.

A lexer for one typed line, of which the console makes use, is found with ``line_lexer``. It needs nothing else of ours.
"""

from hsmshell.lexers.lines import (
    AnswerLexer,
    CloudhsmLineLexer,
    HostLineLexer,
    KmuLineLexer,
    LunashLineLexer,
    line_lexer,
)
from hsmshell.lexers.sessions import (
    CkdemoConsoleLexer,
    CloudhsmConsoleLexer,
    CmuConsoleLexer,
    HsmshellConsoleLexer,
    KmuConsoleLexer,
    LunashConsoleLexer,
    SessionLexer,
)

__all__ = [
    "AnswerLexer",
    "CkdemoConsoleLexer",
    "CloudhsmConsoleLexer",
    "CloudhsmLineLexer",
    "CmuConsoleLexer",
    "HostLineLexer",
    "HsmshellConsoleLexer",
    "KmuConsoleLexer",
    "KmuLineLexer",
    "LunashConsoleLexer",
    "LunashLineLexer",
    "SessionLexer",
    "line_lexer",
]
