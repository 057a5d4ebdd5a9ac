"""Simple key generation: entry 45. The first questions are published (Thales, using CKM_AES_KW), the others follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from commands.ckdemo.demo import NO_NUMBER, Demo
from commands.ckdemo.key_types import X9_31, Type, by_number, menu
from hsmshell.console import Ask, Part
from hsmshell.console.values import hexadecimal, object_handle
from hsmshell.engine.appliance import PairSpec
from hsmshell.engine.appliance.attributes import GIVEN
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import CurveNotSupported, MechanismInvalid
from hsmshell.engine.mechanisms import Curve
from hsmshell.grammar.menu import Entry

__all__ = ["ENTRIES", "ask_flags", "ask_length", "ask_type", "result"]

_A = Attribute
Template = dict[Attribute, AttributeValue]

PROMPT = "> "
BITS_QUESTION = "Enter Key Length in bits (1024 - 4096): "
STRONG_BITS_QUESTION = "Enter Key Length in bits (2048 - 4096): "
EXPONENT_QUESTION = "Enter Public Exponent (3, 17, 65537): "
DOMAIN_QUESTION = "Enter handle of domain parameters, 0 for none"
NO_DOMAIN = 0
PRIME_QUESTIONS = {
    KeyType.DSA: "Enter Prime Length in bits (1024, 2048, 3072): ",
    KeyType.DH: "Enter Prime Length in bits (1024, 1536, 2048, 3072, 4096): ",
}
CURVES = {
    1: ("P-192", Curve.P192),
    2: ("P-224", Curve.P224),
    3: ("P-256", Curve.P256),
    4: ("P-384", Curve.P384),
    5: ("P-521", Curve.P521),
    6: ("secp256k1", Curve.K256),
}
CURVE_MENU = " ".join(f"[{number}]{name}" for number, (name, _) in CURVES.items()) + "\n"
CURVE_PROMPT = "Select curve: "

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


def ask_flags(demo: Demo, known: Collection[Attribute] = frozenset(Attribute)) -> Template:
    """The attributes of a new object, one question each; of those that it knows."""
    values: Template = {}
    for name, attributes in FLAGS:
        if attributes[0] in known:
            demo.write("\n")
            values.update(dict.fromkeys(attributes, demo.boolean(f"Enter Is {name} Attribute [0-1]: ")))
    return values


def ask_length(demo: Demo, kind: Type) -> int:
    """A key's length in bytes, asked for unless the type has only one."""
    if not kind.length_question:
        return kind.length
    demo.write("\n")
    return demo.number(kind.length_question, Ask.LINE, otherwise=NO_NUMBER)


def ask_type(demo: Demo, prompt: str, types: Mapping[int, Type]) -> tuple[Type, KeyType]:
    """A type by its number in a menu. Raises ``MechanismInvalid`` when the HSM has no such keys."""
    number = demo.number(prompt)
    kind = types.get(number)
    if kind is None or kind.key_type is None:
        raise MechanismInvalid(str(number))
    return kind, kind.key_type


def _generate(demo: Demo) -> None:
    profile = demo.profile
    demo.write(menu(profile))
    kind, key_type = ask_type(demo, PROMPT, by_number(profile))
    if kind.is_domain:
        _generate_domain(demo, kind, key_type)
    elif key_type is KeyType.RSA:
        _generate_pair(demo, kind, _ask_rsa(demo, kind))
    elif key_type in PRIME_QUESTIONS:
        _generate_pair(demo, kind, _ask_in_domain(demo, key_type))
    elif key_type in (KeyType.EC, KeyType.EC_EDWARDS, KeyType.EC_MONTGOMERY):
        _generate_pair(demo, kind, PairSpec(key_type, curve=kind.curve or _ask_curve(demo)))
    else:
        _generate_secret(demo, kind, key_type)


def _generate_secret(demo: Demo, kind: Type, key_type: KeyType) -> None:
    size = ask_length(demo, kind)
    name = kind.text.strip()
    template = {**ask_flags(demo), _A.LABEL: f"Generated {name} Key"}
    number = demo.application.generate_secret_key(demo.session, key_type, size, template)
    demo.write("\n", *result(f"Generated {name} Key", number))


def _generate_domain(demo: Demo, kind: Type, key_type: KeyType) -> None:
    demo.write("\n")
    bits = demo.number(PRIME_QUESTIONS[key_type], Ask.LINE)
    word = f"Generated {kind.text}"
    template = {**ask_flags(demo, GIVEN[ObjectClass.DOMAIN_PARAMETERS]), _A.LABEL: word}
    demo.write("\n", *result(word, demo.application.generate_domain(demo.session, key_type, bits, template)))


def _ask_rsa(demo: Demo, kind: Type) -> PairSpec:
    demo.write("\n")
    bits = demo.number(STRONG_BITS_QUESTION if kind.strong_primes else BITS_QUESTION, Ask.LINE)
    demo.write("\n")
    exponent = demo.number(EXPONENT_QUESTION, Ask.LINE)
    return PairSpec(KeyType.RSA, bits, exponent, strong_primes=kind.strong_primes, x9_31=kind.number == X9_31)


def _ask_in_domain(demo: Demo, key_type: KeyType) -> PairSpec:
    demo.write("\n")
    domain = demo.handle(DOMAIN_QUESTION)
    if domain != NO_DOMAIN:
        return PairSpec(key_type, domain=demo.application.domain(demo.session, domain))
    demo.write("\n")
    return PairSpec(key_type, demo.number(PRIME_QUESTIONS[key_type], Ask.LINE))


def _ask_curve(demo: Demo) -> Curve:
    demo.write("\n", CURVE_MENU)
    number = demo.number(CURVE_PROMPT)
    if number not in CURVES:
        raise CurveNotSupported(str(number))
    return CURVES[number][1]


def _generate_pair(demo: Demo, kind: Type, spec: PairSpec) -> None:
    flags = ask_flags(demo)
    name = kind.text.strip()
    public, private = (
        {
            **{attribute: value for attribute, value in flags.items() if attribute in GIVEN[half]},
            _A.LABEL: f"Generated {name} {word} Key",
        }
        for half, word in ((ObjectClass.PUBLIC_KEY, "Public"), (ObjectClass.PRIVATE_KEY, "Private"))
    )
    first, second = demo.application.generate_pair(demo.session, spec, public, private)
    demo.write("\n", *result("Generated Public Key", first), *result("Generated Private Key", second))


def result(words: str, number: int) -> list[Part]:
    """The line that names a new object."""
    return [f"{words}: ", object_handle(number), " (", hexadecimal(f"0x{number:08x}"), ")\n"]


ENTRIES = (Entry(45, "Simple Generate Key", "SECURITY", _generate),)
