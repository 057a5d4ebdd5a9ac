"""getToken, approveToken, listTokens, delToken: approvals by several users of one key."""

from __future__ import annotations

from commands.approval_file import ApprovalFile, ApprovalFileError, parse
from commands.key_mgmt_util import options
from commands.key_mgmt_util.utility import SUCCESS, FileUnusable, Utility
from commands.token_lines import RULE, listed, token_lines
from hsmshell.console import Part
from hsmshell.console.values import node as node_number
from hsmshell.console.values import printable
from hsmshell.engine.access import Operation
from hsmshell.engine.cluster.tokens import OFFICERS_SERVICES, Approval, Service
from hsmshell.engine.errors import HsmError, NodeUnavailable, UserNotLoggedIn
from hsmshell.grammar import Arguments, Command, MissingParameter, Parameter, Provenance
from hsmshell.grammar.values import Integer, Path

_SERVICE = Parameter(
    "s",
    Integer(choices={service.value: service.name for service in Service}),
    "service id",
    "specifies the service: " + ", ".join(f"{service.value} = {service.name}" for service in Service),
    required=True,
    title="Service id",
)
_KEY = options.KEY._replace(required=False, help="specifies the key that the token is for, with services 1 and 2")
_TOKEN_FILE = Parameter(
    "f", Path(), "token file", "specifies the file to write the token to", required=True, title="File name"
)
_APPROVAL_FILE = _TOKEN_FILE._replace(
    placeholder="approval file", help="specifies the file that names the token file, the approvers and their signatures"
)
_ALL = Parameter("all", help="deletes every token that listTokens shows, not only your own")


def get_token(tool: Utility, arguments: Arguments) -> int:
    """A token of every HSM, as one file for the approvers to sign."""
    call, service = "Cfm3GetToken", Service(arguments.number("s"))
    if service not in OFFICERS_SERVICES and "k" not in arguments:
        raise MissingParameter(_KEY)
    try:
        issued = tool.cluster.quorum.get_token(tool.session, service, arguments.number("k"))
    except HsmError as error:
        return tool.refused(call, error)
    states = [one.state for one in issued]
    try:
        tool.write_file(arguments.text("f"), b"".join(state.record for state in states))
    except FileUnusable:
        tool.cluster.quorum.withdraw_tokens(issued)
        raise
    tool.write("\n")
    for state in states:
        tool.write(*token_lines(state))
    tool.returned(call)
    tool.cluster_block(state.node for state in states)
    return SUCCESS


def approve_token(tool: Utility, arguments: Arguments) -> int:
    """Hand in what the approvers signed."""
    call = "Cfm3ApproveToken"
    try:
        tool.cluster.check_login(Operation.APPROVE_TOKEN, tool.session)
        approval = parse(tool.read(arguments.text("f")))
        data, approvals = _signed(tool, approval)
        outcomes = tool.cluster.quorum.approve_token(tool.session, data, approvals, approval.announced)
    except ApprovalFileError as problem:
        return tool.complain(printable(f"Invalid approval file {arguments.text('f')}: {problem}"))
    except HsmError as error:
        return tool.refused(call, error)
    return tool.finished(call, outcomes)


def _signed(tool: Utility, approval: ApprovalFile) -> tuple[bytes, list[Approval]]:
    """The token file and the signatures. Raises ``FileUnusable``."""
    data = tool.read(approval.tokens or approval.token)
    return data, [Approval(one.user_type, one.user_name, tool.read(one.path)) for one in approval.approvers]


def list_tokens(tool: Utility, arguments: Arguments) -> int:
    """The tokens of every HSM, and how far they are."""
    call = "Cfm3ListTokens"
    blocks: list[Part] = ["\n"]
    refusal: HsmError | None = None
    try:
        tool.cluster.check_login(Operation.LIST_TOKENS, tool.session)
        for node in tool.cluster.nodes():
            try:
                states = tool.cluster.quorum.tokens(tool.session, node)
            except (NodeUnavailable, UserNotLoggedIn) as error:
                refusal = error
            else:
                blocks += [f"{RULE}    Node id ", node_number(node.number), f"\n{RULE}", *listed(states), "\n"]
        if len(blocks) == 1 and refusal is not None:
            raise refusal
    except HsmError as error:
        return tool.refused(call, error)
    tool.write(*blocks)
    tool.returned(call, gap=False)
    tool.everywhere()
    return SUCCESS


def delete_token(tool: Utility, arguments: Arguments) -> int:
    """Give tokens up."""
    call = "Cfm3DeleteToken"
    try:
        outcomes = tool.cluster.quorum.delete_tokens(tool.session, everyones=arguments.flag("all"))
    except HsmError as error:
        return tool.refused(call, error)
    return tool.finished(call, outcomes)


_NOTES = "the real tool has this command, but its options and calls are not published: their names are ours"

COMMANDS = (
    Command(
        "getToken",
        "Initiate an MxN service and get Token",
        get_token,
        (_SERVICE, _KEY, _TOKEN_FILE),
        Provenance.RECOMMENDED,
        f"{_NOTES}, and so are the numbers of services 1 and 2. The lines about a token are cloudhsm_mgmt_util's. Keys "
        "can be used without a token: only what a key asks for is kept and shown",
    ),
    Command(
        "delToken",
        "delete Token(s)",
        delete_token,
        (_ALL,),
        Provenance.RECOMMENDED,
        _NOTES,
    ),
    Command(
        "approveToken",
        "Approves an MxN service",
        approve_token,
        (_APPROVAL_FILE,),
        Provenance.RECOMMENDED,
        f"{_NOTES}. The file is the one that cloudhsm_mgmt_util takes",
    ),
    Command(
        "listTokens",
        "List all Tokens in the current partition",
        list_tokens,
        (),
        Provenance.RECOMMENDED,
        f"{_NOTES}. The lines about a token are cloudhsm_mgmt_util's",
    ),
)
