"""CloudHSM: a cluster of HSMs that replicate keys, and users that each HSM knows for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hsmshell.engine.cluster.cluster import ClusterCore, Outcome, Session
from hsmshell.engine.cluster.creation import MAXIMUM_KEYS, Created
from hsmshell.engine.cluster.keys import CHANGEABLE, KeySpec, presented
from hsmshell.engine.cluster.operations import Criteria
from hsmshell.engine.cluster.sessions import MAXIMUM_FAILURES, ClusterSessions, Login, Proof
from hsmshell.engine.cluster.transfer import ClusterTransfer
from hsmshell.engine.cluster.users import (
    MAXIMUM_USERS,
    NAME_LENGTH,
    PASSWORD_LENGTHS,
    ClusterUsers,
    check_new_user,
    check_password_length,
)

if TYPE_CHECKING:
    from hsmshell.engine.cluster.approval import ClusterApproval
    from hsmshell.engine.cluster.certificates import ClusterCertificates
    from hsmshell.engine.cluster.faults import ClusterFaults
    from hsmshell.engine.cluster.lifecycle import ClusterLifecycle
    from hsmshell.engine.cluster.masking import ClusterMasking
    from hsmshell.engine.cluster.occupancy import ClusterOccupancy
    from hsmshell.engine.cluster.ownership import ClusterOwnership
    from hsmshell.engine.cluster.signing import ClusterSigning
    from hsmshell.engine.cluster.sync import ClusterSync

Side = TypeVar("Side", bound=ClusterCore)


class Cluster(ClusterSessions, ClusterUsers, ClusterTransfer):
    """A cluster as its tools see it: its users and its keys, and its other sides, which are imported when wanted."""

    @property
    def signing(self) -> ClusterSigning:
        """Signing and verifying."""
        from hsmshell.engine.cluster.signing import ClusterSigning

        return self._side(ClusterSigning)

    @property
    def masking(self) -> ClusterMasking:
        """Masked objects."""
        from hsmshell.engine.cluster.masking import ClusterMasking

        return self._side(ClusterMasking)

    @property
    def sync(self) -> ClusterSync:
        """Keys and users from one HSM to another, also of another cluster of the lineage."""
        from hsmshell.engine.cluster.sync import ClusterSync

        return self._side(ClusterSync)

    @property
    def ownership(self) -> ClusterOwnership:
        """Whose the keys are."""
        from hsmshell.engine.cluster.ownership import ClusterOwnership

        return self._side(ClusterOwnership)

    @property
    def quorum(self) -> ClusterApproval:
        """Quorum keys and tokens."""
        from hsmshell.engine.cluster.approval import ClusterApproval

        return self._side(ClusterApproval)

    @property
    def certificates(self) -> ClusterCertificates:
        """The certificates of its HSMs."""
        from hsmshell.engine.cluster.certificates import ClusterCertificates

        return self._side(ClusterCertificates)

    @property
    def occupancy(self) -> ClusterOccupancy:
        """How full its HSMs are."""
        from hsmshell.engine.cluster.occupancy import ClusterOccupancy

        return self._side(ClusterOccupancy)

    @property
    def faults(self) -> ClusterFaults:
        """Taking its HSMs and its client down."""
        from hsmshell.engine.cluster.faults import ClusterFaults

        return self._side(ClusterFaults)

    @property
    def lifecycle(self) -> ClusterLifecycle:
        """Adding and removing HSMs, initializing, backing up."""
        from hsmshell.engine.cluster.lifecycle import ClusterLifecycle

        return self._side(ClusterLifecycle)

    def _side(self, side: type[Side]) -> Side:
        return side(self.lab, self.device, through_client=self._through_client)


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
    "Outcome",
    "Proof",
    "Session",
    "check_new_user",
    "check_password_length",
    "presented",
]
