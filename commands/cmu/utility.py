"""One run of the utility: the library it has loaded, the token it works with, and the questions before that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from hsmshell.console import Ask, Context, Kind, Part
from hsmshell.console.values import printable
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Session
from hsmshell.engine.errors import SlotIdInvalid, TokenNotPresent
from hsmshell.grammar import AmbiguousName, Arguments, Parameter, UnknownName, resolve
from hsmshell.grammar.values import BadValue, Integer, Text, Word, decimal, handle_type

CHOICE_PROMPT = "Enter choice: "
PASSWORD_PROMPT = "Please enter password for token in slot {slot} : "  # noqa: S105

BOOLEAN = Word({"T": True, "F": False, "True": True, "False": False, "1": True, "0": False}, fold=True)
BOOLEAN_PLACEHOLDER = "<T/F>"


class Switch(NamedTuple):
    """A boolean whose option may also stand alone."""

    alone: str = "T"
    """The value that it then has."""
    role: str = ""

    def parse(self, text: str) -> object:
        return BOOLEAN.parse(text)


def spelled_out(parameters: Sequence[Parameter], words: Sequence[str]) -> Iterator[str]:
    """The words, with its value at each switch that stands alone."""
    by_name = {parameter.name: parameter for parameter in parameters}
    rest = iter(words)
    for word in rest:
        option = _alone(by_name, word)
        if option is not None and isinstance(option.type, Switch):
            yield f"{word}={option.type.alone}"
            continue
        yield word
        if option is not None:
            yield from islice(rest, 1)


def _alone(by_name: Mapping[str, Parameter], word: str) -> Parameter | None:
    """The option that the whole word names; ``-name=value`` names none."""
    if not word.startswith("-"):
        return None
    try:
        return by_name[resolve(word.lstrip("-"), by_name, fold=True)]
    except (UnknownName, AmbiguousName):
        return None


COMMON = (
    Parameter("slot", Integer(0, 0xFFFFFFFF), "<slot>", "the token's slot; asked for when absent"),
    Parameter("password", Text(), "<password>", "the crypto officer's PIN"),
)
"""The options of every function that works with a token."""

HANDLE = Parameter("handle", handle_type(Kind.OBJECT.value), "<handle>", "the object's handle")


class Utility:
    """The state of a running cmu. ``session`` is there once ``begin`` has returned."""

    session: Session

    def __init__(self, context: Context) -> None:
        self.console = context.console
        self.files = context.files
        self.application = context.lab.application()

    def write(self, *parts: Part) -> None:
        self.console.write(*parts)

    def begin(self, arguments: Arguments) -> None:
        """Open a session with the token and log in.

        Raises ``TokenNotPresent``, ``SlotIdInvalid``, or what a login raises.
        """
        slot = arguments.number("slot") if "slot" in arguments else self._ask_slot()
        self.session = self.application.open_session(slot)
        if "password" in arguments:
            password = arguments.text("password")
        elif self.application.appliance_of(slot).device.settings.get("cmu_password_prompt", False):
            password = self.console.ask(PASSWORD_PROMPT.format(slot=slot), Ask.SECRET)
        else:
            self.application.login_activated(self.session)
            return
        self.application.login(self.session, Role.CRYPTO_OFFICER, password)

    def _ask_slot(self) -> int:
        slots = self.application.slots()
        if not slots:
            raise TokenNotPresent("no tokens")
        self.write("Select token\n", *(f"[{slot.number}] Token Label: {printable(slot.label)}\n" for slot in slots))
        answer = self.console.ask(CHOICE_PROMPT, Ask.MENU)
        try:
            return decimal(answer.strip())
        except BadValue:
            raise SlotIdInvalid(answer) from None
