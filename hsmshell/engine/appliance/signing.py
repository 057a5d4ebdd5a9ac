"""What a partition signs, and which signatures it verifies, with its keys."""

from __future__ import annotations

from hsmshell.engine import macs, raw_signatures, signatures
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.mechanism_table import MechanismFlag
from hsmshell.engine.appliance.usage import ApplicationUsage
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import StoredObject


def key_types(mechanism: Mechanism) -> tuple[KeyType, ...]:
    """The types of the keys that sign so; none for a mechanism that does not sign."""
    if mechanism in signatures.METHODS:
        return (signatures.METHODS[mechanism].scheme.key_type,)
    if mechanism in raw_signatures.METHODS:
        return (raw_signatures.METHODS[mechanism][0],)
    return macs.key_types(mechanism)


class ApplicationSigning(ApplicationUsage):
    """Signing and verifying, with key pairs and with secret keys."""

    def sign(self, session: Session | None, mechanism: Mechanism | None, handle: int, data: bytes) -> bytes:
        """The signature of the data by a private key, or their authentication code by a secret key.

        Raises ``SessionHandleInvalid``, ``UserNotLoggedIn``, ``UserNotAuthorized``, ``MechanismInvalid``,
        ``KeyHandleInvalid``, ``KeyTypeInconsistent``, ``KeyFunctionNotPermitted``, ``KeyNotActive``, ``KeySizeRange``,
        ``DataLenRange``.
        """
        session = self._require(session, PartitionOperation.USE)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.SIGN)
        with self._store.transaction():
            key = self._use(
                session, handle, Attribute.SIGN, fits=lambda item: _fits(item, mechanism, ObjectClass.PRIVATE_KEY)
            )
            material = self._store.material(key.material)
            if mechanism in signatures.METHODS:
                return signatures.sign(mechanism, material, data)
            if mechanism in raw_signatures.METHODS:
                return raw_signatures.sign(mechanism, material, data)
            return macs.code(mechanism, material, data)

    def verify(
        self, session: Session | None, mechanism: Mechanism | None, handle: int, data: bytes, signature: bytes
    ) -> None:
        """Return when the signature is one of the data by a public key's other half, or by this secret key.

        Raises ``SignatureInvalid`` or ``SignatureLenRange`` when it is not, otherwise as ``sign`` does.
        """
        session = self._require(session, PartitionOperation.USE)
        mechanism = self._mechanism(session, mechanism, MechanismFlag.VERIFY)
        with self._store.transaction():
            key = self._use(
                session, handle, Attribute.VERIFY, fits=lambda item: _fits(item, mechanism, ObjectClass.PUBLIC_KEY)
            )
            material = self._store.material(key.material)
            if mechanism in signatures.METHODS:
                signatures.verify(mechanism, material, data, signature)
            elif mechanism in raw_signatures.METHODS:
                raw_signatures.verify(mechanism, material, data, signature)
            else:
                macs.verify(mechanism, material, data, signature)


def _fits(key: StoredObject, mechanism: Mechanism, asymmetric: ObjectClass) -> bool:
    types = key_types(mechanism)
    expected = ObjectClass.SECRET_KEY if macs.key_types(mechanism) else asymmetric
    return key.object_class is expected and key.key_type in types
