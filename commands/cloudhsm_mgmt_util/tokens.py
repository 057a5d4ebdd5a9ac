"""getToken, approveToken, listTokens, delToken: asking other officers for their approval."""

from __future__ import annotations

from commands.approval_file import ApprovalFile, ApprovalFileError, parse
from commands.cloudhsm_mgmt_util.services import SERVICE, service_of
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from commands.token_lines import RULE, listed, token_lines
from hsmshell.console.values import printable
from hsmshell.engine.cluster import Outcome
from hsmshell.engine.cluster.tokens import Approval, IssuedToken, TokenState
from hsmshell.engine.errors import HsmError, UserNotAuthorized
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Path, Text, Word

_NAME = Parameter("user-name", Text(), "user-name", "your own name", required=True)
_FILE = Parameter("file", Path(), "file", "the file to write, for the approvers to sign; is overwritten", required=True)
_APPROVALS = _FILE._replace(
    placeholder="approval file", help="the file that names the token file, the approvers and their signatures"
)
_WHOSE = Parameter(
    "whose", Word({"0": False, "1": True}), "0|1", "0 for your own tokens, 1 for all that you see", required=True
)


def get_token(tool: Utility, arguments: Arguments) -> int:
    """A token of every server, as one file for the approvers to sign."""
    service, name, path = service_of(arguments), arguments.text(_NAME.name), arguments.text(_FILE.name)
    # The records of a published file all have the same time.
    now = int(tool.context.lab.services.clock())

    def ask(server: Server, node: Container) -> tuple[Container, IssuedToken]:
        session = tool.session(server)
        if session is not None and session.user_name.lower() != name.lower():
            raise UserNotAuthorized(name)
        return node, tool.at(node).quorum.get_token(session, service, nodes=[node], created=now)[0]

    said = list(tool.said(ask))
    issued = [answer for _, answer in said if isinstance(answer, tuple)]
    if issued:
        try:
            tool.context.files.write(path, b"".join(token.state.record for _, token in issued))
        except OSError as problem:
            for node, token in issued:
                tool.at(node).quorum.withdraw_tokens([token])
            tool.write(f"{GET.name} failed: {printable(path)}: {problem.strerror}\n")
            return FAILURE
    for server, answer in said:
        if isinstance(answer, HsmError):
            tool.refused(GET.name, server, answer)
        else:
            tool.succeeded(GET.name, server)
            tool.write(*token_lines(answer[1].state))
    return SUCCESS if len(issued) == len(tool.targets()) else FAILURE


def approve_token(tool: Utility, arguments: Arguments) -> int:
    """Hand in what the approvers signed."""
    path = arguments.text(_APPROVALS.name)
    try:
        approval = parse(_read(tool, path))
        data, approvals = _signed(tool, approval)
    except ApprovalFileError as problem:
        tool.write(f"{APPROVE.name} failed: {printable(path)}: {printable(str(problem))}\n")
        return FAILURE
    except OSError as problem:
        tool.write(f"{APPROVE.name} failed: {printable(str(problem.filename))}: {problem.strerror}\n")
        return FAILURE

    def hand_in(server: Server, node: Container) -> None:
        quorum = tool.at(node).quorum
        _raise(quorum.approve_token(tool.session(server), data, approvals, approval.announced, [node]))

    return tool.all_succeeded(APPROVE.name, hand_in)


def _read(tool: Utility, path: str) -> bytes:
    """A file. Raises ``OSError`` with the name as it was typed, or as it stands in the approval file."""
    try:
        return tool.context.files.read(path)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, path) from None


def _signed(tool: Utility, approval: ApprovalFile) -> tuple[bytes, list[Approval]]:
    """The token file and the signatures. Raises ``OSError``."""
    one_server = tool.selected is not None and approval.token
    data = _read(tool, approval.token if one_server else approval.tokens or approval.token)
    return data, [Approval(one.user_type, one.user_name, _read(tool, one.path)) for one in approval.approvers]


def _raise(outcomes: tuple[Outcome, ...]) -> None:
    """Raise what an HSM said that was asked alone, when it refused."""
    error = outcomes[0].error
    if error is not None:
        raise error


def list_tokens(tool: Utility, arguments: Arguments) -> int:
    """The tokens of every server, and how far they are."""

    def read(server: Server, node: Container) -> list[TokenState]:
        return tool.at(node).quorum.tokens(tool.session(server), node)

    tool.write("\n")
    count = 0
    for server, states in tool.answers(LIST.name, read):
        tool.write(f"{RULE}    Server ", *server.named(), f"\n{RULE}", *listed(states), "\n")
        count += 1
    tool.write(f"{LIST.name} success\n" if count else "")
    return SUCCESS if count == len(tool.targets()) else FAILURE


def delete_tokens(tool: Utility, arguments: Arguments) -> int:
    """Give tokens up."""
    everyones = arguments.flag(_WHOSE.name)

    def delete(server: Server, node: Container) -> None:
        _raise(tool.at(node).quorum.delete_tokens(tool.session(server), everyones=everyones, nodes=[node]))

    return tool.all_succeeded(DELETE.name, delete)


GET = Command(
    "getToken",
    "Asks every connected HSM for a token, which other officers sign",
    get_token,
    (SERVICE, _NAME, _FILE),
    notes="ours: the texts of a refusal; the bytes of the file are known from one published token",
)
APPROVE = Command(
    "approveToken",
    "Hands the signatures under a token file in",
    approve_token,
    (_APPROVALS,),
    notes="ours: the texts of a refusal",
)
LIST = Command(
    "listTokens",
    "Lists the tokens of every connected HSM",
    list_tokens,
    notes="ours: the lines of a refusal",
)
DELETE = Command(
    "delToken",
    "Deletes tokens on every connected HSM",
    delete_tokens,
    (_WHOSE,),
    Provenance.RECOMMENDED,
    "the real tool has this command; its syntax and its lines are ours",
)
