"""Luna: HSMs with partitions, seen by their clients as slots; roles, policies, objects."""

from hsmshell.engine.appliance.appliance import Appliance, Session, Slot
from hsmshell.engine.appliance.authorization import ApplicationAuthorization
from hsmshell.engine.appliance.certification import ApplicationCertification
from hsmshell.engine.appliance.ciphering import ApplicationCiphering
from hsmshell.engine.appliance.creation import ApplicationCreation
from hsmshell.engine.appliance.derivation import ApplicationDerivation, Password
from hsmshell.engine.appliance.generation import PairSpec
from hsmshell.engine.appliance.initialization import ApplicationInitialization
from hsmshell.engine.appliance.recovery import ApplicationRecovery
from hsmshell.engine.appliance.signing import ApplicationSigning
from hsmshell.engine.appliance.tokens import ApplicationTokens
from hsmshell.engine.appliance.wrapping import ApplicationWrapping


class Application(
    ApplicationCertification,
    ApplicationCreation,
    ApplicationDerivation,
    ApplicationSigning,
    ApplicationCiphering,
    ApplicationWrapping,
    ApplicationAuthorization,
    ApplicationTokens,
    ApplicationInitialization,
    ApplicationRecovery,
):
    """One program that uses the appliances through the client library."""


__all__ = ["Appliance", "Application", "PairSpec", "Password", "Session", "Slot"]
