"""The certificates by which a cluster and its HSMs are known. Each is made when somebody asks for it first."""

from __future__ import annotations

from collections.abc import Mapping

from hsmshell.engine.certificates import (
    CUSTOMERS,
    PLANS,
    REQUEST,
    RSA_BITS,
    RSA_EXPONENT,
    SERIAL_BYTES,
    Blank,
    CertificateKind,
    Owner,
    issue,
    needed,
)
from hsmshell.engine.cluster.cluster import ClusterCore
from hsmshell.engine.cluster.phase import CUSTOMER_CA, lineage_of
from hsmshell.engine.encodings import public_of
from hsmshell.engine.errors import FunctionNotSupported
from hsmshell.engine.records import Certificate, Container


class ClusterCertificates(ClusterCore):
    """The certificates of a cluster's HSMs."""

    def certificate(self, node: Container, kind: CertificateKind) -> bytes:
        """The DER of a certificate that one HSM has.

        Raises ``NodeUnavailable``, and ``FunctionNotSupported`` for one that only somebody outside could sign, such as
        the customer's of a cluster that is not initialized.
        """
        with self._store.reading():
            self._require_up(node)
            missing = [one for one in needed(kind) if self._stored(node, one) is None]
            stored = self._stored(node, kind)
        if self.device.settings.get(CUSTOMER_CA):
            if kind in CUSTOMERS and stored is None:
                raise FunctionNotSupported(f"nobody has signed the {kind.value} certificate")
            missing = [one for one in missing if one not in CUSTOMERS]
        if stored is None:
            # Keys take long, so they are made before the transaction. Another process may be as far: inside, what it
            # stored is kept and signs what is still missing, so that there is one set.
            keys = {one: self._new_key() for one in missing if PLANS[one].key is one}
            with self._store.transaction():
                for one in missing:
                    stored = self._stored(node, one) or self._add(node, one, keys)
        assert stored is not None  # the kind itself is the last of the missing ones
        return stored.certificate

    def _new_key(self) -> bytes:
        return self.lab.services.rsa_key(RSA_BITS, RSA_EXPONENT)

    def _stored(self, node: Container, kind: CertificateKind) -> Certificate | None:
        return self._store.certificate(self._scope(node, PLANS[kind].owner), kind.value)

    def _scope(self, node: Container, owner: Owner) -> str:
        if owner is Owner.LAB:
            return "lab"
        return f"device:{lineage_of(self.device)}" if owner is Owner.DEVICE else f"container:{node.id}"

    def _add(self, node: Container, kind: CertificateKind, keys: Mapping[CertificateKind, bytes]) -> Certificate:
        """Sign and store a certificate whose issuer is there. A key is stored once, with the kind that has it."""
        plan = PLANS[kind]
        own_key = keys.get(kind, b"")
        certified = own_key or self._holder(node, plan.key).private_key
        blank = Blank(
            plan.subject.format(cluster=self.name, serial=node.serial or node.name),
            public_of(certified),
            self._new_serial(),
            self.lab.services.clock(),
            plan.authority,
        )
        if plan.issuer is kind:
            der = issue(blank, own_key)
        else:
            issuer = self._holder(node, plan.issuer)
            der = issue(blank, issuer.private_key, issuer.certificate)
        row = Certificate(self._scope(node, plan.owner), kind.value, der, own_key)
        self._store.put_certificate(row)
        return row

    def _holder(self, node: Container, kind: CertificateKind) -> Certificate:
        """A certificate with its private key. Raises ``FunctionNotSupported`` when somebody outside has that key."""
        row = self._stored(node, kind)
        if row is None and kind is CertificateKind.CLUSTER:
            row = self._store.certificate(self._scope(node, Owner.CONTAINER), REQUEST)
        if row is None or not row.private_key:
            raise FunctionNotSupported(f"the private key of the {kind.value} is not here")
        return row

    def _new_serial(self) -> int:
        """A positive number whose DER has no more bytes than is allowed."""
        return int.from_bytes(self.lab.services.random_bytes(SERIAL_BYTES)) >> 1 or 1
