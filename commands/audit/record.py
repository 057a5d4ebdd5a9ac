"""One event as a record of the log: the published fields, in the published order."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from commands.return_codes import Code, named
from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, handle, printable, text_of
from hsmshell.engine.access import UserType
from hsmshell.engine.audit import LogType, Opcode
from hsmshell.engine.records import AuditRow

USER_TYPES: dict[str, tuple[str, int]] = {
    UserType.PRE_OFFICER.value: ("CN_CRYPTO_PRE_OFFICER", 6),
    UserType.CRYPTO_OFFICER.value: ("CN_CRYPTO_OFFICER", 2),
    UserType.FIRST_OFFICER.value: ("CN_CRYPTO_OFFICER", 2),
    UserType.CRYPTO_USER.value: ("CN_CRYPTO_USER", 1),
    UserType.APPLIANCE_USER.value: ("CN_APPLIANCE_USER", 5),
}
UNKNOWN_TYPE = ("CN_UNKNOWN_USER", 0)
"""For a type that somebody typed and that there is not; ours."""

_COMMANDS = {0x0: "CN_MGMT_CMD", 0x9: "CN_CERT_AUTH_CMD"}
_SESSIONS = 0x1000000
"""What is added to a session's number; published handles are that large."""
_REBOOTS = 0
"""Simulated HSMs are never restarted."""


def fields(row: AuditRow) -> Iterator[tuple[str, str]]:
    """The names and values of a record but for its time, as text."""
    for name, *value in _fields(row):
        yield name, text_of(value)


def _fields(row: AuditRow) -> Iterator[tuple[str, *tuple[Part, ...]]]:
    opcode, answer = Opcode(row.opcode), named(row.refusal) if row.refusal else Code.SUCCESS
    yield "Sequence No", f"0x{row.sequence:x}"
    yield "Reboot counter", f"0x{_REBOOTS:x}"
    yield "Command Type(hex)", f"{_COMMANDS[opcode.command_type]} (0x{opcode.command_type:x})"
    yield "Opcode", f"{opcode.name} (0x{opcode:x})"
    session = _SESSIONS + row.session if row.session else 0
    yield "Session Handle", Value(Kind.SESSION_ID, f"0x{session:x}")
    yield "Response", f"{answer.value}:{answer.text}"
    yield "Log type", f"{opcode.log_type.name} ({opcode.log_type:d})"
    if opcode.log_type is LogType.MGMT_KEY_DETAILS_LOG:
        yield "Priv/Secret Key Handle", handle(row.private_handle)
        yield "Public Key Handle", handle(row.public_handle)
    if opcode.log_type is LogType.MGMT_USER_DETAILS_LOG:
        name, number = USER_TYPES.get(row.user_type, UNKNOWN_TYPE)
        yield "User Name", printable(row.user_name)
        yield "User Type", f"{name} ({number})"


def record(row: AuditRow) -> list[Part]:
    """The whole record. Tabs bring every colon to the same column, as in a published log."""
    seconds, micros = divmod(row.time, 1_000_000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    parts: list[Part] = ["Time: ", Value(Kind.TIME, f"{moment:%m/%d/%y %H:%M:%S}.{micros:06d}")]
    parts += [", usecs:", Value(Kind.TIME, str(row.time)), "\n"]
    for name, *value in _fields(row):
        tabs = "\t" * max(1, (_COLON - len(name) + 7) // 8)
        parts += [f"{name}{tabs}: ", *value, "\n"]
    return parts


_COLON = 24
"""The column of the colons."""
