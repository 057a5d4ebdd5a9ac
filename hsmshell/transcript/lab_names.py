"""What the lab knows of names: objects and users older than a log, and which check values belong to new keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hsmshell.console.values import Kind, printable
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, StoredObject
from hsmshell.transcript.log import Bind, Subject
from hsmshell.transcript.names import Names

_MOST = 5
"""How many labels a piece of advice names."""


class _Found(NamedTuple):
    kind: Kind
    number: int


class Unresolved(Exception):
    """A ``#: bind`` that means nothing, or more than one thing, in the lab; the message says what to write."""


class LabNames:
    """Looks names up in an open lab."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._new: set[AttributeValue] = set()
        """The check values of keys that were generated in the lab and have a name."""

    def is_new(self, check_value: str) -> bool:
        """Whether a key that was generated in the lab has the check value, so that no log can know it.

        That key may have been deleted since it got its name.
        """
        try:
            value = bytes.fromhex(check_value.removeprefix("0x"))
        except ValueError:
            return False
        return value in self._new or any(_made_here(item) == value for _, item in self._objects())

    def remember(self, kind: Kind, handle: str) -> None:
        """Note the check value of a key that has got a name."""
        for held, container in self._containers() if kind in (Kind.HANDLE, Kind.OBJECT) else ():
            if held is kind:
                with self._lab.store.reading():
                    item = self._lab.store.object(container.id, int(handle))
                value = _made_here(item) if item else None
                if value:
                    self._new.add(value)
                    return

    def resolve(self, names: Names, bind: Bind) -> None:
        """Give the log's number the meaning that the directive says. Raises ``Unresolved``."""
        if bind.subject in (Subject.NODE, Subject.SERVER):
            self._resolve_node(names, bind)
            return
        found = set(self._users(bind.name) if bind.subject is Subject.USER else self._labelled(bind))
        for kind in sorted({one.kind for one in found}, key=lambda kind: kind.value):
            numbers = sorted(one.number for one in found if one.kind is kind)
            if len(numbers) > 1:
                raise Unresolved(self._ambiguous(bind, numbers))
            if not names.bind(kind, bind.log, str(numbers[0])):
                raise Unresolved(f"{bind.log} or what it is bound to has another name already; bind each once")
        if not found:
            what = "user named" if bind.subject is Subject.USER else "object labelled"
            raise Unresolved(
                f"the lab has no {what} {printable(bind.name)!r}; see what there is with: hsmshell lab show"
            )

    def advice(self, kind: Kind, log: str) -> str:
        """The directive that would tell what an unknown name in the log stands for."""
        if kind is Kind.USER_ID:
            return f"#: bind {log} = user:NAME"
        if kind not in (Kind.HANDLE, Kind.OBJECT):
            return ""
        labels = dict.fromkeys(printable(item.label) for held, item in self._objects() if held is kind and item.label)
        if len(labels) == 1:
            return f"#: bind {log} = label:{next(iter(labels))}"
        named = ", ".join(list(labels)[:_MOST]) + (", ..." if len(labels) > _MOST else "")
        return f"#: bind {log} = label:LABEL" + (f"  (there are {named})" if labels else "")

    def _resolve_node(self, names: Names, bind: Bind) -> None:
        kind = Kind(bind.subject.value)
        if not bind.name:
            names.leave_out(kind, bind.log)
        elif not names.bind(kind, bind.log, bind.name):
            raise Unresolved(f"{kind.value} {bind.log} or {bind.name} has another name already; bind each once")

    def _ambiguous(self, bind: Bind, numbers: list[int]) -> str:
        several = ", ".join(map(str, numbers))
        if bind.object_class:
            return f"several objects are labelled {printable(bind.name)!r} ({several}); give them labels of their own"
        return f"several objects are labelled {printable(bind.name)!r} ({several}); add class:private, public or secret"

    def _labelled(self, bind: Bind) -> Iterator[_Found]:
        for kind, item in self._objects():
            if item.label == bind.name and item.object_class.name.lower().startswith(bind.object_class):
                yield _Found(kind, item.handle)

    def _users(self, name: str) -> Iterator[_Found]:
        for cluster in self._lab.clusters():
            for node in cluster.nodes():
                with self._lab.store.reading():
                    user = self._lab.store.user_named(node.id, name)
                if user is not None:
                    yield _Found(Kind.USER_ID, user.number)

    def _objects(self) -> Iterator[tuple[Kind, StoredObject]]:
        for kind, container in self._containers():
            with self._lab.store.reading():
                items = self._lab.store.objects(container.id)
            for item in items:
                yield kind, item

    def _containers(self) -> Iterator[tuple[Kind, Container]]:
        for cluster in self._lab.clusters():
            for node in cluster.nodes():
                yield Kind.HANDLE, node
        for appliance in self._lab.appliances():
            for partition in appliance.partitions():
                yield Kind.OBJECT, partition


def _made_here(item: StoredObject) -> AttributeValue | None:
    """The check value of a key that was generated where it lies."""
    return item.attributes.get(Attribute.CHECK_VALUE) if item.attributes.get(Attribute.LOCAL) is True else None
