"""M of N: quorum keys, how many approvals a service needs, and using approved tokens up. Each HSM decides for itself.

A user registers a public key. What needs approvals needs a token; the token's file is signed by others and handed in
again, see ``approval``; the operation then uses the token up. A token belongs to the session that asked for it.
"""

from __future__ import annotations

from hsmshell.engine.access import OFFICERS, RULES, Operation, Relation, UserType
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import ClusterCore, Session, related, same_type
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.cluster.tokens import KEY_BITS, OFFICERS_SERVICES, Service, is_quorum_key, is_signed
from hsmshell.engine.errors import (
    ArgumentsBad,
    DataLenRange,
    KeySizeRange,
    PolicyViolation,
    QuorumNotApproved,
    QuorumValueInvalid,
    SignatureInvalid,
    UserNotAuthorized,
    UserNotFound,
)
from hsmshell.engine.records import Container, Token, User

REGISTRATION_LENGTH = 245
"""The most bytes that a registration token may have."""

QUORUM_SETTING = "m_value_"
"""What the names begin with under which an HSM keeps the numbers of approvals, see ``_setting``."""

QUORUM_VALUES = range(2, 9)
"""The numbers of approvals that an officers' service can be set to; it starts with 1, which is none."""


class ClusterQuorum(ClusterCore):
    """What a quorum rests on."""

    def register_quorum_key(
        self,
        session: Session | None,
        node: Container,
        user_type: str,
        user_name: str,
        token: bytes,
        signature: bytes,
        public_der: bytes,
    ) -> None:
        """Register the caller's own public key on one HSM, in the place of one that is there.

        The signature over the token, any data, proves that the caller has the private key. Raises ``UserNotLoggedIn``,
        ``UserNotAuthorized`` (also for another user's name), ``NodeUnavailable``, ``UserNotFound``, ``PolicyViolation``
        for a user whose key is a second factor, ``DataLenRange``, ``KeySizeRange`` for any other key than RSA-2048, and
        ``SignatureInvalid``.
        """
        about = About(user_type=user_type, user_name=user_name)
        with self._command(Opcode.CN_REGISTER_PUBLIC_KEY, session, node, about):
            number = self._number_on(node, Operation.REGISTER_QUORUM_KEY, session)
            user = self._store.user_named(node.id, user_name)
            if user is None or not same_type(user.type, user_type):
                raise UserNotFound(user_name)
            if user.number != number:
                raise UserNotAuthorized(user_name)
            if user.second_factor:
                raise PolicyViolation(user_name)
            if len(token) > REGISTRATION_LENGTH:
                raise DataLenRange(f"{len(token)} bytes")
            if not is_quorum_key(public_der):
                raise KeySizeRange(f"not RSA with {KEY_BITS} bits")
            if not is_signed(public_der, token, signature):
                raise SignatureInvalid(user_name)
            self._store.replace_user(user._replace(quorum_key=public_der))
            self._note(Opcode.CN_REGISTER_PUBLIC_KEY, session, [node], about)

    def quorum_value(self, node: Container, service: Service) -> int:
        """How many approvals an officers' service needs on one HSM; 1 is none. Raises ``NodeUnavailable``."""
        with self._store.reading():
            return int(self._require_up(node).settings.get(_setting(service), 1))

    def set_quorum_value(self, session: Session | None, node: Container, service: Service, value: int) -> None:
        """Set how many approvals an officers' service needs on one HSM.

        Once the service needs some, and for both services once ``MISC_CO`` does, this takes a token for ``MISC_CO``
        with as many approvals as either needs. Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``,
        ``ArgumentsBad`` for a service of keys, ``QuorumValueInvalid`` for a value that is no such number or more than
        there are officers, and ``QuorumNotApproved``.
        """
        with self._command(Opcode.CN_SET_M_VALUE, session, node):
            self._number_on(node, Operation.SET_QUORUM_VALUE, session)
            if service not in OFFICERS_SERVICES:
                raise ArgumentsBad(service.name)
            officers = sum(UserType(user.type) in OFFICERS for user in self._store.users(node.id))
            if value not in QUORUM_VALUES or value > officers:
                raise QuorumValueInvalid(str(value))
            self.consume_token(session, node, Service.MISC_CO, at_least=self._needed(node, service, 0))
            settings = {**self._require_up(node).settings, _setting(service): value}
            self._store.set_container_settings(node.id, settings)
            self._note(Opcode.CN_SET_M_VALUE, session, [node])

    def consume_token(
        self, session: Session | None, node: Container, service: Service, handle: int = 0, *, at_least: int = 0
    ) -> None:
        """Use up the caller's token with enough approvals on one HSM; nothing, when no approval is needed.

        An officer's token works in the session alone that asked for it. A key's token is asked for in another tool than
        the one that shares keys, so that any session of its user will do. It belongs inside the operation's own
        transaction: when that fails the token stays. Raises ``QuorumNotApproved`` without such a token, and
        ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``NodeUnavailable``.
        """
        with self._store.transaction():
            number = self._number_on(node, request_for(service), session)
            needed = max(at_least, self._needed(node, service, handle))
            if not needed:
                return
            for token in self._store.tokens(node.id):
                asked = (token.service, token.handle, token.user) == (service, handle, number)
                own = service not in OFFICERS_SERVICES or (session is not None and token.session == session.id)
                if asked and own and len(self._approvers(node, token)) >= needed:
                    self._store.delete_token(node.id, token.number)
                    return
            raise QuorumNotApproved(service.name)

    # inside a transaction

    def _needed(self, node: Container, service: Service, handle: int) -> int:
        """How many approvals it takes on an HSM; 0 for none."""
        if service in OFFICERS_SERVICES:
            value = self.quorum_value(node, service)
            return value if value > 1 else 0
        key = self._store.object(node.id, handle)
        return key.quorum if key is not None else 0

    def _may_approve(self, node: Container, token: Token, user: User) -> bool:
        if token.service in OFFICERS_SERVICES:
            return UserType(user.type) in RULES[Operation.REQUEST_TOKEN].users
        key = self._store.object(node.id, token.handle)
        return key is not None and related(user.number, key, Relation.SHARER)

    def _approvers(self, node: Container, token: Token) -> frozenset[str]:
        """Those of the token's approvers who may still approve it."""
        users = {name: self._store.user_named(node.id, name) for name in token.approvers}
        return frozenset(name for name, user in users.items() if user and self._may_approve(node, token, user))


def request_for(service: Service) -> Operation:
    """The operation whose rule says who may ask for a token."""
    return Operation.REQUEST_TOKEN if service in OFFICERS_SERVICES else Operation.REQUEST_KEY_TOKEN


def _setting(service: Service) -> str:
    """The name under which an HSM keeps a service's number of approvals."""
    return f"{QUORUM_SETTING}{service.value}"
