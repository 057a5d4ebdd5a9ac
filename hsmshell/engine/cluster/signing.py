"""What a cluster signs, and which signatures it verifies, with the keys that are in it."""

from __future__ import annotations

from hsmshell.engine import signatures
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, ObjectClass
from hsmshell.engine.cluster.cluster import ClusterCore, Session
from hsmshell.engine.errors import DataLenRange, KeyFunctionNotPermitted, KeyTypeInconsistent
from hsmshell.engine.mechanisms import Mechanism

LONGEST_DATA = 64 * 1024
"""The bytes that may be signed at once (the guide's known issues, since client 1.1.1)."""


class ClusterSigning(ClusterCore):
    """Signing and verifying; neither changes anything."""

    def sign(self, session: Session | None, handle: int, mechanism: Mechanism, data: bytes) -> bytes:
        """The signature of the data by a private key.

        Raises ``UserNotLoggedIn``, ``UserNotAuthorized``, ``ObjectHandleInvalid``, ``AccessDenied``,
        ``KeyFunctionNotPermitted`` when the key may not sign, ``KeyTypeInconsistent`` when it is none for the
        mechanism, ``DataLenRange`` for more than ``LONGEST_DATA`` bytes.
        """
        key = self._signing_key(session, handle, mechanism, Attribute.SIGN, ObjectClass.PRIVATE_KEY, data)
        return signatures.sign(mechanism, key, data)

    def verify(self, session: Session | None, handle: int, mechanism: Mechanism, data: bytes, signature: bytes) -> None:
        """Return when a public key's other half made this signature of the data.

        Raises ``SignatureInvalid`` or ``SignatureLenRange`` when it did not, otherwise as ``sign`` does.
        """
        key = self._signing_key(session, handle, mechanism, Attribute.VERIFY, ObjectClass.PUBLIC_KEY, data)
        signatures.verify(mechanism, key, data, signature)

    def _signing_key(
        self,
        session: Session | None,
        handle: int,
        mechanism: Mechanism,
        use: Attribute,
        object_class: ObjectClass,
        data: bytes,
    ) -> bytes:
        """The key's material, when the user, the key and the data's length allow this use."""
        with self._store.reading():
            _, key = self._key(Operation.USE_KEY, session, handle)
            if not key.flag(use):
                raise KeyFunctionNotPermitted(f"{handle}: {use.name}")
            expected = signatures.method_of(mechanism).scheme.key_type
            if key.object_class is not object_class or key.key_type is not expected:
                raise KeyTypeInconsistent(str(handle))
            if len(data) > LONGEST_DATA:
                raise DataLenRange(f"{len(data)} bytes")
            return self._store.material(key.material)
