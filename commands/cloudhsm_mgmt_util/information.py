"""getHSMInfo, getClusterInfo, getCert: what every HSM tells of itself to anybody."""

from __future__ import annotations

from commands.certificate_types import KINDS, NAMES
from commands.client_files import CLIENT_PORT
from commands.cloudhsm_mgmt_util.reasons import ON_CERTIFICATES
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from commands.hsm_info import hsm_info
from hsmshell.console import Part
from hsmshell.console.values import address, printable
from hsmshell.console.values import node as node_number
from hsmshell.console.values import server as server_number
from hsmshell.engine.certificates import pem
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Integer, Path

_FILE = Parameter("file", Path(), "file-name", "the file to write; is overwritten", required=True)
_TYPE = Parameter(
    "type",
    Integer(choices=NAMES),
    "certificate-type",
    ", ".join(f"{number}: {name}" for number, name in NAMES.items()),
    required=True,
)


def get_hsm_info(tool: Utility, arguments: Arguments) -> int:
    """Model, state and versions of every server."""
    everywhere = tool.selected is None
    if everywhere:
        tool.write(f"Getting HSM Info on {tool.reachable()} nodes\n")
    count = 0
    for server, node in tool.each():
        title: list[Part] = ["\t\t*** Server ", server_number(server.number), " HSM Info ***\n"] if everywhere else []
        tool.write(*title, *hsm_info(node), "\n")
        count += 1
    return SUCCESS if count == len(tool.targets()) else FAILURE


def get_cluster_info(tool: Utility, arguments: Arguments) -> int:
    """The HSMs of the cluster, as every server knows them: also those that the tool is not connected to."""
    count = 0
    for server, node in tool.each():
        tool.write("\nCluster info from server ", *server.named(), ":\n", f"{'Node Id':<12}{'Hostname':<20}Port\n")
        for one in tool.at(node).nodes():
            host: Part = address(one.address)
            number = node_number(one.number)
            tool.write(
                number, " " * (12 - len(number.text)), host, " " * max(1, 20 - len(one.address)), f"{CLIENT_PORT}\n"
            )
        count += 1
    return SUCCESS if count == len(tool.targets()) else FAILURE


def get_certificate(tool: Utility, arguments: Arguments) -> int:
    """One certificate of the server, as PEM."""
    path, kind = arguments.text(_FILE.name), KINDS[arguments.number(_TYPE.name)]

    def read(server: Server, node: Container) -> bytes:
        return pem(tool.at(node).certificates.certificate(node, kind))

    for _, data in tool.answers(CERTIFICATE.name, read, ON_CERTIFICATES):
        try:
            tool.context.files.write(path, data)
        except OSError as problem:
            tool.write(f"{CERTIFICATE.name} failed: {printable(path)}: {problem.strerror}\n")
            return FAILURE
        tool.write(f"{CERTIFICATE.name} Success\n")
        return SUCCESS
    return FAILURE


HSM = Command("getHSMInfo", "Shows the state of every connected HSM", get_hsm_info, provenance=Provenance.ATTESTED)
CLUSTER = Command(
    "getClusterInfo",
    "Shows the HSMs of the cluster, as every connected HSM knows them",
    get_cluster_info,
    provenance=Provenance.RECOMMENDED,
    notes="a sister build's command; its columns' widths are ours",
)
CERTIFICATE = Command(
    "getCert",
    "Writes a certificate of the HSM to a file",
    get_certificate,
    (_FILE, _TYPE),
    notes="ours: PEM for the file, and the text when the HSM has no such certificate",
)
