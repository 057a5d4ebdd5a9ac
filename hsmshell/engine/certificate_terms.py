"""What a certificate says beside its subject and its key: number, validity, and uses of the key (RFC 5280 4.2.1)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.errors import DataInvalid

if TYPE_CHECKING:
    import datetime

    from cryptography import x509

SERIAL_BITS = 159
"""The longest serial number: 20 octets, positive (RFC 5280 4.1.2.2)."""


class KeyUsage(enum.Enum):
    """What a certified key is for (RFC 5280 4.2.1.3); the value is the library's name."""

    DIGITAL_SIGNATURE = "digital_signature"
    NON_REPUDIATION = "content_commitment"
    KEY_ENCIPHERMENT = "key_encipherment"
    DATA_ENCIPHERMENT = "data_encipherment"
    KEY_AGREEMENT = "key_agreement"
    KEY_CERT_SIGN = "key_cert_sign"
    CRL_SIGN = "crl_sign"
    ENCIPHER_ONLY = "encipher_only"
    DECIPHER_ONLY = "decipher_only"


class ExtendedUsage(enum.Enum):
    """What a certified key is for, more closely (RFC 5280 4.2.1.12); the value is the object identifier."""

    SERVER = "1.3.6.1.5.5.7.3.1"
    CLIENT = "1.3.6.1.5.5.7.3.2"
    CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
    EMAIL = "1.3.6.1.5.5.7.3.4"
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
    ANY = "2.5.29.37.0"


class Constraints(NamedTuple):
    """Whether the subject may issue certificates (RFC 5280 4.2.1.9)."""

    authority: bool
    path_length: int | None = None


class Terms(NamedTuple):
    """What a certificate says beside its subject and key."""

    serial: int
    start: datetime.date
    """The first day, from its beginning in UTC."""
    end: datetime.date
    """The last day, to its end in UTC."""
    constraints: Constraints | None = None
    usage: frozenset[KeyUsage] = frozenset()
    extended_usage: tuple[ExtendedUsage, ...] = ()


def extensions(terms: Terms) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions of the terms, and whether each is critical (RFC 5280 4.2.1)."""
    from cryptography import x509

    found: list[tuple[x509.ExtensionType, bool]] = []
    if terms.constraints:
        found.append((x509.BasicConstraints(*terms.constraints), terms.constraints.authority))
    if terms.usage:
        try:
            found.append((x509.KeyUsage(**{use.value: use in terms.usage for use in KeyUsage}), True))
        except ValueError as problem:  # encipherOnly and decipherOnly mean nothing without keyAgreement
            raise DataInvalid("a key usage without the one that it belongs to") from problem
    if terms.extended_usage:
        uses = [x509.ObjectIdentifier(use.value) for use in terms.extended_usage]
        found.append((x509.ExtendedKeyUsage(uses), False))
    return found
