"""What of a command line may be remembered: a word that may be a password becomes ``***``.

The rules are those of all tools at once and err on the side of hiding: a history is read again, a password in it is
not wanted back.
"""

from __future__ import annotations

import re

MASK = "***"

_WORD = r'(?:"[^"]*"?|\'[^\']*\'?|[^\s"\'])+'
"""A word as a tool or a shell splits it; a quotation mark that is not closed reaches to the end."""

_ASSIGNED = re.compile(rf"((?:^|\s)-?\w*(?:pass|pswd|pwd|secret|pin)\w*=){_WORD}", re.IGNORECASE)
"""``-password=WORD`` of cmu, and a shell's ``NAME=WORD``."""

_ABBREVIATED = re.compile(rf"((?:^|\s)-(?:p|pa|pas)=){_WORD}", re.IGNORECASE)
"""cmu takes its options abbreviated."""

_SPACED = re.compile(rf"((?:^|\s)-pas?s?w?o?r?d?\s+){_WORD}", re.IGNORECASE)
"""``-password WORD`` of cmu, also abbreviated."""

_LOGIN_OPTION = re.compile(rf"((?:^|\s)-?p\s+){_WORD}")
"""``-p WORD`` of key_mgmt_util. The guide has lines that lost the dash."""

_LOGIN = re.compile(r"(?:^|\s)loginHSM(?:\s|$)", re.IGNORECASE)

_POSITIONAL = ("loginhsm", "createuser", "changepswd")
"""cloudhsm_mgmt_util's commands with a user's type, name and password, in lower case."""

_FOUR_WORDS = re.compile(rf"(\s*(?P<command>\w+)\s+(?P<type>{_WORD})\s+{_WORD}\s+)(?P<password>\S.*)", re.DOTALL)
_PROMPTED = re.compile(r"-hpswd(?:\s|$)")


def masked(line: str) -> str:
    """The line without its passwords. A line without any is returned as it is."""
    line = _ASSIGNED.sub(_hide, line)
    line = _ABBREVIATED.sub(_hide, line)
    line = _SPACED.sub(_hide, line)
    if _LOGIN.search(line):
        line = _LOGIN_OPTION.sub(_hide, line)
    return _mask_positional(line)


def _hide(match: re.Match[str]) -> str:
    return f"{match.group(1)}{MASK}"


def _mask_positional(line: str) -> str:
    """Everything from the fourth word on: what follows a password may be the rest of one that has a blank in it."""
    match = _FOUR_WORDS.fullmatch(line)
    if match is None or match["type"].startswith("-") or _PROMPTED.match(match["password"]):
        return line
    if not any(name.startswith(match["command"].lower()) for name in _POSITIONAL):
        return line
    return f"{match.group(1)}{MASK}"
