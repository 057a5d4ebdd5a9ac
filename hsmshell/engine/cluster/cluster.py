"""A CloudHSM cluster: its HSMs, who is logged in to which of them, and finding a key on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

from hsmshell.engine.access import RULES, Operation, Relation, UserType
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.journal import NOTHING, About, ClusterJournal
from hsmshell.engine.errors import (
    AccessDenied,
    ClientUnavailable,
    HsmError,
    NodeUnavailable,
    ObjectHandleInvalid,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.records import UP, Container, Device, StoredObject, User

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

MINIMUM_NODES = "minimum nodes"
"""The meta value with the number of HSMs on which the host's client wants every new token key."""

HANDLE_RANGE = 0x40000
"""Each HSM of a cluster gives handles from a range of its own, this far apart."""


class Session(NamedTuple):
    """One login: who, and under which number on which HSM (numbers may differ between HSMs)."""

    id: int
    user_type: UserType
    user_name: str
    numbers: Mapping[int, int]
    """Container id -> user number."""


class Outcome(NamedTuple):
    """What one HSM said; ``error`` is ``None`` when it did as asked."""

    node: Container
    error: HsmError | None = None


class ClusterCore(ClusterJournal):
    """The cluster's HSMs and sessions. Methods that change something are one transaction each."""

    def __init__(self, lab: Lab, device: Device, *, through_client: bool = False) -> None:
        super().__init__(lab, device)
        self._through_client = through_client
        self._client = f"client:{device.id}"

    @property
    def name(self) -> str:
        return self.device.name

    def through_client(self) -> Self:
        """The same cluster for a program that reaches the HSMs through the host's client, and not by itself.

        When the client does not run, whatever such a program asks raises ``ClientUnavailable``.
        """
        return type(self)(self.lab, self.device, through_client=True)

    def client_up(self) -> bool:
        """Whether the host's client for this cluster runs."""
        with self._store.reading():
            return self._store.meta(self._client, UP) == UP

    def check_client(self) -> None:
        """Raise ``ClientUnavailable`` when the HSMs are to be reached through the client and it does not run."""
        if self._through_client and not self.client_up():
            raise ClientUnavailable(self.name)

    def nodes(self) -> tuple[Container, ...]:
        """All HSMs in the order of their node ids. Raises ``ClientUnavailable``."""
        with self._store.reading():
            self.check_client()
            return tuple(self._store.containers(self.device.id))

    def _up(self) -> tuple[Container, ...]:
        nodes = tuple(node for node in self._store.containers(self.device.id) if node.is_up)
        if not nodes:
            raise NodeUnavailable("no HSM of the cluster is up")
        return nodes

    def users(self, node: Container) -> tuple[User, ...]:
        """The users of one HSM by their numbers. Raises ``ClientUnavailable``."""
        with self._store.reading():
            self.check_client()
            return tuple(self._store.users(node.id))

    def is_open(self, session: Session) -> bool:
        """Whether the session still is what it was: it ends when the client through which it was opened stops."""
        with self._store.reading():
            return self._store.has_session(session.id)

    def first_up(self) -> Container | None:
        """The first HSM that is up, if one is. Raises ``ClientUnavailable``."""
        return next((node for node in self.nodes() if node.is_up), None)

    def _require_up(self, node: Container) -> Container:
        """The HSM as it is now, whatever it was when the caller saw it. Raises ``NodeUnavailable`` unless it is up."""
        with self._store.reading():
            self.check_client()
            for one in self._store.containers(self.device.id):
                if one.id == node.id and one.is_up:
                    return one
            raise NodeUnavailable(node.address)

    def _require_initialized(self, node: Container) -> None:
        """Raise ``NodeUnavailable`` when the cluster has no certificate yet: then no program trusts its HSMs."""
        if self.device.settings.get("initialized", True):
            return
        from hsmshell.engine.cluster.phase import Phase, phase_of

        if phase_of(self._store, self.device) is Phase.UNINITIALIZED:
            raise NodeUnavailable(node.address)

    def _number_on(self, node: Container, operation: Operation, session: Session | None) -> int:
        """The caller's number on an HSM. Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``NodeUnavailable``."""
        session = self._permit(operation, session)
        self._require_up(node)
        if node.id not in session.numbers:
            raise UserNotLoggedIn(node.address)
        return session.numbers[node.id]

    def _each(self, nodes: Sequence[Container], action: Callable[[Container], object]) -> tuple[Outcome, ...]:
        """Do something on each HSM; what each said."""
        outcomes: list[Outcome] = []
        for node in nodes:
            try:
                action(node)
            except HsmError as error:
                outcomes.append(Outcome(node, error))
            else:
                outcomes.append(Outcome(node))
        return tuple(outcomes)

    def _noted(
        self, opcode: Opcode, session: Session, outcomes: tuple[Outcome, ...], about: About = NOTHING
    ) -> tuple[Outcome, ...]:
        """The outcomes, when each HSM that was reached has written down its own."""
        for node, error in outcomes:
            if not isinstance(error, NodeUnavailable):
                self._note(opcode, session, [node], about, error)
        return outcomes

    # rights

    def _permit(self, operation: Operation, session: Session | None) -> Session:
        """The session, when it is open and its kind of user may do this at all."""
        self.check_client()
        if session is None or not self._store.has_session(session.id):
            raise UserNotLoggedIn(operation.value)
        if session.user_type not in RULES[operation].users:
            raise UserNotAuthorized(operation.value)
        return session

    def _key_on(
        self, node: Container, operation: Operation, session: Session | None, handle: int
    ) -> tuple[Session, StoredObject]:
        """The key as this HSM holds it, when the user may do this with it.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid`` or ``AccessDenied``, in this order.
        """
        number = self._number_on(node, operation, session)
        assert session is not None  # or it would have no number
        key = self._store.object(node.id, handle)
        if key is None or (key.session and key.session != session.id):
            raise ObjectHandleInvalid(str(handle))
        if not related(number, key, RULES[operation].relation):
            raise AccessDenied(str(handle))
        return session, key

    def _key(self, operation: Operation, session: Session | None, handle: int) -> tuple[Session, StoredObject]:
        """The key from the first HSM that is up and holds it."""
        session = self._permit(operation, session)
        for node in self._up():
            try:
                return self._key_on(node, operation, session, handle)
            except (ObjectHandleInvalid, UserNotLoggedIn):
                continue
        raise ObjectHandleInvalid(str(handle))

    def check_login(self, operation: Operation, session: Session | None) -> None:
        """Raise ``UserNotLoggedIn`` or ``UserNotAuthorized`` unless this user may do it to some key or user.

        Raises ``ClientUnavailable``, as does whatever asks for a session.
        """
        with self._store.reading():
            self._permit(operation, session)


def related(number: int, key: StoredObject, relation: Relation) -> bool:
    """Whether the user of that number on the key's HSM stands to the key as the rule demands."""
    if relation is Relation.NONE or key.owner == number:
        return True
    if relation is Relation.OWNER:
        return False
    return number in key.shares or key.object_class is ObjectClass.PUBLIC_KEY


def same_type(stored: str, asked: str) -> bool:
    """The first officer may log in under either of its two names."""
    return stored == asked or {stored, asked} == {UserType.CRYPTO_OFFICER.value, UserType.FIRST_OFFICER.value}
