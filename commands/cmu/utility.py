"""One run of the utility: the library it has loaded, the token it works with, and the questions before that."""

from __future__ import annotations

from commands.cmu.errors import Message, failure
from hsmshell.console import Ask, Context, Part
from hsmshell.console.values import printable
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Session
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.errors import SlotIdInvalid, TokenNotPresent
from hsmshell.grammar import Arguments
from hsmshell.grammar.values import BadValue, decimal

INPUT_PROMPT = "Enter input filename : "
OUTPUT_PROMPT = "Enter output filename : "
"""The second is published."""

VERSION_LINE = "Certificate Management Utility (64-bit), simulated\n"
"""What newer clients print first; theirs names a version and its owner."""

PASSWORD_PROMPT = "Please enter password for token in slot {slot} : "  # noqa: S105
TOKEN_LINE = "[{slot}] Token Label: {label}\n"  # noqa: S105
TOKEN_MENUS = {
    Profile.LUNA5: ("Select token\n", TOKEN_LINE, "Enter choice: "),
    Profile.LUNA7: ("Select token\n", f" {TOKEN_LINE}", "\n Enter choice: "),
}
"""Head, line and question of the menu of tokens, as the guide and a client of version 7 show them."""


class Utility:
    """The state of a running cmu. ``session`` is there once ``begin`` has returned."""

    session: Session

    def __init__(self, context: Context) -> None:
        self.console = context.console
        self.files = context.files
        self.application = context.lab.application()
        self.random_bytes = context.lab.services.random_bytes
        appliances = context.lab.appliances()
        slots = self.application.slots()
        self.profile = Profile.LUNA5
        if slots:
            self.profile = self.application.appliance_of(slots[0].number).profile
        elif appliances:
            self.profile = appliances[0].profile

    def write(self, *parts: Part) -> None:
        self.console.write(*parts)

    def tell(self, *parts: Part) -> None:
        """Write what only newer clients tell of their success."""
        if self.profile is not Profile.LUNA5:
            self.write(*parts)

    def begin(self, arguments: Arguments) -> None:
        """Open a session with the token and log in.

        Raises ``TokenNotPresent``, ``SlotIdInvalid``, or what a login raises.
        """
        slot = arguments.number("slot") if "slot" in arguments else self._ask_slot()
        self.session = self.application.open_session(slot)
        if "password" in arguments:
            password = arguments.text("password")
        elif self.application.appliance_of(slot).device.settings.get("cmu_password_prompt", False):
            password = self.console.ask(PASSWORD_PROMPT.format(slot=slot), Ask.MASKED)
        else:
            self.application.login_activated(self.session)
            return
        self.application.login(self.session, Role.CRYPTO_OFFICER, password)

    def input_file(self, arguments: Arguments) -> tuple[str, bytes]:
        """The file of ``-inputFile``, or the one that the person names, and its content. Raises ``Failure``."""
        name = arguments.text("inputFile") or self.console.ask(INPUT_PROMPT)
        try:
            return name, self.files.read(name)
        except (OSError, ValueError):
            raise failure(Message.NO_FILE, name) from None

    def output_file(self, arguments: Arguments) -> str:
        """The name of ``-outputFile``, or the one that the person gives."""
        return arguments.text("outputFile") or self.console.ask(OUTPUT_PROMPT)

    def save(self, name: str, data: bytes) -> None:
        """Write a file, in the place of one that is there. Raises ``Failure``."""
        try:
            self.files.write(name, data)
        except (OSError, ValueError):
            raise failure(Message.NO_FILE, name) from None

    def _ask_slot(self) -> int:
        slots = self.application.slots()
        if not slots:
            raise TokenNotPresent("no tokens")
        if len(slots) == 1 and self.profile is not Profile.LUNA5:
            return slots[0].number
        head, line, question = TOKEN_MENUS[self.profile]
        self.write(head, *(line.format(slot=slot.number, label=printable(slot.label)) for slot in slots))
        answer = self.console.ask(question, Ask.MENU)
        try:
            return decimal(answer.strip())
        except BadValue:
            raise SlotIdInvalid(answer) from None
