"""The commands that manage users."""

from __future__ import annotations

import re

import pytest

from hsmshell.console import Kind, Value

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .screens import CAUTION, WRONG, both, refusal

USERS = """\
Users on server 0(10.0.2.9):
Number of users found:4

    User Id             User Type       User Name                          MofnPubKey    LoginFailureCnt         2FA
         1              CO              admin                                    NO               0               NO
         2              AU              app_user                                 NO               0               NO
         3              CU              crypto_user                              NO               0               NO
         4              CU              bob                                      NO               0               NO
Users on server 1(10.0.3.11):
Number of users found:4

    User Id             User Type       User Name                          MofnPubKey    LoginFailureCnt         2FA
         1              CO              admin                                    NO               0               NO
         2              AU              app_user                                 NO               0               NO
         3              CU              crypto_user                              NO               0               NO
         4              CU              bob                                      NO               0               NO
"""
# listUsers


def test_list_users(desk: Desk) -> None:
    played = desk.play("listUsers")
    assert played.replies[0] == USERS
    assert Value(Kind.USER_ID, "4") in played.parts


def test_list_users_shows_what_each_hsm_has_counted_and_registered(desk: Desk) -> None:
    user = desk.user("bob", 1)
    assert user is not None
    with desk.lab.store.transaction():
        desk.lab.store.replace_user(user._replace(failures=3, quorum_key=b"k", second_factor=b"f", name="b\x1bob"))
    assert desk.reply("listUsers").endswith(
        "         4              CU              b\\x1bob" + " " * 33 + "YES               3              YES\n"
    )


def test_list_users_reads_as_scripts_read_it_without_a_login(desk: Desk) -> None:
    """The name of every crypto user by a pattern, and six fields a row after the header."""
    reply = desk.play("listUsers").replies[0]
    assert re.findall(r"(?m)^\s*\d+\s+CU\s+(\w+)", reply) == ["crypto_user", "bob"] * 2
    for block in reply.split("Users on server ")[1:]:
        place, count, empty, header, *rows = block.splitlines()
        assert re.fullmatch(r"\d+\(10\.0\.\d+\.\d+\):", place)
        assert (count, empty) == ("Number of users found:4", "")
        assert header.split() == ["User", "Id", "User", "Type", "User", "Name", "MofnPubKey", "LoginFailureCnt", "2FA"]
        fields = [row.split() for row in rows]
        assert [(len(one), one[0], one[3:]) for one in fields] == [
            (6, str(number), ["NO", "0", "NO"]) for number in range(1, 5)
        ]
        assert {len(row) for row in rows} == {len(header)} == {116}


# createUser


def test_create_user(desk: Desk) -> None:
    replies = desk.play(OFFICER, "createUser CU carol carol1234", "y", "listUsers").replies
    assert replies[1] == CAUTION + "y\nCreating User carol(CU) on 2 nodes\n" + both("createUser")
    row = "         5              CU              carol" + " " * 36 + "NO               0               NO\n"
    assert replies[2].count(row) == 2
    assert desk.reply("loginHSM CU CAROL carol1234") == both("loginHSM")


def test_create_user_with_hidden_password(desk: Desk) -> None:
    line = "createUser CO carol -hpswd"
    replies = desk.play(OFFICER, line, "carol1234", "carol1235", line, "carol1234", "carol1234", "y").replies
    assert replies[1] == "Enter password:\nRe-enter password:\n\nPasswords do not match\n"
    assert replies[2] == "Enter password:\nRe-enter password:\n\n" + CAUTION + (
        "y\nCreating User carol(CO) on 2 nodes\n" + both("createUser")
    )
    assert desk.reply("loginHSM CO carol carol1234") == both("loginHSM")


def test_another_spelling_of_a_type(desk: Desk) -> None:
    assert "Creating User first(PRECO) on 2 nodes" in desk.play(OFFICER, "createUser preCO first first1234", "y").text


NAME = "Invalid user name: 1 to 31 letters, digits or underscores"
PASSWORD = "Invalid password: 7 to 32 characters"


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("createUser AU carol carol1234", "createUser failed: HSM Error: Invalid User Type.\n"),
        ("createUser cu carol carol1234", "createUser failed: HSM Error: Invalid User Type.\n"),
        ("createUser CU ca-rol carol1234", f"createUser failed: {NAME}\n"),
        (f"createUser CU {'a' * 32} carol1234", f"createUser failed: {NAME}\n"),
        ("createUser CU carol secret", f"createUser failed: {PASSWORD}\n"),
        (f"createUser CU carol {'a' * 33}", f"createUser failed: {PASSWORD}\n"),
        ("changePswd AU app_user fresh1234", "changePswd failed: HSM Error: Invalid User Type.\n"),
        ("changePswd CU bob secret", f"changePswd failed: {PASSWORD}\n"),
        ("deleteUser AU app_user", "deleteUser failed: HSM Error: Invalid User Type.\n"),
        ("deleteUser cu bob", "deleteUser failed: HSM Error: Invalid User Type.\n"),
    ],
)
def test_refused_before_any_hsm_is_asked(desk: Desk, line: str, reply: str) -> None:
    before = desk.everything()
    assert desk.reply(OFFICER, line) == reply
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("login", "reason"),
    [("help help", "HSM Error: User is not logged in"), (USER, "HSM Error: Invalid User Type.")],
)
@pytest.mark.parametrize(
    ("line", "announcement", "second"),
    [
        ("createUser CU carol carol1234", "Creating User carol(CU)", "creating user on server {} failed"),
        ("changePswd CU bob fresh1234", "Changing password for bob(CU)", "Changing password on node {} failed"),
    ],
)
def test_only_an_officer_manages_users(
    desk: Desk, login: str, reason: str, line: str, announcement: str, second: str
) -> None:
    before = desk.everything()
    command = line.split()[0]
    assert desk.reply(login, line, "y", "I", "I") == CAUTION + f"y\n{announcement} on 2 nodes\n" + "".join(
        f"{command} failed: {reason}\n{second.format(place)}\n\nRetry/Ignore/Abort?(R/I/A):I\n" for place in (ZERO, ONE)
    )
    assert desk.everything() == before


def test_a_user_who_exists_on_one_hsm_only(desk: Desk) -> None:
    reply = desk.play(
        "server 0", OFFICER, "createUser CU carol carol1234", "y", "exit", OFFICER, "createUser CU carol carol1234",
        "y", "I",
    ).replies  # fmt: skip
    assert reply[4] == (
        "loginHSM failed: HSM Error: User is already logged in\n"
        f"loginHSM failed on server {ZERO}\nloginHSM success on server {ONE}\n"
    )
    assert reply[5] == CAUTION + (
        "y\nCreating User carol(CU) on 2 nodes\n"
        "createUser failed: HSM Error: User already exists\n"
        f"creating user on server {ZERO} failed\n\n"
        "Retry/Ignore/Abort?(R/I/A):I\n"
        f"createUser success on server {ONE}\n"
    )


def test_a_node_down_is_left_out_of_the_count(desk: Desk) -> None:
    desk.power(0, "down")
    assert desk.reply(OFFICER, "createUser CU carol carol1234", "y") == CAUTION + (
        f"y\nCreating User carol(CU) on 1 nodes\nServer {ZERO} is not connected\ncreateUser success on server {ONE}\n"
    )
    assert desk.user("carol", 0) is None


# changePswd


def test_change_password(desk: Desk) -> None:
    reply = desk.reply(OFFICER, "changePswd CU bob fresh1234", "y")
    assert reply == CAUTION + "y\nChanging password for bob(CU) on 2 nodes\n" + both("changePswd")
    assert desk.play("loginHSM CU bob fresh1234", "logoutHSM", "loginHSM CU bob user1234").replies[:3] == [
        both("loginHSM"),
        both("logoutHSM"),
        WRONG,
    ]


def test_one_s_own_password(desk: Desk) -> None:
    assert desk.reply(USER, "changePswd CU crypto_user -hpswd", "fresh1234", "fresh1234", "y").endswith(
        "Changing password for crypto_user(CU) on 2 nodes\n" + both("changePswd")
    )
    assert desk.reply("loginHSM CU crypto_user fresh1234") == both("loginHSM")


def test_nobody_by_that_name(desk: Desk) -> None:
    reply = desk.reply(OFFICER, "changePswd CO bob fresh1234", "y", "A")
    assert reply.endswith(
        "Changing password for bob(CO) on 2 nodes\n"
        "changePswd failed: HSM Error: This user doesn't exist\n"
        f"Changing password on node {ZERO} failed\n\nRetry/Ignore/Abort?(R/I/A):A\n"
    )


@pytest.mark.parametrize("login", [OFFICER, USER])
def test_not_while_the_user_is_logged_in_elsewhere(desk: Desk, elsewhere: Desk, login: str) -> None:
    before = desk.everything()
    elsewhere.login("CU", "crypto_user", "user1234")
    assert desk.reply(login, "changePswd CU crypto_user fresh1234", "y", "A").endswith(
        "Changing password for crypto_user(CU) on 2 nodes\n"
        "changePswd failed: HSM Error: Deletion or Changing password of a logged in User is denied\n"
        f"Changing password on node {ZERO} failed\n\nRetry/Ignore/Abort?(R/I/A):A\n"
    )
    assert desk.everything() == before


def test_a_login_on_one_hsm_hinders_only_there(desk: Desk, elsewhere: Desk) -> None:
    elsewhere.login("CU", "bob", "user1234", 0)
    assert desk.reply(OFFICER, "changePswd CU bob fresh1234", "y", "i").endswith(
        f"Retry/Ignore/Abort?(R/I/A):i\nchangePswd success on server {ONE}\n"
    )


def test_the_password_of_a_new_hsm_s_admin_activates(desk: Desk) -> None:
    desk.play(OFFICER, "createUser PRECO first password", "y")
    reply = desk.reply("loginHSM PRECO first password", "changePswd PRECO first first1234", "y")
    assert reply.endswith("Changing password for first(PRECO) on 2 nodes\n" + both("changePswd"))
    first = desk.user("first")
    assert first is not None and first.type == "CO"


# deleteUser


def test_delete_user_asks_nothing(desk: Desk) -> None:
    assert desk.reply(OFFICER, "deleteUser CU bob") == "Deleting user bob(CU) on 2 nodes\n" + both("deleteUser")
    assert desk.user("bob") is None
    assert desk.reply(OFFICER, "createUser CU carol carol1234", "y", "listUsers").count("         5     ") == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("deleteUser CU nobody", "HSM Error: This user doesn't exist"),
        ("deleteUser CO bob", "HSM Error: This user doesn't exist"),
        ("deleteUser CU crypto_user", "HSM Error: User owns keys, deletion is denied"),
        ("deleteUser CO admin", "HSM Error: Invalid User Type."),
    ],
)
def test_delete_user_refused(desk: Desk, line: str, reason: str) -> None:
    desk.make_key()
    before = desk.everything()
    kind, name = line.split()[1:]
    assert desk.reply(OFFICER, line, "I", "I") == (
        f"Deleting user {name}({kind}) on 2 nodes\n{refusal(reason)}I\n{refusal(reason, ONE)}I\n"
    )
    assert desk.everything() == before


def test_nobody_deletes_a_user_who_is_logged_in(desk: Desk) -> None:
    desk.play(OFFICER, "createUser CO deputy deputy1234", "y")
    reason = "HSM Error: Deletion or Changing password of a logged in User is denied"
    assert desk.reply(OFFICER, "deleteUser CO admin", "I", "I") == (
        f"Deleting user admin(CO) on 2 nodes\n{refusal(reason)}I\n{refusal(reason, ONE)}I\n"
    )
    assert desk.user("admin") is not None


def test_a_crypto_user_deletes_nobody(desk: Desk) -> None:
    before = desk.everything()
    assert refusal("HSM Error: Invalid User Type.") in desk.reply(USER, "deleteUser CU bob", "B")
    assert desk.everything() == before


def test_not_logged_in_nothing_is_deleted(desk: Desk) -> None:
    before = desk.everything()
    assert refusal("HSM Error: User is not logged in") in desk.reply("deleteUser CU bob", "B")
    assert desk.everything() == before
