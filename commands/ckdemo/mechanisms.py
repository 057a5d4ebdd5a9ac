"""The menus of mechanisms, and the questions about a mechanism's parameters: OAEP's hash and source, IVs.

Published is the menu for wrapping (the guide's Appendix 2, Step 6), and of a Luna 7 client's menus ``[31]AES-KWP`` for
wrapping and ``[34] RSA-PKCS`` for encrypting (Yubico's guide for moving from Luna). The other numbers are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from commands.ckdemo.demo import ANSWERS, NONE, Demo
from commands.ckdemo.layout import END, laid_out
from hsmshell.console import Ask
from hsmshell.engine import ciphers
from hsmshell.engine.appliance.policies import NEWER, Profile
from hsmshell.engine.errors import MechanismParamInvalid
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters
from hsmshell.grammar.values import BadValue, HexBytes

_M = Mechanism
_LUNA5 = frozenset({Profile.LUNA5})


class Row(NamedTuple):
    """One mechanism of a menu."""

    number: int
    text: str
    width: int
    """The cell's width in the menu."""
    mechanism: Mechanism | None = None
    """``None`` for one that this HSM does not have."""
    takes_source: bool = False
    """Whether OAEP's source data are asked for."""
    profiles: frozenset[Profile] = frozenset(Profile)


class Menu(NamedTuple):
    """The mechanisms for one purpose."""

    rows: tuple[Row, ...]

    def offered(self, profile: Profile) -> tuple[Row, ...]:
        """What a client of that generation offers."""
        return tuple(row for row in self.rows if profile in row.profiles)

    def text(self, profile: Profile) -> str:
        """The menu as it is shown."""
        return laid_out((f"[{row.number}]{row.text}", row.width) for row in self.offered(profile))


WRAPPING = Menu(
    (
        Row(1, "DES-ECB", 16, _M.DES_ECB),
        Row(2, "DES-CBC", 16, _M.DES_CBC),
        Row(3, "DES3-ECB", 16, _M.DES3_ECB),
        Row(4, "DES3-CBC", 12, _M.DES3_CBC),
        Row(7, "CAST3-ECB", 16),
        Row(8, "CAST3-CBC", END),
        Row(9, "RSA", 16, _M.RSA_PKCS),
        Row(10, "TRANSLA", 16),
        Row(11, "DES3-CBC-PAD", 17, _M.DES3_CBC_PAD),
        Row(12, "DES3-CBC-PAD-IPSEC", END),
        Row(13, "SEED-ECB", 16, _M.SEED_ECB),
        Row(14, "SEED-CBC", 16, _M.SEED_CBC),
        Row(15, "SEED-CBC-PAD", 17, _M.SEED_CBC_PAD),
        Row(16, "DES-CBC-PAD", END, _M.DES_CBC_PAD),
        Row(17, "CAST3-CBC-PAD", 18),
        Row(18, "CAST5-CBC-PAD", 18, _M.CAST5_CBC_PAD),
        Row(19, "AES-ECB", 16, _M.AES_ECB),
        Row(20, "AES-CBC", END, _M.AES_CBC),
        Row(21, "AES-CBC-PAD", 16, _M.AES_CBC_PAD),
        Row(22, "AES-CBC-PAD-IPSEC", 22),
        Row(23, "ARIA-ECB", 13, _M.ARIA_ECB),
        Row(24, "ARIA-CBC", END, _M.ARIA_CBC),
        Row(25, "ARIA-CBC-PAD", 24, _M.ARIA_CBC_PAD),
        Row(26, "RSA_OAEP", 13, _M.RSA_PKCS_OAEP, takes_source=True),
        Row(27, "SET_OAEP", END, takes_source=True),
        Row(30, "AES-KW", 16, _M.AES_KEY_WRAP, profiles=NEWER),
        Row(31, "AES-KWP", END, _M.AES_KEY_WRAP_KWP, profiles=NEWER),
    )
)

CIPHERING = Menu(
    (
        Row(1, "DES-ECB", 16, _M.DES_ECB),
        Row(2, "DES-CBC", 16, _M.DES_CBC),
        Row(16, "DES-CBC-PAD", END, _M.DES_CBC_PAD),
        Row(3, "DES3-ECB", 16, _M.DES3_ECB),
        Row(4, "DES3-CBC", 16, _M.DES3_CBC),
        Row(11, "DES3-CBC-PAD", END, _M.DES3_CBC_PAD),
        Row(19, "AES-ECB", 16, _M.AES_ECB),
        Row(20, "AES-CBC", 16, _M.AES_CBC),
        Row(21, "AES-CBC-PAD", 18, _M.AES_CBC_PAD),
        Row(32, "AES-CTR", 14, _M.AES_CTR),
        Row(33, "AES-GCM", END, _M.AES_GCM),
        Row(27, "RC2-ECB", 16, _M.RC2_ECB),
        Row(28, "RC2-CBC", 16, _M.RC2_CBC),
        Row(29, "RC2-CBC-PAD", 18, _M.RC2_CBC_PAD),
        Row(30, "RC4", END, _M.RC4),
        Row(5, "CAST5-ECB", 16, _M.CAST5_ECB),
        Row(6, "CAST5-CBC", 16, _M.CAST5_CBC),
        Row(18, "CAST5-CBC-PAD", END, _M.CAST5_CBC_PAD),
        Row(13, "SEED-ECB", 16, _M.SEED_ECB),
        Row(14, "SEED-CBC", 16, _M.SEED_CBC),
        Row(15, "SEED-CBC-PAD", END, _M.SEED_CBC_PAD),
        Row(23, "ARIA-ECB", 16, _M.ARIA_ECB),
        Row(24, "ARIA-CBC", 16, _M.ARIA_CBC),
        Row(25, "ARIA-CBC-PAD", END, _M.ARIA_CBC_PAD),
        Row(26, "RSA_OAEP", 16, _M.RSA_PKCS_OAEP, takes_source=True),
        Row(9, "RSA", END, _M.RSA_PKCS, profiles=_LUNA5),
        Row(34, "RSA-PKCS", END, _M.RSA_PKCS, profiles=NEWER),
    )
)
"""Where a mechanism stands in the menu for wrapping, too, it has the number that it has there."""

HASHES = {1: Hash.SHA1, 2: Hash.SHA224, 3: Hash.SHA256, 4: Hash.SHA384, 5: Hash.SHA512}
"""Hashes by number; published is only OAEP's [3]."""
HASH_MENU = " ".join(f"[{number}]{member.name}" for number, member in HASHES.items()) + "\n"

EXTERNAL_IV = "Do you wish to use an external IV - Yes[1] No[0] : "
IV_QUESTION = "Enter IV in hex: "
TAKES_IV = frozenset({_M.AES_GCM, _M.AES_KEY_WRAP, _M.AES_KEY_WRAP_KWP})
"""The mechanisms that make an initial value of their own when none is given, and not zeros."""


class Chosen(NamedTuple):
    """A mechanism with its parameters."""

    mechanism: Mechanism | None
    parameters: MechanismParameters


def ask_mechanism(demo: Demo, menu: Menu, purpose: str, *, asks_iv: bool) -> Chosen:
    """A mechanism from the menu and its parameters; ``asks_iv`` when the IV is the person's choice.

    Raises ``MechanismParamInvalid``, and ``HsmError`` when the source data's file cannot be read.
    """
    row = ask_row(demo, menu, purpose)
    if row is None:
        return Chosen(None, MechanismParameters())
    parameters = _ask_oaep(demo) if row.takes_source else MechanismParameters()
    if row.mechanism is not None and asks_iv and takes_iv(row.mechanism):
        parameters = parameters._replace(iv=_ask_iv(demo))
    if row.mechanism is _M.AES_GCM:
        name = "additional authentication data"
        parameters = parameters._replace(additional=_ask_optional(demo, name))
    return Chosen(row.mechanism, parameters)


def ask_row(demo: Demo, menu: Menu, purpose: str) -> Row | None:
    """A row of the menu; ``None`` for a number that it does not show."""
    profile = demo.profile
    demo.write(menu.text(profile))
    number = demo.number(f"Select mechanism for {purpose}: ")
    demo.write("\n")
    return _find(menu.offered(profile), number)


def _find(rows: Iterable[Row], number: int) -> Row | None:
    return next((row for row in rows if row.number == number), None)


def takes_iv(mechanism: Mechanism) -> bool:
    """Whether the mechanism has an initial value that can be given."""
    return ciphers.iv_length(mechanism) > 0 or mechanism in TAKES_IV


def _ask_oaep(demo: Demo) -> MechanismParameters:
    parameters = MechanismParameters()
    if demo.asks_hash:
        demo.write(HASH_MENU)
        number = demo.number("Select hash for OAEP: ")
        if number not in HASHES:
            raise MechanismParamInvalid(str(number))
        parameters = parameters._replace(hash=HASHES[number])
        demo.write("\n")
    return parameters._replace(source=_ask_optional(demo, "OAEP Source Data"))


def _ask_optional(demo: Demo, what: str) -> bytes:
    """What stands in a file that the person names, or nothing."""
    name = demo.console.ask(f"Enter filename of {what} [{NONE} for none]: ")
    content = b"" if name == NONE else demo.read_file(name)
    demo.write("\n")
    return content


def _ask_iv(demo: Demo) -> bytes:
    """An IV of the person's, or none. Raises ``MechanismParamInvalid`` for what is no hexadecimal."""
    iv = b""
    if ANSWERS.get(demo.console.ask(EXTERNAL_IV, Ask.MENU).strip(), False):
        demo.write("\n")
        answer = demo.console.ask(IV_QUESTION).strip()
        try:
            iv = HexBytes().parse(answer)
        except BadValue:
            raise MechanismParamInvalid(answer) from None
        if not iv:
            raise MechanismParamInvalid("no IV")
    demo.write("\n")
    return iv
