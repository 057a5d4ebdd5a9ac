"""A key out of the partition and into it again: entries 60 and 61."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.generate import AES, DES3, GENERIC, ask_flags, ask_length, ask_type
from commands.ckdemo.mechanisms import ask_mechanism
from hsmshell.console.values import object_handle, path
from hsmshell.engine.attributes import Attribute
from hsmshell.grammar.menu import Entry

GROUP = "KEY"

WRAPPED_FILE = "wrapped.key"

UNWRAPPED_TYPES = {3: DES3, 6: GENERIC, 9: AES}
"""What a wrapped key may be, by number; published is only ``AES[9]``."""
TYPE_MENU = "  ".join(f"{kind.text}[{number}]" for number, kind in UNWRAPPED_TYPES.items()) + "\n"
TYPE_PROMPT = "Select type of key to unwrap: "

NO_LENGTH = -1
"""For an answer that is no length: no key has it, where 0 would leave the length unchecked."""


def _wrap(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, "wrapping")
    wrapping = demo.handle("Enter handle of wrapping key")
    demo.write("\n")
    target = demo.handle("Enter handle of key to wrap")
    wrapped = demo.application.wrap(demo.session, mechanism, wrapping, target, parameters)
    demo.write_file(WRAPPED_FILE, wrapped)
    demo.write("Wrapped key was saved in file ", path(WRAPPED_FILE), "\n")


def _unwrap(demo: Demo) -> None:
    """The questions in the order that Yubico's guide for moving from Luna gives."""
    mechanism, parameters = ask_mechanism(demo, "unwrapping")
    demo.write(TYPE_MENU)
    kind, key_type = ask_type(demo, TYPE_PROMPT, UNWRAPPED_TYPES)
    template = {**ask_flags(demo), Attribute.LABEL: f"Unwrapped {kind.text} Key"}
    demo.write("\n")
    unwrapping = demo.handle("Enter handle of unwrapping key")
    length = ask_length(demo, kind) or NO_LENGTH
    demo.write("\n")
    wrapped = demo.read_file(demo.console.ask("Enter filename of wrapped key: "))
    new = demo.application.unwrap(demo.session, mechanism, unwrapping, wrapped, key_type, template, parameters, length)
    demo.write("\nKey was unwrapped, handle=", object_handle(new), "\n")


ENTRIES = (
    Entry(60, "Wrap key", GROUP, _wrap),
    Entry(61, "Unwrap key", GROUP, _unwrap),
)
