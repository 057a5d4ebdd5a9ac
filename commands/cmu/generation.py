"""``cmu generatekeypair``."""

from __future__ import annotations

from commands.cmu.errors import Message, failure
from commands.cmu.names import KEY_TYPES, attribute_option, given, option_name
from commands.cmu.options import BOOLEAN, BOOLEAN_PLACEHOLDER, COMMON
from commands.cmu.utility import Utility
from hsmshell.console import Ask
from hsmshell.console.values import object_handle
from hsmshell.engine.appliance import PairSpec
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType
from hsmshell.engine.mechanisms import Curve
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import BadValue, Integer, Text, ValueType, Word

_A = Attribute

MECHANISM_MENU = "Select RSA Mechanism Type -\n"
MECHANISM_PROMPT = "[1] PKCS [2] FIPS 186-3 Only Primes [3] FIPS 186-3 Auxiliary Primes : "
"""Published."""

TYPE_MENU = "Select Key Type -\n"
TYPE_PROMPT = "[1] RSA [2] DSA [3] ECDSA : "
BITS_PROMPT = "Enter modulus bits : "
EXPONENT_PROMPT = "Enter public exponent (3, 17 or 65537) : "
CURVE_MENU = "Select Curve Type -\n"
CURVE_PROMPT = "[1] P-192 [2] P-224 [3] P-256 [4] P-384 [5] P-521 : "
"""Ours, after the pattern of the published question."""

GENERATED = "...The key pair was successfully generated -> public handle("
"""What newer clients print."""

PAIR_TYPES = {"RSA": KeyType.RSA, "DSA": KeyType.DSA, "ECDSA": KeyType.EC}
PKCS, PRIMES, AUXILIARY = 1, 2, 3
MECHANISM_WORDS = {"pkcs": PKCS, "prime": PRIMES, "aux": AUXILIARY}
"""Published are ``pkcs`` and ``aux``."""

EXPONENTS = {3: "", 17: "", 65537: ""}
CURVES = {
    "1": Curve.P192,
    "2": Curve.P224,
    "3": Curve.P256,
    "4": Curve.P384,
    "5": Curve.P521,
    "P-192": Curve.P192,
    "P-224": Curve.P224,
    "P-256": Curve.P256,
    "P-384": Curve.P384,
    "P-521": Curve.P521,
    **{curve.value: curve for curve in (Curve.P192, Curve.P224, Curve.P256, Curve.P384, Curve.P521)},
    "secp192r1": Curve.P192,
    "secp256r1": Curve.P256,
}
"""A curve by its published number, or by the names that FIPS 186-4, SEC 2 and OpenSSL have for it."""

_TYPE = Word(PAIR_TYPES, fold=True)
_BITS = Integer(1, 0xFFFFFFFF)
_EXPONENT = Integer(choices=EXPONENTS)
_CURVE = Word(CURVES, fold=True)

PUBLIC_FLAGS = (_A.ENCRYPT, _A.VERIFY, _A.WRAP)
PRIVATE_FLAGS = (_A.DECRYPT, _A.SIGN, _A.UNWRAP, _A.DERIVE, _A.EXTRACTABLE)
BOTH = (_A.ID, _A.SUBJECT, _A.START_DATE, _A.END_DATE)


def _asked(utility: Utility, arguments: Arguments, option: str, kind: ValueType, prompt: str, menu: str = "") -> object:
    """The value of the option, or the answer to the question. Raises ``Failure``."""
    if option in arguments:
        return arguments[option]
    utility.write(menu)
    try:
        return kind.parse(utility.console.ask(prompt, Ask.MENU if menu else Ask.LINE).strip())
    except BadValue as problem:
        raise failure(Message.BAD_VALUE, option, str(problem)) from None


def _spec(utility: Utility, arguments: Arguments) -> PairSpec:
    """What the pair is to be. Raises ``Failure``."""
    numbered = Word({str(place): kind for place, kind in enumerate(PAIR_TYPES.values(), 1)})
    key_type = _asked(utility, arguments, "keyType", numbered, TYPE_PROMPT, TYPE_MENU)
    if key_type is KeyType.EC:
        curve = _asked(utility, arguments, "curvetype", _CURVE, CURVE_PROMPT, CURVE_MENU)
        assert isinstance(curve, Curve)
        return PairSpec(KeyType.EC, curve=curve)
    bits = _asked(utility, arguments, "modulusBits", _BITS, BITS_PROMPT)
    assert isinstance(bits, int)
    if key_type is KeyType.DSA:
        return PairSpec(KeyType.DSA, bits)
    exponent = _asked(utility, arguments, "publicExponent", _EXPONENT, EXPONENT_PROMPT)
    assert isinstance(exponent, int)
    if not {"mech", "keygenmech"} & set(arguments):
        _asked(utility, arguments, "mech", Integer(PKCS, AUXILIARY), MECHANISM_PROMPT, MECHANISM_MENU)
    return PairSpec(KeyType.RSA, bits, exponent)


def _templates(
    arguments: Arguments, key_type: KeyType
) -> tuple[dict[Attribute, AttributeValue], dict[Attribute, AttributeValue]]:
    """The attributes of the public and of the private key."""
    halves = []
    for half, flags in (("Public", PUBLIC_FLAGS), ("Private", PRIVATE_FLAGS)):
        label = arguments.text(f"label{half}") if f"label{half}" in arguments else arguments.get("label")
        values: dict[Attribute, AttributeValue] = {
            _A.TOKEN: True,
            _A.PRIVATE: bool(arguments.get("private", True)),
            _A.MODIFIABLE: bool(arguments.get("modifiable", True)),
            _A.LABEL: label if isinstance(label, str) else f"CMU {KEY_TYPES[key_type]} {half} Key",
        }
        values.update(given(arguments, BOTH))
        values.update({flag: arguments.flag(option_name(flag)) for flag in flags})
        halves.append(values)
    return halves[0], halves[1]


def _generate(utility: Utility, arguments: Arguments) -> int:
    start, end = arguments.text("startDate"), arguments.text("endDate")
    if start and end and end < start:
        raise failure(Message.BAD_VALIDITY)
    utility.begin(arguments)
    spec = _spec(utility, arguments)
    public, private = utility.application.generate_pair(utility.session, spec, *_templates(arguments, spec.key_type))
    utility.tell(GENERATED, object_handle(public), "), private handle(", object_handle(private), ")\n")
    return 0


COMMAND = Command(
    "generatekeypair",
    "makes a key pair",
    _generate,
    (
        Parameter("keyType", _TYPE, "<type>", "RSA, DSA or ECDSA; asked for when absent", aliases=("key",)),
        Parameter("modulusBits", _BITS, "<bits>", "of RSA and DSA; asked for when absent"),
        Parameter("publicExponent", _EXPONENT, "<number>", "of RSA: 3, 17 or 65537; asked for when absent"),
        Parameter("curvetype", _CURVE, "<curve>", "1 to 5 for P-192 to P-521, or the name; asked for when absent"),
        Parameter("mech", Word(MECHANISM_WORDS, fold=True), "<pkcs/prime/aux>", "how RSA's primes are found"),
        Parameter("keygenmech", Integer(PKCS, AUXILIARY), "<1-3>", "the same, as the menu's number"),
        Parameter("label", Text(), "<label>", "the label of both keys"),
        Parameter("labelPublic", Text(), "<label>", "the public key's label"),
        Parameter("labelPrivate", Text(), "<label>", "the private key's label"),
        *(attribute_option(attribute, "both keys' {}") for attribute in BOTH),
        Parameter("private", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether only a login shows them (T)"),
        Parameter("modifiable", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether their attributes may change (T)"),
        *(attribute_option(attribute, "the public key's {} (F)") for attribute in PUBLIC_FLAGS),
        *(attribute_option(attribute, "the private key's {} (F)") for attribute in PRIVATE_FLAGS),
        *COMMON,
    ),
    notes="the questions other than the RSA mechanism's are worded by us; the three mechanisms differ in name only",
)
