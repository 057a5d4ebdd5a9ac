"""The curve ids of genECCKeyPair and listECCCurveIds.

Source: the listing of a sister build; the AWS guide names 1, 2, 14 and 16 of it.
"""

from __future__ import annotations

from collections.abc import Mapping

CURVES: Mapping[int, str] = {
    1: "NID_X9_62_prime192v1",
    2: "NID_X9_62_prime256v1",
    3: "NID_sect163k1",
    4: "NID_sect163r2",
    5: "NID_sect233k1",
    6: "NID_sect233r1",
    7: "NID_sect283k1",
    8: "NID_sect283r1",
    9: "NID_sect409k1",
    10: "NID_sect409r1",
    11: "NID_sect571k1",
    12: "NID_sect571r1",
    13: "NID_secp224r1",
    14: "NID_secp384r1",
    15: "NID_secp521r1",
    16: "NID_secp256k1",
}
"""Id -> name. Newer sister builds go on to 28; nothing shows that this one does."""


def openssl_name(number: int) -> str:
    """The name by which the engine and OpenSSL know the curve of that id; nothing is known of an id beyond the list."""
    return CURVES.get(number, str(number)).removeprefix("NID_").removeprefix("X9_62_")
