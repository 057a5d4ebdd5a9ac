"""The distinguished names of certificates (RFC 5280 4.1.2.6), part by part as a person gives them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hsmshell.engine.errors import DataInvalid

if TYPE_CHECKING:
    from cryptography import x509


class SubjectPart(enum.Enum):
    """A part of a distinguished name; the value is its short name, the number the most bytes of UTF-8 that it may have
    (RFC 5280 appendix A.1, ub-..., which counts characters; the library counts bytes)."""

    limit: int

    def __new__(cls, name: str, limit: int) -> SubjectPart:
        member = object.__new__(cls)
        member._value_ = name
        member.limit = limit
        return member

    COUNTRY = "C", 2
    STATE = "S", 128
    LOCALITY = "L", 128
    ORGANIZATION = "O", 64
    UNIT = "OU", 64
    COMMON_NAME = "CN", 64
    EMAIL = "E", 255


Subject = Mapping[SubjectPart, str]


def check_subject(subject: Subject) -> None:
    """Raise ``DataInvalid`` for a subject that no certificate can have: an empty one, a part that is too long, a
    country that is not two letters, an address that is not ASCII."""
    if not any(subject.values()):
        raise DataInvalid("an empty subject")
    for part, text in subject.items():
        problem = subject_problem(part, text)
        if problem:
            raise DataInvalid(f"{part.value}: {problem}")


def subject_problem(part: SubjectPart, text: str) -> str:
    """What is wrong with a part of a subject, as a clause; empty for a good one, and for an empty one."""
    if not text:
        return ""
    if part is SubjectPart.COUNTRY and not (len(text) == 2 and text.isascii() and text.isalpha()):
        return "not two letters"
    if not all(letter.isprintable() for letter in text):
        return "not printable characters"  # among them the halves of surrogate pairs, which UTF-8 does not have
    if len(text.encode()) > part.limit:
        return f"longer than {part.limit} bytes"
    if part is SubjectPart.EMAIL and not text.isascii():
        return "not ASCII"
    return ""


def subject_name(subject: Subject) -> x509.Name:
    """The parts in the order of ``SubjectPart``: country printable, address IA5, all else UTF-8 (RFC 5280 4.1.2.4)."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    check_subject(subject)
    kinds = {
        SubjectPart.COUNTRY: NameOID.COUNTRY_NAME,
        SubjectPart.STATE: NameOID.STATE_OR_PROVINCE_NAME,
        SubjectPart.LOCALITY: NameOID.LOCALITY_NAME,
        SubjectPart.ORGANIZATION: NameOID.ORGANIZATION_NAME,
        SubjectPart.UNIT: NameOID.ORGANIZATIONAL_UNIT_NAME,
        SubjectPart.COMMON_NAME: NameOID.COMMON_NAME,
        SubjectPart.EMAIL: NameOID.EMAIL_ADDRESS,
    }
    return x509.Name([x509.NameAttribute(kinds[part], subject[part]) for part in SubjectPart if subject.get(part)])
