"""syncKey and syncUser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hsmshell.engine.cluster.lifecycle import restore

from .conftest import BOB, OFFICER, ONE, USER, ZERO, Desk

UNKNOWN = "Unknown command: {}. Type 'help' for the list of commands.\n"


def extract(code: int) -> str:
    return f"ExtractMaskedObject: 0x{code:x} !\n"


def insert(code: int) -> str:
    return f"InsertMaskedObject: 0x{code:x} !\n"


@pytest.fixture
def drifted(desk: Desk) -> Desk:
    """The second HSM lacks key 407, which bob shares, and carol, number 5."""
    desk.power(1, "down")
    assert desk.make_key("missed", shares=(4,)) == 407
    desk.power(1, "up")
    desk.play(OFFICER, "server 0", "createUser CU carol carol1234", "y")
    return desk


@pytest.mark.parametrize("login", [OFFICER, USER])
def test_a_key_is_copied(drifted: Desk, login: str) -> None:
    replies = drifted.play(login, "server 0", "syncKey 407 1", "exit").replies
    assert replies[2] == "syncKey success\n"
    assert drifted.key(407, 1) == drifted.key(407, 0)._replace(container=drifted.nodes[1].id)


def test_a_user_is_copied_and_can_log_in(drifted: Desk) -> None:
    reply = drifted.reply(OFFICER, "server 0", "syncUser 5 1")
    assert reply == extract(0) + insert(0) + "syncUser success\n"
    assert drifted.user("carol", 1) is not None
    assert "loginHSM success on server 1" in drifted.reply("loginHSM CU carol carol1234")


def test_the_guide_s_repair_makes_the_digests_equal(drifted: Desk) -> None:
    replies = drifted.play(
        OFFICER, "findAllKeys 0 1", "server 0", "syncUser 5 1", "syncKey 407 1", "exit", "findAllKeys 0 1"
    ).replies
    hashes = [[line for line in reply.splitlines() if len(line) == 64] for reply in (replies[1], replies[6])]
    assert (len(hashes[0]), len(set(hashes[1])), len(hashes[1])) == (1, 1, 2)


REFUSED: dict[str, tuple[str, str, str]] = {
    "no such key": (OFFICER, "syncKey 999 1", extract(0xA8)),
    "somebody else's key": (BOB, "syncKey 407 1", extract(0xC6)),
    "nobody is logged in": ("help help", "syncKey 407 1", extract(0xE0)),
    "the server itself": (OFFICER, "syncKey 407 0", insert(0xF5)),
    "no such user": (OFFICER, "syncUser 9 1", extract(0xCE)),
    "a user whom every HSM has": (OFFICER, "syncUser 2 1", extract(0xCE)),
    "no officer": (USER, "syncUser 5 1", extract(0xE1)),
    "a user who is there": (
        OFFICER, "syncUser 3 1", extract(0) + insert(0xF6) + "user already created, unable to insert object\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(drifted: Desk, what: str) -> None:
    login, line, said = REFUSED[what]
    before = drifted.everything()
    assert drifted.reply(login, "server 0", line) == said + f"{line.split()[0]} failed\n"
    assert drifted.everything() == before


def test_an_owner_whom_the_other_hsm_does_not_know(drifted: Desk) -> None:
    drifted.play(OFFICER, "server 1", "deleteUser CU crypto_user")
    replies = drifted.play(OFFICER, "server 0", "syncKey 407 1", "syncUser 3 1", "syncKey 407 1").replies
    assert replies[2:5] == [
        insert(0xCE) + "syncKey failed\n",
        extract(0) + insert(0) + "syncUser success\n",
        "syncKey success\n",
    ]


def test_a_key_that_is_there(drifted: Desk) -> None:
    replies = drifted.play(OFFICER, "server 0", "syncKey 407 1", "syncKey 407 1").replies
    assert replies[2:4] == ["syncKey success\n", insert(0xF5) + "syncKey failed\n"]


def test_a_full_hsm(drifted: Desk) -> None:
    drifted.power(1, "full")
    before = drifted.everything()
    replies = drifted.play(OFFICER, "server 0", "syncKey 407 1", "syncUser 5 1").replies
    assert replies[2] == insert(0xEB) + "syncKey failed\n"
    assert replies[3] == extract(0) + insert(0xF7) + "syncUser failed\n"
    assert drifted.everything() == before


def test_a_login_on_both_servers_is_wanted(drifted: Desk) -> None:
    replies = drifted.play("server 0", OFFICER, "syncKey 407 1").replies
    assert replies[2] == insert(0xE0) + "syncKey failed\n"


def test_servers_that_are_down(drifted: Desk) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        yield "server 0"
        drifted.power(1, "down")
        yield "syncKey 407 1"
        yield "syncUser 5 1"
        drifted.power(1, "up")
        drifted.power(0, "down")
        yield "syncKey 407 1"

    replies = drifted.feed(lines()).replies
    assert replies[2] == f"Server {ONE} is not connected\n"
    assert replies[3] == f"Server {ONE} is not connected\n"
    assert replies[4] == f"Server {ZERO} is not connected\n"


def test_a_clone_in_the_same_configuration(desk: Desk) -> None:
    clone = restore(desk.lab, desk.cluster.lifecycle.backup().id, "clone", address="10.9.0.9")
    desk.make_key("late", shares=(4,))
    (desk.directory / "both.cfg").write_text('{"servers": [{"hostname": "10.0.2.9"}, {"hostname": "10.9.0.9"}]}')
    lines = (OFFICER, "server 0", "createUser CU carol carol1234", "y", "syncUser 5 1", "syncKey 407 1")
    replies = desk.play(*lines, arguments=["both.cfg"]).replies
    assert replies[3:5] == [extract(0) + insert(0) + "syncUser success\n", "syncKey success\n"]
    (node,) = clone.nodes()
    with desk.lab.store.reading():
        assert [key.label for key in desk.lab.store.objects(node.id)] == ["late"]
        assert desk.lab.store.user_named(node.id, "carol") is not None


def test_a_stranger_in_the_same_configuration(desk: Desk, tmp_path: Path) -> None:
    """Another cluster whose officer has the same password is still no family."""
    clone = restore(desk.lab, desk.cluster.lifecycle.backup().id, "stranger", address="10.9.0.9")
    with desk.lab.store.transaction():
        desk.lab.store._db.execute("UPDATE device SET secret = ? WHERE id = ?", (bytes(32), clone.device.id))
    desk.make_key("late")
    (desk.directory / "both.cfg").write_text('{"servers": [{"hostname": "10.0.2.9"}, {"hostname": "10.9.0.9"}]}')
    replies = desk.play(OFFICER, "server 0", "syncKey 407 1", "syncUser 4 1", arguments=["both.cfg"]).replies
    assert replies[2:4] == [insert(0xE9) + "syncKey failed\n", extract(0) + insert(0xE9) + "syncUser failed\n"]


@pytest.mark.parametrize("line", ["syncKey 407 1", "syncUser 5 1"])
def test_global_mode_does_not_know_them(desk: Desk, line: str) -> None:
    assert desk.reply(OFFICER, line) == UNKNOWN.format(line.split()[0])


@pytest.mark.parametrize("line", ["syncKey 407 2", "syncUser 3 99999999999999"])
def test_a_server_that_there_is_not(desk: Desk, line: str) -> None:
    assert desk.reply(OFFICER, "server 0", line) == "Invalid server id\n"


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("syncKey 407", "syncKey <key handle> <destination hsm>"),
        ("syncKey key 1", "syncKey <key handle> <destination hsm>"),
        ("syncKey 407 1 1", "syncKey <key handle> <destination hsm>"),
        ("syncUser", "syncUser <user ID> <server ID>"),
        ("syncUser bob 1", "syncUser <user ID> <server ID>"),
        ("syncUser 3 -1", "syncUser <user ID> <server ID>"),
    ],
)
def test_wrong_words(desk: Desk, line: str, usage: str) -> None:
    assert desk.reply(OFFICER, "server 0", line) == f"Usage: {usage}\n"
