"""The state of a running lunash, and the questions that its commands have in common."""

from __future__ import annotations

from hsmshell.console import Ask, Context, Part
from hsmshell.engine.appliance import Appliance
from hsmshell.engine.appliance.administration import Administration
from hsmshell.engine.appliance.housekeeping import Housekeeping

SUCCESS, FAILURE = 0, 65535
RESULTS = {SUCCESS: "Success", FAILURE: "Luna Shell execution"}
"""The numbers and names of ``Command Result``; no other one is published."""

ANSWER = "  > "
"""Before an answer to a question of its own line."""
CAUTION_ANSWER = "          > "
"""Before an answer to a caution."""
PROCEED, QUIT = "proceed", "quit"

MISMATCH = "Error:  The two entries are not the same.\n"
"""Ours: no page shows it."""


class GivenUp(Exception):
    """The command ends here without doing anything; what was wrong has been told."""


class ApplianceShell:
    """One login at an appliance."""

    def __init__(self, context: Context, appliance: Appliance) -> None:
        self.console = context.console
        self.administration = Administration(appliance)
        self.house = Housekeeping(appliance)
        self.running = True

    @property
    def appliance(self) -> Appliance:
        """The appliance as it is now."""
        return self.administration.appliance

    def write(self, *parts: Part) -> None:
        self.console.write(*parts)

    def secret(self, question: str) -> str:
        """Something that is typed behind asterisks."""
        self.write(f"\n  {question}:\n")
        return self.console.ask(ANSWER, Ask.MASKED)

    def new_secret(self, question: str, again: str) -> str:
        """Something to be kept, asked for twice. Raises ``GivenUp`` when the two differ."""
        first = self.secret(question)
        if self.secret(again) != first:
            self.write("\n", MISMATCH)
            raise GivenUp
        return first

    def require_proceed(self, caution: str) -> None:
        """Show a caution, which says what to type. Raises ``GivenUp`` for ``quit``; asks again until it is either."""
        self.write("\n", caution)
        while (answer := self.console.ask(CAUTION_ANSWER, Ask.CONFIRM).strip().lower()) != PROCEED:
            if answer == QUIT:
                raise GivenUp
