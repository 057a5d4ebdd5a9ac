"""setMValue and getMValue."""

from __future__ import annotations

import pytest

from hsmshell.engine.cluster.tokens import Service

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .officers import appoint, raise_service
from .screens import CAUTION, asked, both

NO_USER, WRONG_USER = "HSM Error: User is not logged in", "HSM Error: Invalid User Type."
GONE = f"Server {ONE} is not connected\n"
INVALID = "HSM Error: Invalid M value"


def values(desk: Desk, service: Service = Service.USER_MGMT) -> list[int]:
    return [desk.cluster.quorum.quorum_value(node, service) for node in desk.nodes]


@pytest.mark.parametrize("service", [Service.USER_MGMT, Service.MISC_CO])
def test_it_is_set_everywhere(desk: Desk, service: Service) -> None:
    appoint(desk)
    number = int(service)
    replies = desk.play(OFFICER, f"setMValue {number} 2", "y", f"getMValue {number}").replies
    assert replies[1] == CAUTION + f"y\nSetting M Value(2) for {number} on 2 nodes\n" + both("setMValue")
    assert replies[2] == "".join(
        f"MValue of service {number}[{service.name}] on server {place} : [2]\n" for place in (0, 1)
    )
    assert values(desk, service) == [2, 2]


def test_server_mode_sets_it_on_one(desk: Desk) -> None:
    appoint(desk)
    replies = desk.play(OFFICER, "server 1", "setMValue 3 2", "y", "getMValue 3", "exit", "getMValue 3").replies
    assert replies[2:4] == [
        CAUTION + "y\nsetMValue success\n",
        "MValue of service 3[USER_MGMT] on server 1 : [2]\n",
    ]
    assert replies[5] == (
        "MValue of service 3[USER_MGMT] on server 0 : [1]\nMValue of service 3[USER_MGMT] on server 1 : [2]\n"
    )


def test_no_sets_nothing(desk: Desk) -> None:
    appoint(desk)
    assert desk.reply(OFFICER, "setMValue 3 2", "n") == CAUTION + "n\n"
    assert values(desk) == [1, 1]


@pytest.mark.parametrize(
    ("login", "words", "reason"),
    [
        ("help help", "3 2", NO_USER),
        (USER, "3 2", WRONG_USER),
        (OFFICER, "3 1", INVALID),
        (OFFICER, "3 0", INVALID),
        (OFFICER, "3 3", INVALID),
        (OFFICER, "4 9", INVALID),
    ],
)
def test_refused(desk: Desk, login: str, words: str, reason: str) -> None:
    appoint(desk)
    before = desk.everything()
    service, value = words.split()
    assert desk.reply(login, f"setMValue {words}", "y", "I", "A") == (
        CAUTION + f"y\nSetting M Value({value}) for {service} on 2 nodes\n" + asked("setMValue", reason, "I", "A")
    )
    assert desk.everything() == before


@pytest.mark.parametrize(("raised", "service"), [(Service.USER_MGMT, 3), (Service.MISC_CO, 4), (Service.MISC_CO, 3)])
def test_once_a_service_needs_approvals_it_takes_them_to_change(desk: Desk, raised: Service, service: int) -> None:
    appoint(desk)
    raise_service(desk, raised)
    before = desk.everything()
    reply = desk.reply(OFFICER, f"setMValue {service} 2", "y", "R", "A")
    assert reply.endswith(
        asked("setMValue", "RET_MXN_AUTH_FAILED", "R") + asked("setMValue", "RET_MXN_AUTH_FAILED", "A")
    )
    assert desk.everything() == before


def test_a_server_that_is_down_keeps_its_own(desk: Desk) -> None:
    appoint(desk)
    desk.power(1, "down")
    reply = desk.play(OFFICER, "setMValue 3 2", "y", "getMValue 3").replies
    assert reply[1].endswith(f"Setting M Value(2) for 3 on 1 nodes\nsetMValue success on server {ZERO}\n{GONE}")
    assert reply[2] == f"MValue of service 3[USER_MGMT] on server 0 : [2]\n{GONE}"
    desk.power(1, "up")
    assert values(desk) == [2, 1]


def test_nobody_has_to_be_logged_in_to_look(desk: Desk) -> None:
    assert desk.reply("getMValue 4").count(" : [1]\n") == 2


@pytest.mark.parametrize("line", ["setMValue 1 2", "setMValue 5 2", "getMValue 2", "getMValue 99"])
def test_a_service_that_there_is_not(desk: Desk, line: str) -> None:
    command = line.split()[0]
    assert desk.reply(OFFICER, line) == f"{command} failed: HSM Error: Invalid service\n"


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("setMValue 3", "setMValue <service id> <m value>"),
        ("setMValue 3 two", "setMValue <service id> <m value>"),
        ("setMValue USER_MGMT 2", "setMValue <service id> <m value>"),
        ("setMValue 3 2 2", "setMValue <service id> <m value>"),
        ("getMValue", "getMValue <service id>"),
        ("getMValue -1", "getMValue <service id>"),
    ],
)
def test_wrong_words(desk: Desk, line: str, usage: str) -> None:
    assert desk.reply(OFFICER, line) == f"Usage: {usage}\n"
