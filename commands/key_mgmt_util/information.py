"""getHSMInfo, getPartitionInfo: what an HSM tells of itself and of its partition."""

from __future__ import annotations

from commands.hsm_info import FIPS_STATE, hsm_info, info_line
from commands.key_mgmt_util.utility import Utility
from commands.return_codes import Code
from hsmshell.console import Part
from hsmshell.console.values import node as node_number
from hsmshell.console.values import serial
from hsmshell.engine.cluster import MAXIMUM_KEYS, MAXIMUM_USERS, PASSWORD_LENGTHS
from hsmshell.engine.cluster.occupancy import Occupancy
from hsmshell.engine.errors import HsmError
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Provenance

_LABEL_WIDTH = 28


def show_hsm(tool: Utility, arguments: Arguments) -> int:
    """What the first reachable HSM tells of itself."""
    call = "Cfm3GetHSMInfo"
    node = tool.cluster.first_up()
    if node is None:
        return tool.returned(call, Code.SERVER_UNAVAILABLE)
    tool.write(*hsm_info(node))
    return tool.returned(call)


def show_partition(tool: Utility, arguments: Arguments) -> int:
    """What the first reachable HSM tells of its partition."""
    call = "Cfm3GetPartitionInfo"
    node = tool.cluster.first_up()
    if node is None:
        return tool.returned(call, Code.SERVER_UNAVAILABLE)
    try:
        held = tool.cluster.occupancy.of(node)
    except HsmError as error:
        return tool.refused(call, error)
    tool.write("\n")
    for label, value in _partition(node, tool.cluster.name, held):
        tool.write(*info_line(_LABEL_WIDTH, label, value))
    return tool.returned(call)


def _partition(node: Container, group: str, held: Occupancy) -> tuple[tuple[str, Part], ...]:
    """The lines' labels and values. Only the two of the password's length, and three words, are published."""
    return (
        ("name", serial(node.name)),
        ("status", "occupied"),
        ("FIPS state", FIPS_STATE),
        ("Approval Mode", "Not Set"),
        ("MaxUsers", str(MAXIMUM_USERS)),
        ("AvailableUsers", str(MAXIMUM_USERS - held.users)),
        ("MaxKeys", str(MAXIMUM_KEYS)),
        ("OccupiedTokenKeys", str(held.token_keys)),
        ("OccupiedSessionKeys", str(held.session_keys)),
        ("TotalSSLCtxs", "0"),
        ("OccupiedSSLCtxs", "0"),
        ("MaxAcclrDevCount", "1"),
        ("SessionCount", str(held.sessions)),
        ("MaxPswdLen", str(PASSWORD_LENGTHS[-1])),
        ("MinPswdLen", str(PASSWORD_LENGTHS[0])),
        ("CloningMethod", "1"),
        ("KekMethod", "1"),
        ("CertAuth", "1"),
        ("BlockDeleteUserWithKeys", "1"),
        ("BackupByMCO", "0"),
        ("Nvalue", "0"),
        ("KeyImport", "Enabled"),
        ("KeyExport", "Enabled"),
        ("Node ID", node_number(node.number)),
        ("Group ID", serial(group)),
        ("MValue[ AUDIT_MGMT]", "0"),
    )


COMMANDS = (
    Command(
        "getHSMInfo",
        "Gets the HSM Information",
        show_hsm,
        provenance=Provenance.DEDUCED,
        notes="the lines are those of cloudhsm_mgmt_util's command of that name, with a firmware id of our own; the "
        "last line, and that no login is needed, are ours",
    ),
    Command(
        "getPartitionInfo",
        "Gets the Partition Information",
        show_partition,
        provenance=Provenance.RECOMMENDED,
        notes="the labels and the call's name are a sister build's; most values, and further MValue lines left out, "
        "are ours",
    ),
)
