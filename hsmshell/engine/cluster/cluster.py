"""A CloudHSM cluster: its HSMs, who is logged in to which of them, and finding a key on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

from hsmshell.engine.access import RULES, Operation, Relation, UserType, check_password
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.journal import NOTHING, About, ClusterJournal
from hsmshell.engine.errors import (
    AccessDenied,
    ClientUnavailable,
    HsmError,
    NodeUnavailable,
    ObjectHandleInvalid,
    PinIncorrect,
    PinLocked,
    UserAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotFound,
    UserNotLoggedIn,
    UserTypeInvalid,
)
from hsmshell.engine.records import UP, Container, Device, StoredObject, User

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

MAXIMUM_FAILURES = 5
"""Wrong passwords in a row after which an account is locked on an HSM."""

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


class Login(NamedTuple):
    """The answer to a login: a session when at least one HSM let the user in."""

    session: Session | None
    outcomes: tuple[Outcome, ...]


class Proof(NamedTuple):
    """A second factor: what an HSM asked to have signed, and its signature."""

    digest: bytes
    """32 bytes, a SHA-256 digest."""
    signature: bytes
    """RSASSA-PKCS1-v1_5 over that digest (RFC 8017 8.2, with the hash computed already)."""


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

    # sessions

    def login(
        self,
        user_type: str,
        name: str,
        password: str,
        nodes: Sequence[Container],
        current: Session | None = None,
        proofs: Mapping[int, Proof] | None = None,
    ) -> Login:
        """Log in on these HSMs; each decides and counts wrong passwords for itself.

        ``current`` is the session that this application has; a second login is refused. ``proofs`` are the second
        factor of a user who needs one, by container id. No error is raised for a refusal by an HSM: the outcomes tell
        it. Raises ``ClientUnavailable``.
        """
        checked = self._check_passwords(name, password, nodes)
        with self._store.transaction():
            self.check_client()
            outcomes: list[Outcome] = []
            numbers: dict[int, int] = {}
            granted: User | None = None
            about = About(user_type=user_type, user_name=name)
            for node in nodes:
                try:
                    if current is not None:
                        raise UserAlreadyLoggedIn(current.user_name)
                    user = self._authenticate(node, user_type, name, password, checked, (proofs or {}).get(node.id))
                except HsmError as error:
                    outcomes.append(Outcome(node, error))
                    if not isinstance(error, NodeUnavailable):
                        self._note(Opcode.CN_LOGIN, current, [node], about, error)
                else:
                    outcomes.append(Outcome(node))
                    numbers[node.id], granted = user.number, user
            if granted is None:
                return Login(None, tuple(outcomes))
            container = nodes[0].id if len(nodes) == 1 and not self._through_client else 0
            number = self.lab.add_session(self.device.id, container, granted.type, granted.name)
            session = Session(number, UserType(granted.type), granted.name, numbers)
            self._note(Opcode.CN_LOGIN, session, [node for node in nodes if node.id in numbers], self._who(session))
            return Login(session, tuple(outcomes))

    def _check_passwords(self, name: str, password: str, nodes: Sequence[Container]) -> dict[str, bool]:
        """Which verifiers the password fits; worked out before the transaction: hashing takes long."""
        with self._store.reading():
            users = [self._store.user_named(node.id, name) for node in nodes]
        return {verifier: check_password(password, verifier) for verifier in {user.verifier for user in users if user}}

    def _authenticate(
        self,
        node: Container,
        user_type: str,
        name: str,
        password: str,
        checked: Mapping[str, bool],
        proof: Proof | None,
    ) -> User:
        self._require_up(node)
        self._require_initialized(node)
        if user_type not in {kind.value for kind in UserType}:
            raise UserTypeInvalid(user_type)
        user = self._store.user_named(node.id, name)
        if user is None or not same_type(user.type, user_type):
            raise UserNotFound(name)
        if user.failures >= MAXIMUM_FAILURES:
            raise PinLocked(name)
        known = checked.get(user.verifier)
        right = check_password(password, user.verifier) if known is None else known
        if not right or not self._second_factor_fits(user, proof):
            self._store.replace_user(user._replace(failures=user.failures + 1))
            raise PinIncorrect(name)
        if user.failures:
            self._store.replace_user(user._replace(failures=0))
        return user

    def _second_factor_fits(self, user: User, proof: Proof | None) -> bool:
        """Whether the user needs none, or this one is the user's."""
        if not user.second_factor:
            return True
        if proof is None:
            return False
        from hsmshell.engine.cluster.tokens import is_signed_digest

        return is_signed_digest(user.second_factor, *proof)

    def logout(self, session: Session, *, closing: bool = False) -> None:
        """End the session, and with it the keys that lived in it. ``closing`` tells that the application just ends."""
        with self._store.transaction():
            if self._store.has_session(session.id):
                opcode = Opcode.CN_CLOSE_SESSION if closing else Opcode.CN_LOGOUT
                up = [node for node in self._store.containers(self.device.id) if node.is_up]
                asked = [node for node in up if node.id in session.numbers]
                self._note(opcode, session, asked, self._who(session))
            self._store.delete_session(session.id)

    def _who(self, session: Session) -> About:
        return About(user_type=session.user_type.value, user_name=session.user_name)

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
