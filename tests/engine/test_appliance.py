"""An appliance: who sees what, which attributes go one way only, roles, PINs and the handles of its objects."""

from __future__ import annotations

import pytest

from hsmshell.engine.access import Role, hash_password
from hsmshell.engine.appliance import PairSpec
from hsmshell.engine.appliance.attributes import CHANGEABLE, GIVEN
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass, Shape
from hsmshell.engine.errors import (
    AttributeReadOnly,
    AttributeSensitive,
    AttributeTypeInvalid,
    AttributeValueInvalid,
    HsmError,
    KeySizeRange,
    ObjectHandleInvalid,
    OperationNotAllowed,
    PinIncorrect,
    SessionHandleInvalid,
    SlotIdInvalid,
    TemplateIncomplete,
    UserAlreadyLoggedIn,
    UserAnotherAlreadyLoggedIn,
    UserLockedOut,
    UserNotAuthorized,
    UserNotLoggedIn,
    UserPinNotInitialized,
    UserTypeInvalid,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import User
from tests.engine.driving import PIN, open_partition

_A = Attribute
AES, FIXED, PUBLIC, PRIVATE = 120, 131, 137, 138
"""The objects of the scenario migration."""


def with_role(lab: Lab, role: Role, pin: str = "1234") -> None:
    """Give a role of the first partition a PIN."""
    with lab.store.transaction():
        container = lab.appliance().partitions()[0].id
        number = 10 + len(lab.store.users(container))
        lab.store.add_user(User(container, number, role.name, role.name, hash_password(pin, b"salt" * 4, 2)))


# who sees what


def test_without_a_login_only_public_objects_are_seen(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    assert application.objects(session) == []
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    assert [item.handle for item in application.objects(session)] == [AES, FIXED, PUBLIC, PRIVATE]
    template: dict[Attribute, AttributeValue] = {_A.TOKEN: True, _A.PRIVATE: False, _A.LABEL: "for all"}
    public = application.generate_secret_key(session, KeyType.AES, 16, template)
    application.logout(session)
    assert [item.handle for item in application.objects(session)] == [public]
    with pytest.raises(ObjectHandleInvalid):
        application.read(session, AES)


def test_a_session_object_is_its_programs_own(lab: Lab) -> None:
    application, session = open_partition(lab)
    handle = application.generate_secret_key(session, KeyType.AES, 16, {_A.LABEL: "for now"})
    assert handle == 149
    other, theirs = open_partition(lab)
    with pytest.raises(ObjectHandleInvalid):
        other.read(theirs, handle)
    again = application.open_session(1)
    assert application.read(again, handle).label == "for now"
    application.close()
    application, session = open_partition(lab)
    with pytest.raises(ObjectHandleInvalid):
        application.read(session, handle)


def test_partitions_are_apart(lab: Lab) -> None:
    application, session = open_partition(lab, 2)
    assert application.objects(session) == []
    with pytest.raises(ObjectHandleInvalid):
        application.read(session, AES)


def test_slots_and_sessions(lab: Lab) -> None:
    application = lab.application()
    assert [slot.number for slot in application.slots()] == [1, 2]
    with pytest.raises(SlotIdInvalid):
        application.open_session(3)
    with pytest.raises(SessionHandleInvalid):
        application.objects(None)
    session = application.open_session(1)
    application.close_session(session)
    with pytest.raises(SessionHandleInvalid):
        application.objects(session)


# roles


def test_logins(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    with pytest.raises(UserPinNotInitialized):
        application.login(session, Role.CRYPTO_USER, "1234")
    with_role(lab, Role.CRYPTO_USER)
    with pytest.raises(UserTypeInvalid):
        application.login(session, Role.AUDITOR, PIN)
    with pytest.raises(UserNotLoggedIn):
        application.logout(session)
    application.login(session, Role.CRYPTO_USER, "1234")
    with pytest.raises(UserAlreadyLoggedIn):
        application.login(session, Role.CRYPTO_USER, "1234")
    with pytest.raises(UserAnotherAlreadyLoggedIn):
        application.login(session, Role.CRYPTO_OFFICER, PIN)
    application.close_session(session)
    session = application.open_session(1)
    assert application.role(session) is None, "the last session's end is the login's end"


def test_wrong_pins_count_and_lock(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    for _ in range(9):
        with pytest.raises(PinIncorrect):
            application.login(session, Role.CRYPTO_OFFICER, "wrong")
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    application.logout(session)
    for _ in range(10):
        with pytest.raises(PinIncorrect):
            application.login(session, Role.CRYPTO_OFFICER, "wrong")
    with pytest.raises(UserLockedOut):
        application.login(session, Role.CRYPTO_OFFICER, PIN)
    other = application.open_session(2)
    application.login(other, Role.CRYPTO_OFFICER, PIN)


def test_a_crypto_user_reads_and_does_not_write(lab: Lab) -> None:
    with_role(lab, Role.CRYPTO_USER)
    application = lab.application()
    session = application.open_session(1)
    application.login(session, Role.CRYPTO_USER, "1234")
    assert len(application.objects(session)) == 4
    refused = [
        lambda: application.set_attributes(session, AES, {_A.LABEL: "x"}),
        lambda: application.destroy(session, AES),
        lambda: application.copy(session, AES, {}),
        lambda: application.create(session, {_A.CLASS: int(ObjectClass.DATA)}),
        lambda: application.generate_secret_key(session, KeyType.AES, 16, {}),
        lambda: application.generate_pair(session, PairSpec(KeyType.RSA, 2048), {}, {}),
        lambda: application.unwrap(session, Mechanism.AES_CBC_PAD, AES, bytes(16), KeyType.AES, {}),
    ]
    for act in refused:
        with pytest.raises(UserNotAuthorized):
            act()
    application.logout(session)
    for act in refused:
        with pytest.raises(UserNotLoggedIn):
            act()
    assert len(_everything(lab)) == 4


# attributes


def test_sensitive_goes_on_and_extractable_goes_off(lab: Lab) -> None:
    application, session = open_partition(lab)
    template: dict[Attribute, AttributeValue] = {_A.TOKEN: True, _A.SENSITIVE: False, _A.EXTRACTABLE: True}
    handle = application.generate_secret_key(session, KeyType.AES, 16, template)
    assert len(bytes(application.attribute(session, handle, _A.VALUE))) == 16  # type: ignore[arg-type]
    application.set_attributes(session, handle, {_A.SENSITIVE: True})
    with pytest.raises(AttributeSensitive):
        application.attribute(session, handle, _A.VALUE)
    with pytest.raises(AttributeReadOnly):
        application.set_attributes(session, handle, {_A.SENSITIVE: False})
    application.set_attributes(session, handle, {_A.EXTRACTABLE: False})
    with pytest.raises(AttributeReadOnly):
        application.set_attributes(session, handle, {_A.EXTRACTABLE: True})
    item = application.read(session, handle)
    assert not item.flag(_A.ALWAYS_SENSITIVE), "it was not sensitive once"
    assert not item.flag(_A.NEVER_EXTRACTABLE), "it was extractable once"


def test_a_copy_is_under_the_same_rules(lab: Lab) -> None:
    application, session = open_partition(lab)
    with pytest.raises(AttributeReadOnly):
        application.copy(session, FIXED, {_A.EXTRACTABLE: True})
    with pytest.raises(AttributeReadOnly):
        application.copy(session, FIXED, {_A.SENSITIVE: False})
    with pytest.raises(AttributeValueInvalid):
        application.copy(session, FIXED, {_A.TOKEN: "yes"})
    twin = application.copy(session, FIXED, {_A.LABEL: "twin", _A.TOKEN: False})
    first, second = application.read(session, FIXED), application.read(session, twin)
    assert first.material == second.material
    assert (second.label, second.flag(_A.TOKEN), second.flag(_A.EXTRACTABLE)) == ("twin", False, False)
    assert first.attributes[_A.OUID] != second.attributes[_A.OUID]
    application.destroy(session, twin)
    assert application.read(session, FIXED)
    with lab.store.reading():
        assert len(lab.store.material(first.material)) == 32, "the original keeps its bytes"


SECRET_PARTS = {
    AES: {_A.VALUE},
    PUBLIC: set(),
    PRIVATE: {_A.PRIVATE_EXPONENT, _A.PRIME_1, _A.PRIME_2, _A.EXPONENT_1, _A.EXPONENT_2, _A.COEFFICIENT},
}
"""What a key has and does not show."""


@pytest.mark.parametrize("handle", [AES, PUBLIC, PRIVATE])
@pytest.mark.parametrize("attribute", Attribute)
def test_every_attribute_changes_or_is_refused(lab: Lab, handle: int, attribute: Attribute) -> None:
    """What the class does not have, what is fixed, and what takes the value."""
    application, session = open_partition(lab)
    before = application.read(session, handle).attributes
    value = before.get(attribute, {Shape.BOOLEAN: True, Shape.NUMBER: 1, Shape.BYTES: b"1"}.get(attribute.shape, ""))
    if attribute is _A.USAGE_LIMIT:
        application.set_attributes(session, handle, {attribute: 1})
        assert application.attribute(session, handle, _A.USAGE_COUNT) == 0, "a key with a limit counts its uses"
        return
    if attribute in SECRET_PARTS[handle]:
        expected: type[HsmError] | None = AttributeReadOnly
    elif attribute not in before:
        expected = AttributeTypeInvalid
    else:
        expected = None if attribute in CHANGEABLE else AttributeReadOnly
    if expected is None:
        application.set_attributes(session, handle, {attribute: value})
        with pytest.raises(AttributeValueInvalid):
            application.set_attributes(session, handle, {attribute: 1.5})  # type: ignore[dict-item]
    else:
        with pytest.raises(expected):
            application.set_attributes(session, handle, {attribute: value})
    assert application.read(session, handle).attributes == before


def test_all_of_a_template_or_nothing(lab: Lab) -> None:
    application, session = open_partition(lab)
    before = application.read(session, AES)
    with pytest.raises(AttributeReadOnly):
        application.set_attributes(session, AES, {_A.LABEL: "half", _A.LOCAL: False})
    assert application.read(session, AES) == before


def test_what_is_not_modifiable_stays(lab: Lab) -> None:
    application, session = open_partition(lab)
    handle = application.generate_secret_key(session, KeyType.AES, 16, {_A.MODIFIABLE: False, _A.LABEL: "fixed"})
    with pytest.raises(AttributeReadOnly):
        application.set_attributes(session, handle, {_A.LABEL: "changed"})


def test_a_policy_forbids_changes(lab: Lab) -> None:
    device = lab.appliance().device
    with lab.store.transaction():
        lab.store.set_device_settings(device.id, {**device.settings, "allow_changing_key_attributes": False})
    application = lab.application()
    session = application.open_session(1)
    application.login(session, Role.CRYPTO_OFFICER, PIN)
    with pytest.raises(OperationNotAllowed):
        application.set_attributes(session, AES, {_A.LABEL: "changed"})
    note = application.create(session, {_A.CLASS: int(ObjectClass.DATA)})
    application.set_attributes(session, note, {_A.LABEL: "changed"})
    assert application.read(session, note).label == "changed", "the policy is about keys"


def test_templates_that_make_nothing(lab: Lab) -> None:
    application, session = open_partition(lab)
    secret = int(ObjectClass.SECRET_KEY)
    cases: list[tuple[type[HsmError], dict[Attribute, AttributeValue]]] = [
        (TemplateIncomplete, {}),
        (TemplateIncomplete, {_A.CLASS: secret, _A.KEY_TYPE: int(KeyType.AES)}),
        (AttributeValueInvalid, {_A.CLASS: 77}),
        (AttributeValueInvalid, {_A.CLASS: secret, _A.KEY_TYPE: 9999, _A.VALUE: bytes(16)}),
        (KeySizeRange, {_A.CLASS: secret, _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: bytes(5)}),
        (AttributeTypeInvalid, {_A.CLASS: int(ObjectClass.DATA), _A.ENCRYPT: True}),
        (AttributeValueInvalid, {_A.CLASS: int(ObjectClass.DATA), _A.LABEL: 5}),
    ]
    for error, template in cases:
        with pytest.raises(error):
            application.create(session, template)
    assert len(application.objects(session)) == 4


def test_new_objects_have_every_attribute_of_their_class(lab: Lab) -> None:
    application, session = open_partition(lab)
    data = application.create(session, {_A.CLASS: int(ObjectClass.DATA), _A.VALUE: b"note"})
    for handle in (AES, PUBLIC, PRIVATE, data):
        item = application.read(session, handle)
        given = GIVEN[item.object_class] - ({_A.VALUE} if item.object_class is not ObjectClass.DATA else set())
        assert given <= set(item.attributes)
    assert application.attribute(session, data, _A.VALUE) == b"note"
    with pytest.raises(AttributeSensitive):
        application.attribute(session, PRIVATE, _A.PRIVATE_EXPONENT)


def _everything(lab: Lab) -> list[int]:
    application, session = open_partition(lab)
    handles = [item.handle for item in application.objects(session)]
    application.close()
    return handles
