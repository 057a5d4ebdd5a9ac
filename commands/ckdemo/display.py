"""How attributes are shown: the numbered table, and ``CKA_NAME=value`` (the guide's Appendix 2, Steps 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.console import Part
from hsmshell.console.values import hexadecimal, printable, serial
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue

_A = Attribute


class Row(NamedTuple):
    """One attribute of the table."""

    number: int
    name: str
    attribute: Attribute | None
    """``None`` for a name that stands for no attribute."""

    def line(self, value: AttributeValue) -> list[Part]:
        """``CKA_NAME=value``."""
        return [f"{self.name}=", _shown(self.attribute, value), "\n"]


_SPELLINGS = {_A.EC_PARAMS: "CKA_ECDSA_PARAMS"}
"""Where the guide's table has another name than PKCS#11 v3.0."""

_ORDER: tuple[Attribute | None, ...] = (
    _A.CLASS, _A.TOKEN, _A.PRIVATE, _A.LABEL, _A.APPLICATION, _A.VALUE, None, _A.CERTIFICATE_TYPE, _A.ISSUER,
    _A.SERIAL_NUMBER, _A.KEY_TYPE, _A.SUBJECT, _A.ID, _A.SENSITIVE, _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP,
    _A.SIGN, _A.SIGN_RECOVER, _A.VERIFY, _A.VERIFY_RECOVER, _A.DERIVE, _A.START_DATE, _A.END_DATE, _A.MODULUS,
    _A.MODULUS_BITS, _A.PUBLIC_EXPONENT, _A.PRIVATE_EXPONENT, _A.PRIME_1, _A.PRIME_2, _A.EXPONENT_1, _A.EXPONENT_2,
    _A.COEFFICIENT, _A.PRIME, _A.SUBPRIME, _A.BASE, _A.VALUE_BITS, _A.VALUE_LEN, _A.LOCAL, _A.MODIFIABLE,
    _A.EC_PARAMS, _A.EC_POINT, _A.EXTRACTABLE, _A.ALWAYS_SENSITIVE, _A.NEVER_EXTRACTABLE, _A.CCM_PRIVATE,
    _A.FINGERPRINT_SHA1, _A.OUID, _A.X9_31_GENERATED, _A.PRIME_BITS, _A.SUBPRIME_BITS, _A.USAGE_COUNT, _A.USAGE_LIMIT,
    _A.EKM_UID, _A.GENERIC_1, _A.GENERIC_2, _A.GENERIC_3, _A.FINGERPRINT_SHA256,
)  # fmt: skip
"""The guide's table, Appendix 2 Step 4; the position is the number that is typed. 6 is ``CKA_XXX``, no attribute."""


def _name(attribute: Attribute | None) -> str:
    if attribute is None:
        return "CKA_XXX"
    return _SPELLINGS.get(attribute, f"CKA_{attribute.name}")


ROWS = tuple(Row(number, _name(attribute), attribute) for number, attribute in enumerate(_ORDER))
BY_ATTRIBUTE: Mapping[Attribute, Row] = {row.attribute: row for row in ROWS if row.attribute is not None}

LEFT_WIDTH = 35

_VARYING = frozenset(
    {_A.VALUE, _A.MODULUS, _A.EC_POINT, _A.PRIVATE_EXPONENT, _A.PRIME_1, _A.PRIME_2, _A.EXPONENT_1, _A.EXPONENT_2}
    | {_A.COEFFICIENT, _A.PRIME, _A.SUBPRIME, _A.BASE, _A.VALUE_BITS, _A.FINGERPRINT_SHA1, _A.FINGERPRINT_SHA256}
)
"""What differs from one generated key to the next."""


def table(rows: tuple[Row, ...] = ROWS) -> str:
    """The rows in two columns."""
    cells = [f"{row.number} - {row.name}" for row in rows]
    pairs = [cells[first : first + 2] for first in range(0, len(cells), 2)]
    return "".join("".join(cell.ljust(LEFT_WIDTH) for cell in pair).rstrip() + "\n" for pair in pairs)


def lines(attributes: Attributes) -> list[Part]:
    """One line an attribute, in the table's order."""
    shown: list[Part] = []
    for attribute, row in BY_ATTRIBUTE.items():
        if attribute in attributes:
            shown += row.line(attributes[attribute])
    return shown


def _shown(attribute: Attribute | None, value: AttributeValue) -> Part:
    if isinstance(value, bool):
        return f"{value:02x}"
    if isinstance(value, int):
        return hexadecimal(f"{value:08x}") if attribute in _VARYING else f"{value:08x}"
    if isinstance(value, str):
        return printable(value)
    if attribute is _A.OUID:
        return serial(value.hex())
    return hexadecimal(value.hex()) if attribute in _VARYING else value.hex()
