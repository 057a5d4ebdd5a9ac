"""Luna: one HSM with partitions, seen by its clients as slots; roles, policies, objects."""

from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.wrapping import ApplicationWrapping


class Application(ApplicationWrapping):
    """One program that uses the appliance through the client library."""


__all__ = ["Appliance", "Application", "Session", "Slot"]
