"""The table of mechanisms is true: what it lists is carried out, in the sizes that it gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hsmshell.engine import derivation
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.appliance.generation import FIPS_CURVES
from hsmshell.engine.appliance.mechanism_table import MECHANISMS, SECRET_KEY_GENERATION, MechanismFlag, mechanisms_of
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.appliance.signing import key_types
from hsmshell.engine.asymmetric import CURVE_TYPES
from hsmshell.engine.attributes import USAGE, Attribute, Attributes, KeyType
from hsmshell.engine.ciphers import CIPHERS, available
from hsmshell.engine.errors import (
    CurveNotSupported,
    KeySizeRange,
    MechanismInvalid,
    SignatureInvalid,
    SlotIdInvalid,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Curve, Mechanism, MechanismParameters

ALL: Attributes = {**dict.fromkeys(USAGE, True), Attribute.EXTRACTABLE: True}
NEWER = """\
password_cost = 2
[[appliance]]
profile = "luna7"
fips = false
[[appliance.partition]]
slot = 1
label = "one"
crypto_officer_pin = "password"
"""
SIZES = {
    KeyType.AES: 32,
    KeyType.DES: 8,
    KeyType.DES2: 16,
    KeyType.DES3: 24,
    KeyType.RC2: 16,
    KeyType.CAST5: 16,
    KeyType.SEED: 16,
    KeyType.GENERIC_SECRET: 32,
}
"""A size in bytes that suits each kind of secret key."""
OLD = {
    KeyType.RC2: Mechanism.RC2_CBC,
    KeyType.RC4: Mechanism.RC4,
    KeyType.CAST5: Mechanism.CAST5_CBC,
    KeyType.SEED: Mechanism.SEED_CBC,
    KeyType.ARIA: Mechanism.ARIA_CBC,
}
"""Ciphers that not every build of the library has."""
APPROVED = {KeyType.AES, KeyType.DES3, KeyType.GENERIC_SECRET}
"""What SP 800-131A 2 leaves."""
PAIRS = {
    Mechanism.RSA_PKCS_KEY_PAIR_GEN: PairSpec(KeyType.RSA),
    Mechanism.RSA_X9_31_KEY_PAIR_GEN: PairSpec(KeyType.RSA, x9_31=True),
    Mechanism.DSA_KEY_PAIR_GEN: PairSpec(KeyType.DSA),
    Mechanism.DH_PKCS_KEY_PAIR_GEN: PairSpec(KeyType.DH),
}
CURVED = {
    KeyType.EC: Mechanism.EC_KEY_PAIR_GEN,
    KeyType.EC_EDWARDS: Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
    KeyType.EC_MONTGOMERY: Mechanism.EC_MONTGOMERY_KEY_PAIR_GEN,
}


@pytest.fixture
def program(lab: Lab) -> Application:
    return lab.application()


@pytest.fixture
def session(program: Application) -> Session:
    opened = program.open_session(1)
    program.login(opened, Role.CRYPTO_OFFICER, "password")
    return opened


@pytest.fixture
def newer(lab_from: Callable[[str], Lab]) -> Application:
    """A program on an appliance of the generation with the most mechanisms."""
    return lab_from(NEWER).application()


@pytest.fixture
def officer(newer: Application) -> Session:
    opened = newer.open_session(1)
    newer.login(opened, Role.CRYPTO_OFFICER, "password")
    return opened


def named(program: Application, flag: MechanismFlag) -> list[Mechanism]:
    found = [info.mechanism for info in program.mechanisms(1) if flag in info.flags]
    assert found
    return found


def test_the_table_is_in_order_and_names_each_mechanism_once() -> None:
    numbers = [row.mechanism for row in MECHANISMS]
    assert numbers == sorted(set(numbers))
    assert all(row.flags and row.smallest <= row.largest for row in MECHANISMS)


def test_every_wrapping_mechanism_wraps_and_unwraps(newer: Application, officer: Session) -> None:
    target = newer.generate_secret_key(officer, KeyType.AES, 32, ALL)
    pair = newer.generate_pair(officer, PairSpec(KeyType.RSA, 2048), {Attribute.WRAP: True}, {Attribute.UNWRAP: True})
    keys = {kind: newer.generate_secret_key(officer, kind, size, ALL) for kind, size in SIZES.items()}
    assert named(newer, MechanismFlag.WRAP) == named(newer, MechanismFlag.UNWRAP)
    for mechanism in named(newer, MechanismFlag.WRAP):
        cipher = CIPHERS.get(mechanism)
        wrapping, unwrapping = pair if cipher is None else (keys[cipher], keys[cipher])
        wrapped = newer.wrap(officer, mechanism, wrapping, target)
        new = newer.unwrap(officer, mechanism, unwrapping, wrapped, KeyType.AES, ALL)
        prints = [newer.attribute(officer, handle, Attribute.FINGERPRINT_SHA256) for handle in (target, new)]
        assert prints[0] == prints[1], mechanism


def test_every_signing_mechanism_signs_and_verifies(newer: Application, officer: Session) -> None:
    public, private = {Attribute.VERIFY: True}, {Attribute.SIGN: True}
    keys = {
        kind: (handle, handle)
        for kind in SIZES
        if (handle := newer.generate_secret_key(officer, kind, SIZES[kind], ALL))
    }
    curves = PairSpec(KeyType.EC, curve=Curve.P256), PairSpec(KeyType.EC_EDWARDS, curve=Curve.ED448)
    for spec in (PairSpec(KeyType.RSA, 2048), *curves, PairSpec(KeyType.DSA, 1024)):
        keys[spec.key_type] = newer.generate_pair(officer, spec, public, private)
    assert named(newer, MechanismFlag.SIGN) == named(newer, MechanismFlag.VERIFY)
    for mechanism in named(newer, MechanismFlag.SIGN):
        verifying, signing = keys[key_types(mechanism)[0]]
        signature = newer.sign(officer, mechanism, signing, bytes(20))
        newer.verify(officer, mechanism, verifying, bytes(20), signature)
        with pytest.raises(SignatureInvalid):
            newer.verify(officer, mechanism, verifying, b"x" * 20, signature)


def test_every_cipher_encrypts_and_decrypts(newer: Application, officer: Session) -> None:
    public, private = {Attribute.ENCRYPT: True}, {Attribute.DECRYPT: True}
    pair = newer.generate_pair(officer, PairSpec(KeyType.RSA, 2048), public, private)
    sizes = {**SIZES, KeyType.RC4: 16}
    keys = {kind: newer.generate_secret_key(officer, kind, size, ALL) for kind, size in sizes.items()}
    assert named(newer, MechanismFlag.ENCRYPT) == named(newer, MechanismFlag.DECRYPT)
    for mechanism in named(newer, MechanismFlag.ENCRYPT):
        cipher = CIPHERS.get(mechanism)
        encrypting, decrypting = pair if cipher is None else (keys[cipher], keys[cipher])
        parameters = MechanismParameters(iv=bytes(16) if mechanism is Mechanism.AES_CTR else b"")
        encrypted = newer.encrypt(officer, mechanism, encrypting, b"x" * 32, parameters)
        assert encrypted != b"x" * 32
        assert newer.decrypt(officer, mechanism, decrypting, encrypted, parameters) == b"x" * 32


def test_every_digest_of_the_table_is_made(newer: Application, officer: Session) -> None:
    made = {newer.digest(officer, mechanism, b"data") for mechanism in named(newer, MechanismFlag.DIGEST)}
    assert len(made) == len(named(newer, MechanismFlag.DIGEST))


@pytest.mark.parametrize("profile", Profile)
def test_the_table_has_what_is_derived_with(profile: Profile) -> None:
    for fips in (False, True):
        derived = {info.mechanism for info in mechanisms_of(profile, fips=fips) if MechanismFlag.DERIVE in info.flags}
        assert derived == derivation.MECHANISMS - (set(derivation.ENCRYPTING) if fips else set())


@pytest.mark.parametrize("profile", Profile)
def test_every_kind_of_key_that_is_made_has_its_mechanism(profile: Profile) -> None:
    table = {info.mechanism for info in mechanisms_of(profile, fips=False)}
    made = {kind for kind, mechanism in SECRET_KEY_GENERATION.items() if mechanism in table}
    assert made == {kind for kind in SECRET_KEY_GENERATION if kind not in OLD or available(OLD[kind])}
    approved = {info.mechanism for info in mechanisms_of(profile, fips=True)}
    assert {kind for kind, mechanism in SECRET_KEY_GENERATION.items() if mechanism in approved} == APPROVED


@pytest.mark.parametrize("key_type", sorted(SECRET_KEY_GENERATION))
def test_secret_keys_are_made_in_the_sizes_of_the_table(
    program: Application, session: Session, key_type: KeyType
) -> None:
    if key_type in OLD and not available(OLD[key_type]):
        for refused in (
            lambda: program.mechanism(1, SECRET_KEY_GENERATION[key_type]),
            lambda: program.generate_secret_key(session, key_type, 16, {}),
        ):
            with pytest.raises(MechanismInvalid):
                refused()
        return
    info = program.mechanism(1, SECRET_KEY_GENERATION[key_type])
    unit = 8 if key_type in (KeyType.GENERIC_SECRET, KeyType.RC2, KeyType.RC4) else 1
    smallest, largest = (info.smallest // unit, info.largest // unit) if info.largest else (SIZES[key_type],) * 2
    for size in (smallest, largest):
        assert program.generate_secret_key(session, key_type, size, {})
    for size in (smallest - 1, largest + 1):
        with pytest.raises(KeySizeRange):
            program.generate_secret_key(session, key_type, size, {})


@pytest.mark.parametrize("fips", [False, True])
def test_pairs_are_refused_outside_the_sizes_of_the_table(lab_from: Callable[[str], Lab], fips: bool) -> None:
    program = lab_from(NEWER.replace("fips = false", f"fips = {str(fips).lower()}")).application()
    session = program.open_session(1)
    program.login(session, Role.CRYPTO_OFFICER, "password")
    for mechanism, spec in PAIRS.items():
        info = program.mechanism(1, mechanism)
        for bits in (info.smallest - 256, info.largest + 256):
            with pytest.raises(KeySizeRange):
                program.generate_pair(session, spec._replace(bits=bits), {}, {})
    for kind, mechanism in CURVED.items():
        known = [info for info in program.mechanisms(1) if info.mechanism == mechanism]
        for curve in sorted(CURVE_TYPES[kind], key=lambda curve: curve.value):
            made = not fips or curve in FIPS_CURVES
            if made:
                assert known
                assert program.generate_pair(session, PairSpec(kind, curve=curve), {}, {})
            else:
                with pytest.raises(CurveNotSupported):
                    program.generate_pair(session, PairSpec(kind, curve=curve), {}, {})
        assert bool(known) is any(not fips or curve in FIPS_CURVES for curve in CURVE_TYPES[kind])


@pytest.mark.parametrize("profile", Profile)
def test_fips_mode_has_only_approved_mechanisms_and_uses(profile: Profile) -> None:
    for info in mechanisms_of(profile, fips=True):
        assert info.approved
        assert not info.flags & info.only_outside_fips
        assert info.smallest >= info.smallest_approved


def test_a_mechanism_that_the_hsm_has_not(program: Application) -> None:
    with pytest.raises(MechanismInvalid):
        program.mechanism(1, 0x4242)
    with pytest.raises(SlotIdInvalid):
        program.mechanisms(9)
