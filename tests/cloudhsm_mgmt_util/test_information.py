"""getHSMInfo, getClusterInfo, getCert: what anybody may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hsmshell.engine.certificates import CertificateKind
from hsmshell.engine.lab import Lab

from .conftest import OFFICER, ONE, ZERO, Desk

INFO = """\

\tLabel                :cavium
\tModel                :NITROX-III CNN35XX-NFBE

\tSerial Number        :{}
\tHSM Flags            :0
\tFIPS state           :2 [FIPS mode with single factor authentication]

\tManufacturer ID      :
\tDevice ID            :10
\tClass Code           :100000
\tSystem vendor ID     :177D
\tSubSystem ID         :10


\tTotalPublicMemory    :560596
\tFreePublicMemory     :294568
\tTotalPrivateMemory   :0
\tFreePrivateMemory    :0

\tHardware Major       :3
\tHardware Minor       :0

\tFirmware Major       :2
\tFirmware Minor       :03

\tTemperature          :56 C

\tBuild Number         :13

\tFirmware ID          :CNN35XX-NFBE-FW-2.03-13

"""
"""One server's lines; all but the name of the firmware are published."""

CLUSTER = """\

Cluster info from server {}:
Node Id     Hostname            Port
0           10.0.2.9            2223
1           10.0.3.11           2223
"""


def test_hsm_info_of_every_server(desk: Desk) -> None:
    expected = "Getting HSM Info on 2 nodes\n" + "".join(
        f"\t\t*** Server {number} HSM Info ***\n" + INFO.format(node.serial) for number, node in enumerate(desk.nodes)
    )
    assert desk.reply("getHSMInfo") == expected
    assert desk.reply(OFFICER, "getHSMInfo") == expected


def test_server_mode_has_no_title(desk: Desk) -> None:
    assert desk.reply("server 1", "getHSMInfo") == INFO.format(desk.nodes[1].serial)


def test_an_hsm_that_is_down_and_one_that_is_full(desk: Desk) -> None:
    desk.power(0, "down")
    desk.power(1, "full")
    assert desk.reply("getHSMInfo") == (
        f"Getting HSM Info on 1 nodes\nServer {ZERO} is not connected\n"
        f"\t\t*** Server 1 HSM Info ***\n{INFO.format(desk.nodes[1].serial)}"
    )
    assert desk.reply("getClusterInfo") == f"Server {ZERO} is not connected\n" + CLUSTER.format(ONE)


def test_cluster_info(desk: Desk) -> None:
    assert desk.reply("getClusterInfo") == CLUSTER.format(ZERO) + CLUSTER.format(ONE)
    assert desk.reply("server 1", "getClusterInfo") == CLUSTER.format(ONE)


def test_cluster_info_has_the_hsms_to_which_the_tool_is_not_connected(desk: Desk) -> None:
    (desk.directory / "one.cfg").write_text('{"servers": [{"hostname": "10.0.2.9"}]}')
    assert desk.play("getClusterInfo", arguments=["one.cfg"]).replies[0] == CLUSTER.format(ZERO)


@pytest.mark.parametrize("line", ["getHSMInfo 0", "getClusterInfo 0"])
def test_no_words_are_wanted(desk: Desk, line: str) -> None:
    assert desk.reply(line) == f"Usage: {line.split()[0]}\n"


# getCert

KINDS = {
    1: CertificateKind.MANUFACTURER_ROOT,
    2: CertificateKind.HARDWARE,
    4: CertificateKind.CUSTOMER_ROOT,
    8: CertificateKind.CLUSTER,
    16: CertificateKind.CLUSTER_BY_HARDWARE,
}
USAGE = "Usage: getCert <file-name> <certificate-type>\n"


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize("server", [0, 1])
def test_each_kind_of_certificate(desk: Desk, number: int, server: int) -> None:
    target = desk.directory / "cert.pem"
    target.write_text("old")
    assert desk.reply(f"server {server}", f"getCert cert.pem {number}") == "getCert Success\n"
    found = x509.load_pem_x509_certificate(target.read_bytes()).public_bytes(Encoding.DER)
    assert found == desk.cluster.certificates.certificate(desk.nodes[server], KINDS[number])


def test_each_hsm_has_a_certificate_of_its_own(desk: Desk) -> None:
    desk.play("server 0", "getCert zero 2", "exit", "server 1", "getCert one 2", "getCert root 1")
    zero, one = ((desk.directory / name).read_bytes() for name in ("zero", "one"))
    assert zero != one


def test_global_mode_does_not_know_it(desk: Desk) -> None:
    reply = desk.reply("getCert cert.pem 4")
    assert reply == "Unknown command: getCert. Type 'help' for the list of commands.\n"


@pytest.mark.parametrize("words", ["", "cert.pem", "cert.pem 3", "cert.pem 0", "cert.pem root", "4 cert.pem", "c 4 4"])
def test_wrong_words(desk: Desk, words: str) -> None:
    assert desk.reply("server 0", f"getCert {words}") == USAGE
    assert list(desk.directory.iterdir()) == []


def test_a_file_that_cannot_be_written(desk: Desk) -> None:
    assert desk.reply("server 0", "getCert absent/cert 4") == "getCert failed: absent/cert: No such file or directory\n"


def test_a_server_that_goes_down(desk: Desk) -> None:
    def lines() -> Iterator[str]:
        yield "server 0"
        desk.power(0, "down")
        yield "getCert cert.pem 4"

    assert desk.feed(lines()).replies[1] == f"Server {ZERO} is not connected\n"
    assert not (desk.directory / "cert.pem").exists()


NEW = """
[[cluster]]
name = "new"
initialized = false
"""


def test_a_certificate_that_the_customer_has_not_made_yet(lab_from: Callable[[str], Lab], tmp_path: Path) -> None:
    lab = lab_from(NEW)
    lab.cluster().lifecycle.add_hsm()
    desk = Desk(lab, tmp_path)
    replies = desk.play("server 0", "getCert cert.pem 8", "getCert cert.pem 2").replies
    failed = "getCert failed: HSM Error: Certificate is not present\ngetCert failed\n"
    assert replies[1:3] == [failed, "getCert Success\n"]
