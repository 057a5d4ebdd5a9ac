"""Which servers the tool connects to, what it says of them, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from commands.cloudhsm_mgmt_util.configuration import DEFAULT_PATH, ConfigurationError, parse
from hsmshell.console import Kind, Value

from .conftest import OFFICER, USER, Desk

START = """\
Ignoring E2E enable flag in the configuration file

Connecting to the server(s), it may take time
depending on the server(s) load, please wait...

Connecting to server '10.0.2.9': hostname '10.0.2.9', port 2225...
Connected to server '10.0.2.9': hostname '10.0.2.9', port 2225.
E2E enabled on server 0(10.0.2.9)

Connecting to server '10.0.3.11': hostname '10.0.3.11', port 2225...
Connected to server '10.0.3.11': hostname '10.0.3.11', port 2225.
E2E enabled on server 1(10.0.3.11)
aws-cloudhsm>"""
END = "\n\ndisconnecting from servers, please wait...\n"


def server(hostname: str, **fields: object) -> dict[str, object]:
    """An entry as ``configure`` writes it."""
    return {
        "CAfile": "",
        "e2e_encryption": {"enable": "yes", "owner_cert_path": "/opt/cloudhsm/etc/customerCA.crt"},
        "enable": "yes",
        "hostname": hostname,
        "name": hostname,
        "port": 2225,
        "server_ssl": "yes",
        **fields,
    }


def write(desk: Desk, *servers: object) -> str:
    (desk.directory / "mgmt.cfg").write_text(json.dumps({"scard": {"enable": "no"}, "servers": list(servers)}))
    return "mgmt.cfg"


def test_without_a_file_the_lab_s_own_hsms(desk: Desk) -> None:
    played = desk.play("quit")
    assert played.code == 0
    assert played.text == START + "quit\n" + END


@pytest.mark.parametrize("arguments", [(), (DEFAULT_PATH,)])
def test_a_cluster_without_hsms(desk: Desk, arguments: tuple[str, ...]) -> None:
    with desk.lab.store.transaction():
        for node in desk.nodes:
            desk.lab.store.delete_container(node.id)
    played = desk.play("quit", arguments=arguments)
    assert played.code == 1
    assert played.text == (
        "cloudhsm_mgmt_util: cluster-migration has no HSM; "
        "add one with: hsmshell lab cluster add-hsm cluster-migration\n"
    )


def test_end_of_input_ends_like_quit(desk: Desk) -> None:
    played = desk.play()
    assert played.code == 0
    assert played.text == START + "\n" + END


def test_the_real_path_stands_for_the_lab_while_there_is_no_such_file(desk: Desk) -> None:
    assert desk.play("quit", arguments=[DEFAULT_PATH]).text == START + "quit\n" + END


def test_names_and_numbers_come_from_the_file(desk: Desk) -> None:
    path = write(
        desk, server("10.0.9.9", enable="no"), server("10.0.3.11", name="server1"), server("10.0.2.9", name="x")
    )
    played = desk.play("listUsers", "quit", arguments=[path])
    assert played.code == 0
    assert "10.0.9.9" not in played.text
    assert "Connecting to server 'server1': hostname '10.0.3.11', port 2225...\n" in played.text
    assert "E2E enabled on server 0(server1)\n\nConnecting to server 'x'" in played.text
    assert played.text.index("Users on server 0(server1)") < played.text.index("Users on server 1(x)")


def test_an_unknown_hsm_is_not_connected_and_the_tool_goes_on(desk: Desk) -> None:
    played = desk.play(OFFICER, "quit", arguments=[write(desk, server("10.9.9.9", name="gone"), server("10.0.2.9"))])
    assert played.code == 0
    assert (
        "Connecting to server 'gone': hostname '10.9.9.9', port 2225...\n"
        "Connetion to server 10.9.9.9(10.9.9.9) on port 2225 failed\n"
        "Server 0(gone) is not connected\n"
        "\n"
        "Connecting to server '10.0.2.9': hostname"
    ) in played.text
    assert played.replies[0] == "Server 0(gone) is not connected\nloginHSM success on server 1(10.0.2.9)\n"


def test_a_node_that_is_down_is_not_connected(desk: Desk) -> None:
    desk.power(1, "down")
    text = desk.play().text
    assert "Connected to server '10.0.2.9'" in text
    assert (
        "Connetion to server 10.0.3.11(10.0.3.11) on port 2225 failed\nServer 1(10.0.3.11) is not connected\n" in text
    )


def test_an_hsm_listens_on_one_port_only(desk: Desk) -> None:
    text = desk.play(arguments=[write(desk, server("10.0.2.9", port=2223))]).text
    assert "Connetion to server 10.0.2.9(10.0.2.9) on port 2223 failed\n" in text


@pytest.mark.parametrize("argument", ["absent.cfg", "/opt/cloudhsm/etc/other.cfg", ".", "a\0b"])
def test_an_unusable_path_is_one_line_and_status_1(desk: Desk, argument: str) -> None:
    played = desk.play("listUsers", arguments=[argument])
    assert played.code == 1
    assert played.text.count("\n") == 1
    assert played.text.startswith("cloudhsm_mgmt_util: ")
    assert "\0" not in played.text


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"\xff\xfe\xff", b'{"servers": {}}', b'{"servers": []}', b'{"servers": ["10.0.2.9"]}',
        b'{"servers": [{"name": "x"}]}', b'{"servers": [{"hostname": "h", "port": "22x5"}]}',
        b'{"servers": [{"hostname": "h", "port": true}]}', b'{"servers": [{"hostname": "h", "port": 65536}]}',
        b'{"servers": [{"hostname": "h", "enable": "perhaps"}]}', b'{"servers": [{"hostname": "h", "enable": "no"}]}',
        b'{"servers": [{"hostname": "h\\u001b[2J"}]}', b'{"servers": ' + b"[" * 100000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_configuration(desk: Desk, data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        parse(data)
    (desk.directory / "bad.cfg").write_bytes(data)
    played = desk.play("listUsers", arguments=["bad.cfg"])
    assert played.code == 1
    assert played.text.startswith("cloudhsm_mgmt_util: bad.cfg cannot be used: ")
    assert played.text.count("\n") == 1


def test_too_many_arguments(desk: Desk) -> None:
    played = desk.play("listUsers", arguments=["a", "b"])
    assert (played.code, played.text.splitlines()[0]) == (1, "usage: cloudhsm_mgmt_util [CONFIGURATION-FILE]")


def test_addresses_are_values_that_know_it(desk: Desk) -> None:
    parts = desk.play().parts
    assert Value(Kind.ADDRESS, "10.0.3.11") in parts
    assert not [part for part in parts if isinstance(part, str) and "10.0" in part]


@pytest.mark.parametrize("ending", ["quit", "end", "interrupt", "defect"])
def test_however_it_ends_nobody_stays_logged_in(desk: Desk, ending: str) -> None:
    def lines() -> Iterator[str]:
        yield OFFICER
        assert len(desk.lab.live_sessions()) == 2
        if ending == "quit":
            yield "quit"
        if ending == "interrupt":
            raise KeyboardInterrupt
        if ending == "defect":
            raise RuntimeError("a defect")

    if ending in ("quit", "end"):
        assert desk.feed(lines()).code == 0
    else:
        with pytest.raises(KeyboardInterrupt if ending == "interrupt" else RuntimeError):
            desk.feed(lines())
    assert desk.lab.live_sessions() == []


def test_a_server_that_is_lost_and_found_again(desk: Desk) -> None:
    def lines() -> Iterator[str]:
        yield USER
        desk.power(1, "down")
        yield "listUsers"
        yield "enable_e2e"
        yield "info server 1"
        desk.power(1, "up")
        yield "info server 1"
        yield USER

    replies = desk.feed(lines()).replies
    assert replies[1].endswith("NO\nServer 1(10.0.3.11) is not connected\n")
    assert replies[2] == "E2E enabled on server 0(10.0.2.9)\nServer 1(10.0.3.11) is not connected\n"
    assert replies[3].splitlines()[1] == (
        "1       10.0.3.11               10.0.3.11        2225   Disconnected                     Not logged in"
    )
    assert replies[4].splitlines()[1] == (
        "1       10.0.3.11               10.0.3.11        2225   Connected       hsm-lgavqitns2a  Not logged in"
    )
    assert replies[5] == (
        "loginHSM failed: HSM Error: User is already logged in\n"
        "loginHSM failed on server 0(10.0.2.9)\n"
        "loginHSM success on server 1(10.0.3.11)\n"
    )
