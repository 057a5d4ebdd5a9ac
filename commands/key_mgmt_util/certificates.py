"""getCert: the certificates by which the cluster and its HSMs are known."""

from __future__ import annotations

from commands.certificate_types import KINDS, NAMES
from commands.key_mgmt_util.explain import choices
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from commands.return_codes import Code, code_of
from hsmshell.engine.certificates import pem
from hsmshell.engine.cluster import Session
from hsmshell.engine.errors import HsmError, NodeUnavailable, UserNotLoggedIn
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, Path

_FILE = Parameter("f", Path(), "file-name", "specifies the file to write", required=True, title="File name")
_TYPE = Parameter(
    "s",
    Integer(choices=NAMES),
    "certificate-type",
    choices("specifies the certificate", NAMES),
    required=True,
    title="Certificate type",
    # The guide's syntax line has -t, its list of parameters and its example have -s.
    aliases=("t",),
)


def get_certificate(tool: Utility, arguments: Arguments) -> int:
    """One certificate of the first HSM that knows this user, as PEM."""
    try:
        node = _answering(tool, tool.session)
        certificate = tool.cluster.certificates.certificate(node, KINDS[arguments.number("s")])
    except HsmError as error:
        return _returned(tool, code_of(error))
    tool.write_file(arguments.text("f"), pem(certificate))
    return _returned(tool, Code.SUCCESS)


def _answering(tool: Utility, session: Session | None) -> Container:
    """The HSM that is asked. Raises ``ClientUnavailable``, ``UserNotLoggedIn`` or ``NodeUnavailable``."""
    up = [node for node in tool.cluster.nodes() if node.is_up]
    if session is None:
        raise UserNotLoggedIn
    if not up:
        raise NodeUnavailable
    known = [node for node in up if node.id in session.numbers]
    if not known:
        raise UserNotLoggedIn
    return known[0]


def _returned(tool: Utility, code: Code) -> int:
    """This command's own form of the line: parentheses, the code in decimal, and where its blanks are."""
    tool.write(f"\nCfm3GetCert() returned {code.value} :{code.text}\n")
    return SUCCESS if code is Code.SUCCESS else FAILURE


COMMANDS = (
    Command(
        "getCert",
        "Gets Partition Certificates stored on HSM",
        get_certificate,
        (_FILE, _TYPE),
        notes="the line of a success is published; refusals of the same form, and PEM for the file, are ours",
    ),
)
