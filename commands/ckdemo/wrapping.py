"""A key out of the partition and into it again: entries 60 and 61."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.generate import ask_flags
from commands.ckdemo.mechanisms import ask_mechanism
from hsmshell.console.values import handle, path
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.errors import MechanismInvalid
from hsmshell.grammar.menu import Entry

GROUP = "KEY"

WRAPPED_FILE = "wrapped.key"

UNWRAPPED_TYPES = {3: (KeyType.DES3, "DES3"), 6: (KeyType.GENERIC_SECRET, "Generic"), 9: (KeyType.AES, "AES")}
"""What a wrapped key may be, by number; published is only ``AES[9]``."""
TYPE_MENU = "\n" + "  ".join(f"{name}[{number}]" for number, (_, name) in UNWRAPPED_TYPES.items()) + "\n"


def _wrap(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, "wrapping")
    wrapping = demo.handle("Enter handle of wrapping key")
    demo.write("\n")
    target = demo.handle("Enter handle of key to wrap")
    wrapped = demo.application.wrap(demo.session, mechanism, wrapping, target, parameters)
    demo.write_file(WRAPPED_FILE, wrapped)
    demo.write("Wrapped key was saved in file ", path(WRAPPED_FILE), "\n")


def _unwrap(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, "unwrapping")
    unwrapping = demo.handle("Enter handle of unwrapping key")
    demo.write("\n")
    wrapped = demo.read_file(demo.console.ask("Enter filename of wrapped key: "))
    demo.write(TYPE_MENU)
    number = demo.number("Select type of key to unwrap: ")
    if number not in UNWRAPPED_TYPES:
        raise MechanismInvalid(str(number))
    key_type, name = UNWRAPPED_TYPES[number]
    template = {**ask_flags(demo), Attribute.LABEL: f"Unwrapped {name} Key"}
    new = demo.application.unwrap(demo.session, mechanism, unwrapping, wrapped, key_type, template, parameters)
    demo.write("\nKey was unwrapped, handle=", handle(new), "\n")


ENTRIES = (
    Entry(60, "Wrap key", GROUP, _wrap),
    Entry(61, "Unwrap key", GROUP, _unwrap),
)
