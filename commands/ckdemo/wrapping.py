"""A key out of the partition and into it again: entries 60 and 61."""

from __future__ import annotations

from commands.ckdemo.demo import ANSWERS, NO_NUMBER, Demo
from commands.ckdemo.generate import ask_flags, ask_length, ask_type
from commands.ckdemo.key_types import AES, DES3, GENERIC, Type
from commands.ckdemo.layout import END
from commands.ckdemo.mechanisms import WRAPPING, ask_mechanism
from hsmshell.console import Ask
from hsmshell.console.values import object_handle, path
from hsmshell.engine.appliance.attributes import GIVEN
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.grammar.menu import Entry

GROUP = "KEY"

WRAPPED_FILE = "wrapped.key"

PRIVATE_TYPES = {
    10: Type(10, "RSA", END, KeyType.RSA),
    11: Type(11, "DSA", END, KeyType.DSA),
    12: Type(12, "ECDSA", END, KeyType.EC),
}
"""The private keys that a wrapped key may be."""
UNWRAPPED_TYPES = {
    1: Type(1, "DES", END, KeyType.DES, length=8),
    2: Type(2, "DES2", END, KeyType.DES2, length=16),
    3: DES3,
    5: Type(5, "CAST5", END, KeyType.CAST5, "Enter Key Length in bytes: "),
    6: GENERIC,
    7: Type(7, "SEED", END, KeyType.SEED, length=16),
    9: AES,
    **PRIVATE_TYPES,
}
"""What a wrapped key may be, by number; published is only ``AES[9]``."""
TYPE_MENU = "  ".join(f"{kind.text}[{number}]" for number, kind in UNWRAPPED_TYPES.items()) + "\n"
TYPE_PROMPT = "Select type of key to unwrap: "

LENGTH_QUESTION = "Do you wish to explicitly specify the key length in the template - Yes[1] No[0] : "
"""Asked by a Luna 7 client (Thales, using CKM_AES_KW)."""
LENGTH_ASKED = frozenset({Mechanism.AES_KEY_WRAP, Mechanism.ARIA_ECB, Mechanism.ARIA_CBC, Mechanism.ARIA_CBC_PAD})


def _wrap(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, WRAPPING, "wrapping", asks_iv=demo.profile is Profile.LUNA7)
    wrapping = demo.handle("Enter handle of wrapping key")
    demo.write("\n")
    target = demo.handle("Enter handle of key to wrap")
    wrapped = demo.application.wrap(demo.session, mechanism, wrapping, target, parameters)
    demo.write_file(WRAPPED_FILE, wrapped)
    demo.write("Wrapped key was saved in file ", path(WRAPPED_FILE), "\n")


def _unwrap(demo: Demo) -> None:
    """The questions in the order that Yubico's guide for moving from Luna gives."""
    mechanism, parameters = ask_mechanism(demo, WRAPPING, "unwrapping", asks_iv=demo.profile is Profile.LUNA7)
    demo.write(TYPE_MENU)
    kind, key_type = ask_type(demo, TYPE_PROMPT, UNWRAPPED_TYPES)
    template = _template(demo, kind)
    demo.write("\n")
    unwrapping = demo.handle("Enter handle of unwrapping key")
    length = _ask_length(demo, mechanism, kind)
    demo.write("\n")
    wrapped = demo.read_file(demo.console.ask("Enter filename of wrapped key: "))
    new = demo.application.unwrap(demo.session, mechanism, unwrapping, wrapped, key_type, template, parameters, length)
    demo.write("\nKey was unwrapped, handle=", object_handle(new), "\n")


def _template(demo: Demo, kind: Type) -> dict[Attribute, AttributeValue]:
    """The new key's attributes; of those that were answered, a private key has only some."""
    is_private = kind.number in PRIVATE_TYPES
    given = GIVEN[ObjectClass.PRIVATE_KEY if is_private else ObjectClass.SECRET_KEY]
    flags = {attribute: value for attribute, value in ask_flags(demo).items() if attribute in given}
    return {**flags, Attribute.LABEL: f"Unwrapped {kind.text} {'Private Key' if is_private else 'Key'}"}


def _ask_length(demo: Demo, mechanism: Mechanism | None, kind: Type) -> int:
    """The length that the key has to have; 0 where none is stated."""
    if kind.number in PRIVATE_TYPES:
        return 0
    if kind.length_question and mechanism in LENGTH_ASKED and demo.profile is Profile.LUNA7:
        demo.write("\n")
        if not ANSWERS.get(demo.console.ask(LENGTH_QUESTION, Ask.MENU).strip(), False):
            return 0
    # A 0 would leave the length unchecked; no key has the other.
    return ask_length(demo, kind) or NO_NUMBER


ENTRIES = (
    Entry(60, "Wrap key", GROUP, _wrap),
    Entry(61, "Unwrap key", GROUP, _unwrap),
)
