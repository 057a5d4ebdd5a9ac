"""getAttribute, setAttribute, listAttributes: the attributes of a key on every HSM."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.explain import syntax
from commands.cloudhsm_mgmt_util.objattr import (
    DUMPED,
    ObjectAttribute,
    is_boolean,
    shown,
    value_of,
)
from commands.cloudhsm_mgmt_util.output import FILE, Block, deliver
from commands.cloudhsm_mgmt_util.reasons import ON_KEYS
from commands.cloudhsm_mgmt_util.utility import SUCCESS, Server, Utility
from hsmshell.console import Part
from hsmshell.engine.errors import AttributeReadOnly
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter, Provenance, WrongValue
from hsmshell.grammar.values import Integer, Text, Word, handle_type

_BOOLEANS = {"0": False, "1": True}

_HANDLE = Parameter("handle", handle_type(), "key handle", "the key's handle", required=True)
_FILE = FILE._replace(placeholder="filename")
_READABLE = Parameter(
    "attribute",
    Integer(choices={int(item): item.title for item in ObjectAttribute}),
    "attribute id",
    "the attribute's number, see listAttributes; 512 for all",
    required=True,
)
_WRITABLE = _READABLE._replace(
    type=Integer(choices={int(item): item.title for item in ObjectAttribute if item is not ObjectAttribute.ALL}),
    help="the attribute's number, see listAttributes",
)
_VALUE = Parameter(
    "value",
    Text(),
    "value",
    "0 or 1 for a boolean; text without blanks for the label; ID=VALUE,... for a template",
    required=True,
)
_HELP = Parameter("help", Word({"-h": True}), "-h", "show the syntax")


def get_attribute(tool: Utility, arguments: Arguments) -> int:
    """Show one attribute, or all, as each server holds them."""
    handle, item = arguments.number(_HANDLE.name), ObjectAttribute(arguments.number(_READABLE.name))

    def read(server: Server, node: Container) -> Block:
        key = tool.at(node).read_key(tool.session(server), handle, node)
        whole = item is ObjectAttribute.ALL
        parts: list[Part] = ["Attribute Value on server ", *server.named(), ":\n"]
        for each in [one for one in DUMPED if value_of(key, one) is not None] if whole else [item]:
            parts += [f"{each.title}\n", shown(key, each, whole=whole), "\n"]
        return parts

    tool.write("" if _FILE.name in arguments else "\n")
    answers = tool.answers(GET.name, read, ON_KEYS)
    return deliver(tool, GET.name, answers, arguments.text(_FILE.name), between="\n")


def set_attribute(tool: Utility, arguments: Arguments) -> int:
    """Change one attribute on every server."""
    handle, item = arguments.number(_HANDLE.name), ObjectAttribute(arguments.number(_WRITABLE.name))
    word = arguments.text(_VALUE.name)
    if is_boolean(item) and word not in _BOOLEANS:
        raise WrongValue(_VALUE, word, "not 0 or 1")
    value = _BOOLEANS[word] if is_boolean(item) else word
    if not confirmed(tool):
        return SUCCESS

    def change(server: Server, node: Container) -> None:
        if item.attribute is None:
            raise AttributeReadOnly(item.title)
        tool.at(node).set_attribute(tool.session(server), node, handle, item.attribute, value)

    return carry_out(tool, Change(SET.name, change, special=ON_KEYS))


def list_attributes(tool: Utility, arguments: Arguments) -> int:
    """The names and numbers that ``getAttribute`` takes."""
    if _HELP.name in arguments:
        tool.write(f"{syntax(LIST)}\n")
        return SUCCESS
    tool.write("\nFollowing are the possible attribute values for getAttribute:\n\n")
    tool.write(*(f"      {item.title:<32}= {item:d}\n" for item in ObjectAttribute))
    return SUCCESS


GET = Command(
    "getAttribute",
    "Shows an attribute of a key on every connected HSM",
    get_attribute,
    (_HANDLE, _READABLE, _FILE),
    notes="ours: the layout for 512, what the screen shows when a file is given, and the second line of a refusal",
)
SET = Command(
    "setAttribute",
    "Changes an attribute of a key on every connected HSM",
    set_attribute,
    (_HANDLE, _WRITABLE, _VALUE),
    notes="ours: the text for an attribute that cannot be changed, and how a template is written: attributes by their "
    "numbers with their values, as in 354=0,260=1",
)
LIST = Command(
    "listAttributes",
    "Lists the attributes that getAttribute knows",
    list_attributes,
    (_HELP,),
    Provenance.ATTESTED,
)
