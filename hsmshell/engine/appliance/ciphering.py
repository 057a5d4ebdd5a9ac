"""Encrypting and decrypting data with the keys of a partition, digests, and random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hsmshell.engine import ciphers, crypto, derivation, macs
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.mechanism_table import MechanismFlag
from hsmshell.engine.appliance.usage import ApplicationUsage, fits
from hsmshell.engine.attributes import Attribute, ObjectClass
from hsmshell.engine.errors import (
    ArgumentsBad,
    DataLenRange,
    EncryptedDataInvalid,
    EncryptedDataLenRange,
    KeyIndigestible,
    KeySizeRange,
    MechanismParamInvalid,
    WrappedKeyInvalid,
    WrappedKeyLenRange,
)
from hsmshell.engine.mechanisms import GCM_IV_LENGTH, Mechanism, MechanismParameters

LONGEST_RANDOM = 65536
"""The random bytes that are given at once."""

DERIVING = frozenset({Mechanism.SHA224, Mechanism.SHA384, Mechanism.SHA512})
"""The hashes with which keys are derived of a confined key; those by SHA-1 and SHA-256 are its fingerprints."""

STREAMS = frozenset({Mechanism.AES_CTR, Mechanism.RC4})
"""Where decrypting is encrypting once more."""


class ApplicationCiphering(ApplicationUsage):
    """What works on data that the program brings; no key of the partition is ever the data."""

    def encrypt(
        self,
        session: Session | None,
        mechanism: Mechanism | None,
        handle: int,
        data: bytes,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
    ) -> bytes:
        """The data encrypted under a secret key or a public RSA key.

        AES-GCM without an IV takes one of the HSM's, which then comes first; with one (not in FIPS mode, SP 800-38D
        8.2) the result is ciphertext and tag.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, ``MechanismInvalid``,
        ``MechanismParamInvalid``, ``KeyHandleInvalid``, ``KeyTypeInconsistent``, ``KeyFunctionNotPermitted``,
        ``KeyNotActive``, ``KeySizeRange``, ``DataLenRange``.
        """
        session = self._require(session, PartitionOperation.USE)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.ENCRYPT)
        if mechanism is Mechanism.AES_GCM and parameters.iv and self._is_fips(session):
            raise MechanismParamInvalid("in FIPS mode the HSM makes the IV")
        with self._store.transaction():
            key = self._key_for(session, mechanism, handle, Attribute.ENCRYPT, ObjectClass.PUBLIC_KEY)
            with _as_data():
                if mechanism in STREAMS:
                    return ciphers.stream(mechanism, key, data, parameters.iv)
                if mechanism is Mechanism.AES_GCM:
                    iv = parameters.iv or self.lab.services.random_bytes(GCM_IV_LENGTH)
                    return (b"" if parameters.iv else iv) + ciphers.gcm_encrypt(key, data, iv, parameters)
                encrypted = crypto.wrap(mechanism, key, data, parameters)
            if not encrypted:
                raise DataLenRange("no data")
            return encrypted

    def decrypt(
        self,
        session: Session | None,
        mechanism: Mechanism | None,
        handle: int,
        data: bytes,
        parameters: MechanismParameters = MechanismParameters(),  # noqa: B008
    ) -> bytes:
        """What ``encrypt`` was given, by the secret key or the private RSA key.

        Raises ``EncryptedDataInvalid`` or ``EncryptedDataLenRange`` for what does not open, otherwise as ``encrypt``.
        """
        session = self._require(session, PartitionOperation.USE)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.DECRYPT)
        with self._store.transaction():
            key = self._key_for(session, mechanism, handle, Attribute.DECRYPT, ObjectClass.PRIVATE_KEY)
            with _as_data():
                if mechanism in STREAMS:
                    return ciphers.stream(mechanism, key, data, parameters.iv)
                if mechanism is Mechanism.AES_GCM:
                    iv = parameters.iv or data[:GCM_IV_LENGTH]
                    if not parameters.iv and len(data) < GCM_IV_LENGTH:
                        raise WrappedKeyLenRange("shorter than an IV")
                    return ciphers.gcm_decrypt(key, data if parameters.iv else data[GCM_IV_LENGTH:], iv, parameters)
                return crypto.unwrap(mechanism, key, data, parameters)

    def digest(self, session: Session | None, mechanism: Mechanism | None, data: bytes) -> bytes:
        """The data's digest; without a login, too. Raises ``SessionHandleInvalid`` or ``MechanismInvalid``."""
        session = self._require_open(session)
        return macs.digest(self._mechanism(session, mechanism, MechanismFlag.DIGEST), data)

    def digest_key(self, session: Session | None, mechanism: Mechanism | None, handle: int) -> bytes:
        """The digest of a secret key's value (PKCS#11 v3.0 5.12.4).

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, ``MechanismInvalid``,
        ``KeyHandleInvalid``, ``KeyIndigestible`` for a key that is no secret one, and for a confined one by a hash with
        which keys are derived: the digest would be such a key.
        """
        session = self._require(session, PartitionOperation.USE)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.DIGEST)
        with self._store.reading():
            key = self._key(session, handle)
            if key.object_class is not ObjectClass.SECRET_KEY:
                raise KeyIndigestible(str(handle))
            if derivation.is_confined(key.attributes) and mechanism in DERIVING:
                raise KeyIndigestible(f"{handle}: {mechanism.name} derives keys of it")
            return macs.digest(mechanism, self._store.material(key.material))

    def random(self, session: Session | None, length: int) -> bytes:
        """Random bytes; without a login, too. Raises ``SessionHandleInvalid`` or ``ArgumentsBad``."""
        self._require_open(session)
        if not 0 < length <= LONGEST_RANDOM:
            raise ArgumentsBad(f"{length} bytes")
        return self.lab.services.random_bytes(length)

    def seed_random(self, session: Session | None, seed: bytes) -> None:
        """Add to the HSM's randomness, which needs none: nothing changes. Raises ``SessionHandleInvalid`` or
        ``ArgumentsBad``."""
        self._require_open(session)
        if not seed:
            raise ArgumentsBad("no seed")

    def _key_for(
        self, session: Session, mechanism: Mechanism, handle: int, usage: Attribute, asymmetric: ObjectClass
    ) -> bytes:
        """A key's material for one use."""
        key = self._use(session, handle, usage, fits=lambda item: fits(item, mechanism, asymmetric))
        material = self._store.material(key.material)
        cipher = ciphers.CIPHERS.get(mechanism)
        if cipher is not None:
            ciphers.require_fitting(cipher, material)
        return material


@contextmanager
def _as_data() -> Iterator[None]:
    """The errors of wrapping, as data have them."""
    try:
        yield
    except KeySizeRange as problem:
        raise DataLenRange(str(problem)) from problem
    except WrappedKeyLenRange as problem:
        raise EncryptedDataLenRange(str(problem)) from problem
    except WrappedKeyInvalid as problem:
        raise EncryptedDataInvalid(str(problem)) from problem
