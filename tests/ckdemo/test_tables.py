"""The tables, byte for byte."""

from __future__ import annotations

import re

import pytest

from commands.ckdemo import display, key_types, mechanisms, program
from hsmshell.engine.appliance.policies import Profile

from .conftest import Desk

ATTRIBUTES = """\
0 - CKA_CLASS                      1 - CKA_TOKEN
2 - CKA_PRIVATE                    3 - CKA_LABEL
4 - CKA_APPLICATION                5 - CKA_VALUE
6 - CKA_XXX                        7 - CKA_CERTIFICATE_TYPE
8 - CKA_ISSUER                     9 - CKA_SERIAL_NUMBER
10 - CKA_KEY_TYPE                  11 - CKA_SUBJECT
12 - CKA_ID                        13 - CKA_SENSITIVE
14 - CKA_ENCRYPT                   15 - CKA_DECRYPT
16 - CKA_WRAP                      17 - CKA_UNWRAP
18 - CKA_SIGN                      19 - CKA_SIGN_RECOVER
20 - CKA_VERIFY                    21 - CKA_VERIFY_RECOVER
22 - CKA_DERIVE                    23 - CKA_START_DATE
24 - CKA_END_DATE                  25 - CKA_MODULUS
26 - CKA_MODULUS_BITS              27 - CKA_PUBLIC_EXPONENT
28 - CKA_PRIVATE_EXPONENT          29 - CKA_PRIME_1
30 - CKA_PRIME_2                   31 - CKA_EXPONENT_1
32 - CKA_EXPONENT_2                33 - CKA_COEFFICIENT
34 - CKA_PRIME                     35 - CKA_SUBPRIME
36 - CKA_BASE                      37 - CKA_VALUE_BITS
38 - CKA_VALUE_LEN                 39 - CKA_LOCAL
40 - CKA_MODIFIABLE                41 - CKA_ECDSA_PARAMS
42 - CKA_EC_POINT                  43 - CKA_EXTRACTABLE
44 - CKA_ALWAYS_SENSITIVE          45 - CKA_NEVER_EXTRACTABLE
46 - CKA_CCM_PRIVATE               47 - CKA_FINGERPRINT_SHA1
48 - CKA_OUID                      49 - CKA_X9_31_GENERATED
50 - CKA_PRIME_BITS                51 - CKA_SUBPRIME_BITS
52 - CKA_USAGE_COUNT               53 - CKA_USAGE_LIMIT
54 - CKA_EKM_UID                   55 - CKA_GENERIC_1
56 - CKA_GENERIC_2                 57 - CKA_GENERIC_3
58 - CKA_FINGERPRINT_SHA256
"""

CODES = {
    0: 0x000, 1: 0x001, 2: 0x002, 3: 0x003, 4: 0x010, 5: 0x011, 7: 0x080, 8: 0x081, 9: 0x082, 10: 0x100, 11: 0x101,
    12: 0x102, 13: 0x103, 14: 0x104, 15: 0x105, 16: 0x106, 17: 0x107, 18: 0x108, 19: 0x109, 20: 0x10A, 21: 0x10B,
    22: 0x10C, 23: 0x110, 24: 0x111, 25: 0x120, 26: 0x121, 27: 0x122, 28: 0x123, 29: 0x124, 30: 0x125, 31: 0x126,
    32: 0x127, 33: 0x128, 34: 0x130, 35: 0x131, 36: 0x132, 37: 0x160, 38: 0x161, 39: 0x163, 40: 0x170, 41: 0x180,
    42: 0x181, 43: 0x162, 44: 0x165, 45: 0x164, 46: 0x80000001, 47: 0x80000002, 48: 0x80000005, 49: 0x80000006,
    50: 0x133, 51: 0x134, 52: 0x80000101, 53: 0x80000200, 54: 0x80000008, 55: 0x80001000, 56: 0x80001001,
    57: 0x80001002, 58: 0x80001003,
}  # fmt: skip

WRAP_MENU = """\
[1]DES-ECB      [2]DES-CBC      [3]DES3-ECB     [4]DES3-CBC [7]CAST3-ECB    [8]CAST3-CBC
[9]RSA          [10]TRANSLA     [11]DES3-CBC-PAD [12]DES3-CBC-PAD-IPSEC
[13]SEED-ECB    [14]SEED-CBC    [15]SEED-CBC-PAD [16]DES-CBC-PAD
[17]CAST3-CBC-PAD [18]CAST5-CBC-PAD [19]AES-ECB     [20]AES-CBC
[21]AES-CBC-PAD [22]AES-CBC-PAD-IPSEC [23]ARIA-ECB [24]ARIA-CBC
[25]ARIA-CBC-PAD        [26]RSA_OAEP [27]SET_OAEP
"""

KEY_TYPES = """\
Select type of key to generate
[ 1] DES     [ 2] DES2   [ 3] DES3             [ 5]  CAST3
[ 6] Generic [ 7] RSA    [ 8] DSA   [ 9] DH    [10]  CAST5
[11] RC2     [12] RC4    [13] RC5   [14] SSL3  [15]  ECDSA
[16] AES     [17] SEED   [18] KCDSA-1024   [19] KCDSA-2048
[20] DSA Domain Param    [21] KCDSA Domain Param
[22] RSA X9.31           [23] DH X9.42         [24] ARIA
"""

NEWER_KEY_TYPES = """\
[25] DH PKCS Domain Param [26] RSA 186-3 Aux Primes
[27] RSA 186-3 Primes     [28] DH X9.42 Domain Param
[29] ECDSA with Extra Bits [30] EC Edwards 25519
[31] EC Montgomery 25519
[32] EC Edwards 448
[33] EC Montgomery 448
[40] SM4 [41] SM2
[42] HSS [43] ML-KEM [44] ML-DSA
"""

MAIN_MENU = program.menu()
"""Its bytes are in the golden transcripts."""

GREETING = """\
ckdemo as hsmshell recreates it: a rehearsal on a simulated Luna partition.
Nothing here reaches real hardware. ? shows the menu again, 0 ends the program.

Status: Doing great, no errors (CKR_OK)

"""


def test_attribute_table() -> None:
    assert display.table() == ATTRIBUTES


def test_attribute_numbers_stand_for_their_codes() -> None:
    assert {row.number: row.attribute for row in display.ROWS if row.attribute is not None} == CODES


def test_wrap_menu() -> None:
    assert mechanisms.WRAPPING.text(Profile.LUNA5) == WRAP_MENU


def test_key_type_menu() -> None:
    assert key_types.menu(Profile.LUNA5) == KEY_TYPES
    assert key_types.menu(Profile.LUNA7) == KEY_TYPES + NEWER_KEY_TYPES


def shown(menu: str) -> list[tuple[str, list[int]]]:
    """The groups of a menu with their entries' numbers."""
    groups: list[tuple[str, list[int]]] = []
    for line in menu.splitlines():
        if not line.startswith(" "):
            groups.append((line, []))
        else:
            groups[-1][1].extend(int(number) for number in re.findall(r"\(([ 0-9]+)\) ", line))
    return groups


@pytest.mark.parametrize("profile", Profile)
def test_the_menu_has_the_groups_in_their_order_and_each_entry_once(profile: Profile) -> None:
    groups = shown(program.menu(profile))
    names = [name for name, _ in groups]
    assert names == [name for name in program.GROUPS if name in names]
    assert all(numbers == sorted(numbers) for _, numbers in groups)
    numbers = [number for _, numbers in groups for number in numbers]
    offered = [entry.number for entry in program.ENTRIES if entry.is_offered(profile)]
    assert sorted(numbers) == sorted(offered)
    assert len(set(numbers)) == len(numbers)


def test_key_authorization_is_for_the_newer_generation() -> None:
    assert shown(program.menu(Profile.LUNA7))[-1] == ("KEY AUTHORIZATION", [210, 211, 212, 213])
    assert "KEY AUTHORIZATION" not in program.menu(Profile.LUNA5)


def test_every_entry_belongs_to_a_group_of_the_menu() -> None:
    assert {entry.group for entry in program.ENTRIES} <= set(program.GROUPS)


def test_greeting_and_menu_come_once(desk: Desk) -> None:
    played = desk.play("14", "0", arguments=())
    slots = "\nSlots available:\nslot#1 - LunaNet Slot\nslot#2 - LunaNet Slot\n"
    rest = f"Enter your choice : 14\n{slots}\nStatus: Doing great, no errors (CKR_OK)\n\nEnter your choice : 0\n"
    assert played == (0, f"{GREETING}{MAIN_MENU}\n{rest}")


def test_no_menu_leaves_the_greeting(desk: Desk) -> None:
    assert desk.play("0").text == f"{GREETING}Enter your choice : 0\n"


@pytest.mark.parametrize("words", [("--menu",), ("-h=1",), ("-H",), ("--no-menu", "x"), ("",)])
def test_unknown_argument_is_wrong_usage(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.play(arguments=words) == (1, "usage: ckdemo [--no-menu]\n")


@pytest.mark.parametrize("words", [("-h",), ("--help",), ("--no-menu", "-h"), ("--help", "--menu")])
def test_help_is_the_usage_and_the_entries(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.play("14", arguments=words) == (0, f"usage: ckdemo [--no-menu]\n\n{MAIN_MENU}")
