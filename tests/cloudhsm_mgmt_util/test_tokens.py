"""getToken, approveToken, listTokens, delToken: the small cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from hsmshell.engine.cluster.tokens import Service

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .officers import SECOND, appoint, approve, raise_service
from .screens import CAUTION, both, twice

NO_USER, WRONG_USER = "HSM Error: User is not logged in", "HSM Error: Invalid User Type."
NOT_ENABLED, NOT_APPROVED = "HSM Error: MofN is not enabled for this service", "RET_MXN_AUTH_FAILED"


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Two officers with keys; managing users takes both of them."""
    appoint(desk)
    raise_service(desk, Service.USER_MGMT)
    return desk


def token(node: int, number: int = 1, user: str = "admin") -> str:
    return f"Token:\nId:{number}\nService:3\nNode:{node}\nKey Handle:0\nUser:{user}\n"


def listed(place: str, *blocks: str) -> str:
    rule = "=" * 21
    text = "".join(f"-------- Token - {number} ----------\n{block}" for number, block in enumerate(blocks))
    return f"{rule}\n    Server {place}\n{rule}\n{text}Num of tokens = {len(blocks)}\n\n"


def state(approvers: str = "") -> str:
    names = approvers.split()
    lines = "".join(f"Approver-{number}: {name}\n" for number, name in enumerate(names))
    return f"Token Validity: N sec\nRequired num of approvers : 2\nCurrent num of approvals : {len(names)}\n{lines}"


def timeless(text: str) -> str:
    return re.sub(r"Validity: \d+ sec", "Validity: N sec", text)


# getToken


def test_a_token_of_every_server_in_one_file(ready: Desk) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        yield "getToken 3 admin token"
        data = (ready.directory / "token").read_bytes()
        assert [data[start + 64 : start + 72] for start in (0, 80)] == [
            ready.tokens(number)[0].created.to_bytes(8, "big") for number in (0, 1)
        ]
        assert [data[start + 4 : start + 8] for start in (0, 80)] == [bytes(4), bytes(3) + b"\1"]
        assert len(data) == 160

    assert ready.feed(lines()).replies[1] == "".join(
        f"getToken success on server {place}\n{token(node)}" for node, place in enumerate((ZERO, ONE))
    )
    assert ready.tokens() == [], "tokens end with the tool"


def test_server_mode_asks_one(ready: Desk) -> None:
    reply = ready.reply(OFFICER, "server 1", "getToken 3 ADMIN token")
    assert reply == "getToken success\n" + token(1)
    assert len((ready.directory / "token").read_bytes()) == 80


@pytest.mark.parametrize(
    ("login", "words", "reason"),
    [
        ("help help", "3 admin token", NO_USER),
        (USER, "3 crypto_user token", WRONG_USER),
        (OFFICER, "3 second token", WRONG_USER),
        (OFFICER, "3 nobody token", WRONG_USER),
        (OFFICER, "4 admin token", NOT_ENABLED),
    ],
)
def test_get_token_refused(ready: Desk, login: str, words: str, reason: str) -> None:
    before = ready.everything()
    assert ready.reply(login, f"getToken {words}") == twice("getToken", reason)
    assert ready.everything() == before
    assert not (ready.directory / "token").exists()


def test_one_server_alone_needs_approvals(desk: Desk) -> None:
    appoint(desk)
    raise_service(desk, Service.USER_MGMT, number=1)
    assert desk.reply(OFFICER, "getToken 3 admin token") == (
        f"getToken failed: {NOT_ENABLED}\ngetToken failed on server {ZERO}\n"
        f"getToken success on server {ONE}\n{token(1)}"
    )
    assert len((desk.directory / "token").read_bytes()) == 80


def test_a_server_that_is_down_gives_none(ready: Desk) -> None:
    ready.power(0, "down")
    assert ready.reply(OFFICER, "getToken 3 admin token") == (
        f"Server {ZERO} is not connected\ngetToken success on server {ONE}\n{token(1)}"
    )


def test_when_the_file_cannot_be_written_no_token_stays(ready: Desk) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        yield "getToken 3 admin absent/token"
        assert [ready.tokens(number) for number in (0, 1)] == [[], []]
        yield "getToken 3 admin token"
        before = [ready.tokens(number) for number in (0, 1)]
        yield "getToken 3 admin absent/token"
        assert [ready.tokens(number) for number in (0, 1)] == before

    replies = ready.feed(lines()).replies
    assert replies[1] == replies[3] == "getToken failed: absent/token: No such file or directory\n"


def test_a_second_token_replaces_the_first(ready: Desk) -> None:
    replies = ready.play(OFFICER, "getToken 3 admin token", "getToken 3 admin token", "listTokens").replies
    assert timeless(replies[3]) == "\n" + listed(ZERO, token(0) + state()) + listed(ONE, token(1) + state()) + (
        "listTokens success\n"
    )


# approveToken


def approving(desk: Desk, spoil: Callable[[], object] | None = None, line: str = "approveToken approval.txt") -> str:
    """What approveToken says when both have signed and ``spoil`` has done something to it."""

    def lines() -> Iterator[str]:
        yield OFFICER
        yield "getToken 3 admin token"
        approve(desk, "admin", "second")
        if spoil is not None:
            spoil()
        yield line
        yield "listTokens"

    replies = desk.feed(lines()).replies
    number = 0 if replies[2].startswith("approveToken failed") else 2
    assert replies[3].count(f"Current num of approvals : {number}\n") == 2
    return replies[2]


def test_both_have_signed(ready: Desk) -> None:
    assert approving(ready) == both("approveToken")


def test_the_file_may_come_with_comments_and_dos_lines(ready: Desk) -> None:
    def spoil() -> None:
        path = ready.directory / "approval.txt"
        path.write_bytes(b"# ours\r\n" + path.read_bytes().replace(b"\n", b" # and so on\r\n"))

    assert approving(ready, spoil) == both("approveToken")


SPOILT: dict[str, tuple[str, Callable[[Desk], object]]] = {
    "another's signature": (
        NOT_APPROVED,
        lambda desk: (desk.directory / "admin.sig").write_bytes((desk.directory / "second.sig").read_bytes()),
    ),
    "no signature": (NOT_APPROVED, lambda desk: (desk.directory / "admin.sig").write_bytes(b"")),
    "another token": (NOT_APPROVED, lambda desk: (desk.directory / "token").write_bytes(bytes(160))),
    "fewer than announced": (NOT_APPROVED, lambda desk: approve(desk, "admin", announced=2)),
    "an approver whom nobody knows": (NOT_APPROVED, lambda desk: replace(desk, "= admin;", "= nobody;")),
    "an approver of another type": (NOT_APPROVED, lambda desk: replace(desk, "Type = 2", "Type = 1")),
    "an approver without a key": (NOT_APPROVED, lambda desk: replace(desk, "= admin;", "= bob;")),
}


def replace(desk: Desk, old: str, new: str) -> None:
    path = desk.directory / "approval.txt"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("what", SPOILT)
def test_what_no_server_takes_for_an_approval(ready: Desk, what: str) -> None:
    reason, spoil = SPOILT[what]
    assert approving(ready, lambda: spoil(ready)) == twice("approveToken", reason)


def test_files_that_are_not_there(ready: Desk) -> None:
    for name in ("token", "second.sig", "approval.txt"):
        reply = approving(ready, lambda name=name: (ready.directory / name).unlink())  # type: ignore[misc]
        assert reply == f"approveToken failed: {name}: No such file or directory\n"


def test_what_is_no_approval_file(ready: Desk) -> None:
    def spoil() -> None:
        (ready.directory / "approval.txt").write_text("Number of Approvals = many;\n")

    assert re.fullmatch(r"approveToken failed: approval\.txt: .+\n", approving(ready, spoil))


def test_approving_needs_a_token_of_the_same_session(ready: Desk) -> None:
    ready.play(OFFICER, "getToken 3 admin token")
    approve(ready, "admin", "second")
    for login, reason in (("help help", NO_USER), (OFFICER, NOT_APPROVED), (SECOND, NOT_APPROVED)):
        assert ready.reply(login, "approveToken approval.txt") == twice("approveToken", reason)


def test_server_mode_approves_on_one(ready: Desk) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        yield "getToken 3 admin token"
        approve(ready, "admin", "second")
        yield "server 0"
        yield "approveToken approval.txt"
        yield "listTokens"
        yield "exit"
        yield "listTokens"

    replies = ready.feed(lines()).replies
    assert replies[3] == "approveToken success\n"
    own = listed(ZERO, token(0) + state("admin second"))
    assert timeless(replies[4]) == f"\n{own}listTokens success\n"
    assert timeless(replies[6]) == f"\n{own}" + listed(ONE, token(1) + state()) + "listTokens success\n"


def test_a_token_works_once(ready: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, "createUser CU carol carol1234", "y", "A", "getToken 3 admin token")
        approve(ready, "second", "admin")
        yield from ("approveToken approval.txt", "createUser CU bob bob12345", "y", "I", "I", "listTokens")
        yield from ("createUser CU carol carol1234", "y", "deleteUser CU carol", "I", "I", "listTokens")

    replies = ready.feed(lines()).replies
    announced = CAUTION + "y\nCreating User carol(CU) on 2 nodes\n"
    assert replies[1] == announced + (
        f"createUser failed: {NOT_APPROVED}\ncreating user on server {ZERO} failed\n\nRetry/Ignore/Abort?(R/I/A):A\n"
    )
    assert replies[4].count("createUser failed: HSM Error: User already exists\n") == 2
    assert replies[5].count("Current num of approvals : 2\n") == 2, "what fails leaves the token"
    assert replies[6] == announced + both("createUser")
    assert replies[7] == "Deleting user carol(CU) on 2 nodes\n" + "".join(
        f"deleteUser failed: {NOT_APPROVED}\ndeleteUser failed on server {place}\n\nRetry/rollBack/Ignore?(R/B/I):I\n"
        for place in (ZERO, ONE)
    )
    assert replies[8] == "\n" + listed(ZERO) + listed(ONE) + "listTokens success\n"


# listTokens and delToken


def test_no_tokens(ready: Desk) -> None:
    assert ready.reply(OFFICER, "listTokens") == "\n" + listed(ZERO) + listed(ONE) + "listTokens success\n"
    ready.power(0, "down")
    assert ready.reply(OFFICER, "listTokens") == f"\nServer {ZERO} is not connected\n" + listed(ONE) + (
        "listTokens success\n"
    )


def test_nobody_lists_and_deletes(ready: Desk) -> None:
    assert ready.reply("listTokens") == "\n" + twice("listTokens", NO_USER)
    assert ready.reply("delToken 0") == twice("delToken", NO_USER)


def test_own_tokens_and_all(ready: Desk, elsewhere: Desk) -> None:
    def others() -> Iterator[str]:
        yield SECOND
        yield "getToken 3 second other"
        replies = ready.play(OFFICER, "getToken 3 admin token", "listTokens", "delToken 0", "listTokens", "delToken 1",
                             "listTokens").replies  # fmt: skip
        second = [token(node, user="second") + state() for node in (0, 1)]
        mine = [token(node, number=2) + state() for node in (0, 1)]
        done = "listTokens success\n"
        assert timeless(replies[2]) == f"\n{listed(ZERO, second[0], mine[0])}{listed(ONE, second[1], mine[1])}{done}"
        assert replies[3] == replies[5] == both("delToken")
        assert timeless(replies[4]) == f"\n{listed(ZERO, second[0])}{listed(ONE, second[1])}{done}"
        assert replies[6] == f"\n{listed(ZERO)}{listed(ONE)}{done}"

    assert elsewhere.feed(others()).code == 0


def test_server_mode_deletes_on_one(ready: Desk) -> None:
    def lines() -> Iterator[str]:
        yield from (OFFICER, "getToken 3 admin token", "server 0", "delToken 0", "exit")
        assert [len(ready.tokens(number)) for number in (0, 1)] == [0, 1]

    assert ready.feed(lines()).replies[3] == "delToken success\n"


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("getToken 3 admin", "getToken <service id> <user-name> <file>"),
        ("getToken 1 admin token", "getToken <service id> <user-name> <file>"),
        ("getToken USER_MGMT admin token", "getToken <service id> <user-name> <file>"),
        ("approveToken", "approveToken <approval file>"),
        ("approveToken one two", "approveToken <approval file>"),
        ("listTokens 0", "listTokens"),
        ("delToken", "delToken <0|1>"),
        ("delToken 2", "delToken <0|1>"),
    ],
)
def test_wrong_words(desk: Desk, line: str, usage: str) -> None:
    assert desk.reply(OFFICER, line) == f"Usage: {usage}\n"
