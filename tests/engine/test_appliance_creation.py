"""Objects made from their values, copies, and what of an object may be read."""

from __future__ import annotations

import pytest

from hsmshell.engine import asymmetric, der
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.domain import published_group
from hsmshell.engine.errors import (
    AttributeReadOnly,
    AttributeSensitive,
    AttributeTypeInvalid,
    AttributeValueInvalid,
    CurveNotSupported,
    DomainParamsInvalid,
    HsmError,
    KeyHandleInvalid,
    KeySizeRange,
    TemplateIncomplete,
    TemplateInconsistent,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Curve
from tests.engine.driving import open_partition
from tests.engine.test_appliance_generation import fips

_A = Attribute
Template = dict[Attribute, AttributeValue]

SPECS = (
    PairSpec(KeyType.RSA, 2048),
    PairSpec(KeyType.EC, curve=Curve.P256),
    PairSpec(KeyType.EC, curve=Curve.P521),
    PairSpec(KeyType.EC_EDWARDS, curve=Curve.ED25519),
    PairSpec(KeyType.EC_MONTGOMERY, curve=Curve.X448),
    PairSpec(KeyType.DSA, 2048),
    PairSpec(KeyType.DH, 2048),
)


def ident(value: object) -> str:
    return f"{value.key_type.name}-{value.bits or value.curve}" if isinstance(value, PairSpec) else ""


def exporting(lab: Lab) -> tuple[Application, Session]:
    """A crypto officer of a partition that private keys may leave."""
    device = lab.appliance().device
    modes = {"allow_private_key_cloning": False, "allow_private_key_wrapping": True}
    with lab.store.transaction():
        lab.store.set_device_settings(device.id, {**device.settings, **modes})
    return open_partition(lab)


def numbers(application: Application, session: Session, handle: int) -> Template:
    """What a template needs to make the same key."""
    values = application.shown(session, handle)
    stated = {
        _A.CLASS,
        _A.KEY_TYPE,
        *(one for one in values if 0x120 <= one <= 0x132 or one in (_A.EC_PARAMS, _A.EC_POINT)),
    }
    if values[_A.KEY_TYPE] != KeyType.RSA:
        stated.add(_A.VALUE)
    return {key: value for key, value in values.items() if key in stated and key is not _A.MODULUS_BITS}


@pytest.mark.parametrize("spec", SPECS, ids=ident)
def test_a_key_is_made_again_from_its_numbers(lab: Lab, spec: PairSpec) -> None:
    application, session = exporting(lab)
    open_key: Template = {_A.SENSITIVE: False, _A.EXTRACTABLE: True}
    for handle in application.generate_pair(session, spec, {}, open_key):
        template = numbers(application, session, handle)
        again = application.create(session, {**template, _A.LABEL: "again"})
        first, second = application.read(session, handle), application.read(session, again)
        assert first.attributes[_A.FINGERPRINT_SHA256] == second.attributes[_A.FINGERPRINT_SHA256]
        assert (second.label, second.flag(_A.LOCAL), second.flag(_A.ALWAYS_SENSITIVE)) == ("again", False, False)
        with lab.store.reading():
            materials = [lab.store.material(item.material) for item in (first, second)]
        if first.object_class is ObjectClass.PUBLIC_KEY:
            assert materials[0] == materials[1]
        else:
            hidden = [asymmetric.hidden_values(material) for material in materials]
            assert hidden[0] == hidden[1]
        for part in template.keys() - {_A.CLASS, *optional_parts(spec)}:
            lacking = {key: value for key, value in template.items() if key is not part}
            with pytest.raises(TemplateIncomplete):
                application.create(session, lacking)


def optional_parts(spec: PairSpec) -> set[Attribute]:
    return (
        {_A.PRIME_1, _A.PRIME_2, _A.EXPONENT_1, _A.EXPONENT_2, _A.COEFFICIENT}
        if spec.key_type is KeyType.RSA
        else set()
    )


def test_parts_that_contradict_each_other(lab: Lab) -> None:
    application, session = exporting(lab)
    _, private = application.generate_pair(session, SPECS[0], {}, {_A.SENSITIVE: False, _A.EXTRACTABLE: True})
    template = numbers(application, session, private)
    count = len(application.objects(session))
    for part in (_A.PRIVATE_EXPONENT, *sorted(optional_parts(SPECS[0]))):
        value = template[part]
        assert isinstance(value, bytes)
        with pytest.raises(TemplateInconsistent):
            application.create(session, {**template, part: value[:-1] + bytes([value[-1] ^ 2])})
    swapped = {**template, _A.PRIME_1: template[_A.PRIME_2], _A.PRIME_2: template[_A.PRIME_1]}
    with pytest.raises(TemplateInconsistent):
        application.create(session, swapped)
    without_primes = {key: value for key, value in template.items() if key not in optional_parts(SPECS[0])}
    assert application.create(session, without_primes)
    assert len(application.objects(session)) == count + 1


P256: Template = {_A.KEY_TYPE: int(KeyType.EC), _A.EC_PARAMS: Curve.P256.identifier}
GROUP = published_group(2048)
FIELD: Template = {_A.PRIME: der.unsigned(GROUP.prime), _A.BASE: b"\2"}
DH: Template = {_A.KEY_TYPE: int(KeyType.DH), **FIELD}
PUBLIC, PRIVATE, DOMAIN, SECRET = (
    int(one)
    for one in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY, ObjectClass.DOMAIN_PARAMETERS, ObjectClass.SECRET_KEY)
)
RSA: Template = {_A.KEY_TYPE: int(KeyType.RSA), _A.PUBLIC_EXPONENT: b"\1\0\1"}


@pytest.mark.parametrize(
    "error, template",
    [
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **P256, _A.EC_POINT: der.octet_string(b"\4" + bytes(64))}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **P256, _A.EC_POINT: b"\4" + bytes(64)}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **P256, _A.KEY_TYPE: int(KeyType.EC_EDWARDS), _A.EC_POINT: b"\4\0"}),
        (CurveNotSupported, {_A.CLASS: PUBLIC, **P256, _A.EC_PARAMS: b"\6\1\1", _A.EC_POINT: b"\4\0"}),
        (TemplateInconsistent, {_A.CLASS: PRIVATE, **P256, _A.VALUE: bytes(32)}),
        (TemplateInconsistent, {_A.CLASS: PRIVATE, **P256, _A.VALUE: b"\1", _A.PRIME: b"\1"}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **DH, _A.VALUE: b"\1"}),
        (AttributeValueInvalid, {_A.CLASS: PRIVATE, **DH, _A.VALUE: b""}),
        (TemplateInconsistent, {_A.CLASS: PUBLIC, **DH, _A.VALUE: b"\3", _A.MODULUS: b"\1"}),
        (DomainParamsInvalid, {_A.CLASS: PUBLIC, **DH, _A.BASE: b"\1", _A.VALUE: b"\3"}),
        (KeySizeRange, {_A.CLASS: DOMAIN, **DH, _A.PRIME: b"\x17"}),
        (TemplateInconsistent, {_A.CLASS: DOMAIN, **P256}),
        (TemplateInconsistent, {_A.CLASS: DOMAIN, **DH, _A.VALUE: b"\1"}),
        (AttributeTypeInvalid, {_A.CLASS: DOMAIN, **DH, _A.ENCRYPT: True}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **RSA, _A.MODULUS: b"\4" * 256}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **RSA, _A.MODULUS: 5}),
        (AttributeValueInvalid, {_A.CLASS: PUBLIC, **RSA, _A.MODULUS: bytes(20_000)}),
        (TemplateInconsistent, {_A.CLASS: PUBLIC, **RSA, _A.MODULUS: b"\xc1" * 256, _A.MODULUS_BITS: 512}),
        (AttributeTypeInvalid, {_A.CLASS: PUBLIC, **RSA, _A.MODULUS: b"\xc1" * 256, _A.SENSITIVE: True}),
        (KeySizeRange, {_A.CLASS: PRIVATE, **RSA, _A.MODULUS: b"\xc1" * 1024, _A.PRIVATE_EXPONENT: b"\3"}),
        (TemplateInconsistent, {_A.CLASS: PRIVATE, **RSA, _A.MODULUS: b"\xc1" * 256, _A.PRIVATE_EXPONENT: b"\3"}),
        (TemplateInconsistent, {_A.CLASS: PUBLIC, _A.KEY_TYPE: int(KeyType.AES)}),
        (TemplateInconsistent, {_A.CLASS: SECRET, _A.KEY_TYPE: int(KeyType.RSA), _A.VALUE: bytes(16)}),
        (AttributeValueInvalid, {_A.CLASS: SECRET, _A.KEY_TYPE: int(KeyType.DES3), _A.VALUE: bytes(24)}),
        (AttributeTypeInvalid, {_A.CLASS: SECRET, _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: bytes(16), _A.PRIME: b"\1"}),
        (AttributeTypeInvalid, {_A.CLASS: SECRET, _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: bytes(16), _A.LOCAL: True}),
    ],
)
def test_templates_that_make_no_key(lab: Lab, error: type[HsmError], template: Template) -> None:
    application, session = open_partition(lab)
    with pytest.raises(error) as raised:
        application.create(session, template)
    assert raised.type is error
    assert len(application.objects(session)) == 4


def test_domain_parameters_from_their_numbers(lab: Lab) -> None:
    application, session = open_partition(lab)
    handle = application.create(session, {_A.CLASS: DOMAIN, **DH, _A.LABEL: "group 14"})
    item = application.read(session, handle)
    assert (item.attributes[_A.PRIME_BITS], item.flag(_A.LOCAL)) == (2048, False)
    assert _A.FINGERPRINT_SHA256 not in item.attributes
    spec = PairSpec(KeyType.DH, domain=application.domain(session, handle))
    assert application.generate_pair(session, spec, {}, {})


def test_no_private_key_comes_in_the_clear_in_fips_mode(lab: Lab) -> None:
    application, session = fips(lab)
    with pytest.raises(TemplateInconsistent):
        application.create(session, {_A.CLASS: PRIVATE, **P256, _A.VALUE: b"\1"})


def test_the_public_half_of_a_private_key(lab: Lab) -> None:
    application, session = open_partition(lab)
    public, private = application.generate_pair(session, SPECS[1], {}, {_A.ID: b"\7"})
    again = application.extract_public_key(session, private, {_A.LABEL: "again"})
    first, second = application.read(session, public), application.read(session, again)
    assert first.attributes[_A.EC_POINT] == second.attributes[_A.EC_POINT]
    assert (second.ident, second.label, second.flag(_A.LOCAL)) == (b"\7", "again", False)
    for handle in (public, 120, 999):
        with pytest.raises(KeyHandleInvalid):
            application.extract_public_key(session, handle, {})


# what may be read


@pytest.mark.parametrize("spec", SPECS, ids=ident)
def test_a_partition_in_cloning_mode_shows_no_private_part(lab: Lab, spec: PairSpec) -> None:
    application, session = open_partition(lab)
    _, handle = application.generate_pair(session, spec, {}, {_A.SENSITIVE: False, _A.EXTRACTABLE: True})
    part = _A.PRIVATE_EXPONENT if spec.key_type is KeyType.RSA else _A.VALUE
    other = _A.VALUE if spec.key_type is KeyType.RSA else _A.PRIVATE_EXPONENT
    with pytest.raises(AttributeSensitive):
        application.attribute(session, handle, part)
    with pytest.raises(AttributeTypeInvalid):
        application.attribute(session, handle, other)
    assert part not in application.shown(session, handle)


@pytest.mark.parametrize("sensitive, extractable", [(True, True), (False, False), (True, False)])
def test_key_export_mode_shows_only_what_is_not_confined(lab: Lab, sensitive: bool, extractable: bool) -> None:
    application, session = exporting(lab)
    template: Template = {_A.SENSITIVE: sensitive, _A.EXTRACTABLE: extractable}
    _, handle = application.generate_pair(session, SPECS[0], {}, template)
    with pytest.raises(AttributeSensitive):
        application.attribute(session, handle, _A.PRIME_1)
    assert _A.PRIME_1 not in application.shown(session, handle)


def test_objects_are_found_by_what_they_show(lab: Lab) -> None:
    application, session = open_partition(lab)
    value = bytes(range(16))
    key: Template = {_A.CLASS: SECRET, _A.KEY_TYPE: int(KeyType.AES), _A.VALUE: value}
    seen = application.create(session, {**key, _A.SENSITIVE: False, _A.EXTRACTABLE: True, _A.LABEL: "open"})
    application.create(session, {**key, _A.LABEL: "closed"})
    data = application.create(session, {_A.CLASS: int(ObjectClass.DATA), _A.VALUE: value})
    assert [item.handle for item in application.objects(session, {_A.VALUE: value})] == [seen, data]
    assert [item.handle for item in application.objects(session, {_A.VALUE: value, _A.LABEL: "open"})] == [seen]
    assert application.objects(session, {_A.VALUE: b"another"}) == []
    assert application.objects(session, {_A.PRIME: b"\1"}) == []


# copies


def secret(application: Application, session: Session, **flags: bool) -> int:
    template: Template = {_A.TOKEN: True, **{_A[name.upper()]: value for name, value in flags.items()}}
    return application.generate_secret_key(session, KeyType.AES, 32, template)


def test_a_confined_key_has_no_public_copy(lab: Lab) -> None:
    application, session = open_partition(lab)
    for flags in ({"sensitive": True, "extractable": True}, {"sensitive": False, "extractable": False}):
        handle = secret(application, session, **flags)
        with pytest.raises(AttributeReadOnly):
            application.copy(session, handle, {_A.PRIVATE: False})
    free = secret(application, session, sensitive=False, extractable=True)
    with pytest.raises(AttributeReadOnly):
        application.copy(session, free, {_A.PRIVATE: False, _A.SENSITIVE: True})
    assert not application.read(session, application.copy(session, free, {_A.PRIVATE: False})).flag(_A.PRIVATE)


def test_a_copy_of_what_is_not_modifiable_is_not_modifiable(lab: Lab) -> None:
    application, session = open_partition(lab)
    handle = secret(application, session, modifiable=False)
    for template in ({_A.MODIFIABLE: True}, {_A.LABEL: "changed"}, {_A.WRAP: True, _A.MODIFIABLE: True}):
        with pytest.raises(AttributeReadOnly):
            application.copy(session, handle, template)
    twin = application.copy(session, handle, {_A.TOKEN: False})
    assert not application.read(session, twin).flag(_A.MODIFIABLE)
    fixed = application.copy(session, 120, {_A.MODIFIABLE: False, _A.LABEL: "fixed"})
    assert (application.read(session, fixed).label, application.read(session, fixed).flag(_A.MODIFIABLE)) == (
        "fixed",
        False,
    )


def test_a_copys_history_is_the_originals_or_worse(lab: Lab) -> None:
    application, session = open_partition(lab)
    handle = secret(application, session, sensitive=False, extractable=True)
    twin = application.read(session, application.copy(session, handle, {_A.SENSITIVE: True, _A.EXTRACTABLE: False}))
    assert (twin.flag(_A.ALWAYS_SENSITIVE), twin.flag(_A.NEVER_EXTRACTABLE)) == (False, False)
    never = secret(application, session, sensitive=True, extractable=False)
    twin = application.read(session, application.copy(session, never, {}))
    assert (twin.flag(_A.ALWAYS_SENSITIVE), twin.flag(_A.NEVER_EXTRACTABLE)) == (True, True)


def test_only_data_objects_change_their_value(lab: Lab) -> None:
    application, session = open_partition(lab)
    data = application.create(session, {_A.CLASS: int(ObjectClass.DATA), _A.VALUE: b"old"})
    application.set_attributes(session, data, {_A.VALUE: b"new"})
    assert application.attribute(session, data, _A.VALUE) == b"new"
    public, _ = application.generate_pair(session, PairSpec(KeyType.DH, 2048), {}, {})
    with pytest.raises(AttributeReadOnly):
        application.set_attributes(session, public, {_A.VALUE: b"\3"})
