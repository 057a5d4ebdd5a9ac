"""syncKey, syncUser: from the server of server mode to another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from commands.cloudhsm_mgmt_util.channel import ChannelMissing
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from commands.return_codes import code_of
from hsmshell.console import Kind
from hsmshell.engine.cluster import Session
from hsmshell.engine.errors import HsmError, NodeUnavailable, UserExists
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, handle_type

if TYPE_CHECKING:
    from hsmshell.engine.cluster.sync import ClusterSync

_HANDLE = Parameter("handle", handle_type(), "key handle", "the key's handle", required=True)
_HSM = Parameter(
    "hsm",
    Integer(role=Kind.SERVER.value),
    "destination hsm",
    "the number of the server that lacks it, see info",
    required=True,
)
_USER = Parameter("user", Integer(role="user id"), "user ID", "the user's number on this server", required=True)
_SERVER = _HSM._replace(placeholder="server ID")

Result = TypeVar("Result")
Step = Callable[["ClusterSync", Session | None, Container], Result]

_USER_IS_THERE = "user already created, unable to insert object\n"


class _Failed(Exception):
    """A step failed and said so."""


class _NotConnected(_Failed):
    """It failed because a server cannot be reached; nothing more is said then."""


def sync_key(tool: Utility, arguments: Arguments) -> int:
    """Copy a key to another server."""
    handle = arguments.number(_HANDLE.name)
    return _sync(
        tool,
        KEY.name,
        arguments.number(_HSM.name),
        lambda side, session, node: side.extract_key(session, node, handle),
        lambda side, session, node, masked: side.insert_key(session, node, masked),
        told=False,
    )


def sync_user(tool: Utility, arguments: Arguments) -> int:
    """Copy a user to another server."""
    number = arguments.number(_USER.name)
    return _sync(
        tool,
        USER.name,
        arguments.number(_SERVER.name),
        lambda side, session, node: side.extract_user(session, node, number),
        lambda side, session, node, masked: side.insert_user(session, node, masked),
        told=True,
    )


def _sync(
    tool: Utility,
    name: str,
    number: int,
    extract: Step[bytes],
    insert: Callable[[ClusterSync, Session | None, Container, bytes], int],
    *,
    told: bool,
) -> int:
    """Both steps; ``told`` says whether a success of a step has a line of its own."""
    source, target = tool.selected, tool.numbered(number)
    if source is None or target is None:
        return FAILURE
    try:
        if tool.node(target) is None:
            tool.not_connected(target)
            raise _NotConnected
        masked = _step(tool, source, "ExtractMaskedObject", extract, told=told)
        _step(
            tool,
            target,
            "InsertMaskedObject",
            lambda side, session, node: insert(side, session, node, masked),
            told=told,
        )
    except _NotConnected:
        return FAILURE
    except _Failed:
        tool.write(f"{name} failed\n")
        return FAILURE
    tool.write(f"{name} success\n")
    return SUCCESS


def _step(tool: Utility, server: Server, call: str, step: Step[Result], *, told: bool) -> Result:
    try:
        node = tool.reach(server)
        result = step(tool.at(node).sync, tool.session(server), node)
    except (NodeUnavailable, ChannelMissing) as error:
        tool.refused(tool.command, server, error)
        raise _NotConnected from None
    except HsmError as error:
        tool.write(f"{call}: 0x{code_of(error).value:x} !\n", _USER_IS_THERE if isinstance(error, UserExists) else "")
        raise _Failed from None
    tool.write(f"{call}: 0x0 !\n" if told else "")
    return result


KEY = Command(
    "syncKey",
    "Copies a key from this HSM to another one of the same lineage",
    sync_key,
    (_HANDLE, _HSM),
    notes="ours: every line of a failure",
)
USER = Command(
    "syncUser",
    "Copies a user from this HSM to another one of the same lineage",
    sync_user,
    (_USER, _SERVER),
    notes="ours: the lines of a failure, but for the published sentence about a user who is there already",
)
