"""loginHSM, logoutHSM, listUsers: who is at work."""

from __future__ import annotations

from commands.key_mgmt_util.codes import Code, code_of
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from hsmshell.console import Ask
from hsmshell.console.values import user_id
from hsmshell.engine.access import UserType
from hsmshell.engine.errors import PinIncorrect, PinLocked
from hsmshell.grammar import Arguments, Command, MissingParameter, Parameter
from hsmshell.grammar.values import Text

_USER_TYPE = Parameter("u", Text(), "user type", 'specifies the user type as "CU"', required=True, title="User type")
_PASSWORD = Parameter("p", Text(), "password", "specifies the password, in clear", title="Password")
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
    if arguments.text("u") != UserType.CRYPTO_USER.value:
        return tool.returned(call, Code.INVALID_USER_TYPE)
    if tool.session is not None:
        return tool.returned(call, Code.ALREADY_LOGGED_IN)
    answer = tool.cluster.login(arguments.text("u"), arguments.text("s"), password, tool.cluster.nodes())
    tool.session = answer.session
    errors = [outcome.error for outcome in answer.outcomes if outcome.error is not None]
    if answer.session is not None:
        tool.returned(call)
    elif isinstance(errors[0], (PinIncorrect, PinLocked)):
        tool.returned(call, Code.LOGIN_FAILED)
    else:
        tool.returned(call, code_of(errors[0]))
    tool.told(answer.outcomes)
    return SUCCESS if answer.session is not None else FAILURE


def logout(tool: Utility, arguments: Arguments) -> int:
    """End the session and its keys."""
    call = "Cfm3LogoutHSM"
    if tool.session is None:
        return tool.returned(call, Code.NOT_LOGGED_IN)
    tool.close()
    code = tool.returned(call)
    tool.everywhere()
    return code


def list_users(tool: Utility, arguments: Arguments) -> int:
    """The users of the cluster, as its first reachable HSM knows them."""
    call = "Cfm3ListUsers"
    home = next((node for node in tool.cluster.nodes() if node.state == "up"), None)
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
        tail = f"{user.type:<16}{user.name:<26}{quorum:<17}{user.failures:<16}{second}"
        tool.write(f"        {index:<12}{padding}", number, f"      {tail}\n")
    return tool.returned(call)


_HEADER = (
    "        Index       User ID     User Type       User Name           MofnPubKey    LoginFailureCnt         2FA\n"
)
_LATE_HEADER = (
    "        Index  \t    User ID    \tUser Type      \tUser Name      \t\t\t   MofnPubKey  \t LoginFailureCnt"
    "       \t 2FA\n"
)

COMMANDS = (
    Command("listUsers", "Lists all users of a partition", list_users),
    Command("loginHSM", "Login to the HSM", login, (_USER_TYPE, _PASSWORD, _HIDDEN, _NAME)),
    Command("logoutHSM", "Logout from the HSM", logout),
)
