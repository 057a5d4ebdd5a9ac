"""Who is logged in to which HSMs of a cluster: each HSM decides for itself, and counts wrong passwords for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hsmshell.engine.access import UserType, check_password
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import ClusterCore, Outcome, Session, same_type
from hsmshell.engine.cluster.journal import About, leaving
from hsmshell.engine.errors import (
    HsmError,
    NodeUnavailable,
    PinIncorrect,
    PinLocked,
    UserAlreadyLoggedIn,
    UserNotFound,
    UserTypeInvalid,
)
from hsmshell.engine.records import Container, User

MAXIMUM_FAILURES = 5
"""Wrong passwords in a row after which an account is locked on an HSM."""


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


class ClusterSessions(ClusterCore):
    """Logging in and out."""

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
        self._keep_daily()
        with self._store.transaction():
            self.check_client()
            outcomes: list[Outcome] = []
            numbers: dict[int, int] = {}
            granted: User | None = None
            about = About(user_type=user_type, user_name=name)
            for node in nodes:
                try:
                    self._require_up(node)
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
                if self._through_client:
                    asked = leaving(self.lab, asked, session.id)
                self._note(opcode, session, asked, self._who(session))
            self._store.delete_session(session.id)

    def _who(self, session: Session) -> About:
        return About(user_type=session.user_type.value, user_name=session.user_name)
