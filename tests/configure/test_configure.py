"""Which HSMs get into the two configuration files, and what else is left as it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.cli.running import run
from tests.client_host import (
    CLIENT,
    INFO,
    MANAGEMENT,
    TWO_CLUSTERS,
    Host,
    Make,
    add_hsm,
    all_files,
    document,
    hosts_in,
    kept,
    put,
)

BOTH = f"Updating server config in {CLIENT}\nUpdating server config in {MANAGEMENT}\n"
SECOND = f"Updating server config in {MANAGEMENT}\n"

PUBLISHED = """\
{
    "scard": {
        "certificate": "cert-sc",
        "enable": "no",
        "pkey": "pkey-sc",
        "port": 2225
    },
    "servers": [
        {
            "CAfile": "",
            "CApath": "/opt/cloudhsm/etc/certs",
            "certificate": "/opt/cloudhsm/etc/client.crt",
            "e2e_encryption": {
                "enable": "yes",
                "owner_cert_path": "/opt/cloudhsm/etc/customerCA.crt"
            },
            "enable": "yes",
            "hostname": "10.0.0.9",
            "name": "10.0.0.9",
            "pkey": "/opt/cloudhsm/etc/client.key",
            "port": 2225,
            "server_ssl": "yes",
            "ssl_ciphers": ""
        }
    ]
}
"""


def test_one_hsm_makes_both_files_in_the_published_form(host: Host) -> None:
    assert host.configure("-a", "10.0.0.9") == (0, BOTH)
    assert kept(host.lab, MANAGEMENT).read_text() == PUBLISHED
    client = document(host.lab, CLIENT)
    assert client["server"] == {"hostname": "10.0.0.9", "port": 2223}
    assert sorted(client) == ["client", "dualfactor", "loadbalance", "server", "ssl"]
    assert (client["client"]["create_object_minimum_nodes"], client["loadbalance"]["sucess_rate_weight"]) == (1, 1)
    assert kept(host.lab, CLIENT).read_text().startswith('{\n    "client": {\n        "CriticalAlertScript": "",\n')


def test_what_else_is_in_the_files_stays(host: Host) -> None:
    server = {"name": "server1", "hostname": "old", "port": 2225, "note": "mine"}
    put(host.lab, MANAGEMENT, {"servers": [server, {"hostname": "other"}], "extra": [1]})
    put(host.lab, CLIENT, {"client": {"create_object_minimum_nodes": 2}, "server": {"port": 2223, "hostname": "old"}})
    assert host.configure("-a", "10.0.3.11")[0] == 0
    assert document(host.lab, MANAGEMENT) == {
        "servers": [{**server, "name": "10.0.3.11", "hostname": "10.0.3.11", "enable": "yes"}],
        "extra": [1],
    }
    assert document(host.lab, CLIENT) == {
        "client": {"create_object_minimum_nodes": 2},
        "server": {"port": 2223, "hostname": "10.0.3.11"},
    }


def test_the_documented_order(host: Host) -> None:
    assert host.daemon("stop")[0] == 0
    assert host.configure("-a", "10.0.3.11") == (0, BOTH)
    assert hosts_in(host.lab) == ["10.0.3.11"]
    assert host.daemon("start")[0] == 0
    assert host.configure("-m") == (0, SECOND)
    assert hosts_in(host.lab) == ["10.0.2.9", "10.0.3.11"]
    assert document(host.lab, CLIENT)["server"]["hostname"] == "10.0.3.11"
    assert "E2E enabled on server 1(10.0.3.11)\naws-cloudhsm>" in host.management("quit")


def test_a_new_hsm_is_not_known_until_it_is_configured(host: Host) -> None:
    host.configure("--cmu", "10.0.2.9")
    host.daemon("restart")
    add_hsm(host.lab, "10.0.4.4")
    assert "10.0.4.4" not in host.management("quit"), "forgotten altogether"
    assert host.configure("-m")[0] == 0
    assert "10.0.4.4" not in host.management("quit"), "the daemon found its HSMs when it started"
    host.daemon("restart")
    assert "10.0.4.4" not in host.management("quit"), "-m forgotten"
    assert host.configure("-m")[0] == 0
    assert "Connected to server '10.0.4.4': hostname '10.0.4.4', port 2225.\n" in host.management("quit")


def test_cmu_takes_the_whole_cluster_of_the_hsm(lab_from: Callable[[str], Lab], context: Make) -> None:
    host = Host(lab_from(TWO_CLUSTERS), context)
    assert host.configure("--cmu", "10.0.0.1") == (0, BOTH)
    assert hosts_in(host.lab) == ["10.0.0.1"]
    add_hsm(host.lab, "10.0.0.7")
    assert host.configure("--cmu", "10.0.0.7") == (0, BOTH)
    assert hosts_in(host.lab) == ["10.0.0.1", "10.0.0.7"]
    assert host.configure("--cmu", "10.0.0.2") == (0, BOTH)
    assert hosts_in(host.lab) == ["10.0.0.2"]
    assert document(host.lab, CLIENT)["server"]["hostname"] == "10.0.0.2"


def test_cmu_names_also_what_is_down_but_asks_what_is_up(host: Host) -> None:
    cluster = host.lab.cluster()
    cluster.faults.set_node(cluster.nodes()[1], "down")
    before = all_files(host.lab)
    code, text = host.configure("--cmu", "10.0.3.11")
    assert (code, all_files(host.lab)) == (1, before)
    assert text.startswith("configure: no HSM answers at 10.0.3.11; ")
    assert host.configure("--cmu", "10.0.2.9") == (0, BOTH)
    assert hosts_in(host.lab) == ["10.0.2.9", "10.0.3.11"]


def test_another_daemon_s_list(host: Host) -> None:
    put(host.lab, INFO.replace("/1/", "/2/"), [{"hostname": "10.0.9.9", "node_id": 0, "port": 2223}])
    assert host.configure("-m")[0] == 1
    assert host.configure("-m", "-i", "2") == (0, SECOND)
    assert hosts_in(host.lab) == ["10.0.9.9"]


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_the_syntax(host: Host, word: str) -> None:
    code, text = host.configure(word)
    assert code == 0
    assert text.startswith("configure -h | --help\n          -a <ENI IP address>\n")
    assert host.configure() == (1, text), "nothing said is nothing done"


@pytest.mark.parametrize(
    "words",
    [
        "-a 10.0.2", "-a 10.0.2.256", "-a host", "-a", "-a -m", "--cmu", "--cmu x", "--cmu 10.0.2.77", "-m 10.0.2.9",
        "-m -i", "-m -i x", "-m -i 0", "-m -i -1", "-a 10.0.2.9 -i 1", "-a 10.0.2.9 -m", "-a 10.0.2.9 -a 10.0.2.8",
        "-a 10.0.2.9 --cmu 10.0.2.9", "--ssl", "--ssl --pkey k", "--ssl --cert c", "--pkey k --cert c", "-m --pkey k",
        "-i 1", "-a fe80::1%eth0", "--ssl --pkey absent --cert absent", "-h -m", "-x", "10.0.2.9", "-m",
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_and_changes_nothing(host: Host, words: str) -> None:
    host.configure("-a", "10.0.2.9")
    before = all_files(host.lab)
    code, text = host.configure(*words.split())
    assert code == 1
    assert text.startswith("configure: ")
    assert text.count("\n") == 1
    assert "; " in text
    assert all_files(host.lab) == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"servers": {}}', b'{"servers": [1]}', b"\xff"])
def test_a_configuration_that_cannot_be_read_stays_as_it_is(host: Host, content: bytes) -> None:
    put(host.lab, MANAGEMENT, content)
    host.daemon("start")
    before = all_files(host.lab)
    for words in (["-a", "10.0.2.9"], ["--cmu", "10.0.2.9"], ["-m"]):
        code, text = host.configure(*words)
        assert (code, all_files(host.lab)) == (1, before)
        assert text.startswith(f"configure: {MANAGEMENT}: ")


def test_whatever_else_a_configuration_says_is_kept_however_deep(host: Host) -> None:
    deep = b"[" * 600 + b"]" * 600
    put(host.lab, MANAGEMENT, b'{"servers": [{"hostname": "10.0.3.11", "more": ' + deep + b"}]}")
    assert host.configure("--cmu", "10.0.2.9")[0] == 0
    assert b"".join(kept(host.lab, MANAGEMENT).read_bytes().split()).count(deep) == 2, "one for each HSM"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"[1]", b'[{"hostname": ""}]', b'[{"hostname": "a\\u001b"}]', b'[{"node_id": 1}]']
)
def test_a_list_of_hsms_that_is_none(host: Host, content: bytes) -> None:
    put(host.lab, INFO, content)
    code, text = host.configure("-m")
    assert (code, text.count("\n"), kept(host.lab, MANAGEMENT).exists()) == (1, 1, False)
    assert text.startswith(f"configure: {INFO}: ")
    assert text.endswith("; start the client, which writes that file\n")


def test_a_folder_in_the_place_of_a_file(host: Host) -> None:
    kept(host.lab, CLIENT).mkdir(parents=True)
    assert host.configure("-a", "10.0.2.9")[0] == 1
    assert not kept(host.lab, MANAGEMENT).exists()


SCRIPT = """\
set -e
configure -a 10.0.2.9
cloudhsm_client restart
configure -m
cfg={etc}/cloudhsm_mgmt_util.cfg
{python} -c 'import json, sys
document = json.load(sys.stdin)
document["servers"] = [s for s in document["servers"] if s["hostname"] != "10.0.2.9"]
document["servers"][0]["name"] = "server1"
json.dump(document, sys.stdout)' < $cfg > new.cfg
mv new.cfg $cfg
cloudhsm_mgmt_util /opt/cloudhsm/etc/cloudhsm_mgmt_util.cfg <<END
loginHSM CO admin admin1234
quit
END
"""


def test_a_script_with_launchers(lab_directory: Path, tmp_path: Path) -> None:
    """As people do it: the tools by their names, the configuration rewritten between them."""
    launchers = tmp_path / "launchers"
    assert run(tmp_path, "--lab", str(lab_directory), "shims", str(launchers)).code == 0
    etc = lab_directory / "simulated-hosts" / "cloudhsm-client" / "opt" / "cloudhsm" / "etc"
    script = tmp_path / "script.sh"
    script.write_text(SCRIPT.format(etc=etc, python=sys.executable))
    ran = run(tmp_path, str(script), command=("sh",), more={"PATH": f"{launchers}/bin:/usr/bin:/bin"})
    assert (ran.code, ran.err) == (0, "")
    restarted = "cloudhsm_client: is stopped\ncloudhsm_client: runs for cluster-migration\n"
    assert ran.out.startswith(BOTH + restarted + SECOND)
    connected = "Connected to server 'server1': hostname '10.0.3.11', port 2225.\n"
    assert f"{connected}E2E enabled on server 0(server1)\n" in ran.out
    assert "\nloginHSM success on server 0(server1)\naws-cloudhsm>quit\n" in ran.out
    assert "10.0.2.9" not in ran.out
