"""Wrapping keys that ask something of the keys that leave or come in under them."""

from __future__ import annotations

import pytest

from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.cluster import Cluster, KeySpec, Session
from hsmshell.engine.cluster.templates import canonical
from hsmshell.engine.errors import AttributeValueInvalid, KeyNotWrappable, TemplateInconsistent
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import StoredObject
from tests.engine.driving import aes_key, login


def set_on_all(cluster: Cluster, session: Session, handle: int, attribute: Attribute, value: str) -> None:
    for node in cluster.nodes():
        cluster.set_attribute(session, node, handle, attribute, value)


def bring_in(cluster: Cluster, session: Session, wrapping: int, spec: KeySpec, size: int = 32) -> StoredObject:
    """A wrapped key of so many bytes, unwrapped under the key with the template."""
    wrapped = cluster.wrap_data(session, wrapping, bytes(size), Mechanism.AES_KEY_WRAP)
    made = cluster.unwrap_key(
        session, wrapping, wrapped, Mechanism.AES_KEY_WRAP, ObjectClass.SECRET_KEY, KeyType.AES, spec
    )
    return cluster.read_key(session, made.handles[0])


def test_a_key_comes_in_as_the_template_wants_it(lab: Lab) -> None:
    cluster, session = lab.cluster(), login(lab.cluster())
    wrapping = aes_key(cluster, session)
    set_on_all(cluster, session, wrapping, Attribute.UNWRAP_TEMPLATE, "354=0,528=1,261=0,256=31")
    key = bring_in(cluster, session, wrapping, KeySpec("new"))
    assert not key.flag(Attribute.EXTRACTABLE)
    assert key.flag(Attribute.WRAP_WITH_TRUSTED)
    assert (key.flag(Attribute.ENCRYPT), key.flag(Attribute.DECRYPT)) == (True, False)


@pytest.mark.parametrize(("template", "spec"), [("256=21", KeySpec("x")), ("354=1", KeySpec("x", extractable=False))])
def test_a_request_against_the_template_fails(lab: Lab, template: str, spec: KeySpec) -> None:
    cluster, session = lab.cluster(), login(lab.cluster())
    wrapping = aes_key(cluster, session)
    set_on_all(cluster, session, wrapping, Attribute.UNWRAP_TEMPLATE, template)
    before = len(cluster.find(session))
    with pytest.raises(TemplateInconsistent):
        bring_in(cluster, session, wrapping, spec)
    assert len(cluster.find(session)) == before


def test_only_a_key_that_fits_the_template_leaves(lab: Lab) -> None:
    cluster, session = lab.cluster(), login(lab.cluster())
    wrapping, target = aes_key(cluster, session, "wrapping"), aes_key(cluster, session, "target")
    set_on_all(cluster, session, wrapping, Attribute.WRAP_TEMPLATE, "0=4,260=1")
    assert cluster.wrap_key(session, wrapping, target, Mechanism.AES_KEY_WRAP)
    for node in cluster.nodes():
        cluster.set_attribute(session, node, target, Attribute.ENCRYPT, False)
    with pytest.raises(KeyNotWrappable):
        cluster.wrap_key(session, wrapping, target, Mechanism.AES_KEY_WRAP)


@pytest.mark.parametrize(
    ("text", "form"), [("354=0,260=1", "260=1,354=0"), ("0=4", "0=4"), ("256=031,0=4", "0=4,256=31")]
)
def test_the_form_of_a_template(text: str, form: str) -> None:
    assert canonical(text) == form


@pytest.mark.parametrize("text", ["", "260", "260=", "=1", "260=2", "4=4", "1=1", "260=1,260=0", "256=99999999999"])
def test_what_is_no_template(text: str) -> None:
    with pytest.raises(AttributeValueInvalid):
        canonical(text)
