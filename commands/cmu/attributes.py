"""``cmu getattribute``, and the table from which an object is picked."""

from __future__ import annotations

from commands.cmu.listing import CLASSES, KEY_TYPES
from commands.cmu.utility import COMMON, HANDLE, Utility
from hsmshell.console import Ask, Kind, Part
from hsmshell.console.values import hexadecimal, object_handle, printable
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.errors import ObjectHandleInvalid
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command
from hsmshell.grammar.values import BadValue, handle_type

_A = Attribute

ORDER = (
    _A.CLASS, _A.TOKEN, _A.PRIVATE, _A.LABEL, _A.APPLICATION, _A.VALUE, _A.KEY_TYPE, _A.SUBJECT, _A.ID, _A.SENSITIVE,
    _A.ENCRYPT, _A.DECRYPT, _A.WRAP, _A.UNWRAP, _A.SIGN, _A.VERIFY, _A.DERIVE, _A.START_DATE, _A.END_DATE, _A.MODULUS,
    _A.MODULUS_BITS, _A.PUBLIC_EXPONENT, _A.VALUE_LEN, _A.EXTRACTABLE, _A.LOCAL, _A.NEVER_EXTRACTABLE,
    _A.ALWAYS_SENSITIVE, _A.MODIFIABLE,
)  # fmt: skip
"""The lines' order as published for an RSA private key (Microsoft, Appendix B), the other classes' fitted in."""

TABLE_HEAD = "Select object to {verb}\nHandler Label\n"
HANDLER_WIDTH = 8
HANDLER_PROMPT = "Enter handler (or 0 for exit): "
LEAVE = 0


def choose_object(utility: Utility, arguments: Arguments, verb: str) -> StoredObject | None:
    """The object of ``-handle``, or one picked from the table of all; ``None`` when the person picks none.

    Raises ``ObjectHandleInvalid``.
    """
    if HANDLE.name in arguments:
        return utility.application.read(utility.session, arguments.number(HANDLE.name))
    utility.write(TABLE_HEAD.format(verb=verb))
    for item in utility.application.objects(utility.session):
        number = object_handle(item.handle)
        utility.write(number, " " * max(1, HANDLER_WIDTH - len(number.text)), f"{printable(item.label)}\n")
    answer = utility.console.ask(HANDLER_PROMPT, Ask.LINE, Kind.OBJECT)
    try:
        chosen = handle_type(Kind.OBJECT.value).parse(answer.strip())
    except BadValue:
        raise ObjectHandleInvalid(answer) from None
    return utility.application.read(utility.session, chosen) if chosen != LEAVE else None


def _shown(attribute: Attribute, value: AttributeValue) -> Part:
    if isinstance(value, bool):
        return "true" if value else "false"
    if attribute is _A.CLASS:
        return {int(number): word for number, word in CLASSES.items()}[int(value)]
    if attribute is _A.KEY_TYPE:
        return {int(number): word for number, word in KEY_TYPES.items()}[int(value)]
    if isinstance(value, bytes):
        return hexadecimal(value.hex()) if attribute is _A.MODULUS else value.hex()
    return printable(value) if isinstance(value, str) else str(value)


def _get_attribute(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = choose_object(utility, arguments, "query")
    if item is not None:
        for attribute in ORDER:
            if attribute in item.attributes:
                name = attribute.name.replace("_", "").lower()
                utility.write(f"{name}=", _shown(attribute, item.attributes[attribute]), "\n")
    return 0


COMMAND = Command("getattribute", "shows the attributes of an object", _get_attribute, (HANDLE, *COMMON))
