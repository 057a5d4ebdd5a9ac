"""The users of a cluster's HSMs. Nothing here is synchronised: each HSM is told by itself, as in the real thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hsmshell.engine.access import DEFAULT_COST, OFFICERS, RULES, Operation, UserType, hash_password
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import ClusterCore, Session
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.errors import (
    AccessDenied,
    ArgumentsBad,
    PinLenRange,
    QuorumValueInvalid,
    UserCountExceeded,
    UserExists,
    UserIsLoggedIn,
    UserNotFound,
    UserTypeInvalid,
)
from hsmshell.engine.records import FULL, Container, User

if TYPE_CHECKING:
    from hsmshell.engine.cluster.second_factor import Factor
    from hsmshell.engine.store import Store

MAXIMUM_USERS = 1024
NAME_LENGTH = 31
PASSWORD_LENGTHS = range(7, 33)
"""The lengths in characters that a password may have."""

_CREATABLE = frozenset({UserType.CRYPTO_OFFICER, UserType.FIRST_OFFICER, UserType.CRYPTO_USER, UserType.PRE_OFFICER})


def check_new_user(user_type: str, name: str, password: str) -> None:
    """What can be refused without asking an HSM.

    Raises ``UserTypeInvalid``, ``ArgumentsBad`` for the name or ``PinLenRange`` for the password.
    """
    if user_type not in {kind.value for kind in _CREATABLE}:
        raise UserTypeInvalid(user_type)
    if not 1 <= len(name) <= NAME_LENGTH or not all(
        letter.isascii() and (letter.isalnum() or letter == "_") for letter in name
    ):
        raise ArgumentsBad(name)
    check_password_length(password)


def check_password_length(password: str) -> None:
    """Raise ``PinLenRange`` unless the password has a length that an HSM takes."""
    if len(password) not in PASSWORD_LENGTHS:
        raise PinLenRange(f"{PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters")


def require_place(store: Store, node: Container, name: str) -> None:
    """Raise ``UserCountExceeded`` unless the HSM, as it is now, has room for one more user; inside a transaction."""
    if node.state == FULL or store.count_users(node.id) >= MAXIMUM_USERS:
        raise UserCountExceeded(name)


class DeletedUser(NamedTuple):
    """A user who was deleted from an HSM, and what it takes to bring it back."""

    user: User
    shares: tuple[int, ...]
    """The handles of the keys that were shared with it."""


class ClusterUsers(ClusterCore):
    """Managing the users of one HSM at a time."""

    def create_user(
        self,
        session: Session | None,
        node: Container,
        user_type: str,
        name: str,
        password: str,
        factor: Factor | None = None,
    ) -> int:
        """Create a user on one HSM and return its number there; an officer may get a second factor.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``UserExists``, ``UserCountExceeded``,
        ``QuorumNotApproved``, and what ``check_new_user`` and ``second_factor.with_factor`` raise.
        """
        verifier = self._verifier(password)
        opcode, about = _creation(user_type), About(user_type=user_type, user_name=name)
        with self._command(opcode, session, node, about):
            self._number_on(node, Operation.CREATE_USER, session)
            check_new_user(user_type, name, password)
            if self._store.user_named(node.id, name) is not None:
                raise UserExists(name)
            require_place(self._store, self._require_up(node), name)
            self._require_approvals(session, node)
            number = self._store.next_number(f"container:{node.id}", "user")
            self._store.add_user(_with(User(node.id, number, user_type, name, verifier), factor))
            self._note(opcode, session, [node], about)
            return number

    def change_password(
        self,
        session: Session | None,
        node: Container,
        user_type: str,
        name: str,
        password: str,
        factor: Factor | None = None,
    ) -> None:
        """Set a user's password on one HSM and clear its count of wrong ones; an officer may get a second factor.

        Without ``factor`` a second factor that was there goes, and the user's quorum key with it. Raises
        ``UserNotLoggedIn``, ``UserNotAuthorized``, ``UserNotFound``, ``PinLenRange``, ``QuorumNotApproved``,
        ``UserIsLoggedIn`` when the user has a session in another process, or is another one than the caller, and what
        ``second_factor.with_factor`` raises.
        """
        verifier = self._verifier(password)
        about = About(user_type=user_type, user_name=name)
        with self._command(Opcode.CN_CHANGE_PSWD, session, node, about):
            own = session is not None and session.user_name.lower() == name.lower()
            operation = Operation.CHANGE_OWN_PASSWORD if own else Operation.CHANGE_OTHER_PASSWORD
            self._number_on(node, operation, session)
            check_password_length(password)
            user = self._existing(node, user_type, name)
            if self._is_logged_in(user, own=session if own else None):
                raise UserIsLoggedIn(name)
            if not own:
                self._require_approvals(session, node)
            activated = UserType.CRYPTO_OFFICER.value if user.type == UserType.PRE_OFFICER.value else user.type
            self._store.replace_user(_with(user._replace(type=activated, verifier=verifier, failures=0), factor))
            self._note(Opcode.CN_CHANGE_PSWD, session, [node], about)
            if activated != user.type:
                self._back_up_activation(node)

    def _back_up_activation(self, node: Container) -> None:
        """Back up a cluster that has just become active: its first officer is the only officer on the HSM."""
        from hsmshell.engine.cluster.backups import Reason, take
        from hsmshell.engine.cluster.phase import Phase, phase_of

        officers = sum(UserType(user.type) in OFFICERS for user in self._store.users(node.id))
        if officers == 1 and phase_of(self._store, self.device) is Phase.ACTIVE:
            take(self.lab, self.device, node, Reason.ACTIVATION)

    def delete_user(self, session: Session | None, node: Container, user_type: str, name: str) -> DeletedUser:
        """Delete a user from one HSM.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``UserNotFound``, ``UserTypeInvalid`` for the only officer,
        ``UserIsLoggedIn``, ``AccessDenied`` when the user owns keys, and ``QuorumNotApproved``.
        """
        about = About(user_type=user_type, user_name=name)
        with self._command(Opcode.CN_DELETE_USER, session, node, about):
            self._number_on(node, Operation.DELETE_USER, session)
            user = self._existing(node, user_type, name)
            # Asked first: the only officer is the one who asks for it, and so is logged in.
            officers = [one for one in self._store.users(node.id) if UserType(one.type) in OFFICERS]
            if officers == [user]:
                raise UserTypeInvalid(name)
            if self._is_logged_in(user, own=None):
                raise UserIsLoggedIn(name)
            if self._store.owns_objects(node.id, user.number):
                raise AccessDenied(name)
            self._require_approvals(session, node)
            shares = tuple(key.handle for key in self._store.objects(node.id) if user.number in key.shares)
            # What it approved counts no more: the name may be another's one day.
            for token in self._store.tokens(node.id):
                self._store.put_token(token._replace(approvers=token.approvers - {user.name}))
            self._store.delete_user(node.id, user.number)
            self._note(Opcode.CN_DELETE_USER, session, [node], about)
            return DeletedUser(user, shares)

    def restore_user(self, session: Session | None, node: Container, deleted: DeletedUser) -> None:
        """Bring back a user who was deleted from this HSM, under the same number and with the same shares.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, and ``UserExists`` when the name or the
        number was taken in the meantime: a user from another HSM keeps its number.
        """
        opcode = _creation(deleted.user.type)
        about = About(user_type=deleted.user.type, user_name=deleted.user.name)
        with self._command(opcode, session, node, about):
            self._number_on(node, Operation.CREATE_USER, session)
            user = deleted.user
            if self._store.user_named(node.id, user.name) or self._store.user_numbered(node.id, user.number):
                raise UserExists(user.name)
            self._store.add_user(user)
            for handle in deleted.shares:
                key = self._store.object(node.id, handle)
                if key is not None:
                    self._store.replace_object(key._replace(shares=key.shares | {user.number}))
            self._note(opcode, session, [node], about)

    def share_key(self, session: Session | None, node: Container, handle: int, *numbers: int, share: bool) -> None:
        """Let other users of this HSM use the key, or no longer: all of them or none.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied`` (not the owner, a
        public key, or the owner itself), ``UserNotFound``, ``UserTypeInvalid`` (not a crypto user),
        ``QuorumValueInvalid`` when too few users would remain to approve a use, and ``QuorumNotApproved`` for a key
        that asks for approvals when the owner has no approved token for it.
        """
        with self._command(Opcode.CN_SHARE_OBJECT, session, node):
            session, key = self._key_on(node, Operation.SHARE_KEY, session, handle)
            for number in numbers:
                user = self._store.user_numbered(node.id, number)
                if user is None:
                    raise UserNotFound(str(number))
                if key.object_class is ObjectClass.PUBLIC_KEY or number == key.owner:
                    raise AccessDenied(str(handle))
                if UserType(user.type) not in RULES[Operation.USE_KEY].users:
                    raise UserTypeInvalid(user.type)
            shares = key.shares.union(numbers) if share else key.shares.difference(numbers)
            if not share and key.quorum > len(shares) + 1:
                raise QuorumValueInvalid(str(key.quorum))
            if key.quorum:
                self._require_approvals(session, node, handle)
            self._store.replace_object(key._replace(shares=shares))
            self._note(Opcode.CN_SHARE_OBJECT, session, [node])

    def _require_approvals(self, session: Session | None, node: Container, handle: int = 0) -> None:
        """Use up the caller's token when managing users, or the key, takes approvals on this HSM.

        Raises ``QuorumNotApproved``.
        """
        from hsmshell.engine.cluster.quorum import ClusterQuorum
        from hsmshell.engine.cluster.tokens import Service

        service = Service.KEY_MANAGEMENT if handle else Service.USER_MGMT
        quorum = ClusterQuorum(self.lab, self.device, through_client=self._through_client)
        quorum.consume_token(session, node, service, handle)

    def _existing(self, node: Container, user_type: str, name: str) -> User:
        user = self._store.user_named(node.id, name)
        if user is None or user.type != user_type:
            raise UserNotFound(name)
        return user

    def _is_logged_in(self, user: User, own: Session | None) -> bool:
        """Whether the user has a session on this cluster, the caller's own application left out."""
        return any(
            row.device == self.device.id
            and row.user_name.lower() == user.name.lower()
            and row.container in (0, user.container)
            and not (own is not None and self.lab.is_own(row))
            for row in self.lab.live_sessions()
        )

    def _verifier(self, password: str) -> str:
        """Hashed before the transaction begins: it takes longer than all the rest."""
        cost = int(self.device.settings.get("password_cost", DEFAULT_COST))
        return hash_password(password, self.lab.services.random_bytes(16), cost)


def _creation(user_type: str) -> Opcode:
    return Opcode.CN_CREATE_USER if user_type == UserType.CRYPTO_USER.value else Opcode.CN_CREATE_CO


def _with(user: User, factor: Factor | None) -> User:
    """The user with its second factor, see there; imported only where there is one or was one."""
    if factor is None and not user.second_factor:
        return user
    from hsmshell.engine.cluster.second_factor import with_factor

    return with_factor(user, factor)
