"""loginHSM, logoutHSM, loginStatus, listUsers: who is at work."""

from __future__ import annotations

from collections.abc import Sequence

from commands.key_mgmt_util.utility import SUCCESS, Utility
from commands.return_codes import Code, code_of
from hsmshell.console import Ask
from hsmshell.console.values import printable, user_id
from hsmshell.engine.access import UserType
from hsmshell.engine.cluster import Outcome
from hsmshell.engine.errors import NodeUnavailable, PinIncorrect, PinLocked
from hsmshell.grammar import Arguments, Command, MissingParameter, Parameter, Provenance
from hsmshell.grammar.values import Text

_USER_TYPE = Parameter("u", Text(), "user type", 'specifies the user type as "CU"', required=True, title="User type")
_PASSWORD = Parameter("p", Text(), "password", "specifies the password, in clear", title="Password", secret=True)
_HIDDEN = Parameter("hpswd", help="asks for the password without showing it")
_NAME = Parameter("s", Text(), "username", "specifies the user name", required=True, title="User name")


def login(tool: Utility, arguments: Arguments) -> int:
    """Open a session as a crypto user on every HSM."""
    call = "Cfm3LoginHSM"
    if not arguments.flag("hpswd") and "p" not in arguments:
        raise MissingParameter(_PASSWORD)
    password = (
        tool.context.console.ask("Enter password: ", Ask.SECRET) if arguments.flag("hpswd") else arguments.text("p")
    )
    tool.cluster.check_client()
    if arguments.text("u") != UserType.CRYPTO_USER.value:
        return tool.returned(call, Code.INVALID_USER_TYPE)
    if tool.session is not None:
        return tool.returned(call, Code.ALREADY_LOGGED_IN)
    answer = tool.cluster.login(arguments.text("u"), arguments.text("s"), password, tool.cluster.nodes())
    tool.session = answer.session
    status = tool.returned(call, Code.SUCCESS if answer.session is not None else _refusal(answer.outcomes))
    tool.told(answer.outcomes)
    return status


def _refusal(outcomes: Sequence[Outcome]) -> Code:
    """The code for a login that no HSM granted: what the first of them said that could be asked, if one could."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    error = next((error for error in errors if not isinstance(error, NodeUnavailable)), NodeUnavailable("every HSM"))
    return Code.LOGIN_FAILED if isinstance(error, (PinIncorrect, PinLocked)) else code_of(error)


def logout(tool: Utility, arguments: Arguments) -> int:
    """End the session and its keys."""
    call = "Cfm3LogoutHSM"
    tool.cluster.check_client()
    if tool.session is None:
        return tool.returned(call, Code.NOT_LOGGED_IN)
    tool.close(closing=False)
    code = tool.returned(call)
    tool.everywhere()
    return code


def login_status(tool: Utility, arguments: Arguments) -> int:
    """Who is logged in."""
    tool.cluster.check_client()
    if tool.session is None:
        tool.write("\n\tNo user is logged in\n")
    else:
        tool.write(f"\n\tLogged in as {tool.session.user_type.value} {printable(tool.session.user_name)}\n")
    return SUCCESS


def list_users(tool: Utility, arguments: Arguments) -> int:
    """The users of the cluster, as its first reachable HSM knows them."""
    call = "Cfm3ListUsers"
    home = tool.cluster.first_up()
    if home is None:
        return tool.returned(call, Code.SERVER_UNAVAILABLE)
    users = tool.cluster.users(home)
    if tool.late:
        tool.write(f"\n\tNumber of users found: {len(users)}\n\n", _LATE_HEADER)
    else:
        tool.write(f"\n        Number Of Users found {len(users)}\n\n", _HEADER)
    for index, user in enumerate(users, start=1):
        quorum = "YES" if user.quorum_key else "NO"
        second = "YES" if user.second_factor else "NO"
        number = user_id(user.number)
        padding = " " * max(0, 6 - len(number.text))
        width = _LATE_NAME if tool.late else _NAME_WIDTH
        tail = f"{user.type:<16}{printable(user.name):<{width}}{quorum:<17}{user.failures:<16}{second}"
        tool.write(f"        {index:<12}{padding}", number, f"      {tail}\n")
    return tool.returned(call)


_NAME_WIDTH, _LATE_NAME = 26, 41
"""The columns that a name has, so that the values behind it stand below their headings."""

_HEADER = (
    "        Index       User ID     User Type       User Name           MofnPubKey    LoginFailureCnt         2FA\n"
)
_LATE_HEADER = (
    "        Index  \t    User ID    \tUser Type      \tUser Name      \t\t\t   MofnPubKey  \t LoginFailureCnt"
    "       \t 2FA\n"
)

COMMANDS = (
    Command(
        "listUsers",
        "Lists all users of a partition",
        list_users,
        notes="the late heading is a sister build's",
    ),
    Command(
        "loginStatus",
        "Gets the Login Information",
        login_status,
        provenance=Provenance.RECOMMENDED,
        notes="its name and summary are published, nothing of its output is",
    ),
    Command(
        "loginHSM",
        "Login to the HSM",
        login,
        (_USER_TYPE, _NAME, _PASSWORD, _HIDDEN),
        notes="the text of code 0x40000049, and what a second login gets, are not published",
        syntax="-u <user type> -s <username> { -p <password> | -hpswd }",
    ),
    Command("logoutHSM", "Logout from the HSM", logout),
)
