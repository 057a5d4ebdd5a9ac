"""loginHSM, logoutHSM, enable_e2e: the connections and who works over them."""

from __future__ import annotations

from collections.abc import Mapping

from commands.cloudhsm_mgmt_util.channel import explain
from commands.cloudhsm_mgmt_util.passwords import PASSWORD, hidden, is_hidden
from commands.cloudhsm_mgmt_util.reasons import NO_SECOND_FACTOR
from commands.cloudhsm_mgmt_util.second_factor import FILE, OPTION, authenticate
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.engine.access import UserType
from hsmshell.engine.cluster import Session
from hsmshell.engine.cluster.sessions import Proof
from hsmshell.engine.errors import UserNotLoggedIn
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Text


def login(tool: Utility, arguments: Arguments) -> int:
    """Open a session on every server; each decides for itself."""
    kind, name = arguments.text("user-type"), arguments.text("user-name")
    password = hidden(tool) if is_hidden(arguments) else arguments.text("password")
    proofs: Mapping[int, Proof] = {}
    if OPTION.name in arguments:
        if kind == UserType.CRYPTO_USER.value:
            tool.write(f"{LOGIN.name} failed: {NO_SECOND_FACTOR}\n")
            return FAILURE
        data = authenticate(tool, LOGIN.name, arguments.text(FILE.name), registers=False)
        if data is None:
            return FAILURE
        proofs = data.proofs

    def enter(server: Server, node: Container) -> None:
        answer = tool.at(node).login(kind, name, password, [node], _in_the_way(tool, server, name), proofs)
        error = answer.outcomes[0].error
        if error is not None:
            raise error
        assert answer.session is not None  # the one HSM that was asked did not refuse
        tool.begin_session(server, node, answer.session)

    return tool.all_succeeded(LOGIN.name, enter)


def _in_the_way(tool: Utility, server: Server, name: str) -> Session | None:
    """A session that forbids this one: on the same server, or another user's on any (one user a process)."""
    others = (session for session in tool.sessions() if session.user_name.lower() != name.lower())
    return tool.session(server) or next(others, None)


def logout(tool: Utility, arguments: Arguments) -> int:
    """End the session on every server."""

    def leave(server: Server, node: Container) -> None:
        if tool.session(server) is None:
            raise UserNotLoggedIn(LOGOUT.name)
        tool.end_session(server)

    return tool.all_succeeded(LOGOUT.name, leave)


def enable_e2e(tool: Utility, arguments: Arguments) -> int:
    """The encrypted channel to each HSM. The tool has tried for it when it started."""
    answers = [enable(tool, server, node) for server, node in tool.each()]
    return SUCCESS if all(answers) else FAILURE


def enable(tool: Utility, server: Server, node: Container) -> bool:
    """Try for the channel to one HSM, and tell what came of it."""
    found = tool.enable_channel(server, node)
    if found is None:
        tool.write("E2E enabled on server ", *server.named(), "\n")
        return True
    tool.write(*explain(found, server.named(), server.owner_certificate))
    return False


LOGIN = Command(
    "loginHSM",
    "Logs in to every connected HSM",
    login,
    (
        Parameter("user-type", Text(), "user-type", "PRECO, CO or CU", required=True),
        Parameter("user-name", Text(), "user-name", "the user's name; its case does not matter", required=True),
        PASSWORD,
        OPTION,
        FILE,
    ),
    notes="ours: the second line of a refusal, the texts of a locked account and of a second login, and what the tool "
    "says of a file for the second factor that cannot be used",
)
LOGOUT = Command(
    "logoutHSM",
    "Logs out from every connected HSM",
    logout,
    notes="ours: the text when nobody is logged in",
)
ENABLE_E2E = Command(
    "enable_e2e",
    "Enables end-to-end encryption with every connected HSM",
    enable_e2e,
    notes="ours: that a repetition says the same again, and what follows a certificate that is not the cluster's",
)
