"""findAllKeys, as scripts read it."""

from __future__ import annotations

import re

from .conftest import OFFICER, ZERO, Desk
from .screens import both


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
