"""Quorum tokens on their way: asked for, approved by others, listed, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from hsmshell.engine.access import RULES, Operation
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import Outcome, Session, related, same_type
from hsmshell.engine.cluster.journal import note
from hsmshell.engine.cluster.quorum import ClusterQuorum, request_for
from hsmshell.engine.cluster.tokens import (
    LIFETIME,
    MAXIMUM_TOKENS,
    OFFICERS_SERVICES,
    RECORD_LENGTH,
    Approval,
    IssuedToken,
    Service,
    TokenState,
    is_signed,
)
from hsmshell.engine.errors import (
    AccessDenied,
    ArgumentsBad,
    NodeUnavailable,
    ObjectHandleInvalid,
    QuorumNotApproved,
    QuorumNotEnabled,
    TokenCountExceeded,
    UserNotLoggedIn,
)
from hsmshell.engine.records import Container, Token


class ClusterApproval(ClusterQuorum):
    """Asking for approvals and handing them in."""

    def get_token(
        self,
        session: Session | None,
        service: Service,
        handle: int = 0,
        nodes: Sequence[Container] | None = None,
        created: int | None = None,
    ) -> tuple[IssuedToken, ...]:
        """A new token of each HSM on which the user is logged in (of ``nodes``; by default of all), in their order.

        A service of keys takes the handle of a key that needs approvals; an HSM without that key gives no token.
        ``created`` are Unix seconds, by default now: who asks one HSM after the other gives all the same. The user's
        earlier token for the same goes. Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``NodeUnavailable``,
        ``ObjectHandleInvalid``, ``AccessDenied``, ``QuorumNotEnabled`` when no approval is needed, and
        ``TokenCountExceeded``; then no HSM has given one.
        """
        with self._command(Opcode.CN_GET_TOKEN, session, nodes[0] if nodes else None):
            self.lab.live_sessions()
            session = self._permit(request_for(service), session)
            asked = None if nodes is None else {node.id for node in nodes}
            up = [node for node in self.nodes() if node.is_up and (asked is None or node.id in asked)]
            reached = [node for node in up if node.id in session.numbers]
            if not reached:
                raise UserNotLoggedIn(service.name) if up else NodeUnavailable(service.name)
            if service in OFFICERS_SERVICES:
                if handle:
                    raise ArgumentsBad(f"{service.name} takes no key")
            else:
                reached = [node for node in reached if self._holds(node, session, handle)]
                if not reached:
                    raise ObjectHandleInvalid(str(handle))
            moment = int(self.lab.services.clock()) if created is None else created
            issued = tuple(self._issue(node, session, service, handle, moment) for node in reached)
            self._note(Opcode.CN_GET_TOKEN, session, reached)
            return issued

    def withdraw_tokens(self, issued: Sequence[IssuedToken]) -> None:
        """Take new tokens back, as if they had never been given."""
        with self._store.transaction():
            for (node, token, *_), replaced in issued:
                if token in self._store.tokens(node.id):
                    self._store.delete_token(node.id, token.number)
                    note(self.lab, node, Opcode.CN_DELETE_TOKEN, token.session)
                    if replaced is not None and self._store.has_session(replaced.session):
                        self._store.put_token(replaced)

    def approve_token(
        self,
        session: Session | None,
        data: bytes,
        approvals: Sequence[Approval],
        announced: int,
        nodes: Sequence[Container] | None = None,
    ) -> tuple[Outcome, ...]:
        """Hand in approvals of a token file to HSMs (by default to all that gave this session a token); what each said.

        An HSM adds the approvers to the token whose record it finds in the file, or refuses with ``QuorumNotApproved``
        and changes nothing: the session holds no such token, there are fewer approvals than announced, or one of them
        is none. An approver needs a registered key and is an officer, or for a service of keys the key's owner or one
        with whom it is shared. Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, and ``QuorumNotApproved`` when no
        HSM gave this session a token.
        """
        with self._command(Opcode.CN_APPROVE_TOKEN, session, nodes[0] if nodes else None):
            session = self._permit(Operation.APPROVE_TOKEN, session)
            return self._noted(
                Opcode.CN_APPROVE_TOKEN,
                session,
                self._each(
                    self._givers(session) if nodes is None else nodes,
                    lambda node: self._approve_on(node, session, data, approvals, announced),
                ),
            )

    def tokens(self, session: Session | None, node: Container) -> list[TokenState]:
        """One HSM's tokens that this user asked for or may approve.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized`` or ``NodeUnavailable``.
        """
        with self._store.transaction():
            self.lab.live_sessions()
            number = self._number_on(node, Operation.LIST_TOKENS, session)
            return [self._state(node, token) for token in self._visible(node, number)]

    def delete_tokens(
        self, session: Session | None, *, everyones: bool = False, nodes: Sequence[Container] | None = None
    ) -> tuple[Outcome, ...]:
        """Delete the user's own tokens, or all that ``tokens`` shows, from every HSM (of ``nodes``); what each said.

        Raises ``UserNotLoggedIn`` or ``UserNotAuthorized``.
        """
        with self._command(Opcode.CN_DELETE_TOKEN, session, nodes[0] if nodes else None):
            session = self._permit(Operation.DELETE_TOKENS, session)

            def delete(node: Container) -> None:
                number = self._number_on(node, Operation.DELETE_TOKENS, session)
                for token in self._visible(node, number):
                    if everyones or token.user == number:
                        self._store.delete_token(node.id, token.number)

            outcomes = self._each(self.nodes() if nodes is None else nodes, delete)
            return self._noted(Opcode.CN_DELETE_TOKEN, session, outcomes)

    # inside a transaction

    def _holds(self, node: Container, session: Session, handle: int) -> bool:
        """Whether an HSM has the key, which the user must be able to use."""
        key = self._store.object(node.id, handle)
        if key is None or key.session not in (0, session.id):
            return False
        if not related(session.numbers[node.id], key, RULES[Operation.REQUEST_KEY_TOKEN].relation):
            raise AccessDenied(str(handle))
        return True

    def _issue(self, node: Container, session: Session, service: Service, handle: int, now: int) -> IssuedToken:
        if not self._needed(node, service, handle):
            raise QuorumNotEnabled(service.name)
        user, tokens = session.numbers[node.id], self._store.tokens(node.id)
        same = [token for token in tokens if (token.service, token.handle, token.user) == (service, handle, user)]
        replaced = same[0] if same else None
        if replaced is None and len(tokens) >= MAXIMUM_TOKENS:
            tokens = self._purge(node, tokens, now)
        taken = {token.number for token in tokens}
        number = replaced.number if replaced else next(number for number in range(1, 1 << 16) if number not in taken)
        nonce = self.lab.services.random_bytes(16)
        token = Token(node.id, number, service, handle, user, session.id, nonce, now)
        self._store.put_token(token)
        return IssuedToken(self._state(node, token), replaced)

    def _purge(self, node: Container, tokens: Sequence[Token], now: int) -> list[Token]:
        """Delete the tokens whose time is over; those that are left, which must be fewer than an HSM holds."""
        left = [token for token in tokens if token.created + LIFETIME > now]
        if len(left) >= MAXIMUM_TOKENS:
            raise TokenCountExceeded(node.name)
        for token in tokens:
            if token not in left:
                self._store.delete_token(node.id, token.number)
        return left

    def _state(self, node: Container, token: Token) -> TokenState:
        user = self._store.user_numbered(node.id, token.user)
        age = int(self.lab.services.clock()) - token.created
        return TokenState(
            node,
            token._replace(approvers=self._approvers(node, token)),
            user.name if user else "",
            self._needed(node, Service(token.service), token.handle),
            min(LIFETIME, max(0, LIFETIME - age)),
        )

    def _givers(self, session: Session) -> list[Container]:
        """The HSMs that gave the session a token."""
        givers = [
            node for node in self.nodes() if any(token.session == session.id for token in self._store.tokens(node.id))
        ]
        if not givers:
            raise QuorumNotApproved("no token")
        return givers

    def _approve_on(
        self, node: Container, session: Session, data: bytes, approvals: Sequence[Approval], announced: int
    ) -> None:
        self._number_on(node, Operation.APPROVE_TOKEN, session)
        if len(approvals) < max(announced, 1):
            raise QuorumNotApproved(f"{len(approvals)} of {announced} approvals")
        records = {data[start : start + RECORD_LENGTH] for start in range(0, len(data), RECORD_LENGTH)}
        for token in self._store.tokens(node.id):
            if token.session == session.id and self._state(node, token).record in records:
                names = {self._approver(node, token, data, approval) for approval in approvals}
                self._store.put_token(token._replace(approvers=token.approvers | names))
                return
        raise QuorumNotApproved("no token of this session is in the file")

    def _approver(self, node: Container, token: Token, data: bytes, approval: Approval) -> str:
        """The name of the user whose approval it is."""
        user = self._store.user_named(node.id, approval.user_name)
        if user is None or not same_type(user.type, approval.user_type.value):
            raise QuorumNotApproved(f"there is no {approval.user_name}")
        if not user.quorum_key or not self._may_approve(node, token, user):
            raise QuorumNotApproved(f"{user.name} is no approver")
        if not is_signed(user.quorum_key, data, approval.signature):
            raise QuorumNotApproved(f"the signature is not {user.name}'s")
        return user.name

    def _visible(self, node: Container, number: int) -> list[Token]:
        """The tokens that the user of that number asked for or may approve."""
        user = self._store.user_numbered(node.id, number)
        return [
            token
            for token in self._store.tokens(node.id)
            if token.user == number or (user is not None and self._may_approve(node, token, user))
        ]
