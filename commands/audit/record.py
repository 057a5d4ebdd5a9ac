"""One event as a record of the log: the published fields, in the published order."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from commands.return_codes import Code, named
from hsmshell.console.values import printable
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
    """The names and values of a record but for its time."""
    opcode, answer = Opcode(row.opcode), named(row.refusal) if row.refusal else Code.SUCCESS
    yield "Sequence No", f"0x{row.sequence:x}"
    yield "Reboot counter", f"0x{_REBOOTS:x}"
    yield "Command Type(hex)", f"{_COMMANDS[opcode.command_type]} (0x{opcode.command_type:x})"
    yield "Opcode", f"{opcode.name} (0x{opcode:x})"
    yield "Session Handle", f"0x{_SESSIONS + row.session if row.session else 0:x}"
    yield "Response", f"{answer.value}:{answer.text}"
    yield "Log type", f"{opcode.log_type.name} ({opcode.log_type:d})"
    if opcode.log_type is LogType.MGMT_KEY_DETAILS_LOG:
        yield "Priv/Secret Key Handle", str(row.private_handle)
        yield "Public Key Handle", str(row.public_handle)
    if opcode.log_type is LogType.MGMT_USER_DETAILS_LOG:
        name, number = USER_TYPES.get(row.user_type, UNKNOWN_TYPE)
        yield "User Name", printable(row.user_name)
        yield "User Type", f"{name} ({number})"


def record(row: AuditRow) -> str:
    """The whole record. Tabs bring every colon to the same column, as in a published log."""
    seconds, micros = divmod(row.time, 1_000_000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    lines = [f"Time: {moment:%m/%d/%y %H:%M:%S}.{micros:06d}, usecs:{row.time}\n"]
    for name, value in fields(row):
        tabs = "\t" * max(1, (_COLON - len(name) + 7) // 8)
        lines.append(f"{name}{tabs}: {value}\n")
    return "".join(lines)


_COLON = 24
"""The column of the colons."""
