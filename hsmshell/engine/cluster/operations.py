"""What a crypto user does with the keys that are in a cluster: find, read, change, keep, delete."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.access import Operation, Relation
from hsmshell.engine.attributes import Attribute, AttributeValue, matches_shape
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.cluster import Outcome, Session, related
from hsmshell.engine.cluster.creation import ClusterCreation, Placement
from hsmshell.engine.cluster.journal import About
from hsmshell.engine.cluster.keys import CHANGEABLE, LABEL_LENGTH
from hsmshell.engine.cluster.templates import TEMPLATES, canonical
from hsmshell.engine.errors import (
    ActionProhibited,
    AttributeReadOnly,
    AttributeValueInvalid,
)
from hsmshell.engine.records import DROP_SYNC, Container, StoredObject


class Criteria(NamedTuple):
    """What a search asks for; ``None`` asks for nothing. All must hold."""

    object_class: int | None = None
    key_type: int | None = None
    label: str | None = None
    ident: bytes | None = None
    session_keys: bool | None = None
    users: frozenset[int] = frozenset()
    """Users that must all be able to use the key, beside the one who asks."""
    modulus: bytes | None = None
    check_value: bytes | None = None


class ClusterKeys(ClusterCreation):
    """The keys of a cluster."""

    # finding and reading

    def find(self, session: Session | None, criteria: Criteria = Criteria()) -> list[StoredObject]:  # noqa: B008
        """The keys that this user may use and that meet all criteria, in the order of their creation."""
        with self._store.reading():
            session = self._permit(Operation.READ_KEY, session)
            found: dict[int, StoredObject] = {}
            for node in self._up():
                number = session.numbers.get(node.id)
                if number is None:
                    continue
                for key in self._store.objects(
                    node.id,
                    object_class=criteria.object_class,
                    key_type=criteria.key_type,
                    label=criteria.label,
                    ident=criteria.ident,
                    without=found,
                ):
                    if self._usable(session, number, key) and _meets(key, criteria):
                        found[key.handle] = key
            # Material is numbered as it comes in, handles only within the range of an HSM.
            return sorted(found.values(), key=lambda key: (key.material, key.handle))

    def _usable(self, session: Session, number: int, key: StoredObject) -> bool:
        return key.session in (0, session.id) and related(number, key, Relation.SHARER)

    def read_key(self, session: Session | None, handle: int, node: Container | None = None) -> StoredObject:
        """One key's attributes, owner and shares, as one HSM holds them (by default the first that does).

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied`` or
        ``NodeUnavailable``.
        """
        with self._store.reading():
            if node is None:
                return self._key(Operation.READ_KEY, session, handle)[1]
            return self._key_on(node, Operation.READ_KEY, session, handle)[1]

    def locate(self, session: Session | None, handle: int) -> tuple[Outcome, ...]:
        """Which HSMs hold a key that this user may use: what each one says of it.

        Raises ``UserNotLoggedIn`` or ``UserNotAuthorized``.
        """
        self.check_login(Operation.READ_KEY, session)
        with self._store.reading():
            return self._each(self.nodes(), lambda node: self._key_on(node, Operation.READ_KEY, session, handle))

    # changing and deleting

    def keep_key(self, session: Session | None, handle: int) -> tuple[Outcome, ...]:
        """Make a session key a token key: it is copied to every HSM, under its handle, and outlives the session.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied``,
        ``AttributeReadOnly`` for a key that is a token key already, ``KeyIdExists`` and ``ObjectCountExceeded``.
        """
        about = About(handle)
        with self._command(Opcode.CN_MODIFY_OBJECT, session, about=about):
            self.lab.live_sessions()
            session, key = self._key(Operation.CHANGE_KEY, session, handle)
            if not key.session:
                raise AttributeReadOnly(Attribute.TOKEN.name)
            nodes = {node.id: node for node in self._up() if node.id in session.numbers}
            others = [node for node in nodes.values() if node.id != key.container and node.state != DROP_SYNC]
            self._require_free_id(others, key.ident)
            home = nodes[key.container]
            copies = self._each(others, lambda node: self._require_room(node, 1))
            refused = {outcome.node.id: outcome for outcome in copies if outcome.error}
            taking = (home, *(node for node in others if node.id not in refused))
            kept = key._replace(session=0, attributes={**key.attributes, Attribute.TOKEN: True})
            for node in taking:
                shares = self._numbers_on(home, node, sorted(key.shares))
                self._store.replace_object(
                    kept._replace(container=node.id, owner=session.numbers[node.id], shares=shares)
                )
            self._note(Opcode.CN_MODIFY_OBJECT, session, [home], about)
            self._note_copies(Placement(session, taking, (), home), [handle])
            said = self._each(self.nodes(), lambda node: self._number_on(node, Operation.CHANGE_KEY, session))
            return tuple(refused.get(outcome.node.id, outcome) for outcome in said)

    def set_attribute(
        self, session: Session | None, node: Container, handle: int, attribute: Attribute, value: AttributeValue
    ) -> None:
        """Change one attribute on one HSM.

        Raises what ``read_key`` raises, ``AttributeReadOnly`` and ``AttributeValueInvalid``.
        """
        operation = Operation.TRUST_KEY if attribute is Attribute.TRUSTED else Operation.CHANGE_KEY
        about = About(handle)
        with self._command(Opcode.CN_MODIFY_OBJECT, session, node, about):
            _, key = self._key_on(node, operation, session, handle)
            if attribute not in CHANGEABLE:
                raise AttributeReadOnly(attribute.name)
            if not matches_shape(attribute, value):
                raise AttributeValueInvalid(attribute.name)
            if isinstance(value, str) and attribute in TEMPLATES:
                value = canonical(value)
            elif isinstance(value, str) and len(value.encode("utf-8", "surrogateescape")) > LABEL_LENGTH:
                raise AttributeValueInvalid(attribute.name)
            if attribute is Attribute.WRAP_WITH_TRUSTED and key.flag(attribute) and not value:
                raise AttributeReadOnly(attribute.name)
            self._store.replace_object(key._replace(attributes={**key.attributes, attribute: value}))
            self._note(Opcode.CN_MODIFY_OBJECT, session, [node], about)

    def delete_key(self, session: Session | None, handle: int) -> tuple[Outcome, ...]:
        """Delete the key from every HSM on which its owner is logged in; what each HSM said.

        An HSM that is down or has no session keeps its copy; a session key is on one alone. Raises
        ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied`` or ``ActionProhibited``
        when no HSM can delete it.
        """
        about = About(handle)
        with self._command(Opcode.CN_DESTROY_OBJECT, session, about=about):
            permitted, found = self._key(Operation.DELETE_KEY, session, handle)
            if not found.flag(Attribute.DESTROYABLE):
                raise ActionProhibited(str(handle))
            if found.session:
                self._store.delete_object(found.container, handle)
                home = [node for node in self.nodes() if node.id == found.container]
                self._note(Opcode.CN_DESTROY_OBJECT, session, home, about)
                return self._each(self.nodes(), lambda node: self._number_on(node, Operation.DELETE_KEY, session))
            outcomes = self._each(self.nodes(), lambda node: self._delete_on(node, session, handle))
            return self._noted(Opcode.CN_DESTROY_OBJECT, permitted, outcomes, about)

    def _delete_on(self, node: Container, session: Session | None, handle: int) -> None:
        _, key = self._key_on(node, Operation.DELETE_KEY, session, handle)
        if not key.flag(Attribute.DESTROYABLE):
            raise ActionProhibited(str(handle))
        self._store.delete_object(node.id, handle)


def _meets(key: StoredObject, criteria: Criteria) -> bool:
    """The criteria that the database does not look at."""
    if criteria.session_keys is not None and criteria.session_keys != bool(key.session):
        return False
    if criteria.modulus is not None and key.attributes.get(Attribute.MODULUS) != criteria.modulus:
        return False
    if criteria.check_value is not None and key.attributes.get(Attribute.CHECK_VALUE) != criteria.check_value:
        return False
    return all(related(user, key, Relation.SHARER) for user in criteria.users)
