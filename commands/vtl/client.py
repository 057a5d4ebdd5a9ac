"""The state of a running vtl: the lab's appliances as the client's configuration has them."""

from __future__ import annotations

from hsmshell.console import Context, Part
from hsmshell.engine.appliance import Slot
from hsmshell.engine.appliance.policies import Profile


class Client:
    """What the commands work on."""

    def __init__(self, context: Context) -> None:
        self.console = context.console
        self.lab = context.lab
        self.application = context.lab.application(configuring=True)

    @property
    def profile(self) -> Profile:
        """The generation of the client: that of the first appliance."""
        return self.lab.appliance().profile

    def partitions(self) -> list[Slot]:
        """The slots of partitions, also where only the groups' are shown."""
        return [slot for slot in self.application.slots() if not slot.is_group]

    def write(self, *parts: Part) -> None:
        self.console.write(*parts)
