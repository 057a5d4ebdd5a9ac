"""Certificates in a partition, and what its private keys sign for them: requests and certificates."""

from __future__ import annotations

from hsmshell.engine import certificate_files, encodings, issuing
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.usage import ApplicationUsage
from hsmshell.engine.attributes import Attribute, Attributes, ObjectClass
from hsmshell.engine.certificate_terms import Terms
from hsmshell.engine.errors import KeyHandleInvalid, KeyTypeInconsistent, ObjectHandleInvalid
from hsmshell.engine.mechanisms import Hash
from hsmshell.engine.objects import Traits
from hsmshell.engine.subjects import Subject

X_509 = 0
"""CKC_X_509 (PKCS#11 v3.0 4.6.3)."""


def certificate_traits(der: bytes) -> Traits:
    """Class, type, names and value of a certificate object (PKCS#11 v3.0 4.6.3). Raises ``DataInvalid``."""
    names = certificate_files.names(der)
    return {
        Attribute.CLASS: int(ObjectClass.CERTIFICATE),
        Attribute.CERTIFICATE_TYPE: X_509,
        Attribute.SUBJECT: names.subject,
        Attribute.ISSUER: names.issuer,
        Attribute.SERIAL_NUMBER: names.serial,
        Attribute.VALUE: der,
    }


class ApplicationCertification(ApplicationUsage):
    """Certificates, requests for them, and public keys that leave the partition."""

    def import_certificate(self, session: Session | None, der: bytes, template: Attributes) -> int:
        """A certificate object. Raises ``DataInvalid`` and what ``create`` raises."""
        self._require(session, PartitionOperation.CREATE)
        return self._new(session, b"", certificate_traits(der), template, local=False)

    def public_key(self, session: Session | None, handle: int) -> bytes:
        """The SubjectPublicKeyInfo DER of a public key, or of the key that a certificate certifies.

        Raises ``ObjectHandleInvalid``, and ``KeyTypeInconsistent`` for an object that is neither.
        """
        item = self.read(session, handle)
        if item.object_class is ObjectClass.PUBLIC_KEY:
            with self._store.reading():
                return self._store.material(item.material)
        value = item.attributes.get(Attribute.VALUE)
        if item.object_class is ObjectClass.CERTIFICATE and isinstance(value, bytes):
            return certificate_files.certified_key(value)
        raise KeyTypeInconsistent(str(handle))

    def certificate(self, session: Session | None, handle: int) -> bytes:
        """A certificate's DER. Raises ``ObjectHandleInvalid``, also for an object that is no certificate."""
        item = self.read(session, handle)
        value = item.attributes.get(Attribute.VALUE)
        if item.object_class is not ObjectClass.CERTIFICATE or not isinstance(value, bytes):
            raise ObjectHandleInvalid(str(handle))
        return value

    def are_pair(self, session: Session | None, public: int, private: int) -> bool:
        """Whether the one is the other half of the other. Raises ``KeyHandleInvalid``, ``KeyTypeInconsistent``."""
        item = self.read(session, private)
        if item.object_class is not ObjectClass.PRIVATE_KEY:
            raise KeyHandleInvalid(str(private))
        with self._store.reading():
            material = self._store.material(item.material)
        return encodings.public_of(material) == self.public_key(session, public)

    def request_certificate(self, session: Session | None, handle: int, subject: Subject, hash_function: Hash) -> bytes:
        """The DER of a request (RFC 2986) for a private key, which signs it.

        Raises ``UserNotLoggedIn``, ``KeyHandleInvalid``, ``KeyFunctionNotPermitted`` (CKA_SIGN), ``KeyNotActive``,
        ``KeyNotAuthorized``, ``DataInvalid`` for a subject that is none, ``MechanismInvalid`` for SHA-1, and
        ``KeySizeRange`` for a key too short for the hash or for FIPS mode.
        """
        with self._store.transaction():
            return issuing.make_request(self._signing_key(session, handle), subject, hash_function)

    def self_sign(
        self,
        session: Session | None,
        handle: int,
        subject: Subject,
        terms: Terms,
        hash_function: Hash,
        template: Attributes,
    ) -> int:
        """A new certificate object whose own key signs it; its handle.

        Raises what ``request_certificate`` and ``create`` raise.
        """
        self._require(session, PartitionOperation.CREATE)
        with self._store.transaction():
            der = issuing.self_sign(self._signing_key(session, handle), subject, terms, hash_function)
            return self.import_certificate(session, der, template)

    def certify(
        self,
        session: Session | None,
        handle: int,
        issuer: int,
        request: bytes,
        terms: Terms,
        hash_function: Hash,
        template: Attributes,
    ) -> int:
        """A new certificate object for a request (DER), by a private key and its certificate ``issuer``; its handle.

        Raises what ``self_sign`` raises, ``ObjectHandleInvalid`` for an issuer that is no certificate, and
        ``DataInvalid`` for a request that is none and for a certificate of another key.
        """
        self._require(session, PartitionOperation.CREATE)
        authority = self.certificate(session, issuer)
        with self._store.transaction():
            der = issuing.certify(self._signing_key(session, handle), authority, request, terms, hash_function)
            return self.import_certificate(session, der, template)

    def _signing_key(self, session: Session | None, handle: int) -> bytes:
        """The PKCS#8 DER of a private key that may sign; its use is counted."""
        key = self._use(
            session,
            handle,
            Attribute.SIGN,
            fits=lambda item: item.object_class is ObjectClass.PRIVATE_KEY,
            unfit=KeyHandleInvalid,
        )
        return self._store.material(key.material)
