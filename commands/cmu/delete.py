"""``cmu delete``."""

from __future__ import annotations

from commands.cmu.attributes import choose_object
from commands.cmu.listing import object_line
from commands.cmu.utility import COMMON, HANDLE, Switch, Utility
from hsmshell.console import Ask
from hsmshell.grammar import Arguments, Command, Parameter

QUESTION = "Delete this object (y/n) ? "
YES = ("y", "yes")


def _delete(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = choose_object(utility, arguments, "delete")
    if item is None:
        return 0
    if not arguments.flag("force"):
        utility.write(*object_line(item))
        if utility.console.ask(QUESTION, Ask.CONFIRM).strip().lower() not in YES:
            return 0
    utility.application.destroy(utility.session, item.handle)
    return 0


COMMAND = Command(
    "delete",
    "deletes an object",
    _delete,
    (HANDLE, Parameter("force", Switch(), help="do not ask first"), *COMMON),
    notes="the question's wording is ours",
)
