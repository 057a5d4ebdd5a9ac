"""createUser, changePswd, deleteUser, listUsers. Each HSM is told by itself, and each may answer differently."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.passwords import PASSWORD, chosen
from commands.cloudhsm_mgmt_util.reasons import ON_DELETION, ON_FACTORS, reason
from commands.cloudhsm_mgmt_util.second_factor import FILE, OPTION, AuthenticationData, authenticate
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console import Part
from hsmshell.console.values import printable, user_id
from hsmshell.engine.access import UserType
from hsmshell.engine.cluster import check_new_user, check_password_length
from hsmshell.engine.cluster.second_factor import Factor
from hsmshell.engine.cluster.users import DeletedUser
from hsmshell.engine.errors import FunctionNotSupported, HsmError, UserTypeInvalid
from hsmshell.engine.records import Container, User
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Text

_SPELLINGS = {"preCO": UserType.PRE_OFFICER.value}
"""Another way of writing a type that the guide accepts."""
_MANAGED = frozenset(kind.value for kind in UserType) - {UserType.APPLIANCE_USER.value}
"""The types whose users are changed and deleted with this tool; the service keeps its own."""

_TYPE = Parameter("user-type", Text(), "user-type", "CO or CU", required=True)
_NAME = Parameter("user-name", Text(), "user-name", "the user's name; its case does not matter", required=True)


def _type(arguments: Arguments) -> str:
    word = arguments.text(_TYPE.name)
    return _SPELLINGS.get(word, word)


def _require_managed(kind: str) -> None:
    if kind not in _MANAGED:
        raise UserTypeInvalid(kind)


def _refused(tool: Utility, name: str, error: HsmError) -> int:
    """What the tool refuses by itself, in one line."""
    tool.write(f"{name} failed: {reason(error, ON_FACTORS)}\n")
    return FAILURE


class _Signing:
    """The signing step of a command that may give a user a second factor, and what came of it."""

    def __init__(self, tool: Utility, name: str, kind: str, arguments: Arguments) -> None:
        """Raises ``FunctionNotSupported`` for a crypto user."""
        self._tool = tool
        self._name = name
        self._file = arguments.text(FILE.name)
        self._data: AuthenticationData | None = None
        if self._file and kind == UserType.CRYPTO_USER.value:
            raise FunctionNotSupported(kind)

    def step(self) -> bool:
        """Have the HSMs' digests signed, when a second factor is wanted; whether to go on."""
        if not self._file:
            return True
        self._data = authenticate(self._tool, self._name, self._file, registers=True)
        return self._data is not None

    def factor(self, node: Container) -> Factor | None:
        return self._data.factor(node) if self._data else None


def create_user(tool: Utility, arguments: Arguments) -> int:
    """Create a user on every server."""
    kind, name = _type(arguments), arguments.text(_NAME.name)
    password = chosen(tool, arguments)
    if password is None:
        return FAILURE
    try:
        check_new_user(kind, name, password)
        signing = _Signing(tool, CREATE.name, kind, arguments)
    except HsmError as error:
        return _refused(tool, CREATE.name, error)
    if not confirmed(tool):
        return SUCCESS

    def create(server: Server, node: Container) -> None:
        tool.at(node).create_user(tool.session(server), node, kind, name, password, signing.factor(node))

    def failure(tool: Utility, server: Server) -> list[Part]:
        return ["creating user", *tool.where(server), " failed"]

    announcement = f"Creating User {printable(name)}({kind})"
    return carry_out(tool, Change(CREATE.name, create, announcement, failure, ON_FACTORS, signing.step))


def change_password(tool: Utility, arguments: Arguments) -> int:
    """Give a user another password on every server."""
    kind, name = _type(arguments), arguments.text(_NAME.name)
    password = chosen(tool, arguments)
    if password is None:
        return FAILURE
    try:
        _require_managed(kind)
        check_password_length(password)
        signing = _Signing(tool, CHANGE.name, kind, arguments)
    except HsmError as error:
        return _refused(tool, CHANGE.name, error)
    if not confirmed(tool):
        return SUCCESS

    def change(server: Server, node: Container) -> None:
        tool.at(node).change_password(tool.session(server), node, kind, name, password, signing.factor(node))

    def failure(tool: Utility, server: Server) -> list[Part]:
        return ["Changing password", *tool.where(server, "node"), " failed"]

    announcement = f"Changing password for {printable(name)}({kind})"
    return carry_out(tool, Change(CHANGE.name, change, announcement, failure, ON_FACTORS, signing.step))


def delete_user(tool: Utility, arguments: Arguments) -> int:
    """Delete a user from every server; rollBack brings it back where it was deleted."""
    kind, name = _type(arguments), arguments.text(_NAME.name)
    try:
        _require_managed(kind)
    except HsmError as error:
        return _refused(tool, DELETE.name, error)
    deleted: dict[int, DeletedUser] = {}

    def delete(server: Server, node: Container) -> None:
        deleted[server.number] = tool.at(node).delete_user(tool.session(server), node, kind, name)

    def restore(server: Server, node: Container) -> None:
        tool.at(node).restore_user(tool.session(server), node, deleted[server.number])

    announcement = f"Deleting user {printable(name)}({kind})"
    return carry_out(tool, Change(DELETE.name, delete, announcement, special=ON_DELETION, undo=restore))


_HEADER = f"    {'User Id':<20}{'User Type':<16}{'User Name':<35}{'MofnPubKey':<14}{'LoginFailureCnt':<24}2FA\n"


def list_users(tool: Utility, arguments: Arguments) -> int:
    """Every server's users as it knows them."""
    for server, users in tool.answers(LIST.name, lambda _, node: tool.at(node).users(node)):
        tool.write("Users on server ", *server.named(), f":\nNumber of users found:{len(users)}\n\n", _HEADER)
        for user in users:
            tool.write(*_row(user))
    return SUCCESS


def _row(user: User) -> list[Part]:
    number = user_id(user.number)
    quorum, second = ("YES" if is_set else "NO" for is_set in (user.quorum_key, user.second_factor))
    return [
        " " * (10 - len(number.text)),
        number,
        f"{'':14}{user.type:<16}{printable(user.name):<40}{quorum:>3}{user.failures:>16d}{'':14}{second:>3}\n",
    ]


CREATE = Command(
    "createUser",
    "Creates a user on every connected HSM",
    create_user,
    (_TYPE, _NAME, PASSWORD, OPTION, FILE),
    notes="ours: what is refused before the CAUTION box, and the texts of most refusals by an HSM",
)
CHANGE = Command(
    "changePswd",
    "Changes a user's password on every connected HSM",
    change_password,
    (_TYPE._replace(help="CO, CU, PCO or PRECO: what the user is now"), _NAME, PASSWORD, OPTION, FILE),
    notes="ours: what is refused before the CAUTION box",
)
DELETE = Command(
    "deleteUser",
    "Deletes a user from every connected HSM",
    delete_user,
    (_TYPE, _NAME),
    notes="ours: the texts for a user who owns keys and for the only officer; rollBack says nothing",
)
LIST = Command(
    "listUsers",
    "Lists the users of every connected HSM",
    list_users,
    provenance=Provenance.ATTESTED,
)
