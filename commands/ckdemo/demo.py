"""One run of the program: the library that it has loaded, and the questions that every dialog asks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from hsmshell.console import Answer, Ask, Context, Kind, Part
from hsmshell.console.values import object_handle, path, printable
from hsmshell.engine.appliance import Session
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.errors import HsmError, SlotIdInvalid
from hsmshell.engine.records import StoredObject
from hsmshell.grammar.values import BadValue, decimal

HANDLE_HINT = " (-1 to list available objects) : "
LIST = -1
"""At a handle prompt: show the objects and ask again."""
NONE = "0"
"""At a file prompt: no file."""
ULONG_MAX = 0xFFFFFFFF
NO_NUMBER = -1
"""For an answer that is no number, where 0 means something."""
NO_HANDLE = ULONG_MAX
"""For an answer that is no handle: no object has it."""
ANSWERS = {"0": False, "1": True}


class Demo:
    """The state of a running ckdemo."""

    def __init__(self, context: Context) -> None:
        self.console = context.console
        self.files = context.files
        self.lab = context.lab
        self.application = context.lab.application()
        self.running = True
        self.asks_hash = False
        """Option 17: whether OAEP's hash is asked for."""
        self.prints_menu = False
        """Whether the menu comes again after every action."""
        self._chosen = 0

    @property
    def session(self) -> Session | None:
        """The current session: the one that was opened or chosen last; when it is closed, the newest of the others."""
        sessions = self.application.sessions()
        chosen = (session for session in sessions if session.handle == self._chosen)
        return next(chosen, sessions[-1] if sessions else None)

    def choose(self, session: Session) -> None:
        """Make a session the current one."""
        self._chosen = session.handle

    @property
    def profile(self) -> Profile:
        """The generation of the appliance behind the current session; before there is one, of the lab's first."""
        session = self.session
        if session is not None:
            # Somebody may have removed the partition meanwhile.
            with suppress(SlotIdInvalid):
                return self.application.appliance_of(session.slot).profile
        return self.lab.appliance().profile

    def write(self, *parts: Part) -> None:
        self.console.write(*parts)

    def number(self, prompt: str, kind: Ask = Ask.MENU, answer: Answer | None = None, *, otherwise: int = 0) -> int:
        """A number as the library takes it; anything else is ``otherwise``, and the library says what it thinks of
        that."""
        try:
            number = decimal(self.console.ask(prompt, kind, answer).strip())
        except BadValue:
            return otherwise
        return number if LIST <= number <= ULONG_MAX else otherwise

    def handle(self, question: str) -> int:
        """An object's handle; ``-1`` lists the objects first. Raises ``SessionHandleInvalid`` only for the list."""
        while True:
            number = self.number(question + HANDLE_HINT, Ask.LINE, Kind.OBJECT, otherwise=NO_HANDLE)
            if number != LIST:
                return number
            self.show_objects(self.application.objects(self.session))

    def show_objects(self, items: Iterable[StoredObject]) -> None:
        """One line an object."""
        for item in items:
            self.write("Handle ", object_handle(item.handle), f" - {printable(item.label)}\n")

    def boolean(self, prompt: str) -> bool:
        """A 0 or a 1; asks again until it is one."""
        while True:
            answer = self.console.ask(prompt, Ask.MENU).strip()
            if answer in ANSWERS:
                return ANSWERS[answer]

    def read_file(self, name: str) -> bytes:
        """A file's bytes. A file that cannot be read is told, and ends the dialog as ``CKR_FUNCTION_FAILED``."""
        try:
            return self.files.read(name)
        except (OSError, ValueError) as problem:
            self.write("Unable to read file ", path(printable(name)), "\n")
            raise HsmError(name) from problem

    def write_file(self, name: str, data: bytes) -> None:
        """Replace a file. One that cannot be written is told, and ends the dialog as ``CKR_FUNCTION_FAILED``."""
        try:
            self.files.write(name, data)
        except OSError as problem:
            self.write("Unable to write file ", path(name), "\n")
            raise HsmError(name) from problem
