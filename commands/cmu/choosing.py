"""The object that a function works on: named by its handle, or picked from a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commands.cmu.options import HANDLE
from commands.cmu.utility import Utility
from hsmshell.console import Ask, Kind
from hsmshell.console.values import object_handle, printable
from hsmshell.engine.errors import ObjectHandleInvalid
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments
from hsmshell.grammar.values import BadValue, handle_type

TABLE_HEAD = "Handler Label\n"
HANDLER_WIDTH = 8
HANDLER_PROMPT = "Enter handler (or 0 for exit): "
LEAVE = 0

QUERY = "Select object to query\n"
"""Published; the heads of the other functions follow its pattern."""


def choose_object(
    utility: Utility, arguments: Arguments, head: str, fits: Callable[[StoredObject], bool] = lambda item: True
) -> StoredObject | None:
    """The object of ``-handle``, or one picked from the table of those that fit; ``None`` when the person picks none.

    Raises ``ObjectHandleInvalid``, also for an object that does not fit.
    """
    if HANDLE.name in arguments:
        item = utility.application.read(utility.session, arguments.number(HANDLE.name))
        if not fits(item):
            raise ObjectHandleInvalid(str(item.handle))
        return item
    return pick(utility, head, [item for item in utility.application.objects(utility.session) if fits(item)])


def pick(utility: Utility, head: str, items: Sequence[StoredObject]) -> StoredObject | None:
    """One picked from a table of objects; ``None`` for none. Raises ``ObjectHandleInvalid``."""
    utility.write(head, TABLE_HEAD)
    for item in items:
        number = object_handle(item.handle)
        utility.write(number, " " * max(1, HANDLER_WIDTH - len(number.text)), f"{printable(item.label)}\n")
    answer = utility.console.ask(HANDLER_PROMPT, Ask.LINE, Kind.OBJECT)
    try:
        chosen = handle_type(Kind.OBJECT.value).parse(answer.strip())
    except BadValue:
        raise ObjectHandleInvalid(answer) from None
    if chosen == LEAVE:
        return None
    for item in items:
        if item.handle == chosen:
            return item
    raise ObjectHandleInvalid(answer)
