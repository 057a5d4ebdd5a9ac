"""New keys of a partition: secret keys, pairs and domain parameters, made by the HSM itself."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine import asymmetric, encodings
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.mechanism_table import APPROVED_BITS, SECRET_KEY_GENERATION, mechanism_of
from hsmshell.engine.appliance.operations import ApplicationObjects
from hsmshell.engine.appliance.traits import domain_traits, private_traits, public_traits
from hsmshell.engine.attributes import Attribute, Attributes, KeyType, ObjectClass
from hsmshell.engine.domain import Domain, decode_domain, prime_bits, published_group
from hsmshell.engine.errors import (
    AttributeValueInvalid,
    CurveNotSupported,
    DataInvalid,
    DomainParamsInvalid,
    KeySizeRange,
    MechanismInvalid,
)
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.objects import secret_traits, with_odd_parity

RSA_BITS = range(1024, 4097, 8)
"""Modulus lengths in bits that the HSM makes outside FIPS mode."""

STRONG_RSA_BITS = range(2048, 4097, 256)
"""Those with strong primes: for these lengths the library makes them of auxiliary primes (FIPS 186-4 B.3.6)."""

SECRET_BYTES = range(1, 513)
"""Lengths in bytes of the secret keys that the HSM makes."""

FIPS_CURVES = frozenset(Curve) - {Curve.P192, Curve.K256, Curve.X25519, Curve.X448}
"""The curves on which pairs are made in FIPS mode (FIPS 186-5, SP 800-186)."""


class PairSpec(NamedTuple):
    """What a new pair is to be."""

    key_type: KeyType
    bits: int = 0
    """The length of RSA's modulus, or of the prime of a new domain of DSA or Diffie-Hellman."""
    exponent: int = 65537
    """RSA's public exponent."""
    curve: Curve | None = None
    domain: bytes = b""
    """The domain parameters of DSA or Diffie-Hellman in their stored form (``Domain.encode``); empty for fresh ones of
    DSA and a published group of Diffie-Hellman."""
    strong_primes: bool = False
    """Whether RSA's primes are made of auxiliary ones (X9.31; FIPS 186-4 B.3.6)."""
    x9_31: bool = False
    """Whether the private key says that they are those of X9.31 (CKA_X9_31_GENERATED); they are strong then."""


class ApplicationGeneration(ApplicationObjects):
    """Generating keys."""

    def generate_secret_key(self, session: Session | None, key_type: KeyType, size: int, template: Attributes) -> int:
        """A new secret key of ``size`` bytes; a DES key's bytes have odd parity (FIPS 46-3).

        Raises ``MechanismInvalid`` for a type that the HSM (in FIPS mode: SP 800-131A) does not make, ``KeySizeRange``,
        and what ``create`` raises.
        """
        session = self._require(session, PartitionOperation.CREATE)
        self._require_makes(session, key_type)
        if size not in SECRET_BYTES:
            raise KeySizeRange(str(size))
        return self._new_secret(session, key_type, self.lab.services.random_bytes(size), template, local=True)

    def _new_secret(
        self, session: Session, key_type: KeyType, value: bytes, template: Attributes, *, local: bool
    ) -> int:
        """A secret key of these bytes, which get a DES key's parity; its handle. Raises ``KeySizeRange``."""
        if len(value) not in SECRET_BYTES:
            raise KeySizeRange(str(len(value)))
        value = with_odd_parity(key_type, value)
        return self._new(session, value, secret_traits(key_type, value), template, local=local)

    def _require_makes(self, session: Session, key_type: KeyType) -> None:
        """Raise ``MechanismInvalid`` for a type of secret key that the HSM does not make in its mode."""
        appliance, mechanism = self.appliance_of(session.slot), SECRET_KEY_GENERATION.get(key_type)
        if mechanism is None or mechanism_of(mechanism, appliance.profile, fips=appliance.is_fips) is None:
            raise MechanismInvalid(key_type.name)

    def generate_pair(
        self, session: Session | None, spec: PairSpec, public: Attributes, private: Attributes
    ) -> tuple[int, int]:
        """A new pair; the public key's handle first.

        Raises ``MechanismInvalid`` for a type that has no pairs, ``KeySizeRange`` for a length that the HSM (in FIPS
        mode: SP 800-131A) does not make, ``AttributeValueInvalid`` for RSA's exponent, ``CurveNotSupported``,
        ``DomainParamsInvalid``, and what ``create`` raises.
        """
        session = self._require(session, PartitionOperation.CREATE)
        key = self._private_key(spec, fips=self._is_fips(session))
        other = encodings.public_of(key)
        traits = private_traits(key)
        if spec.key_type is KeyType.RSA:
            traits[Attribute.X9_31_GENERATED] = spec.x9_31
        with self._store.transaction():
            first = self._new(session, other, public_traits(other), public, local=True)
            return first, self._new(session, key, traits, private, local=True)

    def _private_key(self, spec: PairSpec, *, fips: bool) -> bytes:
        services = self.lab.services
        if spec.key_type is KeyType.RSA:
            strong = spec.strong_primes or spec.x9_31
            if spec.bits not in (STRONG_RSA_BITS if strong else RSA_BITS) or (fips and spec.bits < APPROVED_BITS):
                raise KeySizeRange(str(spec.bits))
            if spec.exponent < 3 or not spec.exponent % 2:
                raise AttributeValueInvalid(Attribute.PUBLIC_EXPONENT.name)
            return services.rsa_key(spec.bits, spec.exponent)
        if spec.key_type in asymmetric.CURVE_TYPES:
            curves = asymmetric.CURVE_TYPES[spec.key_type]
            if spec.curve not in (curves & FIPS_CURVES if fips else curves) or spec.curve is None:
                raise CurveNotSupported(spec.curve.value if spec.curve else "none")
            return services.ec_key(spec.curve)
        if spec.key_type not in (KeyType.DSA, KeyType.DH):
            raise MechanismInvalid(spec.key_type.name)
        if not spec.domain and spec.key_type is KeyType.DSA:
            _require_bits(spec.key_type, spec.bits, fips=fips)
            return services.dsa_key(spec.bits)
        domain = _given(spec) if spec.domain else published_group(spec.bits)
        _require_bits(spec.key_type, domain.prime.bit_length(), fips=fips)
        return asymmetric.generate_in(domain, spec.key_type)

    def generate_domain(self, session: Session | None, key_type: KeyType, bits: int, template: Attributes) -> int:
        """Domain parameters whose prime has so many bits: fresh ones of DSA, a published group of Diffie-Hellman, for
        which SP 800-56A 5.5.1.1 wants one, and a safe prime of one's own would take minutes.

        Raises ``MechanismInvalid`` for another type, ``KeySizeRange``, and what ``create`` raises.
        """
        session = self._require(session, PartitionOperation.CREATE)
        if key_type not in (KeyType.DSA, KeyType.DH):
            raise MechanismInvalid(key_type.name)
        fips = self._is_fips(session)
        _require_bits(key_type, bits, fips=fips)
        domain = self.lab.services.dsa_domain(bits) if key_type is KeyType.DSA else published_group(bits)
        return self._new(session, domain.encode(key_type), domain_traits(key_type, domain), template, local=True)

    def domain(self, session: Session | None, handle: int) -> bytes:
        """The stored form of a domain parameter object.

        Raises ``ObjectHandleInvalid``, ``DomainParamsInvalid`` for an object of another class.
        """
        item = self.read(session, handle)
        if item.object_class is not ObjectClass.DOMAIN_PARAMETERS:
            raise DomainParamsInvalid(str(handle))
        with self._store.reading():
            return self._store.material(item.material)


def _given(spec: PairSpec) -> Domain:
    try:
        domain = decode_domain(spec.domain, spec.key_type)
    except DataInvalid as problem:
        raise DomainParamsInvalid(spec.key_type.name) from problem
    domain.check(spec.key_type)
    return domain


def _require_bits(key_type: KeyType, bits: int, *, fips: bool) -> None:
    if bits not in prime_bits(key_type) or (fips and bits < APPROVED_BITS):
        raise KeySizeRange(str(bits))
