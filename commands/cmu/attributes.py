"""``cmu getattribute`` and ``cmu setattribute``."""

from __future__ import annotations

from commands.cmu.choosing import QUERY, choose_object
from commands.cmu.errors import Message, failure
from commands.cmu.names import NAMED, ORDER, attribute_option, given, option_name, shown, value_type
from commands.cmu.options import COMMON, HANDLE, Words
from commands.cmu.utility import Utility
from hsmshell.console import Part
from hsmshell.console.values import text_of
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue
from hsmshell.engine.errors import AttributeTypeInvalid
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import AmbiguousName, Arguments, Command, Parameter, UnknownName, resolve
from hsmshell.grammar.values import BadValue, Path

MODIFY = "Select object to modify\n"
NAME_PROMPT = "Enter attribute name (or 0 for exit): "
VALUE_PROMPT = "Enter attribute value: "
LEAVE = "0"


def _named(utility: Utility, item: StoredObject, wanted: tuple[Attribute, ...]) -> Attributes:
    """What the object has of the attributes that were named, also a key's value. Raises ``AttributeSensitive``."""
    values: dict[Attribute, AttributeValue] = {}
    for attribute in wanted:
        try:
            values[attribute] = utility.application.attribute(utility.session, item.handle, attribute)
        except AttributeTypeInvalid:
            continue
    return values


def _lines(values: Attributes, order: tuple[Attribute, ...]) -> list[Part]:
    parts: list[Part] = []
    for attribute in order:
        if attribute in values:
            parts += [f"{option_name(attribute).lower()}=", shown(attribute, values[attribute]), "\n"]
    return parts


def _get_attribute(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = choose_object(utility, arguments, QUERY)
    if item is None:
        return 0
    wanted = arguments.get("attributes", ORDER)
    assert isinstance(wanted, tuple)  # the declaration says so
    lines = _lines(_named(utility, item, wanted) if "attributes" in arguments else item.attributes, wanted)
    if "outputFile" in arguments:
        utility.save(arguments.text("outputFile"), text_of(lines).encode("utf-8", "surrogateescape"))
    else:
        utility.write(*lines)
    return 0


def _set_attribute(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = choose_object(utility, arguments, MODIFY)
    if item is None:
        return 0
    template = given(arguments, NAMED.values())
    if not template:
        attribute = _ask_attribute(utility)
        if attribute is None:
            return 0
        try:
            value = value_type(attribute).parse(utility.console.ask(VALUE_PROMPT))
        except BadValue as problem:
            raise failure(Message.BAD_VALUE, option_name(attribute), str(problem)) from None
        assert isinstance(value, (str, bytes, int))
        template[attribute] = value
    utility.application.set_attributes(utility.session, item.handle, template)
    return 0


def _ask_attribute(utility: Utility) -> Attribute | None:
    answer = utility.console.ask(NAME_PROMPT).strip()
    if answer == LEAVE:
        return None
    try:
        return NAMED[resolve(answer, NAMED, fold=True)]
    except UnknownName:
        raise failure(Message.UNKNOWN_ATTRIBUTE, answer) from None
    except AmbiguousName as problem:
        raise failure(Message.AMBIGUOUS_ATTRIBUTE, answer, ", ".join(problem.candidates)) from None


COMMANDS: tuple[Command[Utility], ...] = (
    Command(
        "getattribute",
        "shows the attributes of an object",
        _get_attribute,
        (
            HANDLE,
            Parameter("attributes", Words(NAMED), "<name,...>", "only these, in this order"),
            Parameter("outputFile", Path(), "<file>", "write them there, not on the screen"),
            *COMMON,
        ),
        notes="the two options that choose attributes and a file are recommended: no published session shows them",
    ),
    Command(
        "setattribute",
        "changes attributes of an object",
        _set_attribute,
        (HANDLE, *(attribute_option(attribute, "the new {}") for attribute in NAMED.values()), *COMMON),
        notes="what it asks for, where an option is missing, is worded by us",
    ),
)
