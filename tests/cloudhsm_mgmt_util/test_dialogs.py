"""Every answer of the dialogs does what it says, and an end of input in the middle changes nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .screens import CAUTION, both, refusal

CREATE = "createUser CU carol carol1234"
QUESTION = "Do you want to continue(y/n)?"
INVALID = "Invalid option, please type 'y' or 'n'\n\n"
RIA = "Retry/Ignore/Abort?(R/I/A):"
EXISTS = f"createUser failed: HSM Error: User already exists\ncreating user on server {ZERO} failed\n\n"
END = "\n\n\ndisconnecting from servers, please wait...\n"


def test_n_does_nothing_and_says_nothing(desk: Desk) -> None:
    before = desk.everything()
    assert desk.reply(OFFICER, CREATE, "n") == CAUTION + "n\n"
    assert desk.everything() == before


def test_anything_else_is_asked_again(desk: Desk) -> None:
    answers = ["", "yes", "Y", "N", "no", "listUsers", " y "]
    assert desk.reply(OFFICER, CREATE, *answers) == CAUTION + "".join(
        f"{answer}\n{INVALID}{QUESTION}" for answer in answers[:-1]
    ) + (" y \nCreating User carol(CU) on 2 nodes\n" + both("createUser"))


def test_input_ends_at_the_question(desk: Desk) -> None:
    before = desk.everything()
    played = desk.play(OFFICER, CREATE)
    assert played.code == 0
    assert played.text.endswith(QUESTION + END)
    assert desk.everything() == before


@pytest.fixture
def half(desk: Desk) -> Desk:
    """carol exists on server 0 only, bob on server 0 only."""
    desk.play("server 0", OFFICER, CREATE, "y")
    desk.play("server 1", OFFICER, "deleteUser CU bob")
    return desk


def test_ignore_goes_on_with_the_next(half: Desk) -> None:
    reply = half.reply(OFFICER, CREATE, "y", "I")
    assert reply.endswith(f"on 2 nodes\n{EXISTS}{RIA}I\ncreateUser success on server {ONE}\n")
    assert half.user("carol", 1) is not None


@pytest.mark.parametrize("answer", ["A", "a"])
def test_abort_leaves_the_others_alone(half: Desk, answer: str) -> None:
    before = half.everything()
    replies = half.play(OFFICER, CREATE, "y", answer, "help help").replies
    assert replies[1].endswith(f"{EXISTS}{RIA}{answer}\n")
    assert replies[2] == "help [<command-name>]\n"
    assert half.everything() == before


def test_retry_asks_the_same_server_again(half: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, CREATE, "y", "R")
        carol = half.user("carol")
        assert carol is not None
        with half.lab.store.transaction():
            half.lab.store.delete_user(carol.container, carol.number)
        yield "r"

    reply = half.feed(lines()).replies[1]
    assert reply.endswith(f"{EXISTS}{RIA}R\n{EXISTS}{RIA}r\n" + both("createUser"))


def test_another_answer_is_asked_again(half: Desk) -> None:
    assert half.reply(OFFICER, CREATE, "y", "", "B", "x", "A").endswith(f"{EXISTS}{RIA}\n{RIA}B\n{RIA}x\n{RIA}A\n")


def test_input_ends_after_a_refusal(half: Desk) -> None:
    before = half.everything()
    played = half.play(OFFICER, CREATE, "y")
    assert played.code == 0
    assert played.text.endswith(EXISTS + RIA + END)
    assert half.everything() == before


def test_the_server_goes_down_before_the_retry(half: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, CREATE, "y")
        half.power(0, "down")
        yield "R"

    assert (
        half.feed(lines())
        .replies[1]
        .endswith(f"{RIA}R\nServer {ZERO} is not connected\ncreateUser success on server {ONE}\n")
    )


MISSING = "HSM Error: This user doesn't exist"


def test_roll_back_restores_the_user_and_its_shares(half: Desk) -> None:
    handle = half.make_key(shares=(4,))
    before = half.everything()
    assert half.key(handle).shares == {4}
    assert half.reply(OFFICER, "deleteUser CU bob", "B") == (
        f"Deleting user bob(CU) on 2 nodes\ndeleteUser success on server {ZERO}\n{refusal(MISSING, ONE)}B\n"
    )
    assert half.everything() == before
    assert half.reply("loginHSM CU bob user1234").startswith(f"loginHSM success on server {ZERO}\n")


def test_ignoring_leaves_it_deleted(half: Desk) -> None:
    assert half.reply(OFFICER, "deleteUser CU bob", "i").endswith(f"{refusal(MISSING, ONE)}i\n")
    assert half.user("bob") is None


def test_there_is_no_abort_for_delete_user(half: Desk) -> None:
    assert half.reply(OFFICER, "deleteUser CU bob", "A", "", "B").endswith(
        f"{refusal(MISSING, ONE)}A\nRetry/rollBack/Ignore?(R/B/I):\nRetry/rollBack/Ignore?(R/B/I):B\n"
    )


def test_retrying_a_deletion(desk: Desk, elsewhere: Desk) -> None:
    def lines() -> Iterator[str]:
        session = elsewhere.login("CU", "bob", "user1234")
        yield from (OFFICER, "deleteUser CU bob")
        elsewhere.cluster.logout(session)
        yield "R"

    denied = "HSM Error: Deletion or Changing password of a logged in User is denied"
    assert desk.feed(lines()).replies[1] == (
        f"Deleting user bob(CU) on 2 nodes\n{refusal(denied)}R\n" + both("deleteUser")
    )


def test_roll_back_of_a_name_that_was_taken_meanwhile(half: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, "deleteUser CU bob")
        session = half.login("CO", "admin", "admin1234")
        half.cluster.create_user(session, half.nodes[0], "CU", "bob", "another1")
        yield "B"

    assert (
        half.feed(lines())
        .replies[1]
        .endswith(f"B\nrollBack failed: HSM Error: User already exists\nrollBack failed on server {ZERO}\n")
    )


def test_roll_back_of_a_number_that_was_taken_meanwhile(half: Desk) -> None:
    def lines() -> Iterator[str]:
        bob = half.user("bob")
        assert bob is not None
        yield from (OFFICER, "deleteUser CU bob")
        with half.lab.store.transaction():
            half.lab.store.add_user(bob._replace(name="synchronised"))
        yield "B"

    assert half.feed(lines()).replies[1].endswith(f"rollBack failed on server {ZERO}\n")
    assert half.user("bob") is None


def test_roll_back_of_a_server_that_went_down(half: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, "deleteUser CU bob")
        half.power(0, "down")
        yield "B"

    assert half.feed(lines()).replies[1].endswith(f"B\nServer {ZERO} is not connected\n")


def test_a_dialog_in_server_mode(desk: Desk) -> None:
    replies = desk.play(
        "server 0", CREATE, "y", "A", "changePswd CU bob fresh1234", "y", "I", "deleteUser CU bob", "I"
    ).replies
    why = "HSM Error: User is not logged in"
    assert replies[1] == CAUTION + f"y\ncreateUser failed: {why}\ncreating user failed\n\n{RIA}A\n"
    assert replies[2] == CAUTION + f"y\nchangePswd failed: {why}\nChanging password failed\n\n{RIA}I\n"
    assert replies[3] == f"deleteUser failed: {why}\ndeleteUser failed\n\nRetry/rollBack/Ignore?(R/B/I):I\n"


def test_input_ends_at_a_hidden_password(desk: Desk) -> None:
    played = desk.play("loginHSM CU crypto_user -hpswd")
    assert (played.code, played.text.endswith("Enter password:" + END)) == (0, True)


def test_the_same_box_for_keys(desk: Desk) -> None:
    handle = desk.make_key()
    for line in (f"setAttribute {handle} 3 x", f"shareKey {handle} 4 1"):
        assert desk.reply(USER, line, "n") == CAUTION + "n\n"
    assert desk.label(handle) == "k"
    assert not desk.key(handle).shares
