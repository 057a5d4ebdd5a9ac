"""deleteKey, getKeyInfo: one key, its owner and its end."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from commands.return_codes import Code, code_of
from hsmshell.console.values import user_id
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.errors import AccessDenied, HsmError, ObjectHandleInvalid
from hsmshell.grammar import Arguments, Command


def delete_key(tool: Utility, arguments: Arguments) -> int:
    """Delete one key from every HSM."""
    call = "Cfm3DeleteKey"
    try:
        outcomes = tool.cluster.delete_key(tool.session, arguments.number("k"))
    except ObjectHandleInvalid:
        # The real tool looks for the key before it deletes, and reports that call.
        tool.returned("Cfm3FindKey", Code.INVALID_HANDLE)
        tool.everywhere(Code.INVALID_HANDLE)
        return FAILURE
    except AccessDenied as error:
        tool.returned(call, code_of(error))
        tool.cluster_block(())
        return FAILURE
    except HsmError as error:
        return tool.refused(call, error)
    return tool.finished(call, outcomes)


def key_info(tool: Utility, arguments: Arguments) -> int:
    """Who owns a key, and with whom it is shared."""
    call = "Cfm3GetKey"
    try:
        key = tool.cluster.read_key(tool.session, arguments.number("k"))
    except HsmError as error:
        return tool.refused(call, error)
    tool.returned(call)
    tool.write("\n\tOwned by user: " if tool.late else "\n\tOwned by user ", user_id(key.owner), "\n")
    if key.shares and key.object_class is not ObjectClass.PUBLIC_KEY:
        tool.write(f"\n\talso, shared to following {len(key.shares)} user(s):\n\n")
        for user in sorted(key.shares):
            tool.write("\t\t ", user_id(user), "\n")
        if key.quorum:
            tool.write(f"\t {key.quorum} Users need to approve to use/manage this key\n")
    return SUCCESS


COMMANDS = (
    Command("deleteKey", "Delete Key", delete_key, (options.KEY,)),
    Command(
        "getKeyInfo",
        "Get Key Info about shared users/sessions",
        key_info,
        (options.KEY,),
        notes="the late output is a sister build's; what a stranger gets is not published",
    ),
)
