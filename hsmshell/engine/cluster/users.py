"""The users of a cluster's HSMs. Nothing here is synchronised: each HSM is told by itself, as in the real thing."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.access import DEFAULT_COST, OFFICERS, RULES, Operation, UserType, hash_password
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.cluster.cluster import ClusterCore, Session
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
from hsmshell.engine.records import Container, User

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


class DeletedUser(NamedTuple):
    """A user who was deleted from an HSM, and what it takes to bring it back."""

    user: User
    shares: tuple[int, ...]
    """The handles of the keys that were shared with it."""


class ClusterUsers(ClusterCore):
    """Managing the users of one HSM at a time."""

    def create_user(self, session: Session | None, node: Container, user_type: str, name: str, password: str) -> int:
        """Create a user on one HSM and return its number there.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, ``UserExists``, ``UserCountExceeded``
        and what ``check_new_user`` raises.
        """
        verifier = self._verifier(password)
        with self._store.transaction():
            self._permit(Operation.CREATE_USER, session)
            self._require_up(node)
            check_new_user(user_type, name, password)
            if self._store.user_named(node.id, name) is not None:
                raise UserExists(name)
            if len(self._store.users(node.id)) >= MAXIMUM_USERS:
                raise UserCountExceeded(name)
            number = self._store.next_number(f"container:{node.id}", "user")
            self._store.add_user(User(node.id, number, user_type, name, verifier))
            return number

    def change_password(
        self, session: Session | None, node: Container, user_type: str, name: str, password: str
    ) -> None:
        """Set a user's password on one HSM and clear its count of wrong ones.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``UserNotFound``, ``PinLenRange``, and ``UserIsLoggedIn``
        when the user has a session in another process, or is another one than the caller.
        """
        verifier = self._verifier(password)
        with self._store.transaction():
            own = session is not None and session.user_name.lower() == name.lower()
            session = self._permit(Operation.CHANGE_OWN_PASSWORD if own else Operation.CHANGE_OTHER_PASSWORD, session)
            self._require_up(node)
            check_password_length(password)
            user = self._existing(node, user_type, name)
            if self._is_logged_in(user, own=session if own else None):
                raise UserIsLoggedIn(name)
            activated = UserType.CRYPTO_OFFICER.value if user.type == UserType.PRE_OFFICER.value else user.type
            self._store.replace_user(
                user._replace(type=activated, verifier=verifier, failures=0, quorum_key=b"", second_factor=b"")
                if user.second_factor
                else user._replace(type=activated, verifier=verifier, failures=0)
            )
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

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``UserNotFound``, ``UserIsLoggedIn``, ``AccessDenied`` when
        the user owns keys, ``UserTypeInvalid`` when it is the only officer.
        """
        with self._store.transaction():
            self._permit(Operation.DELETE_USER, session)
            self._require_up(node)
            user = self._existing(node, user_type, name)
            if self._is_logged_in(user, own=None):
                raise UserIsLoggedIn(name)
            if self._store.owns_objects(node.id, user.number):
                raise AccessDenied(name)
            officers = [one for one in self._store.users(node.id) if UserType(one.type) in OFFICERS]
            if officers == [user]:
                raise UserTypeInvalid(name)
            shares = tuple(key.handle for key in self._store.objects(node.id) if user.number in key.shares)
            # What it approved counts no more: the name may be another's one day.
            for token in self._store.tokens(node.id):
                self._store.put_token(token._replace(approvers=token.approvers - {user.name}))
            self._store.delete_user(node.id, user.number)
            return DeletedUser(user, shares)

    def restore_user(self, session: Session | None, node: Container, deleted: DeletedUser) -> None:
        """Bring back a user who was deleted from this HSM, under the same number and with the same shares.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``, and ``UserExists`` when the name was
        taken in the meantime.
        """
        with self._store.transaction():
            self._permit(Operation.CREATE_USER, session)
            self._require_up(node)
            if self._store.user_named(node.id, deleted.user.name) is not None:
                raise UserExists(deleted.user.name)
            self._store.add_user(deleted.user)
            for handle in deleted.shares:
                key = self._store.object(node.id, handle)
                if key is not None:
                    self._store.replace_object(key._replace(shares=key.shares | {deleted.user.number}))

    def share_key(self, session: Session | None, node: Container, handle: int, *numbers: int, share: bool) -> None:
        """Let other users of this HSM use the key, or no longer: all of them or none.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied`` (not the owner, a
        public key, or the owner itself), ``UserNotFound``, ``UserTypeInvalid`` (not a crypto user) and
        ``QuorumValueInvalid`` when too few users would remain to approve a use.
        """
        with self._store.transaction():
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
            self._store.replace_object(key._replace(shares=shares))

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
