"""What the library, a slot, a token and a session say of themselves: entries 10 to 15."""

from __future__ import annotations

import enum
from contextlib import suppress

from commands.ckdemo.demo import Demo
from commands.ckdemo.report import flag_names, report
from commands.ckdemo.tokens import GROUP, ask_session, ask_slot, find_session, show_slots
from hsmshell.console.values import Kind, Value, printable, serial
from hsmshell.engine.access import PIN_LENGTHS, Role
from hsmshell.engine.appliance import Slot
from hsmshell.engine.appliance.logins import PinState
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.errors import UserPinNotInitialized
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

MANUFACTURER = "SafeNet, Inc."
LIBRARY = "Chrystoki"
CRYPTOKI_VERSION = "2.20"
LIBRARY_VERSIONS = {Profile.LUNA5: "5.1", Profile.LUNA7: "10.3"}
"""What published C_GetInfo output of a Luna 5 client says, and the version of a client of published Luna 7 sessions."""


class SlotFlag(enum.IntFlag):
    """CKF_... of CK_SLOT_INFO (PKCS#11 v3.0 3.2)."""

    TOKEN_PRESENT = 0x1
    REMOVABLE_DEVICE = 0x2
    HW_SLOT = 0x4


SLOT_FLAGS = SlotFlag.TOKEN_PRESENT | SlotFlag.REMOVABLE_DEVICE | SlotFlag.HW_SLOT
GROUP_SLOT_FLAGS = SlotFlag.TOKEN_PRESENT | SlotFlag.HW_SLOT
"""A partition's slot, and an HA group's (published: luna-samples)."""


class TokenFlag(enum.IntFlag):
    """CKF_... of CK_TOKEN_INFO (PKCS#11 v3.0 3.2)."""

    RNG = 0x1
    LOGIN_REQUIRED = 0x4
    USER_PIN_INITIALIZED = 0x8
    TOKEN_INITIALIZED = 0x400
    USER_PIN_COUNT_LOW = 0x10000
    USER_PIN_FINAL_TRY = 0x20000
    USER_PIN_LOCKED = 0x40000
    SO_PIN_COUNT_LOW = 0x100000
    SO_PIN_FINAL_TRY = 0x200000
    SO_PIN_LOCKED = 0x400000


USER_FLAGS = (TokenFlag.USER_PIN_COUNT_LOW, TokenFlag.USER_PIN_FINAL_TRY, TokenFlag.USER_PIN_LOCKED)
OFFICER_FLAGS = (TokenFlag.SO_PIN_COUNT_LOW, TokenFlag.SO_PIN_FINAL_TRY, TokenFlag.SO_PIN_LOCKED)


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


def token_flags(user: PinState | None, officer: PinState | None) -> TokenFlag:
    """The flags of a token whose PINs stand so; ``None`` is a PIN that was never set."""
    flags = TokenFlag.RNG | TokenFlag.LOGIN_REQUIRED
    if user is not None or officer is not None:
        flags |= TokenFlag.TOKEN_INITIALIZED
    if user is not None:
        flags |= TokenFlag.USER_PIN_INITIALIZED
    for pin, (count_low, final_try, locked) in ((user, USER_FLAGS), (officer, OFFICER_FLAGS)):
        if pin is None or not pin.failures:
            continue
        flags |= count_low
        if pin.is_final_try:
            flags |= final_try
        if pin.is_locked:
            flags |= locked
    return flags


def _library(demo: Demo) -> None:
    report(
        demo,
        (
            ("Cryptoki version", CRYPTOKI_VERSION),
            ("Manufacturer", MANUFACTURER),
            ("Library description", LIBRARY),
            ("Library version", LIBRARY_VERSIONS[demo.profile]),
        ),
    )


def _chosen_slot(demo: Demo) -> Slot:
    return demo.application.slot(ask_slot(demo))


def _slot(demo: Demo) -> None:
    slot = _chosen_slot(demo)
    report(
        demo,
        (
            ("Slot description", printable(slot.description)),
            ("Manufacturer", MANUFACTURER),
            ("Firmware version", _setting(demo, slot, "firmware")),
            ("Flags", flag_names(GROUP_SLOT_FLAGS if slot.is_group else SLOT_FLAGS)),
        ),
    )


def _token(demo: Demo) -> None:
    slot = _chosen_slot(demo)
    opened = [session for session in demo.application.sessions() if session.slot == slot.number]
    storage = demo.application.storage(slot.number)
    flags = token_flags(_pin(demo, slot, Role.CRYPTO_OFFICER), _pin(demo, slot, Role.SECURITY_OFFICER))
    report(
        demo,
        (
            ("Token label", printable(slot.label)),
            ("Manufacturer", MANUFACTURER),
            ("Model", _setting(demo, slot, "model")),
            ("Serial number", serial(slot.serial)),
            ("Sessions open", str(len(opened))),
            ("R/W sessions open", str(sum(session.read_write for session in opened))),
            ("PIN length", f"{PIN_LENGTHS.start} - {PIN_LENGTHS.stop - 1}"),
            ("Total memory", f"{storage.total} bytes"),
            # A key's encoding is a byte longer or shorter from one key to the next.
            ("Free memory", Value(Kind.VARYING, f"{storage.free} bytes")),
            ("Firmware version", _setting(demo, slot, "firmware")),
            ("Flags", flag_names(flags)),
        ),
    )


def _pin(demo: Demo, slot: Slot, role: Role) -> PinState | None:
    with suppress(UserPinNotInitialized):
        return demo.application.pin_state(slot.number, role)
    return None


def _setting(demo: Demo, slot: Slot, name: str) -> str:
    return demo.application.appliance_of(slot.number).setting(name)


def _session(demo: Demo) -> None:
    """The session that it tells about is the current one from then on, which is how one of several is chosen."""
    session = find_session(demo, ask_session(demo))
    slot = demo.application.slot(session.slot)
    demo.choose(session)
    current = state(demo.application.role(session), session.read_write)
    flags = SessionFlag.SERIAL_SESSION | (SessionFlag.RW_SESSION if session.read_write else SessionFlag(0))
    report(
        demo,
        (
            ("Session handle", Value(Kind.SESSION_ID, str(session.handle))),
            ("Slot", str(slot.number)),
            ("State", f"{current.value} (CKS_{current.name})"),
            ("Flags", flag_names(flags)),
            ("Device error", "0"),
        ),
    )


def _slots(demo: Demo) -> None:
    show_slots(demo)


def _event(demo: Demo) -> None:
    demo.write(f"\nEvent in slot#{demo.application.slot_event()}\n")


ENTRIES = (
    Entry(10, "Get Info", GROUP, _library, Provenance.RECOMMENDED),
    Entry(11, "Slot Info", GROUP, _slot, Provenance.RECOMMENDED),
    Entry(12, "Token Info", GROUP, _token, Provenance.RECOMMENDED),
    Entry(13, "Session Info", GROUP, _session, Provenance.RECOMMENDED),
    Entry(14, "Get Slot List", GROUP, _slots, Provenance.RECOMMENDED),
    Entry(15, "Wait for Slot Event", GROUP, _event, Provenance.RECOMMENDED),
)
