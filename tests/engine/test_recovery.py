"""A login to one member of an HA group opens another, by a key that both have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import (
    KeyFunctionNotPermitted,
    KeyHandleInvalid,
    KeyTypeInconsistent,
    OperationNotAllowed,
    UserAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotLoggedIn,
)
from hsmshell.engine.lab import Lab
from tests.engine.driving import PIN
from tests.engine.test_groups import GROUP, TWO, VIRTUAL

_A = Attribute
TOKEN: dict[Attribute, AttributeValue] = {_A.TOKEN: True, _A.LABEL: "login"}


@pytest.fixture
def pair(lab_from: Callable[[str], Lab]) -> Lab:
    return lab_from(TWO + GROUP)


def logged_in(application: Application, slot: int) -> Session:
    session = application.open_session(slot)
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    return session


def shared_key(lab: Lab, sign: bool = True) -> None:
    """Make a pair through the group's slot, so that both members have it."""
    application = lab.application()
    session = logged_in(application, VIRTUAL)
    application.generate_pair(session, PairSpec(KeyType.RSA, 2048), TOKEN, {**TOKEN, _A.SIGN: sign})
    application.close()


def private_key(application: Application, session: Session) -> int:
    found = application.objects(session, {_A.CLASS: int(ObjectClass.PRIVATE_KEY)})
    return found[-1].handle


def prepared(lab: Lab) -> None:
    """Both members name the key that they share."""
    shared_key(lab)
    application = lab.application()
    for slot in (1, 2):
        session = logged_in(application, slot)
        application.ha_init(session, private_key(application, session))
    application.close()


def test_a_login_opens_the_other_member(pair: Lab) -> None:
    prepared(pair)
    application = pair.application()
    here, there = logged_in(application, 1), application.open_session(2)
    application.ha_login(here, there)
    assert application.role(there) is Role.CRYPTO_OFFICER
    assert len(application.objects(there)) == 3
    with pytest.raises(UserAlreadyLoggedIn):
        application.ha_login(here, there)
    application.close()
    assert pair.store.sessions() == []


def test_without_a_login_there_is_nothing_to_recover(pair: Lab) -> None:
    prepared(pair)
    application = pair.application()
    with pytest.raises(UserNotLoggedIn):
        application.ha_login(application.open_session(1), application.open_session(2))


def test_a_member_without_the_key_opens_nothing(pair: Lab) -> None:
    application = pair.application()
    here, there = logged_in(application, 1), application.open_session(2)
    with pytest.raises(OperationNotAllowed):
        application.ha_login(here, there)
    # Each has one, but not the same.
    neighbour = pair.application()
    for owner, session in ((application, here), (neighbour, logged_in(neighbour, 2))):
        _, private = owner.generate_pair(session, PairSpec(KeyType.RSA, 2048), TOKEN, {**TOKEN, _A.SIGN: True})
        owner.ha_init(session, private)
    with pytest.raises(UserNotAuthorized):
        application.ha_login(here, there)
    assert application.role(there) is None


def test_keys_that_are_no_keys_for_logins(pair: Lab) -> None:
    shared_key(pair, sign=False)
    application = pair.application()
    session = logged_in(application, 1)
    with pytest.raises(KeyFunctionNotPermitted):
        application.ha_init(session, private_key(application, session))
    with pytest.raises(KeyHandleInvalid):
        application.ha_init(session, 9999)
    with pytest.raises(KeyTypeInconsistent):
        application.ha_init(session, 12)
    _, private = application.generate_pair(session, PairSpec(KeyType.RSA, 2048), {}, {_A.SIGN: True})
    with pytest.raises(OperationNotAllowed):
        application.ha_init(session, private)
