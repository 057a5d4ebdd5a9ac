"""What of a command line may be remembered: a word that may be a password becomes ``***``.

The rules are those of all tools and of a shell at once, and err on the side of hiding: a history is read again, a
password in it is not wanted back. Three passes: options, assignments, the words after a login.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "***"

_DASHES = "\\-\u2010-\u2015\u2212"
"""Also those that a word processor puts where a dash was."""
_QUOTES = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"
"""Also those that a word processor makes of them."""
_PROMPT_ENDS = ">:$#%;&|!"
"""Before a command may stand a prompt that was pasted with it, or another command of a shell."""

_VALUE = re.compile(r"""(?:[^\s"'\\]|\\.?|"(?:[^"\\]|\\.)*"?|'[^']*'?)+""", re.DOTALL)
"""A value as a tool or a shell may take it; a quotation mark that is not closed reaches to the end."""
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|\S)\S*""")
"""A word that is kept: no more than what is certainly part of it, so that an option after it is seen."""
_OPTION = re.compile(rf"(?<![^\s\"'])[{_DASHES}]+(?P<name>[^\s={_DASHES}][^\s=]*)")
_BETWEEN = re.compile(r"\s*=\s*|\s+")
_ASSIGNMENT = re.compile(rf"(?<![\w{_DASHES}])(?P<name>\w[\w-]*)\s*=\s*")
_TELLING = re.compile("pass|pswd|pwd?|pin|secret|key", re.IGNORECASE)
"""In a variable's name: its value is not for others."""

_TELLING_OPTION = re.compile(r"pass(?:word|wd|phrase|code)?|pasword|pswd|pwd?|pin(?!g)|secret|domain")
"""Also a cloning domain: who knows it clones the keys."""
_PASSWORD_NAMES = frozenset(
    {"password"[:length] for length in range(1, 9)}
    | {"domain"[:length] for length in range(3, 7)}
    | {"passwd", "passphrase", "passcode", "passin", "passout", "pswd", "pwd", "pw", "pin"}
)
"""What is certainly a name; a cloning domain is as secret as a password. Of any other that begins with p, all after the
p may be the password itself."""
_CMU_NAMES = ("prime", "privatehandle", "publicexponent", "publichandle")
_LUNASH_NAMES = ("partition", "policy")
_HARMLESS_NAMES = frozenset(
    {name[:length] for name in _CMU_NAMES for length in range(2, len(name) + 1)}
    | {name[:length] for name in _LUNASH_NAMES for length in range(3, len(name) + 1)}
    | {"path", "pubin", "pubout", "pubkey", "pkcs8", "pkey", "pkeyopt", "port"}
)
"""cmu's and lunash's options, also abbreviated, and those of configure and OpenSSL."""
_OTHER_P = frozenset({"cp", "mkdir", "scp", "ssh"})
"""Commands of a shell whose ``-p`` has nothing to do with a password."""
_ASKED = "hpswd"
"""The option without a value: the password is asked for. Many believe that it takes one."""
_NAMED = ("-u", "-s")
"""key_mgmt_util's options for a user's type and name."""

_COMMANDS = ("loginhsm", "createuser", "changepswd")
"""The commands that take a user's type, name and password, in lower case."""
_NAME = re.compile(r"[\w-]+")
_LIKE_A_COMMAND = re.compile("login|pass|pswd|pwd")
_USER_TYPES = frozenset({"au", "co", "cu", "pco", "preco"})


def masked(line: str) -> str:
    """The line without its passwords. A line without any is returned as it is."""
    return _mask_after_commands(_mask_assignments(_mask_options(line)))


def _mask_options(line: str) -> str:
    command = next((word for word in line.split() if word[-1] not in _PROMPT_ENDS), "")
    kept, done = "", 0
    while option := _OPTION.search(line, done):
        name = option["name"].lower()
        shown = None if name == "p" and command in _OTHER_P else _shown(name)
        end, hidden = option.end(), ""
        if shown is not None and shown < len(name) and (rest := _VALUE.match(line, option.start("name") + shown)):
            end, hidden = rest.end(), MASK
        kept += line[done : end if not hidden else option.start("name") + (shown or 0)] + hidden
        done = end
        value = None if shown is None else _value_after(line, end)
        if value and not (name == _ASKED and value.group().lower() in _NAMED):
            kept, done = kept + line[end : value.start()] + MASK, value.end()
    return kept + line[done:]


def _shown(name: str) -> int | None:
    """How much of an option's name is no password; ``None`` for one that has nothing to do with passwords."""
    if name in _HARMLESS_NAMES:
        return None
    if name in _PASSWORD_NAMES:
        return len(name)
    if name.startswith("p"):
        return 1
    telling = _TELLING_OPTION.search(name)
    return telling.end() if telling else None


def _value_after(line: str, position: int) -> re.Match[str] | None:
    between = _BETWEEN.match(line, position)
    return _VALUE.match(line, between.end()) if between else None


def _mask_assignments(line: str) -> str:
    kept, done = "", 0
    while assignment := _ASSIGNMENT.search(line, done):
        end = assignment.end()
        kept, done = kept + line[done:end], end
        if _TELLING.search(assignment["name"]) and (value := _VALUE.match(line, end)):
            kept, done = kept + MASK, value.end()
    return kept + line[done:]


def _mask_after_commands(line: str) -> str:
    """Everything from the password on: what follows it may be the rest of one that has a blank in it."""
    for position, chained in _commands(line):
        start = _password_start(line, position, chained=chained)
        if start is not None:
            return line[:start] + MASK
    return line


def _commands(line: str) -> Iterator[tuple[int, bool]]:
    """Where words end that may be such a command, and whether another command may follow its password."""
    before, chained = "", False
    for word in _WORD.finditer(line):
        text = re.split(f"[{re.escape(_PROMPT_ENDS)}]", word.group())[-1].strip(_QUOTES).lower()
        first = not before or before == "singlecmd" or before[-1] in _PROMPT_ENDS
        if _NAME.fullmatch(text) and _takes_password(text, first=first) and not before.startswith("-"):
            yield word.end(), chained
        before = word.group()
        chained = chained or before == "singlecmd"


def _takes_password(word: str, *, first: bool) -> bool:
    """Also a misspelt command; where a command is expected, also an abbreviated one."""
    if len(word) > 5 and any(_distance(word, name) <= 2 for name in _COMMANDS):
        return True
    if not first:
        return False
    if _LIKE_A_COMMAND.search(word) or any(name.startswith(word) for name in _COMMANDS):
        return True
    near = range(len(word) - 1, len(word) + 2)
    return len(word) > 3 and any(_distance(word, name[:length]) <= 1 for name in _COMMANDS for length in near)


def _password_start(line: str, position: int, *, chained: bool) -> int | None:
    """Where the password begins that is no option's value."""
    words = [word.group().lower() for word in _WORD.finditer(line, position)]
    named = sum(word in _NAMED for word in words)
    room = 2 - min(named, 2)
    while word := _WORD.search(line, position):
        text, position = word.group().lower(), word.end()
        option = _OPTION.match(line, word.start())
        if text in _NAMED:
            value = _WORD.search(line, position)
            position = value.end() if value else position
        elif option and _shown(option["name"].lower()) is not None:
            value = _value_after(line, option.end())
            if value and option["name"].lower() != _ASKED:
                position = value.end()
                if chained:
                    return None
        elif room == 0:
            return word.start()
        else:
            room = 0 if room == 2 and text not in _USER_TYPES and text != MASK else room - 1
    return None


def _distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour."""
    if abs(len(one) - len(other)) > 2:
        return 3
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]
