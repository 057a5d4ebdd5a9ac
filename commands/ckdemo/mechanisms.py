"""The wrapping mechanisms of the guide's menu (Appendix 2, Step 6), and the questions about OAEP's parameters."""

from __future__ import annotations

from typing import NamedTuple

from commands.ckdemo.demo import NONE, Demo
from commands.ckdemo.layout import END, laid_out
from hsmshell.engine.errors import MechanismParamInvalid
from hsmshell.engine.mechanisms import Hash, Mechanism, MechanismParameters


class WrapMechanism(NamedTuple):
    """One mechanism of the menu."""

    number: int
    text: str
    width: int
    """The cell's width in the menu."""
    mechanism: Mechanism | None = None
    """``None`` for one that this HSM does not have."""
    takes_source: bool = False
    """Whether OAEP's source data are asked for."""


MECHANISMS = (
    WrapMechanism(1, "DES-ECB", 16),
    WrapMechanism(2, "DES-CBC", 16),
    WrapMechanism(3, "DES3-ECB", 16, Mechanism.DES3_ECB),
    WrapMechanism(4, "DES3-CBC", 12, Mechanism.DES3_CBC),
    WrapMechanism(7, "CAST3-ECB", 16),
    WrapMechanism(8, "CAST3-CBC", END),
    WrapMechanism(9, "RSA", 16, Mechanism.RSA_PKCS),
    WrapMechanism(10, "TRANSLA", 16),
    WrapMechanism(11, "DES3-CBC-PAD", 17, Mechanism.DES3_CBC_PAD),
    WrapMechanism(12, "DES3-CBC-PAD-IPSEC", END),
    WrapMechanism(13, "SEED-ECB", 16),
    WrapMechanism(14, "SEED-CBC", 16),
    WrapMechanism(15, "SEED-CBC-PAD", 17),
    WrapMechanism(16, "DES-CBC-PAD", END),
    WrapMechanism(17, "CAST3-CBC-PAD", 18),
    WrapMechanism(18, "CAST5-CBC-PAD", 18),
    WrapMechanism(19, "AES-ECB", 16, Mechanism.AES_ECB),
    WrapMechanism(20, "AES-CBC", END, Mechanism.AES_CBC),
    WrapMechanism(21, "AES-CBC-PAD", 16, Mechanism.AES_CBC_PAD),
    WrapMechanism(22, "AES-CBC-PAD-IPSEC", 22),
    WrapMechanism(23, "ARIA-ECB", 13),
    WrapMechanism(24, "ARIA-CBC", END),
    WrapMechanism(25, "ARIA-CBC-PAD", 24),
    WrapMechanism(26, "RSA_OAEP", 13, Mechanism.RSA_PKCS_OAEP, takes_source=True),
    WrapMechanism(27, "SET_OAEP", END, takes_source=True),
)
BY_NUMBER = {row.number: row for row in MECHANISMS}

MENU = laid_out((f"[{row.number}]{row.text}", row.width) for row in MECHANISMS)

HASHES = {1: Hash.SHA1, 2: Hash.SHA224, 3: Hash.SHA256, 4: Hash.SHA384, 5: Hash.SHA512}
"""OAEP's hashes by number; published is only [3]."""
HASH_MENU = " ".join(f"[{number}]{member.name}" for number, member in HASHES.items()) + "\n"


class Chosen(NamedTuple):
    """A mechanism with its parameters."""

    mechanism: Mechanism | None
    parameters: MechanismParameters


def ask_mechanism(demo: Demo, purpose: str) -> Chosen:
    """A mechanism from the menu and, for OAEP, its parameters.

    Raises ``MechanismParamInvalid``, and ``HsmError`` when the source data's file cannot be read.
    """
    demo.write(MENU)
    row = BY_NUMBER.get(demo.number(f"Select mechanism for {purpose}: "))
    demo.write("\n")
    if row is None:
        return Chosen(None, MechanismParameters())
    parameters = _ask_parameters(demo) if row.takes_source else MechanismParameters()
    return Chosen(row.mechanism, parameters)


def _ask_parameters(demo: Demo) -> MechanismParameters:
    parameters = MechanismParameters()
    if demo.asks_hash:
        demo.write(HASH_MENU)
        number = demo.number("Select hash for OAEP: ")
        if number not in HASHES:
            raise MechanismParamInvalid(str(number))
        parameters = parameters._replace(hash=HASHES[number])
        demo.write("\n")
    name = demo.console.ask(f"Enter filename of OAEP Source Data [{NONE} for none]: ")
    if name != NONE:
        parameters = parameters._replace(source=demo.read_file(name))
    demo.write("\n")
    return parameters
