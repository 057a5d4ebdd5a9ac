"""loginHSM and logoutHSM."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hsmshell.engine.lab import Lab

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .screens import WRONG, both, twice


def test_login_and_logout(desk: Desk) -> None:
    replies = desk.play(OFFICER, "logoutHSM", USER, "logoutHSM", "logoutHSM").replies
    assert replies[:4] == [both("loginHSM"), both("logoutHSM")] * 2
    assert replies[4] == twice("logoutHSM", "HSM Error: User is not logged in")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("loginHSM CO admin wrong1234", "HSM Error: RET_USER_LOGIN_FAILURE"),
        ("loginHSM CO admin ADMIN1234", "HSM Error: RET_USER_LOGIN_FAILURE"),
        ("loginHSM AU app_user password", "HSM Error: RET_USER_LOGIN_FAILURE"),
        ("loginHSM CO nobody admin1234", "HSM Error: This user doesn't exist"),
        ("loginHSM CU admin admin1234", "HSM Error: This user doesn't exist"),
        ("loginHSM XX admin admin1234", "HSM Error: Invalid User Type."),
        ("loginHSM co admin admin1234", "HSM Error: Invalid User Type."),
    ],
)
def test_login_refused(desk: Desk, line: str, reason: str) -> None:
    assert desk.reply(line) == twice("loginHSM", reason)
    assert desk.lab.live_sessions() == []


def test_names_have_no_case_and_the_first_officer_has_two_types(desk: Desk) -> None:
    replies = desk.play("loginHSM PCO ADMIN admin1234", "info server 0").replies
    assert replies[0] == both("loginHSM")
    assert replies[1].endswith("Logged in as 'admin(CO)'\n")


def test_one_user_a_process(desk: Desk) -> None:
    refusal = twice("loginHSM", "HSM Error: User is already logged in")
    assert desk.play(OFFICER, OFFICER, USER).replies[1:3] == [refusal, refusal]
    replies = desk.play("server 0", OFFICER, "exit", "server 1", USER, OFFICER).replies
    assert replies[4] == "loginHSM failed: HSM Error: User is already logged in\nloginHSM failed\n"
    assert replies[5] == "loginHSM success\n"


def test_a_hidden_password(desk: Desk) -> None:
    played = desk.play("loginHSM CO admin -hpswd", "admin1234")
    assert played.replies[0] == "Enter password:\n\n" + both("loginHSM")
    assert "admin1234" not in played.text


def test_five_wrong_passwords_lock_each_hsm_for_itself(desk: Desk) -> None:
    wrong = "loginHSM CU bob wrong1234"
    replies = desk.play("server 0", *[wrong] * 6, "exit", "loginHSM CU bob user1234").replies
    assert replies[1:7] == ["loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE\nloginHSM failed\n"] * 6
    assert replies[8] == (
        "loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE\n"
        f"loginHSM failed on server {ZERO}\n"
        f"loginHSM success on server {ONE}\n"
    )
    assert [user.failures for number in (0, 1) if (user := desk.user("bob", number))] == [5, 0]


def test_an_officer_unlocks_by_a_new_password(desk: Desk) -> None:
    desk.play(*["loginHSM CU bob wrong1234"] * 5)
    assert desk.reply("loginHSM CU bob user1234") == WRONG
    desk.play(OFFICER, "changePswd CU bob fresh1234", "y")
    assert desk.reply("loginHSM CU bob fresh1234") == both("loginHSM")


def test_a_session_ends_with_the_connection_though_the_hsm_is_back_at_once(desk: Desk, elsewhere: Desk) -> None:
    node = elsewhere.nodes[1]

    def lines() -> Iterator[str]:
        yield OFFICER
        for state in ("down", "up"):
            elsewhere.cluster.faults.set_node(node, state)
        yield from ("info server 1", "listTokens", OFFICER, "listTokens")

    replies = desk.feed(lines()).replies
    assert replies[1].endswith("Not logged in\n")
    assert f"listTokens failed: HSM Error: User is not logged in\nlistTokens failed on server {ONE}\n" in replies[2]
    assert replies[3].endswith(f"loginHSM success on server {ONE}\n")
    assert "failed" not in replies[4]


def test_another_hsm_at_the_same_address_knows_nothing_of_the_session(desk: Desk) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        lab = Lab.open(desk.lab.directory)
        lab.cluster().lifecycle.remove_hsm(lab.cluster().nodes()[1])
        lab.cluster().lifecycle.add_hsm("10.0.3.11")
        lab.close()
        yield from ("info server 1", "logoutHSM", OFFICER)

    replies = desk.feed(lines()).replies
    assert replies[1].endswith("Not logged in\n")
    assert replies[2] == (
        f"logoutHSM success on server {ZERO}\n"
        "logoutHSM failed: HSM Error: User is not logged in\n"
        f"logoutHSM failed on server {ONE}\n"
    )
    assert replies[3] == both("loginHSM")
