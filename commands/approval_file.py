"""The approval file: which token file is approved, by whom, and where the signatures are.

It belongs to no tool: two tools of one vendor read the same format, published for one of them. It stands beside their
folders so that neither needs the other's, and outside the engine, which gets signatures and knows of no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hsmshell.engine.access import UserType
from hsmshell.grammar.values import BadValue, decimal

TOKENS, TOKEN, COUNT = "Multi Token File Path", "Token File Path", "Number of Approvals"
TYPE, NAME, FILE = "Approver Type", "Approver Name", "Approval File"

_ONCE = (TOKENS, TOKEN, COUNT)
_EACH = (TYPE, NAME, FILE)
"""One such group for every approver."""

USER_TYPES = {"1": UserType.CRYPTO_USER, "2": UserType.CRYPTO_OFFICER}


class ApprovalFileError(ValueError):
    """The file is none. The message is one plain clause that names the line where that helps."""


class Approver(NamedTuple):
    """One group of the file."""

    user_type: UserType
    user_name: str
    path: str
    """The file with the signature."""


class ApprovalFile(NamedTuple):
    """What the file says. Paths are as written: relative ones mean the working directory."""

    tokens: str
    """The token file with the records of several HSMs; may be empty when ``token`` is not."""
    token: str
    """The token file of one HSM; may be empty."""
    announced: int
    """How many approvals there should be."""
    approvers: tuple[Approver, ...]
    """Those that there are, of more than announced the first."""


def parse(data: bytes) -> ApprovalFile:
    """Read ``key = value;`` pairs; ``#`` begins a comment, blanks around a value do not count. Raises
    ``ApprovalFileError``."""
    once: dict[str, str] = {}
    groups: list[dict[str, str]] = []
    for number, key, value in _pairs(data.decode("utf-8-sig", "surrogateescape")):
        if key in _ONCE:
            target = once
        elif key in _EACH:
            if not groups or len(groups[-1]) == len(_EACH):
                groups.append({})
            target = groups[-1]
        else:
            raise ApprovalFileError(f"line {number}: there is no {key!r}")
        if key in target:
            raise ApprovalFileError(f"line {number}: {key} stands there twice")
        if not value and key not in (TOKENS, TOKEN):
            raise ApprovalFileError(f"line {number}: {key} has no value")
        target[key] = value
    for key in (TOKEN, COUNT):
        if key not in once:
            raise ApprovalFileError(f"{key} is missing")
    if not once[TOKEN] and not once.get(TOKENS):
        raise ApprovalFileError("no token file is named")
    announced = _count(once[COUNT])
    approvers = tuple(_approver(group) for group in groups)
    return ApprovalFile(once.get(TOKENS, ""), once[TOKEN], announced, approvers[:announced])


def _pairs(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, key and value."""
    for number, line in enumerate(text.split("\n"), start=1):
        *pairs, rest = line.partition("#")[0].split(";")
        if rest.strip():
            raise ApprovalFileError(f"line {number}: no ; at the end")
        for pair in pairs:
            key, separator, value = pair.partition("=")
            if not separator:
                raise ApprovalFileError(f"line {number}: no =")
            yield number, key.strip(), value.strip()


def _count(text: str) -> int:
    try:
        number = decimal(text)
    except BadValue:
        number = -1
    if number < 0:
        raise ApprovalFileError(f"{COUNT} is no number")
    return number


def _approver(group: dict[str, str]) -> Approver:
    for key in _EACH:
        if key not in group:
            raise ApprovalFileError(f"{key} is missing")
    if group[TYPE] not in USER_TYPES:
        raise ApprovalFileError(f"{TYPE} is not one of {', '.join(USER_TYPES)}")
    return Approver(USER_TYPES[group[TYPE]], group[NAME], group[FILE])
