"""What the library, a slot, a token and a session say of themselves: entries 10 to 14."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from commands.ckdemo.demo import Demo
from commands.ckdemo.tokens import GROUP, ask_slot, show_slots
from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, printable, serial
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Slot
from hsmshell.engine.errors import SessionHandleInvalid, SlotIdInvalid
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

MANUFACTURER = "SafeNet, Inc."
LIBRARY = "Chrystoki"
CRYPTOKI_VERSION, LIBRARY_VERSION = "2.20", "5.1"
"""What published C_GetInfo output of a Luna 5 client says."""

PIN_LENGTHS = (7, 255)
NAME_WIDTH = 20


class SlotFlag(enum.IntFlag):
    """CKF_... of CK_SLOT_INFO (PKCS#11 v3.0 3.2)."""

    TOKEN_PRESENT = 0x1
    REMOVABLE_DEVICE = 0x2
    HW_SLOT = 0x4


class TokenFlag(enum.IntFlag):
    """CKF_... of CK_TOKEN_INFO (PKCS#11 v3.0 3.2)."""

    RNG = 0x1
    LOGIN_REQUIRED = 0x4
    TOKEN_INITIALIZED = 0x400


class SessionFlag(enum.IntFlag):
    """CKF_... of CK_SESSION_INFO (PKCS#11 v3.0 3.3)."""

    RW_SESSION = 0x2
    SERIAL_SESSION = 0x4


class State(enum.IntEnum):
    """CKS_... (PKCS#11 v3.0 3.3)."""

    RO_PUBLIC_SESSION = 0
    RO_USER_FUNCTIONS = 1
    RW_PUBLIC_SESSION = 2
    RW_USER_FUNCTIONS = 3
    RW_SO_FUNCTIONS = 4


USER_STATES = {False: State.RO_USER_FUNCTIONS, True: State.RW_USER_FUNCTIONS}
PUBLIC_STATES = {False: State.RO_PUBLIC_SESSION, True: State.RW_PUBLIC_SESSION}


def state(role: Role | None, read_write: bool) -> State:
    """The state of a session."""
    if role is None:
        return PUBLIC_STATES[read_write]
    return State.RW_SO_FUNCTIONS if role is Role.SECURITY_OFFICER else USER_STATES[read_write]


def _report(demo: Demo, pairs: Iterable[tuple[str, Part]]) -> None:
    demo.write("\n")
    for name, value in pairs:
        demo.write(f"{name.ljust(NAME_WIDTH)}: ", value, "\n")


def _flags(flags: enum.IntFlag) -> str:
    return f"{flags.value:08x} (" + ", ".join(f"CKF_{flag.name}" for flag in type(flags) if flag in flags) + ")"


def _library(demo: Demo) -> None:
    _report(
        demo,
        (
            ("Cryptoki version", CRYPTOKI_VERSION),
            ("Manufacturer", MANUFACTURER),
            ("Library description", LIBRARY),
            ("Library version", LIBRARY_VERSION),
        ),
    )


def _chosen_slot(demo: Demo) -> Slot:
    number = ask_slot(demo)
    for slot in demo.application.slots():
        if slot.number == number:
            return slot
    raise SlotIdInvalid(str(number))


def _slot(demo: Demo) -> None:
    slot = _chosen_slot(demo)
    _report(
        demo,
        (
            ("Slot description", slot.description),
            ("Manufacturer", MANUFACTURER),
            ("Firmware version", _setting(demo, slot, "firmware")),
            ("Flags", _flags(SlotFlag.TOKEN_PRESENT | SlotFlag.REMOVABLE_DEVICE | SlotFlag.HW_SLOT)),
        ),
    )


def _token(demo: Demo) -> None:
    slot = _chosen_slot(demo)
    shortest, longest = PIN_LENGTHS
    opened = sum(session.slot == slot.number for session in demo.application.sessions())
    _report(
        demo,
        (
            ("Token label", printable(slot.label)),
            ("Manufacturer", MANUFACTURER),
            ("Model", _setting(demo, slot, "model")),
            ("Serial number", serial(slot.serial)),
            ("Sessions open", str(opened)),
            ("PIN length", f"{shortest} - {longest}"),
            ("Firmware version", _setting(demo, slot, "firmware")),
            ("Flags", _flags(TokenFlag.RNG | TokenFlag.LOGIN_REQUIRED | TokenFlag.TOKEN_INITIALIZED)),
        ),
    )


def _setting(demo: Demo, slot: Slot, name: str) -> str:
    return demo.application.appliance_of(slot.number).setting(name)


def _session(demo: Demo) -> None:
    session = demo.session
    if session is None:
        raise SessionHandleInvalid("no session is open")
    current = state(demo.application.role(session), session.read_write)
    flags = SessionFlag.SERIAL_SESSION | (SessionFlag.RW_SESSION if session.read_write else SessionFlag(0))
    _report(
        demo,
        (
            ("Session handle", Value(Kind.SESSION_ID, str(session.handle))),
            ("Slot", str(session.slot)),
            ("State", f"{current.value} (CKS_{current.name})"),
            ("Flags", _flags(flags)),
            ("Device error", "0"),
        ),
    )


def _slots(demo: Demo) -> None:
    show_slots(demo)


ENTRIES = (
    Entry(10, "Get Info", GROUP, _library, Provenance.RECOMMENDED),
    Entry(11, "Slot Info", GROUP, _slot, Provenance.RECOMMENDED),
    Entry(12, "Token Info", GROUP, _token, Provenance.RECOMMENDED),
    Entry(13, "Session Info", GROUP, _session, Provenance.RECOMMENDED),
    Entry(14, "Get Slot List", GROUP, _slots, Provenance.RECOMMENDED),
)
