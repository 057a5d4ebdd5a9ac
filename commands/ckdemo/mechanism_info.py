"""What a token can do: its mechanisms, and the sizes and uses of one of them: entries 8 and 9."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.report import flag_names, report
from commands.ckdemo.tokens import GROUP, ask_slot
from hsmshell.console import Ask
from hsmshell.engine.appliance.mechanism_table import MechanismInfo
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry
from hsmshell.grammar.values import BadValue, Hexadecimal, decimal

MECHANISM_QUESTION = "Enter mechanism type (0x for hexadecimal): "
NO_MECHANISM = -1
"""For an answer that is no number: 0 is a mechanism."""


def _code(info: MechanismInfo) -> str:
    return f"0x{info.mechanism:08x}"


def _list(demo: Demo) -> None:
    slot = ask_slot(demo)
    known = demo.application.mechanisms(slot)
    demo.write(f"\nMechanisms of slot#{slot}:\n", *(f"{_code(info)} - {info.name}\n" for info in known))


def _ask_type(demo: Demo) -> int:
    word = demo.console.ask(MECHANISM_QUESTION, Ask.LINE).strip()
    try:
        return Hexadecimal().parse(word) if word[:2].lower() == "0x" else decimal(word)
    except BadValue:
        return NO_MECHANISM


def _show(demo: Demo) -> None:
    slot = ask_slot(demo)
    demo.write("\n")
    info = demo.application.mechanism(slot, _ask_type(demo))
    report(
        demo,
        (
            ("Mechanism", f"{_code(info)} ({info.name})"),
            ("Smallest key size", str(info.smallest)),
            ("Largest key size", str(info.largest)),
            ("Flags", flag_names(info.flags)),
        ),
    )


ENTRIES = (
    Entry(8, "Mechanism List", GROUP, _list, Provenance.RECOMMENDED),
    Entry(9, "Mechanism Info", GROUP, _show, Provenance.RECOMMENDED),
)
