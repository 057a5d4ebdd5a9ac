"""Keys that follow from other keys, from a password or from given bytes: entries 63 to 67.

No transcript shows these dialogs: the questions and menus are ours, in the style of the others.
"""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.generate import ask_flags, ask_length, ask_type, result
from commands.ckdemo.key_types import SECRET_MENU, SECRETS, Type
from commands.ckdemo.mechanisms import HASH_MENU, HASHES
from commands.ckdemo.template import QUESTIONS
from hsmshell.console import Ask
from hsmshell.engine.appliance import Password
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass, Shape
from hsmshell.engine.derivation import AGREEING, ENCRYPTING, HASHING, Derivation
from hsmshell.engine.errors import FunctionNotSupported, MechanismInvalid, MechanismParamInvalid
from hsmshell.engine.mechanisms import Hash, Mechanism
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry
from hsmshell.grammar.values import BadValue, HexBytes

GROUP = "KEY"
_M = Mechanism

MECHANISMS: dict[int, tuple[str, Mechanism]] = {
    1: ("DH", _M.DH_PKCS_DERIVE),
    2: ("ECDH1", _M.ECDH1_DERIVE),
    3: ("SHA1", _M.SHA1_KEY_DERIVATION),
    4: ("SHA224", _M.SHA224_KEY_DERIVATION),
    5: ("SHA256", _M.SHA256_KEY_DERIVATION),
    6: ("SHA384", _M.SHA384_KEY_DERIVATION),
    7: ("SHA512", _M.SHA512_KEY_DERIVATION),
    8: ("XOR-BASE-AND-DATA", _M.XOR_BASE_AND_DATA),
    9: ("CONCAT-BASE-AND-DATA", _M.CONCATENATE_BASE_AND_DATA),
    10: ("CONCAT-DATA-AND-BASE", _M.CONCATENATE_DATA_AND_BASE),
    11: ("CONCAT-BASE-AND-KEY", _M.CONCATENATE_BASE_AND_KEY),
    12: ("DES3-ECB-ENCRYPT-DATA", _M.DES3_ECB_ENCRYPT_DATA),
    13: ("DES3-CBC-ENCRYPT-DATA", _M.DES3_CBC_ENCRYPT_DATA),
    14: ("AES-ECB-ENCRYPT-DATA", _M.AES_ECB_ENCRYPT_DATA),
    15: ("AES-CBC-ENCRYPT-DATA", _M.AES_CBC_ENCRYPT_DATA),
}
_ROWS = ((1, 2), (3, 4, 5, 6, 7), (8, 9), (10, 11), (12, 13), (14, 15))
MENU = "".join(" ".join(f"[{number}]{MECHANISMS[number][0]}" for number in row) + "\n" for row in _ROWS)
MENU_PROMPT = "Select mechanism for derivation: "

WITH_IV = frozenset({_M.DES3_CBC_ENCRYPT_DATA, _M.AES_CBC_ENCRYPT_DATA})
KDF_MENU = f"[0]NULL {HASH_MENU}"


def _ask_bytes(demo: Demo, prompt: str) -> bytes:
    """Bytes in hexadecimal; asks again until they are."""
    demo.write("\n")
    while True:
        try:
            return HexBytes().parse(demo.console.ask(prompt).strip())
        except BadValue:
            continue


def _ask_secret_type(demo: Demo, purpose: str) -> tuple[Type, KeyType]:
    demo.write("\n", SECRET_MENU)
    return ask_type(demo, f"Select type of key to {purpose}: ", SECRETS)


def _derive(demo: Demo) -> None:
    base = demo.handle("Enter handle of base key")
    demo.write("\n", MENU)
    number = demo.number(MENU_PROMPT)
    if number not in MECHANISMS:
        raise MechanismInvalid(str(number))
    how, other = _ask_parameters(demo, MECHANISMS[number][1])
    kind, key_type = _ask_secret_type(demo, "derive")
    length = ask_length(demo, kind)
    name = f"Derived {kind.text.strip()} Key"
    template = {**ask_flags(demo), Attribute.LABEL: name}
    new = demo.application.derive(demo.session, how, base, key_type, length, template, other)
    demo.write("\n", *result(name, new))


def _ask_parameters(demo: Demo, mechanism: Mechanism) -> tuple[Derivation, int]:
    """What the mechanism takes beside the base key, and the second key's handle where there is one."""
    how = Derivation(mechanism)
    if mechanism in HASHING:
        return how, 0
    if mechanism is Mechanism.CONCATENATE_BASE_AND_KEY:
        demo.write("\n")
        return how, demo.handle("Enter handle of second key")
    if mechanism in AGREEING:
        how = how._replace(data=_ask_bytes(demo, "Enter public value of the other party (hex): "))
        return (_ask_kdf(demo, how) if mechanism is Mechanism.ECDH1_DERIVE else how), 0
    if mechanism in ENCRYPTING and mechanism in WITH_IV:
        how = how._replace(iv=_ask_bytes(demo, "Enter IV (hex): "))
    return how._replace(data=_ask_bytes(demo, "Enter data (hex): ")), 0


def _ask_kdf(demo: Demo, how: Derivation) -> Derivation:
    demo.write("\n", KDF_MENU)
    answer = demo.console.ask("Select key derivation function: ", Ask.MENU).strip()
    if answer == "0":
        return how
    kdf = _hash(answer)
    return how._replace(kdf=kdf, shared=_ask_bytes(demo, "Enter shared data (hex): "))


def _hash(answer: str) -> Hash:
    found = {str(number): name for number, name in HASHES.items()}.get(answer)
    if found is None:
        raise MechanismParamInvalid(answer)
    return found


def _from_password(demo: Demo) -> None:
    demo.write("\n")
    text = demo.console.ask("Enter password: ", Ask.PIN).encode("utf-8", "surrogateescape")
    salt = _ask_bytes(demo, "Enter salt (hex): ")
    demo.write("\n")
    iterations = demo.number("Enter number of iterations: ", Ask.LINE)
    demo.write("\n", HASH_MENU)
    name = _hash(demo.console.ask("Select hash: ", Ask.MENU).strip())
    kind, key_type = _ask_secret_type(demo, "generate")
    length = ask_length(demo, kind)
    label = f"Generated {kind.text.strip()} Key"
    template = {**ask_flags(demo), Attribute.LABEL: label}
    password = Password(text, salt, iterations, name)
    new = demo.application.generate_from_password(demo.session, password, key_type, length, template)
    demo.write("\n", *result(label, new))


def _create_known(demo: Demo) -> None:
    kind, key_type = _ask_secret_type(demo, "create")
    value = _ask_bytes(demo, QUESTIONS[Shape.BYTES].prompt)
    label = f"Known {kind.text.strip()} Key"
    given: dict[Attribute, AttributeValue] = {
        Attribute.CLASS: int(ObjectClass.SECRET_KEY),
        Attribute.KEY_TYPE: int(key_type),
        Attribute.VALUE: value,
        Attribute.LABEL: label,
    }
    new = demo.application.create(demo.session, {**ask_flags(demo), **given})
    demo.write("\n", *result(label, new))


def _own_curves(_: Demo) -> None:
    """The library computes on named curves only."""
    raise FunctionNotSupported("user defined curves")


ENTRIES = (
    Entry(63, "Derive Key", GROUP, _derive, Provenance.RECOMMENDED),
    Entry(64, "PBE Key Gen", GROUP, _from_password, Provenance.RECOMMENDED),
    Entry(65, "Create known keys", GROUP, _create_known, Provenance.RECOMMENDED),
    Entry(67, "EC User Defined Curves", GROUP, _own_curves, Provenance.RECOMMENDED),
)
