"""getKeyInfo and shareKey: who may use a key."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.output import FILE, Block, deliver
from commands.cloudhsm_mgmt_util.reasons import ON_KEYS
from commands.cloudhsm_mgmt_util.utility import SUCCESS, Server, Utility
from hsmshell.console.values import user_id
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import IntegerList, Word, handle_type

_HANDLE = Parameter("handle", handle_type(), "key handle", "the key's handle", required=True)
_KEY = _HANDLE._replace(placeholder="key-handle", aliases=("k",))
_USERS = Parameter(
    "users", IntegerList("user id"), "user id", "the other user's number; several with commas between", required=True
)
_SHARE = Parameter(
    "share",
    Word({"1": True, "0": False}),
    "(share/unshare key?) 1/0",
    "1 to share, 0 to share no longer",
    required=True,
)


def get_key_info(tool: Utility, arguments: Arguments) -> int:
    """Owner, sharers and approvals of a key, as each server holds it."""
    handle = arguments.number(_KEY.name)

    def read(server: Server, node: Container) -> Block:
        key = tool.at(node).read_key(tool.session(server), handle, node)
        block: Block = ["Key Info on server ", *server.named(), ":\n\n"]
        block += ["\tSession Key,\n\n" if key.session else "\tToken/Flash Key,\n\n"]
        block += ["\tOwned by user ", user_id(key.owner), "\n\n"]
        if key.shares:
            block.append(f"\talso, shared to following {len(key.shares)} user(s):\n\n")
            for number in sorted(key.shares):
                block += ["\t\t ", user_id(number), "\n"]
        if key.quorum:
            block.append(f"\t {key.quorum} Users need to approve to use/manage this key\n")
        return block

    answers = tool.answers(INFO.name, read, ON_KEYS)
    return deliver(tool, INFO.name, answers, arguments.text(FILE.name))


def share_key(tool: Utility, arguments: Arguments) -> int:
    """Share a key with other users on every server, or no longer."""
    handle, numbers, share = (
        arguments.number(_HANDLE.name),
        arguments.numbers(_USERS.name),
        arguments.flag(_SHARE.name),
    )
    if not confirmed(tool):
        return SUCCESS

    def change(server: Server, node: Container) -> None:
        tool.at(node).share_key(tool.session(server), node, handle, *numbers, share=share)

    return carry_out(tool, Change(SHARE.name, change, special=ON_KEYS))


INFO = Command(
    "getKeyInfo",
    "Shows owner and sharers of a key on every connected HSM",
    get_key_info,
    (_KEY, FILE),
    notes="ours: the line of a session key, what the screen shows when a file is given, the second line of a refusal",
)
SHARE = Command(
    "shareKey",
    "Shares a key with another user on every connected HSM, or no longer",
    share_key,
    (_HANDLE, _USERS, _SHARE),
    notes="ours: the lines of a refusal",
)
