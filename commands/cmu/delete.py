"""``cmu delete``."""

from __future__ import annotations

from commands.cmu.choosing import choose_object, pick
from commands.cmu.errors import Message, failure
from commands.cmu.listing import object_line
from commands.cmu.options import COMMON, HANDLE, Switch
from commands.cmu.utility import Utility
from hsmshell.console import Ask
from hsmshell.console.values import printable
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Text

HEAD = "Select object to delete\n"
QUESTION = "Delete this object (y/n) ? "
YES = ("y", "yes")


def _delete(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = _chosen(utility, arguments)
    if item is None:
        return 0
    if not arguments.flag("force"):
        utility.write(*object_line(item))
        if utility.console.ask(QUESTION, Ask.CONFIRM).strip().lower() not in YES:
            return 0
    utility.application.destroy(utility.session, item.handle)
    return 0


def _chosen(utility: Utility, arguments: Arguments) -> StoredObject | None:
    """One label names one object; where several bear it, the person picks."""
    if "label" not in arguments or HANDLE.name in arguments:
        wanted = arguments.get("label")
        return choose_object(utility, arguments, HEAD, lambda item: wanted is None or item.label == wanted)
    label = arguments.text("label")
    found = utility.application.objects(utility.session, {Attribute.LABEL: label})
    if not found:
        raise failure(Message.NO_OBJECT, printable(label))
    return found[0] if len(found) == 1 else pick(utility, HEAD, found)


COMMAND = Command(
    "delete",
    "deletes an object",
    _delete,
    (
        HANDLE,
        Parameter("label", Text(), "<label>", "the object's label, in place of its handle"),
        Parameter("force", Switch(), help="do not ask first"),
        *COMMON,
    ),
    notes="the question's wording is ours",
)
