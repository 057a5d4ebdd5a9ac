"""findAllKeys."""

from __future__ import annotations

import re

import pytest

from hsmshell.console import Kind, Value
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import KeySpec

from .conftest import BOB, OFFICER, ONE, USER, ZERO, Desk
from .screens import both, twice

COMMAND = "findAllKeys"


def block(place: str, listed: str, digest: str = "") -> str:
    """What one server says of a user's keys."""
    count = len(listed.split(",")) if listed else 0
    text = f"Keys on server {place}:\nNumber of keys found {count}\n"
    if count:
        text += f"number of keys matched from start index 0::{count}\n{listed}\n"
        text += f"Key Hash:\n{digest}\n\n" if digest else ""
    return text


def screen(place: str, listed: str, digest: str = "") -> str:
    """The same as the screen shows it: without a digest an empty line follows the success, with one it is there."""
    return f"{block(place, listed, digest)}{COMMAND} success on server {place}\n" + ("" if digest and listed else "\n")


def digests(text: str) -> list[str]:
    return re.findall(r"Key Hash:\n([0-9a-f]{64})\n\n", text)


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """A pair of crypto_user (407, 408), a key that it shares with bob (409), one of bob's (410)."""
    desk.make_pair()
    desk.make_key("shared", shares=(4,))
    session = desk.login("CU", "bob", "user1234")
    desk.cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("bob's"))
    desk.cluster.logout(session)
    return desk


@pytest.mark.parametrize(
    ("number", "listed"),
    [
        (3, "407(o),408(o),409(o)"),
        (4, "409(s),410(o)"),
        (1, ""),
        (0, "407(o),408(o),409(o),410(o)"),
    ],
)
def test_keys_of_a_user(stocked: Desk, number: int, listed: str) -> None:
    assert stocked.reply(OFFICER, f"{COMMAND} {number} 0") == screen(ZERO, listed) + screen(ONE, listed)
    reply = stocked.reply(OFFICER, f"{COMMAND} {number} 1")
    found = digests(reply)
    assert len(found) == (2 if listed else 0)
    assert len(set(found)) == (1 if listed else 0)
    digest = found[0] if found else ""
    assert reply == screen(ZERO, listed, digest) + screen(ONE, listed, digest)


def test_handles_are_told_apart_from_other_numbers(stocked: Desk) -> None:
    played = stocked.play(OFFICER, f"{COMMAND} 4 0")
    assert [part for part in played.parts if isinstance(part, Value) and part.kind is Kind.HANDLE][:2] == [
        Value(Kind.HANDLE, "409"),
        Value(Kind.HANDLE, "410"),
    ]


def test_drift_shows_in_the_digest_whoever_is_asked_about(stocked: Desk) -> None:
    stocked.play(USER, "server 1", "shareKey 409 4 0", "y")
    replies = stocked.play(OFFICER, f"{COMMAND} 3 1", f"{COMMAND} 4 1", f"{COMMAND} 0 1").replies[1:4]
    found = [digests(reply) for reply in replies]
    assert found == [found[0]] * 3
    assert found[0][0] != found[0][1]


def test_session_keys_are_listed_where_they_are(desk: Desk) -> None:
    session = desk.login("CU", "bob", "user1234")
    desk.cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("passing", session_only=True))
    reply = desk.reply(OFFICER, f"{COMMAND} 4 1")
    assert digests(reply) == ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], "of no key at all"
    assert "407(o)" in reply


def test_server_mode(stocked: Desk) -> None:
    reply = stocked.reply(OFFICER, "server 1", f"{COMMAND} 4 0")
    assert reply == block(ONE, "409(s),410(o)") + f"{COMMAND} success\n\n"


def test_into_a_file(stocked: Desk) -> None:
    target = stocked.directory / "keys.txt"
    target.write_text("old content, longer than what comes\n" * 20)
    assert stocked.reply(OFFICER, f"{COMMAND} 4 1 keys.txt") == both(COMMAND)
    text = target.read_text()
    digest = digests(text)[0]
    assert text == block(ZERO, "409(s),410(o)", digest) + block(ONE, "409(s),410(o)", digest)


def test_a_file_that_cannot_be_written_and_one_that_nothing_is_written_to(stocked: Desk) -> None:
    assert stocked.reply(OFFICER, f"{COMMAND} 4 1 absent/keys") == (
        f"{COMMAND} failed: absent/keys: No such file or directory\n"
    )
    (stocked.directory / "keys").write_text("kept")
    assert stocked.reply(USER, f"{COMMAND} 4 1 keys") == twice(COMMAND, "HSM Error: Invalid User Type.")
    assert (stocked.directory / "keys").read_text() == "kept"


@pytest.mark.parametrize(
    ("login", "number", "reason"),
    [
        ("help help", 3, "HSM Error: User is not logged in"),
        (USER, 3, "HSM Error: Invalid User Type."),
        (BOB, 4, "HSM Error: Invalid User Type."),
        (OFFICER, 9, "HSM Error: This user doesn't exist"),
        (OFFICER, 9999999999999999999, "HSM Error: This user doesn't exist"),
    ],
)
def test_refused(stocked: Desk, login: str, number: int, reason: str) -> None:
    before = stocked.everything()
    assert stocked.reply(login, f"{COMMAND} {number} 1") == twice(COMMAND, reason)
    assert stocked.everything() == before


def test_a_user_whom_one_server_does_not_know(desk: Desk) -> None:
    desk.play(OFFICER, "server 1", "deleteUser CU bob")
    assert desk.reply(OFFICER, f"{COMMAND} 4 0") == screen(ZERO, "") + (
        f"{COMMAND} failed: HSM Error: This user doesn't exist\n{COMMAND} failed on server {ONE}\n"
    )


def test_a_server_that_is_down(stocked: Desk) -> None:
    stocked.power(0, "down")
    assert stocked.reply(OFFICER, f"{COMMAND} 1 1") == f"Server {ZERO} is not connected\n" + screen(ONE, "")


@pytest.mark.parametrize("words", ["", "3", "3 2", "bob 0", "3 0 file more", "-3 0"])
def test_wrong_words(desk: Desk, words: str) -> None:
    usage = f"Usage: {COMMAND} <user id> <key hash (0/1)> [<output file>]\n"
    assert desk.reply(OFFICER, f"{COMMAND} {words}") == usage


def test_a_script_reads_count_and_list_from_the_file(desk: Desk) -> None:
    handles = [desk.make_key("first"), *desk.make_pair(), desk.make_key("shared", shares=(4,))]
    assert desk.reply(OFFICER, "findAllKeys 3 0 keys.txt") == both("findAllKeys")
    lines = (desk.directory / "keys.txt").read_text().splitlines()
    assert lines[0] == f"Keys on server {ZERO}:"
    assert re.fullmatch(r"Number of keys found (\d+)", lines[1]).group(1) == "4"  # type: ignore[union-attr]
    assert lines[3].split(",") == [f"{handle}(o)" for handle in handles]


def test_the_digest_goes_into_the_file_too(desk: Desk) -> None:
    desk.make_key()
    desk.play(OFFICER, "findAllKeys 3 1 keys.txt")
    digests = re.findall(r"(?m)^Key Hash:\n([0-9a-f]{64})$", (desk.directory / "keys.txt").read_text())
    assert len(digests) == 2
    assert len(set(digests)) == 1


def test_the_file_says_what_the_screen_says_but_for_the_success(desk: Desk) -> None:
    desk.make_key(shares=(4,))
    for line in ("findAllKeys 4 1", "findAllKeys 4 0", "findAllKeys 1 0"):
        screen = desk.reply(OFFICER, line)
        desk.play(OFFICER, f"{line} keys.txt")
        said = [row for row in screen.splitlines() if row and "success" not in row]
        assert [row for row in (desk.directory / "keys.txt").read_text().splitlines() if row] == said
        assert len(said) >= 4


def test_sharing_on_one_hsm_shows_in_the_digest(desk: Desk) -> None:
    handle = desk.make_key()
    desk.play("server 1", "loginHSM CU crypto_user user1234", f"shareKey {handle} 4 1", "y")
    zero, one = re.findall(r"Key Hash:\n([0-9a-f]{64})\n\n", desk.reply(OFFICER, "findAllKeys 3 1"))
    assert zero != one
    desk.play("server 0", "loginHSM CU crypto_user user1234", f"shareKey {handle} 4 1", "y")
    zero, one = re.findall(r"Key Hash:\n([0-9a-f]{64})\n\n", desk.reply(OFFICER, "findAllKeys 4 1"))
    assert zero == one
