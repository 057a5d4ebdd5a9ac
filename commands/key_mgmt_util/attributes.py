"""getAttribute: one attribute or all of them, written to a file; setAttribute; listAttributes."""

from __future__ import annotations

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.constants import ATTRIBUTES, DumpedAttribute, Width
from commands.key_mgmt_util.utility import SUCCESS, Misuse, Utility
from commands.return_codes import Code
from hsmshell.console import Ask
from hsmshell.console.values import path
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.cluster import presented
from hsmshell.engine.errors import HsmError
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, handle_type

LINE = 80
"""Characters in a line of a modulus."""

_OBJECT = Parameter("o", handle_type(), "key handle", "specifies the key handle", required=True, title="Object handle")
_ATTRIBUTE = Parameter(
    "a", Integer(0), "attribute constant", "specifies the attribute; 512 for all", required=True, title="Attribute"
)


def get_attribute(tool: Utility, arguments: Arguments) -> int:
    """Write attributes to a file."""
    call, target, selector = "Cfm3GetAttribute", arguments.text("out"), arguments.number("a")
    try:
        key = tool.cluster.read_key(tool.session, arguments.number("o"))
    except HsmError as error:
        return tool.refused(call, error)
    whole = selector == constants.ALL
    rows = [row for row in ATTRIBUTES if presented(key, row.attribute) is not None]
    if whole:
        rows = [row for row in rows if tool.late or not row.late_only]
    else:
        rows = [row for row in rows if row.number == selector]
    if not rows:
        return tool.returned(call, Code.NO_SUCH_ATTRIBUTE)
    text = "".join(f"{row.name}\n{printed(key, row, whole=whole, late=tool.late)}\n" for row in rows)
    tool.write_file(target, text.encode("utf-8", "surrogateescape"))
    size = _reported_size(key, len(rows), tool.late)
    if tool.late:
        tool.write("\n" + (f"Attribute size: {size}, count: {len(rows)}\n" if whole else ""))
        tool.write("Written to: ", path(target), " file\n")
    else:
        tool.write("\n" + (f"got all attributes of size {size} attr cnt {len(rows)}\n" if whole else ""))
        tool.write("Attributes dumped into ", path(target), " file\n")
    return tool.returned(call)


def printed(key: StoredObject, row: DumpedAttribute, *, whole: bool, late: bool) -> str:
    """The value's line or lines in a dump."""
    value = presented(key, row.attribute)
    if isinstance(value, bytes):
        if row.width is Width.TEXT:
            return value.decode("utf-8", "surrogateescape")
        if row.width is Width.WRAPPED:
            digits = ("0x" if late else "") + value.hex()
            # An EC point stands on one line in the classic generation.
            width = LINE if late or key.key_type is KeyType.RSA else len(digits)
            return "\n".join(digits[start : start + width] for start in range(0, len(digits), width))
        return f"0x{value.hex()}"
    if isinstance(value, str):
        return value
    return f"0x{int(value or 0):02x}" if whole and row.width is Width.BYTE else f"0x{int(value or 0):08x}"


def _reported_size(key: StoredObject, count: int, late: bool) -> int:
    """What the tool calls the dump's size: fixed parts and eight bytes an attribute (deduced from published dumps)."""
    extra = 0
    modulus = key.attributes.get(Attribute.MODULUS, key.attributes.get(Attribute.EC_POINT))
    if isinstance(modulus, bytes):
        exponent = key.attributes.get(Attribute.PUBLIC_EXPONENT, b"")
        extra = len(modulus) + 4 + (len(exponent) if isinstance(exponent, bytes) else 0)
    return (330 if late else 308) + 8 * count + extra


def set_attribute(tool: Utility, arguments: Arguments) -> int:
    """Make a session key a token key: the one change that this tool makes."""
    call, number = "Cfm3SetAttribute", arguments.number("a")
    if number != Attribute.TOKEN:
        raise Misuse(f"Attribute (-a) {number} cannot be modified.")
    try:
        tool.cluster.check_login(Operation.CHANGE_KEY, tool.session)
        answer = tool.context.console.ask(_VALUE_PROMPT, Ask.LINE).strip()
        if answer != "1":
            return tool.returned(call, Code.ATTRIBUTE_FIXED)
        outcomes = tool.cluster.keep_key(tool.session, arguments.number("o"))
    except HsmError as error:
        return tool.refused(call, error)
    return tool.finished(call, outcomes)


_VALUE_PROMPT = "\t This attribute is defined as a boolean value.\n\t  Enter the boolean attribute value (0 or 1):"


def list_attributes(tool: Utility, arguments: Arguments) -> int:
    """The names and numbers of all attributes."""
    rows = _LATE_LISTING if tool.late else _LISTING
    # Both headings are those of published output; the late one is indented and lacks the last letter.
    heading = _LATE_HEADING if tool.late else _HEADING
    tool.write(heading, *(f"      {name:<31} = {number}\n" for name, number in rows))
    return SUCCESS


_HEADING = "\nDescription\n===========\nThe following are all of the possible attribute values for getAttributes.\n\n"
_LATE_HEADING = (
    "\n    Description\n    ===========\n"
    "    The following are all of the possible attribute values for getAttribute.\n\n"
)
_LISTED = (0, 1, 2, 3, 134, 256, 258, 259, 260, 261, 262, 263, 264, 266, 268,
           355, 288, 289, 290, 353, 354, 356, 357, 370, 371, 528)  # fmt: skip
"""The order of the listing: that of the numbers, but for 355, which stands before the moduli."""
_NAMES = {row.number: row for row in ATTRIBUTES}
_LISTING = [(_NAMES[number].name, number) for number in _LISTED if not _NAMES[number].late_only]
_LATE_LISTING = [
    *((_NAMES[number].name, number) for number in _LISTED),
    ("OBJ_ATTR_WRAP_TEMPLATE", constants.WRAP_TEMPLATE),
    ("OBJ_ATTR_UNWRAP_TEMPLATE", constants.UNWRAP_TEMPLATE),
    ("OBJ_ATTR_ALL", constants.ALL),
]


COMMANDS = (
    Command(
        "getAttribute",
        "Reads an attribute from an object",
        get_attribute,
        (_OBJECT, _ATTRIBUTE, options.OUTPUT._replace(placeholder="file")),
        notes="the late output for a single attribute and the late form of an EC point are ours",
    ),
    Command(
        "setAttribute",
        "Sets an attribute of an object",
        set_attribute,
        (
            _OBJECT._replace(placeholder="object handle"),
            _ATTRIBUTE._replace(
                placeholder="1", verbatim=True, help="specifies the attribute; only 1 (token) can be set"
            ),
        ),
        notes="what other attributes, the answer 0 and a token key get is not published",
    ),
    Command("listAttributes", "List all attributes for getAttributes", list_attributes),
)
