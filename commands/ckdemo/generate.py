"""Simple key generation: entry 45 (menu and first questions: Thales, using CKM_AES_KW, rows up to [24])."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from commands.ckdemo.demo import Demo
from commands.ckdemo.layout import END, laid_out
from hsmshell.console import Ask, Part
from hsmshell.console.values import hexadecimal, object_handle
from hsmshell.engine.appliance import PairSpec
from hsmshell.engine.appliance.attributes import GIVEN
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import MechanismInvalid
from hsmshell.grammar.menu import Entry

_A = Attribute


class Type(NamedTuple):
    """One key type of the menu."""

    number: int
    text: str
    width: int
    """The cell's width in the menu."""
    key_type: KeyType | None = None
    """``None`` for a type that this HSM does not make."""
    length_question: str = ""
    length: int = 0
    """The length in bytes of a type that has only one."""


DES3 = Type(3, "DES3", 22, KeyType.DES3, length=24)
GENERIC = Type(6, "Generic", 13, KeyType.GENERIC_SECRET, "Enter Key Length in bytes: ")
AES = Type(16, "AES", 13, KeyType.AES, "Enter Key Length in bytes (16, 24, 32): ")

TYPES = (
    Type(1, "DES", 13),
    Type(2, "DES2", 12),
    DES3,
    Type(5, " CAST3", END),
    GENERIC,
    Type(7, "RSA", 12, KeyType.RSA),
    Type(8, "DSA", 11),
    Type(9, "DH", 11),
    Type(10, " CAST5", END),
    Type(11, "RC2", 13),
    Type(12, "RC4", 12),
    Type(13, "RC5", 11),
    Type(14, "SSL3", 11),
    Type(15, " ECDSA", END),
    AES,
    Type(17, "SEED", 12),
    Type(18, "KCDSA-1024", 18),
    Type(19, "KCDSA-2048", END),
    Type(20, "DSA Domain Param", 25),
    Type(21, "KCDSA Domain Param", END),
    Type(22, "RSA X9.31", 25),
    Type(23, "DH X9.42", 22),
    Type(24, "ARIA", END),
)
BY_NUMBER = {kind.number: kind for kind in TYPES}

MENU = "Select type of key to generate\n" + laid_out((f"[{kind.number:2}] {kind.text}", kind.width) for kind in TYPES)
PROMPT = "> "
BITS_QUESTION = "Enter Key Length in bits (1024 - 4096): "
EXPONENT_QUESTION = "Enter Public Exponent (3, 17, 65537): "

FLAGS: tuple[tuple[str, tuple[Attribute, ...]], ...] = (
    ("Token", (_A.TOKEN,)),
    ("Sensitive", (_A.SENSITIVE,)),
    ("Private", (_A.PRIVATE,)),
    ("Modifiable", (_A.MODIFIABLE,)),
    ("Extractable", (_A.EXTRACTABLE,)),
    ("Encrypt/Decrypt", (_A.ENCRYPT, _A.DECRYPT)),
    ("Sign/Verify", (_A.SIGN, _A.VERIFY)),
    ("Wrap/Unwrap", (_A.WRAP, _A.UNWRAP)),
    ("Derive", (_A.DERIVE,)),
)
"""The yes-or-no questions in their order, and what each answer sets. Published are the first four."""


def ask_flags(demo: Demo) -> dict[Attribute, AttributeValue]:
    """The attributes of a new key, one question each."""
    values: dict[Attribute, AttributeValue] = {}
    for name, attributes in FLAGS:
        demo.write("\n")
        values.update(dict.fromkeys(attributes, demo.boolean(f"Enter Is {name} Attribute [0-1]: ")))
    return values


def ask_length(demo: Demo, kind: Type) -> int:
    """A key's length in bytes, asked for unless the type has only one."""
    if not kind.length_question:
        return kind.length
    demo.write("\n")
    return demo.number(kind.length_question, Ask.LINE)


def ask_type(demo: Demo, prompt: str, types: Mapping[int, Type]) -> tuple[Type, KeyType]:
    """A type by its number in a menu. Raises ``MechanismInvalid`` when the HSM has no such keys."""
    number = demo.number(prompt)
    kind = types.get(number)
    if kind is None or kind.key_type is None:
        raise MechanismInvalid(str(number))
    return kind, kind.key_type


def _generate(demo: Demo) -> None:
    demo.write(MENU)
    kind, key_type = ask_type(demo, PROMPT, BY_NUMBER)
    if key_type is KeyType.RSA:
        _generate_rsa(demo)
    else:
        _generate_secret(demo, kind, key_type)


def _generate_secret(demo: Demo, kind: Type, key_type: KeyType) -> None:
    size = ask_length(demo, kind)
    template = {**ask_flags(demo), _A.LABEL: f"Generated {kind.text} Key"}
    number = demo.application.generate_secret_key(demo.session, key_type, size, template)
    demo.write("\n", *_result(kind.text, number))


def _generate_rsa(demo: Demo) -> None:
    demo.write("\n")
    bits = demo.number(BITS_QUESTION, Ask.LINE)
    demo.write("\n")
    exponent = demo.number(EXPONENT_QUESTION, Ask.LINE)
    flags = ask_flags(demo)
    public, private = (
        {
            **{attribute: value for attribute, value in flags.items() if attribute in GIVEN[half]},
            _A.LABEL: f"Generated RSA {word} Key",
        }
        for half, word in ((ObjectClass.PUBLIC_KEY, "Public"), (ObjectClass.PRIVATE_KEY, "Private"))
    )
    first, second = demo.application.generate_pair(demo.session, PairSpec(KeyType.RSA, bits, exponent), public, private)
    demo.write("\n", *_result("Public", first), *_result("Private", second))


def _result(word: str, number: int) -> list[Part]:
    return [f"Generated {word} Key: ", object_handle(number), " (", hexadecimal(f"0x{number:08x}"), ")\n"]


ENTRIES = (Entry(45, "Simple Generate Key", "SECURITY", _generate),)
