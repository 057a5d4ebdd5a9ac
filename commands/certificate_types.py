"""The numbers by which two tools of one vendor ask an HSM for its certificates."""

from __future__ import annotations

from hsmshell.engine.certificates import CertificateKind

KINDS: dict[int, CertificateKind] = {
    1: CertificateKind.MANUFACTURER_ROOT,
    2: CertificateKind.HARDWARE,
    4: CertificateKind.CUSTOMER_ROOT,
    8: CertificateKind.CLUSTER,
    16: CertificateKind.CLUSTER_BY_HARDWARE,
}

NAMES = {number: kind.value for number, kind in KINDS.items()}
