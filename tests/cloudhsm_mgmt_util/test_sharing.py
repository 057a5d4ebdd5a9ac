"""getKeyInfo and shareKey."""

from __future__ import annotations

import pytest

from hsmshell.console import Kind, Value

from .conftest import BOB, OFFICER, ONE, USER, ZERO, Desk
from .screens import CAUTION, both, twice
from .test_keys import DENIED, HANDLE


def info(rest: str) -> str:
    """A getKeyInfo reply in which both servers say the same."""
    return "".join(f"Key Info on server {place}:\n\n\tToken/Flash Key,\n\n{rest}" for place in (ZERO, ONE))


ALONE = info("\tOwned by user 3\n\n")
SHARED = info("\tOwned by user 3\n\n\talso, shared to following 1 user(s):\n\n\t\t 4\n")


def test_key_info(desk: Desk) -> None:
    handle = desk.make_key()
    replies = desk.play(USER, f"getKeyInfo -k {handle}", f"getKeyInfo {handle}", f"getK {handle}").replies
    assert replies[1:4] == [ALONE] * 3


def test_key_info_of_a_shared_key_with_approvals(desk: Desk) -> None:
    desk.play(OFFICER, "createUser CU carol carol1234", "y")
    handle = desk.make_key(shares=(5, 4), quorum=2)
    played = desk.play(BOB, f"getKeyInfo -k {handle}")
    assert played.replies[1] == info(
        "\tOwned by user 3\n\n\talso, shared to following 2 user(s):\n\n\t\t 4\n\t\t 5\n"
        "\t 2 Users need to approve to use/manage this key\n"
    )
    assert Value(Kind.USER_ID, "5") in played.parts


def test_a_public_key_tells_its_owner_only(desk: Desk) -> None:
    public, private = desk.make_pair()
    assert desk.reply(BOB, f"getKeyInfo {public}") == ALONE
    assert desk.reply(BOB, f"getKeyInfo {private}") == twice("getKeyInfo", DENIED)


@pytest.mark.parametrize(
    ("login", "handle", "reason"),
    [
        ("help help", 407, "HSM Error: User is not logged in"),
        (OFFICER, 407, DENIED),
        (BOB, 407, DENIED),
        (USER, 999, HANDLE),
    ],
)
def test_key_info_refused(desk: Desk, login: str, handle: int, reason: str) -> None:
    desk.make_key()
    assert desk.reply(login, f"getKeyInfo -k {handle}") == twice("getKeyInfo", reason)


def test_key_info_into_a_file(desk: Desk) -> None:
    handle = desk.make_key()
    assert desk.reply(USER, f"getKeyInfo -k {handle} out") == both("getKeyInfo")
    assert (desk.directory / "out").read_text() == ALONE


def test_share_and_share_no_longer(desk: Desk) -> None:
    handle = desk.make_key()
    replies = desk.play(
        USER, f"shareKey {handle} 4 1", "y", f"getKeyInfo {handle}", f"shareKey {handle} 4 0", "y",
        f"getKeyInfo {handle}",
    ).replies  # fmt: skip
    assert replies[1] == replies[3] == CAUTION + "y\n" + both("shareKey")
    assert replies[2] == SHARED
    assert replies[4] == ALONE


def test_with_several_at_once(desk: Desk) -> None:
    desk.play(OFFICER, "createUser CU carol carol1234", "y")
    handle = desk.make_key()
    assert desk.reply(USER, f"shareKey {handle} 4,5 1", "y") == CAUTION + "y\n" + both("shareKey")
    assert [desk.key(handle, number).shares for number in (0, 1)] == [{4, 5}] * 2


def share_refusal(reason: str, place: str, answer: str) -> str:
    return f"shareKey failed: {reason}\nshareKey failed on server {place}\n\nRetry/Ignore/Abort?(R/I/A):{answer}\n"


@pytest.mark.parametrize(
    ("login", "arguments", "reason"),
    [
        ("help help", "407 4 1", "HSM Error: User is not logged in"),
        (OFFICER, "407 4 1", DENIED),
        (BOB, "407 4 0", DENIED),
        (USER, "999 4 1", HANDLE),
        (USER, "407 9 1", "HSM Error: This user doesn't exist"),
        (USER, "407 4,9 0", "HSM Error: This user doesn't exist"),
        (USER, "407 1 1", "HSM Error: Invalid User Type."),
        (USER, "407 3 1", DENIED),
        (USER, "408 4 1", DENIED),
    ],
)
def test_sharing_refused(desk: Desk, login: str, arguments: str, reason: str) -> None:
    assert desk.make_key(shares=(4,)) == 407
    assert desk.make_pair()[0] == 408
    before = desk.everything()
    assert desk.reply(login, f"shareKey {arguments}", "y", "I", "A") == (
        CAUTION + "y\n" + share_refusal(reason, ZERO, "I") + share_refusal(reason, ONE, "A")
    )
    assert desk.everything() == before


def test_enough_users_must_remain_to_approve(desk: Desk) -> None:
    handle = desk.make_key(shares=(4,), quorum=2)
    before = desk.everything()
    assert "shareKey failed: HSM Error: Invalid M value\n" in desk.reply(USER, f"shareKey {handle} 4 0", "y", "A")
    assert desk.everything() == before
