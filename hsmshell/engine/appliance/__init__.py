"""Luna: HSMs with partitions, seen by their clients as slots; roles, policies, objects."""

from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.initialization import ApplicationInitialization
from hsmshell.engine.appliance.wrapping import ApplicationWrapping


class Application(ApplicationWrapping, ApplicationInitialization):
    """One program that uses the appliances through the client library."""


__all__ = ["Appliance", "Application", "Session", "Slot"]
