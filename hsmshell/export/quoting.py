"""Text in the languages of scripts: Tcl, the shell, and a shell at the other end of a connection."""

from __future__ import annotations

import itertools
import re
import shlex
import string
from collections.abc import Iterator, Sequence

from hsmshell.console.values import printable
from hsmshell.export.text import Line, Text, Variable

_TCL_BARE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_TCL_SPECIAL = re.compile(r"""[\\"$\[\]{};]""")
_TCL_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SH_BARE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_SH_SPECIAL = re.compile(r'[\\$`"]')
_HERE_SPECIAL = re.compile(r"[\\$`]")


def tcl(text: Text, *, bare: bool = False) -> str:
    """One Tcl word in double quotes, where ``bare`` allows without them if they are not needed.

    All but ASCII is written as escapes, so that the script means the same in any locale. Raises ``ValueError`` for
    bytes that are no text: Tcl has no way to send them.
    """
    if bare and all(isinstance(part, str) and _TCL_BARE.fullmatch(part) for part in text) and text:
        return "".join(map(str, text))
    return '"' + "".join(_tcl_part(part) for part in text) + '"'


def _tcl_part(part: str | Variable) -> str:
    if isinstance(part, Variable):
        value = f"$env({part.name})"
        return f"[quoted {value}]" if part.quoted else value
    return "".join(map(_tcl_letter, _TCL_SPECIAL.sub(r"\\\g<0>", part)))


def _tcl_letter(letter: str) -> str:
    if " " <= letter <= "~":
        return letter
    if letter in _TCL_NAMED:
        return _TCL_NAMED[letter]
    # Tcl 8.6 writes a character beyond the first 65,536 when it is given as the two halves of UTF-16.
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def sh(word: Text) -> str:
    """One word of a shell's line."""
    parts = [f'"${{{part.name}}}"' if isinstance(part, Variable) else _sh_literal(part) for part in word]
    return "".join(parts) or "''"


def _sh_literal(text: str) -> str:
    return text if _SH_BARE.fullmatch(text) else shlex.quote(text)


def sh_line(line: Line) -> str:
    """A shell's line: as it was typed, unless it holds a secret."""
    if line.plain:
        return "".join(map(str, line.raw))
    if line.words:
        return " ".join(map(sh, line.words))
    return "".join(sh((part,)) if isinstance(part, Variable) else part for part in line.raw)


def remote(line: Line) -> Text:
    """A shell's line as one word that another shell will read: variables are put in here, not there."""
    if line.plain and not any(isinstance(part, Variable) for word in line.words for part in word):
        return line.raw
    if not line.words:
        return tuple(part._replace(quoted=True) if isinstance(part, Variable) else part for part in line.raw)
    parts: list[str | Variable] = []
    for number, word in enumerate(line.words):
        parts += [" "] if number else []
        parts += [part._replace(quoted=True) if isinstance(part, Variable) else _sh_literal(part) for part in word]
        parts += [] if word else ["''"]
    return tuple(parts)


def sh_remote(text: Text) -> str:
    """A line for another shell, as one word of this one."""
    if not any(isinstance(part, Variable) for part in text):
        return shlex.quote("".join(map(str, text)))
    inner = (
        f'$(quoted "${{{part.name}}}")' if isinstance(part, Variable) else _SH_SPECIAL.sub(r"\\\g<0>", part)
        for part in text
    )
    return '"' + "".join(inner) + '"'


def here_document(lines: Sequence[Text]) -> tuple[str, str]:
    """What stands behind the command, and the document with its last line.

    Its text is taken as it stands, unless a variable has to be put in.
    """
    expands = any(isinstance(part, Variable) for line in lines for part in line)
    body = ["".join(_here_parts(line, expands=expands)) for line in lines]
    end = next(end for end in _delimiters() if not any(_clash(line, end) for line in body))
    return f"<<{end}" if expands else f"<<'{end}'", "".join(f"{line}\n" for line in (*body, end))


def _delimiters() -> Iterator[str]:
    yield "END"
    yield from (f"{letter}_END" for letter in string.ascii_uppercase)
    yield from (f"END_{number}" for number in itertools.count(1))


def _clash(line: str, end: str) -> bool:
    """Whether the line would be taken for the end. Of one that only begins like it dash (0.5.12) spoils the letter with
    which they part, if it is not ASCII."""
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(line, end, strict=False)))
    return line == end or (0 < same < len(line) and not line[same].isascii())


def _here_parts(line: Text, *, expands: bool) -> Iterator[str]:
    for part in line:
        if isinstance(part, Variable):
            yield f"${{{part.name}}}"
        else:
            yield _HERE_SPECIAL.sub(r"\\\g<0>", part) if expands else part


def comment(text: str) -> str:
    """Lines of a comment, in Tcl and in the shell; nothing in the text can end it or go on behind it."""
    lines = (printable(line.rstrip()) for line in text.split("\n"))
    # A backslash at the end would make the next line of a Tcl script part of the comment.
    return "".join(f"# {line} .\n" if line.endswith("\\") else f"# {line}".rstrip() + "\n" for line in lines)
