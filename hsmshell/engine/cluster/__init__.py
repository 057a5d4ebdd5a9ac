"""CloudHSM: a cluster of HSMs that replicate keys, and users that each HSM knows for itself."""

from hsmshell.engine.cluster.approval import ClusterApproval
from hsmshell.engine.cluster.certificates import ClusterCertificates
from hsmshell.engine.cluster.cluster import MAXIMUM_FAILURES, Login, Outcome, Session
from hsmshell.engine.cluster.creation import MAXIMUM_KEYS, Created
from hsmshell.engine.cluster.faults import ClusterFaults
from hsmshell.engine.cluster.keys import CHANGEABLE, KeySpec, presented
from hsmshell.engine.cluster.masking import ClusterMasking
from hsmshell.engine.cluster.occupancy import ClusterOccupancy, Occupancy
from hsmshell.engine.cluster.operations import Criteria
from hsmshell.engine.cluster.signing import ClusterSigning
from hsmshell.engine.cluster.transfer import ClusterTransfer
from hsmshell.engine.cluster.users import (
    MAXIMUM_USERS,
    NAME_LENGTH,
    PASSWORD_LENGTHS,
    ClusterUsers,
    check_new_user,
    check_password_length,
)


class Cluster(
    ClusterUsers,
    ClusterTransfer,
    ClusterMasking,
    ClusterSigning,
    ClusterCertificates,
    ClusterOccupancy,
    ClusterFaults,
    ClusterApproval,
):
    """A cluster as its tools see it."""


__all__ = [
    "CHANGEABLE",
    "MAXIMUM_FAILURES",
    "MAXIMUM_KEYS",
    "MAXIMUM_USERS",
    "NAME_LENGTH",
    "PASSWORD_LENGTHS",
    "Cluster",
    "Created",
    "Criteria",
    "KeySpec",
    "Login",
    "Occupancy",
    "Outcome",
    "Session",
    "check_new_user",
    "check_password_length",
    "presented",
]
