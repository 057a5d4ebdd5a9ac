"""The encrypted channel to each server: what it takes, and what the tool does without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsmshell.console.host_files import CUSTOMER_CA, MANAGEMENT
from hsmshell.engine.certificates import CertificateKind, pem
from hsmshell.engine.lab import Lab
from tests.client_host import kept, put

from .conftest import OFFICER, ONE, ZERO, Desk, Played
from .screens import CAUTION

DEFAULT = "/opt/cloudhsm/etc/customerCA.crt"


def missing(place: str, path: str = DEFAULT) -> str:
    """What is shown of a server whose trust anchor is not there."""
    return (
        f"{path},\n"
        "partition owner certificate not exist at given path\n"
        f"Server {place} is in unencrypted mode now...\n"
        "running in limited commands mode\n"
        "Error: partition owner certificate doesn't exist at given path.\n"
        "Failed to create client ssl ctx\n"
        "E2E Session failed: E2E setup failed\n"
        "Enabling E2E failed\n"
    )


def wrong(place: str) -> str:
    """What is shown of a server whose cluster hangs on another certificate."""
    return (
        "Certificate ERROR: [ certificate signature failure ]\n"
        f"Server {place} is in unencrypted mode now...\n"
        "running in limited commands mode\n"
        "E2E Session failed: E2E setup failed\n"
        "Enabling E2E failed\n"
    )


def initialized_in_the_lab(lab: Lab) -> None:
    """Make the first cluster one that hangs on the certificate of a person's own authority."""
    with lab.store.transaction():
        device = lab.store.devices("cluster")[0]
        settings = json.dumps({**device.settings, "customer_ca": True})
        lab.store._db.execute("UPDATE device SET settings = ? WHERE id = ?", (settings, device.id))


def root(desk: Desk) -> bytes:
    """The certificate that the cluster hangs on, as a person has it."""
    return pem(desk.cluster.certificates.certificate(desk.nodes[0], CertificateKind.CUSTOMER_ROOT))


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """A cluster that needs its certificate."""
    initialized_in_the_lab(desk.lab)
    return desk


def with_anchors(desk: Desk, *paths: str) -> str:
    """A configuration of the lab's two servers, each with a trust anchor of its own."""
    servers = [
        {"hostname": node.address, "e2e_encryption": {"enable": "no", "owner_cert_path": path}}
        for node, path in zip(desk.nodes, paths, strict=True)
    ]
    (desk.directory / "mgmt.cfg").write_text(json.dumps({"servers": servers}))
    return "mgmt.cfg"


def start_of(played: Played) -> str:
    return played.text.partition("aws-cloudhsm>")[0]


def test_a_lab_works_without_any_certificate(desk: Desk) -> None:
    put(desk.lab, CUSTOMER_CA, b"whatever it is")
    assert f"E2E enabled on server {ONE}\naws-cloudhsm>" in desk.play().text


def test_the_certificate_is_missing(strict: Desk) -> None:
    text = start_of(strict.play())
    for address, place in (("10.0.2.9", ZERO), ("10.0.3.11", ONE)):
        connected = f"Connected to server '{address}': hostname '{address}', port 2225.\n"
        assert connected + missing(place) in text
    assert text.endswith(missing(ONE))
    assert "E2E enabled" not in text


def test_the_certificate_of_the_cluster(strict: Desk) -> None:
    put(strict.lab, CUSTOMER_CA, root(strict))
    assert f"port 2225.\nE2E enabled on server {ONE}\naws-cloudhsm>" in strict.play().text
    assert strict.play(OFFICER).replies[0].count("success") == 2


NO_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("content", [b"", b"no certificate", NO_CERTIFICATE])
def test_a_file_that_is_no_certificate(strict: Desk, content: bytes) -> None:
    put(strict.lab, CUSTOMER_CA, content)
    assert start_of(strict.play()).endswith(wrong(ONE))


def test_another_certificate_of_the_same_cluster(strict: Desk) -> None:
    der = strict.cluster.certificates.certificate(strict.nodes[0], CertificateKind.CLUSTER)
    put(strict.lab, CUSTOMER_CA, pem(der))
    assert start_of(strict.play()).endswith(wrong(ONE))


def test_a_configuration_that_names_an_own_file(desk: Desk) -> None:
    (desk.directory / "own.crt").write_bytes(b"x")
    path = with_anchors(desk, "own.crt", "absent.crt")
    played = desk.play("getKeyInfo 7", arguments=[path])
    assert f"E2E enabled on server {ZERO}\n\nConnecting" in played.text
    assert start_of(played).endswith(missing(ONE, "absent.crt"))
    reply = played.replies[0]
    assert reply.startswith("getKeyInfo failed: HSM Error: User is not logged in\n")
    assert f"getKeyInfo failed: E2E is not enabled\ngetKeyInfo failed on server {ONE}\n" in reply


def test_a_path_that_can_be_none_is_not_read(desk: Desk) -> None:
    path = with_anchors(desk, "\ud800", "\0")
    assert start_of(desk.play(arguments=[path])).endswith(wrong(ONE))


@pytest.mark.parametrize(
    "line",
    [
        OFFICER, "logoutHSM", "listUsers", "getKeyInfo 7", "getAttribute 7 3", "createUser CU x password",
        "deleteUser CU bob",
    ],
)  # fmt: skip
def test_what_needs_the_channel_is_refused_on_each_server(strict: Desk, line: str) -> None:
    before = strict.everything()
    name = line.split()[0]
    asked = name == "createUser"
    reply = "".join(strict.play(line, *["y"] * asked).text.partition(f"aws-cloudhsm>{line}\n")[2])
    expected = "".join(f"{name} failed: E2E is not enabled\n{name} failed on server {place}\n" for place in (ZERO, ONE))
    if asked:
        assert reply.startswith(CAUTION)
    assert expected in reply
    assert "Retry" not in reply
    assert strict.everything() == before


def test_what_does_without_the_channel(strict: Desk) -> None:
    replies = strict.play(
        "info", "help", "listAttributes", "enable_e2e", "server 1", "listUsers", "enable_e2e", "exit", "info server 0"
    ).replies
    assert "not enabled" not in "".join(replies[:4])
    assert replies[0].count("Connected") == 2
    assert replies[3] == missing(ZERO) + missing(ONE)
    assert replies[4] == "\nServer is in 'Unencrypted' mode...\n"
    assert replies[5] == "listUsers failed: E2E is not enabled\nlistUsers failed\n"
    assert replies[6] == missing(ONE)
    assert "Connected" in replies[8]


def test_the_channel_can_be_had_later(strict: Desk) -> None:
    def lines() -> Iterator[str]:
        put(strict.lab, CUSTOMER_CA, root(strict))
        yield OFFICER
        yield "server 1"
        yield "enable_e2e"
        yield "exit"
        yield OFFICER
        yield "enable_e2e"
        yield "server 0"

    replies = strict.feed(lines()).replies
    assert replies[0].count("E2E is not enabled") == 2, "the file alone changes nothing"
    assert replies[2] == f"E2E enabled on server {ONE}\n"
    assert replies[4] == (
        f"loginHSM failed: E2E is not enabled\nloginHSM failed on server {ZERO}\nloginHSM success on server {ONE}\n"
    )
    assert replies[5] == f"E2E enabled on server {ZERO}\nE2E enabled on server {ONE}\n"
    assert replies[6] == "\nServer is in 'E2E' mode...\n"


def test_a_server_that_comes_later_gets_its_channel_then(desk: Desk) -> None:
    desk.power(0, "down")
    desk.power(1, "down")
    (desk.directory / "own.crt").write_bytes(b"x")

    def lines() -> Iterator[str]:
        desk.power(0, "up")
        desk.power(1, "up")
        yield OFFICER

    reply = desk.feed(lines(), arguments=[with_anchors(desk, "own.crt", "absent.crt")]).replies[0]
    assert reply.startswith(f"loginHSM success on server {ZERO}\nloginHSM failed: E2E is not enabled\n")


def test_the_configuration_as_scripts_rewrite_it(desk: Desk) -> None:
    from commands.configure import run as configure
    from hsmshell.console import Context, Files
    from hsmshell.console.scripted import ScriptedConsole

    context = Context(desk.lab, ScriptedConsole(), Files(str(desk.directory)))
    assert configure(["--cmu", "10.0.2.9"], context) == 0
    place = kept(desk.lab, MANAGEMENT)
    document = json.loads(place.read_text())
    document["servers"] = [
        {**document["servers"][1], "enable": "no"},
        {**document["servers"][1], "port": "2225", "name": "server1", "colour": "blue"},
        document["servers"][0],
    ]
    document["comment"] = "rewritten"
    place.write_text(json.dumps(document))
    text = desk.play("quit", arguments=[MANAGEMENT]).text
    assert "\nConnecting to server 'server1': hostname '10.0.3.11', port 2225...\n" in text
    assert "E2E enabled on server 0(server1)\n\nConnecting to server '10.0.2.9'" in text
    assert text.count("Connected") == 2


@pytest.mark.parametrize("value", ['{"owner_cert_path": 1}', '{"owner_cert_path": ""}', "1", "null"])
def test_an_entry_about_encryption_that_is_none(desk: Desk, value: str) -> None:
    (desk.directory / "bad.cfg").write_text(f'{{"servers": [{{"hostname": "h", "e2e_encryption": {value}}}]}}')
    played = desk.play(arguments=["bad.cfg"])
    assert (played.code, "servers[0] has no owner_cert_path" in played.text) == (1, True)


def test_the_path_of_a_certificate_is_shown_and_not_obeyed(desk: Desk, tmp_path: Path) -> None:
    text = desk.play(arguments=[with_anchors(desk, "\x1b[2J", "a\0b")]).text
    assert "\x1b" not in text
    assert "\\x1b[2J,\npartition owner certificate not exist at given path\n" in text
    assert text.partition("aws-cloudhsm>")[0].endswith(wrong(ONE)), "what can be no path is no certificate"
