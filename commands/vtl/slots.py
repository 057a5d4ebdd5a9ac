"""``vtl verify`` and ``vtl listSlots``: the partitions that the client reaches."""

from __future__ import annotations

from commands.vtl.client import Client
from hsmshell.console import Part
from hsmshell.console.values import printable, serial
from hsmshell.engine.appliance import Slot
from hsmshell.engine.appliance.groups import FIXED_SLOTS
from hsmshell.engine.appliance.policies import Profile
from hsmshell.grammar import Arguments, Command

GOOD, FAILED = 0, 1

FOUND = "The following Luna SA Slots/Partitions were found:\n\n"
VERIFY_HEAD = "Slot    Serial #                Label\n====    ================        =====\n"
NOTHING_FOUND = "No Luna SA Slots/Partitions were found.\n"
"""Ours: no published session of a client without partitions."""

COUNT = "Number of slots: {count}\n\nThe following slots were found:\n\n"
LIST_HEAD = (
    "Slot Description          Label                            Serial #         Status\n"
    "==== ==================== ================================ ================ ============\n"
)
OLDER_HEAD = (
    "Slot #    Description          Label                            Serial #         Status\n"
    "========= ==================== ================================ ================ ============\n"
)
"""The older client's first column; the others are those of the newer one."""
WIDTHS = (20, 32, 16)
PRESENT, ABSENT = "Present", "Not present"
NOTHING = "-"


def _verify(client: Client, arguments: Arguments) -> int:
    slots = client.partitions()
    if not slots:
        client.write(NOTHING_FOUND)
        return FAILED
    client.write(FOUND, VERIFY_HEAD)
    for slot in slots:
        client.write(f"{slot.number:>4}    ", *_serial(slot, 16), f"        {printable(slot.label)}\n")
    return GOOD


def _list(client: Client, arguments: Arguments) -> int:
    slots = {slot.number: slot for slot in client.lab.application().slots()}
    if client.profile is Profile.LUNA5:
        numbers = sorted({*range(1, FIXED_SLOTS + 1), *slots})
        client.write(COUNT.format(count=len(numbers)), OLDER_HEAD)
        for number in numbers:
            client.write(f"slot #{number:<4}", *_cells(slots.get(number)))
        return GOOD
    client.write(COUNT.format(count=len(slots)), LIST_HEAD)
    for number, slot in slots.items():
        client.write(f"{number:>4} ", *_cells(slot))
    return GOOD


def _cells(slot: Slot | None) -> list[Part]:
    """The columns after the number; an empty slot has three dashes (published)."""
    description, label, _ = WIDTHS
    if slot is None:
        return ["".join(f"{NOTHING:<{width}} " for width in WIDTHS), ABSENT, "\n"]
    texts = f"{printable(slot.description):<{description}} {printable(slot.label):<{label}} "
    return [texts, *_serial(slot, WIDTHS[-1]), f" {PRESENT}\n"]


def _serial(slot: Slot, width: int) -> list[Part]:
    return [serial(slot.serial), " " * (width - len(slot.serial))]


COMMANDS = (
    Command("verify", "shows the partitions that this client reaches", _verify),
    Command("listSlots", "shows the client's slots", _list, notes="the older client's columns are the newer one's"),
)
