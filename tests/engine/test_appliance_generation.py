"""What a partition's HSM makes itself: secret keys, pairs of every type, domain parameters."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable

import pytest

from hsmshell.engine import asymmetric, der, encodings
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.domain import Domain, published_group
from hsmshell.engine.errors import (
    AttributeValueInvalid,
    CurveNotSupported,
    DomainParamsInvalid,
    HsmError,
    KeySizeRange,
    MechanismInvalid,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Curve
from tests.engine.driving import open_partition

_A = Attribute

PAIR = (
    "CLASS TOKEN PRIVATE LABEL KEY_TYPE SUBJECT ID DERIVE START_DATE END_DATE LOCAL MODIFIABLE CCM_PRIVATE "
    "FINGERPRINT_SHA1 OUID EKM_UID GENERIC_1 GENERIC_2 GENERIC_3 FINGERPRINT_SHA256 "
)
PUBLIC = PAIR + "ENCRYPT WRAP VERIFY VERIFY_RECOVER "
PRIVATE = PAIR + "SENSITIVE EXTRACTABLE ALWAYS_SENSITIVE NEVER_EXTRACTABLE DECRYPT UNWRAP SIGN SIGN_RECOVER "


def fips(lab: Lab) -> tuple[Application, Session]:
    """A crypto officer of an HSM in FIPS mode."""
    device = lab.appliance().device
    with lab.store.transaction():
        lab.store.set_device_settings(device.id, {**device.settings, "allow_non_fips": False})
    return open_partition(lab)


def names(application: Application, session: Session, handle: int) -> set[str]:
    return {attribute.name for attribute in application.read(session, handle).attributes}


@pytest.mark.parametrize(
    "spec, public, private",
    [
        (PairSpec(KeyType.RSA, 2048), "MODULUS MODULUS_BITS PUBLIC_EXPONENT",
         "MODULUS MODULUS_BITS PUBLIC_EXPONENT X9_31_GENERATED"),
        *((PairSpec(KeyType.EC, curve=curve), "EC_PARAMS EC_POINT", "EC_PARAMS")
          for curve in sorted(asymmetric.WEIERSTRASS, key=str)),
        *((PairSpec(KeyType.EC_EDWARDS, curve=curve), "EC_PARAMS EC_POINT", "EC_PARAMS")
          for curve in sorted(asymmetric.EDWARDS, key=str)),
        *((PairSpec(KeyType.EC_MONTGOMERY, curve=curve), "EC_PARAMS EC_POINT", "EC_PARAMS")
          for curve in sorted(asymmetric.MONTGOMERY, key=str)),
        (PairSpec(KeyType.DSA, 1024), "PRIME SUBPRIME BASE VALUE", "PRIME SUBPRIME BASE"),
        (PairSpec(KeyType.DH, 1024), "PRIME BASE VALUE", "PRIME BASE VALUE_BITS"),
    ],
    ids=lambda value: f"{value.key_type.name}-{value.curve.name if value.curve else value.bits}"
    if isinstance(value, PairSpec) else "",
)  # fmt: skip
def test_pairs_have_the_attributes_of_their_type(lab: Lab, spec: PairSpec, public: str, private: str) -> None:
    application, session = open_partition(lab)
    first, second = application.generate_pair(session, spec, {_A.LABEL: "public"}, {_A.LABEL: "private"})
    assert names(application, session, first) == set((PUBLIC + public).split())
    assert names(application, session, second) == set((PRIVATE + private).split())
    one, other = application.read(session, first), application.read(session, second)
    assert (one.object_class, other.object_class) == (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY)
    assert one.key_type is other.key_type is spec.key_type
    assert one.attributes[_A.FINGERPRINT_SHA256] == other.attributes[_A.FINGERPRINT_SHA256]
    assert (one.flag(_A.LOCAL), other.flag(_A.LOCAL), other.flag(_A.NEVER_EXTRACTABLE)) == (True, True, True)
    with lab.store.reading():
        halves = [lab.store.material(item.material) for item in (one, other)]
    assert encodings.public_of(halves[1]) == halves[0]


def test_a_point_is_a_der_octet_string(lab: Lab) -> None:
    application, session = open_partition(lab)
    public, _ = application.generate_pair(session, PairSpec(KeyType.EC, curve=Curve.P256), {}, {})
    point = application.attribute(session, public, _A.EC_POINT)
    assert isinstance(point, bytes)
    assert point[:3] == b"\x04\x41\x04"
    with lab.store.reading():
        material = lab.store.material(application.read(session, public).material)
    assert material.endswith(der.read_octet_string(point))


@pytest.mark.parametrize(
    "key_type, size",
    [
        (KeyType.AES, 24), (KeyType.GENERIC_SECRET, 512), (KeyType.DES, 8), (KeyType.DES2, 16), (KeyType.DES3, 24),
        (KeyType.RC2, 128), (KeyType.RC4, 256), (KeyType.CAST5, 5), (KeyType.SEED, 16),
    ],
)  # fmt: skip
def test_secret_keys_of_every_type(lab: Lab, key_type: KeyType, size: int) -> None:
    application, session = open_partition(lab)
    handle = application.generate_secret_key(session, key_type, size, {_A.SENSITIVE: False, _A.EXTRACTABLE: True})
    value = application.attribute(session, handle, _A.VALUE)
    assert isinstance(value, bytes)
    assert len(value) == application.attribute(session, handle, _A.VALUE_LEN) == size
    if key_type in (KeyType.DES, KeyType.DES2, KeyType.DES3):
        assert all(bin(byte).count("1") % 2 for byte in value), "FIPS 46-3: odd parity"


REFUSED: list[tuple[type[HsmError], PairSpec]] = [
    (KeySizeRange, PairSpec(KeyType.RSA, 1023)),
    (KeySizeRange, PairSpec(KeyType.RSA, 4104)),
    (KeySizeRange, PairSpec(KeyType.RSA, 1024, x9_31=True)),
    (AttributeValueInvalid, PairSpec(KeyType.RSA, 2048, 4)),
    (KeySizeRange, PairSpec(KeyType.DSA, 1536)),
    (KeySizeRange, PairSpec(KeyType.DH, 1025)),
    (DomainParamsInvalid, PairSpec(KeyType.DH, domain=b"nothing")),
    (DomainParamsInvalid, PairSpec(KeyType.DH, domain=Domain((1 << 1023) + 2, 2).encode(KeyType.DH))),
    (DomainParamsInvalid, PairSpec(KeyType.DSA, domain=published_group(1024).encode(KeyType.DH))),
    (DomainParamsInvalid, PairSpec(KeyType.DSA, domain=Domain((1 << 1023) + 1, 2, 1 << 159).encode(KeyType.DSA))),
    (DomainParamsInvalid, PairSpec(KeyType.DH, domain=Domain((1 << 1023) + 1, 2).encode(KeyType.DH))),
    (KeySizeRange, PairSpec(KeyType.DH, domain=Domain(23, 5).encode(KeyType.DH))),
    (CurveNotSupported, PairSpec(KeyType.EC)),
    (CurveNotSupported, PairSpec(KeyType.EC, curve=Curve.ED25519)),
    (CurveNotSupported, PairSpec(KeyType.EC_MONTGOMERY, curve=Curve.ED25519)),
    (MechanismInvalid, PairSpec(KeyType.AES, 256)),
]


@pytest.mark.parametrize("error, spec", REFUSED)
def test_pairs_that_are_not_made(lab: Lab, error: type[HsmError], spec: PairSpec) -> None:
    application, session = open_partition(lab)
    with pytest.raises(error):
        application.generate_pair(session, spec, {}, {})
    assert len(application.objects(session)) == 4


def test_a_refused_half_leaves_no_other(lab: Lab) -> None:
    application, session = open_partition(lab)
    with pytest.raises(AttributeValueInvalid):
        application.generate_pair(session, PairSpec(KeyType.EC, curve=Curve.P256), {}, {_A.LABEL: 5})
    assert len(application.objects(session)) == 4


@pytest.mark.parametrize(
    "spec",
    [
        PairSpec(KeyType.RSA, 1024),
        PairSpec(KeyType.DSA, 1024),
        PairSpec(KeyType.DH, 1536),
        PairSpec(KeyType.EC, curve=Curve.P192),
        PairSpec(KeyType.EC, curve=Curve.K256),
        PairSpec(KeyType.EC_MONTGOMERY, curve=Curve.X25519),
    ],
)
def test_weak_pairs_are_not_made_in_fips_mode(lab: Lab, spec: PairSpec) -> None:
    application, session = fips(lab)
    with pytest.raises((KeySizeRange, CurveNotSupported)):
        application.generate_pair(session, spec, {}, {})


def test_old_ciphers_have_no_keys_in_fips_mode(lab: Lab) -> None:
    application, session = fips(lab)
    for key_type in (KeyType.DES, KeyType.DES2, KeyType.RC2, KeyType.RC4, KeyType.CAST5, KeyType.SEED):
        with pytest.raises(MechanismInvalid):
            application.generate_secret_key(session, key_type, 16, {})
    assert application.generate_secret_key(session, KeyType.AES, 16, {})


@pytest.mark.parametrize("key_type", [KeyType.DSA, KeyType.DH])
def test_a_pair_in_the_domain_that_was_made_for_it(lab: Lab, key_type: KeyType) -> None:
    application, session = open_partition(lab)
    domain = application.generate_domain(session, key_type, 2048, {_A.LABEL: "domain"})
    item = application.read(session, domain)
    assert item.object_class is ObjectClass.DOMAIN_PARAMETERS
    assert (item.flag(_A.LOCAL), item.attributes[_A.PRIME_BITS]) == (True, 2048)
    assert (_A.SUBPRIME in item.attributes) is (key_type is KeyType.DSA)
    spec = PairSpec(key_type, domain=application.domain(session, domain))
    public, _ = application.generate_pair(session, spec, {}, {})
    assert application.attribute(session, public, _A.PRIME) == item.attributes[_A.PRIME]


@pytest.mark.parametrize("bits", [1536, 2048, 3072, 4096])
def test_published_groups_are_those_of_openssl(bits: int, judge: Callable[[str], str]) -> None:
    command = [judge("openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:modp_{bits}"]
    pem = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout.decode()
    theirs = base64.b64decode("".join(pem.splitlines()[1:-1]))
    assert der.read_integers(theirs)[:2] == published_group(bits)[:2]


def test_the_shortest_group_is_oakleys_second() -> None:
    prime = published_group(1024).prime
    assert f"{prime:x}" == (
        "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b"
        "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe6"
        "49286651ece65381ffffffffffffffff"
    )
