"""The rows of a lab: immutable values that the store reads and writes and everything above it passes around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass

UP, DOWN = "up", "down"
"""The states of an HSM, and of a host's client."""
FULL, DROP_SYNC = "full", "drop-sync"
"""Two more of an HSM, which answers: it takes nothing new, or it misses the keys that are made on others."""
STATES = (UP, DOWN, FULL, DROP_SYNC)
"""Those of an HSM."""

Settings = Mapping[str, str | int | bool]


class Device(NamedTuple):
    """A CloudHSM cluster, a backup of one, or a Luna appliance."""

    id: int
    kind: str
    """``cluster``, ``backup`` or ``appliance``."""
    name: str
    settings: Settings
    secret: bytes
    """The masking key of a cluster's or backup's lineage; the cloning domain of an appliance."""


class Container(NamedTuple):
    """A place that holds objects and users: one HSM of a cluster, what a backup keeps of one, or one
    partition of an appliance."""

    id: int
    device: int
    number: int
    """The HSM's node id, or the partition's slot."""
    name: str
    """The HSM's id, or the partition's label."""
    address: str
    serial: str
    state: str
    """``up``, ``down``, ``full`` or ``drop-sync``."""
    settings: Settings

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return self.state != DOWN


class User(NamedTuple):
    """A user of one HSM, or a role of one partition."""

    container: int
    number: int
    type: str
    name: str
    verifier: str
    """The scrypt hash of the password, see ``access``; empty when none was ever set."""
    failures: int = 0
    """Wrong passwords in a row."""
    quorum_key: bytes = b""
    second_factor: bytes = b""


class StoredObject(NamedTuple):
    """An object of one container. The material is kept once for all copies of it."""

    container: int
    handle: int
    attributes: Mapping[Attribute, AttributeValue]
    material: int
    """The row of the key's bytes; 0 when it has none."""
    owner: int = 0
    """The owner's user number on that HSM; 0 in a partition."""
    quorum: int = 0
    """How many users must approve a use; 0 for none."""
    session: int = 0
    """The session that the object ends with; 0 for a token object."""
    shares: frozenset[int] = frozenset()
    """The users that it is shared with."""

    @property
    def object_class(self) -> ObjectClass:
        return ObjectClass(int(self.attributes[Attribute.CLASS]))

    @property
    def key_type(self) -> KeyType:
        return KeyType(int(self.attributes[Attribute.KEY_TYPE]))

    @property
    def label(self) -> str:
        return str(self.attributes.get(Attribute.LABEL, ""))

    @property
    def ident(self) -> bytes:
        value = self.attributes.get(Attribute.ID, b"")
        assert isinstance(value, bytes)  # the attribute's shape says so
        return value

    def flag(self, attribute: Attribute) -> bool:
        """A boolean attribute; one that the object lacks is false."""
        return bool(self.attributes.get(attribute, False))


class Holding(NamedTuple):
    """Whose a key of one HSM is, without the key."""

    handle: int
    owner: int
    session: int
    """As in ``StoredObject``."""
    shares: frozenset[int]


class SessionRow(NamedTuple):
    """Somebody's open session: which process holds it, and who is logged in on which container."""

    id: int
    device: int
    process: str
    """The name of the process's liveness lock."""
    container: int
    """0 for a session with every HSM of a cluster, as the host's client opens it."""
    user_type: str
    user_name: str


class Token(NamedTuple):
    """A quorum token of one HSM: a user's request that other users may approve."""

    container: int
    number: int
    service: int
    """What the token is for, see ``quorum.Service``."""
    handle: int
    """The key that it is for; 0 for none."""
    user: int
    """The number of the user who asked."""
    session: int
    """The session in which it was asked for and with which it ends."""
    nonce: bytes
    created: int
    """Unix seconds."""
    approvers: frozenset[str] = frozenset()
    """The names of the users who approved."""


class Certificate(NamedTuple):
    """An X.509 certificate of a lab, and the key that it certifies where the lab has that."""

    scope: str
    """Whose it is: ``lab``, ``device:N`` or ``container:N``."""
    kind: str
    certificate: bytes
    """DER."""
    private_key: bytes
    """PKCS#8 DER; empty when somebody else has it."""


class AuditRow(NamedTuple):
    """One event of an HSM's audit log, as its row."""

    device: int
    hsm: str
    """The HSM's id, which names its stream: it outlives the HSM."""
    sequence: int
    """From 0, without gaps."""
    time: int
    """Microseconds since the epoch."""
    opcode: int
    """See ``audit.Opcode``."""
    session: int
    """0 outside any."""
    refusal: str
    """The name of the engine's error; empty for a success."""
    private_handle: int
    public_handle: int
    user_type: str
    user_name: str
