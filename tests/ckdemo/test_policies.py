"""What a partition's policies and roles forbid in ckdemo's dialogues."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import FLAGS, GOOD, VALUE_KEY, Desk
from .test_program import failed

CLOSED = """\
[[appliance]]
{policy} = false
[[appliance.partition]]
slot = 1
label = "p"
crypto_officer_pin = "password"
crypto_user_pin = "reader"
next_handle = 149
[[appliance.partition.object]]
handle = 120
type = "AES"
size = 32
extractable = true
usage = "all"
"""


def test_a_crypto_user_neither_wraps_nor_changes_anything(desk_from: Callable[[str], Desk]) -> None:
    desk = desk_from(CLOSED.format(policy="allow_private_key_wrapping"))
    before = desk.objects()
    played = desk.play(
        *["1", "1", "1", "3", "2", "reader", "60", "21", "120", "120"],
        *["25", "120", "1", "3", "x", "0", "22", "120", "45", "16", "32", *FLAGS, "0"],
    )
    assert played.statuses[2:] == [failed("CKR_USER_NOT_AUTHORIZED")] * 4
    assert desk.objects() == before


@pytest.mark.parametrize(
    "policy, answers, status",
    [
        ("allow_secret_key_wrapping", ["60", "21", "120", "120"], "CKR_KEY_NOT_WRAPPABLE"),
        ("allow_changing_key_attributes", ["25", "120", "1", "3", "x", "0"], "CKR_OPERATION_NOT_ALLOWED"),
    ],
)
def test_a_policy_forbids(desk_from: Callable[[str], Desk], policy: str, answers: list[str], status: str) -> None:
    desk = desk_from(CLOSED.format(policy=policy))
    before = desk.objects()
    assert desk.logged_in(*answers).statuses[-1] == failed(status)
    assert desk.objects() == before


def test_a_partition_without_key_management_only_uses_its_keys(desk_from: Callable[[str], Desk]) -> None:
    """Partition policy 28."""
    desk = desk_from(CLOSED.format(policy="allow_key_management"))
    before = desk.objects()
    played = desk.logged_in(
        *["60", "21", "120", "120", "20", *VALUE_KEY, "0", "21", "120", "0", "22", "120", "45", "16", "32", *FLAGS],
        *["61", "21", "9", *FLAGS, "120", "32", "wrapped.key", "63", "120", "7", "6", "48", *FLAGS],
    )
    assert played.statuses[2:] == [GOOD] + [failed("CKR_OPERATION_NOT_ALLOWED")] * 6
    assert desk.objects() == before
    assert desk.logged_in("25", "120", "1", "3", "renamed", "0").statuses[-1] == GOOD
