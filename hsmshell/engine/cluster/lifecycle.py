"""The life of a cluster: it is created, initialized and activated; HSMs come and go; backups make new clusters."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine.access import DEFAULT_COST, UserType, hash_password
from hsmshell.engine.audit import Opcode
from hsmshell.engine.certificates import REQUEST, RSA_BITS, RSA_EXPONENT, CertificateKind
from hsmshell.engine.cluster import Cluster, naming
from hsmshell.engine.cluster.backups import (
    Backup,
    Reason,
    fill,
    policies,
    stored,
    take,
)
from hsmshell.engine.cluster.cluster import ClusterCore
from hsmshell.engine.cluster.daily import count_from, daily
from hsmshell.engine.cluster.journal import About, note
from hsmshell.engine.cluster.phase import (
    DEFAULT_REGION,
    INHERITED,
    INITIALIZED,
    LINEAGE,
    MAXIMUM_HSMS,
    PASSWORD_COST,
    REGION,
    Phase,
    at_rest,
    current,
    lineage_of,
    phase_of,
    region_of,
    settings_of_new,
)
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Certificate, Container, Device, User

_SECRET_BYTES = 32
_FIRST_OFFICER, _FIRST_PASSWORD, _APPLIANCE_USER = "admin", "password", "app_user"


class _Birth(NamedTuple):
    """What the first HSM of a new cluster is born with; made before the transaction, for it takes long."""

    private_key: bytes
    """The cluster's key, PKCS#8 DER."""
    verifier: str
    """Of the password that everybody knows."""


class ClusterLifecycle(ClusterCore):
    """What the service does to a cluster. Nobody is logged in for that; every method is one transaction."""

    def phase(self) -> Phase:
        """How far the cluster is."""
        with self._store.reading():
            return phase_of(self._store, self.device)

    def add_hsm(self, address: str = "") -> Container:
        """Add an HSM, at the next free address by default.

        The first HSM of a new cluster is born with its first officer. Any other has what a fresh backup of the first
        HSM that is up has, or the latest backup when the cluster has lost its last HSM. Raises ``LabError``.
        """
        with self._store.reading():
            empty = not self._nodes() and not at_rest(self._store, self.device)
        birth = self._birth() if empty else None
        with self._store.transaction():
            daily(self.lab)
            nodes = self._nodes()
            if len(nodes) >= MAXIMUM_HSMS:
                raise LabError(f"{self.name} has {MAXIMUM_HSMS} HSMs, and no cluster has more; remove one first")
            if nodes:
                source: Container | None = self._back_up_before_adding()
            else:
                source = next(iter(at_rest(self._store, self.device)), None)
            number = self._next_number(nodes)
            node = add_container(self.lab, self.device, number, address, source)
            if source is None:
                self._bear(node, birth or self._birth())
            self._note_number(number)
            return node

    def remove_hsm(self, node: Container) -> Backup | None:
        """Back up an HSM and remove it with all that is in it; ``None`` for one that had nothing to keep.

        When it is down, another one is backed up. Raises ``LabError``.
        """
        with self._store.transaction():
            daily(self.lab)
            nodes = self._nodes()
            node = self._present(nodes, node)
            backup = None
            if phase_of(self._store, self.device) is not Phase.UNINITIALIZED:
                source = node if node.is_up else self._first_up(nodes)
                backup = take(self.lab, self.device, source, Reason.REMOVE_HSM)
            self._note_number(max(one.number for one in nodes))
            self._store.delete_container(node.id)
            return backup

    def request(self) -> bytes:
        """The DER of the certificate signing request of a cluster that is not initialized; the same each time.

        Raises ``LabError``.
        """
        with self._store.reading():
            return self._requested().certificate

    def initialize(self, certificate: bytes, anchor: bytes) -> None:
        """Take the customer's certificate for the cluster and the trust anchor that signed it, both PEM.

        Raises ``LabError`` when they are not what they must be, see ``customer.check_signed``.
        """
        from hsmshell.engine.customer import check_signed

        with self._store.transaction():
            daily(self.lab)
            request = self._requested()
            signed = check_signed(request.certificate, certificate, anchor, self.lab.services.clock())
            scope = f"device:{lineage_of(self.device)}"
            root, own = CertificateKind.CUSTOMER_ROOT.value, CertificateKind.CLUSTER.value
            self._store.put_certificate(Certificate(scope, root, signed.anchor, b""))
            self._store.put_certificate(Certificate(scope, own, signed.certificate, request.private_key))
            self._store.delete_certificate(request.scope, request.kind)
            for _ in (root, own):
                self._note(Opcode.CN_CERT_AUTH_STORE_CERT, None, self._nodes()[:1])
            settings = current(self._store, self.device).settings
            self._store.set_device_settings(self.device.id, {**settings, INITIALIZED: True})

    def backup(self) -> Backup:
        """Back up the first HSM that is up. Raises ``LabError``."""
        with self._store.transaction():
            daily(self.lab)
            nodes = self._nodes()
            if phase_of(self._store, self.device) is Phase.UNINITIALIZED or not nodes:
                raise LabError(f"{self.name} has nothing to back up; see how far it is with: hsmshell lab show")
            return take(self.lab, self.device, self._first_up(nodes), Reason.ON_DEMAND)

    # inside a transaction

    def _nodes(self) -> list[Container]:
        return self._store.containers(self.device.id)

    def _present(self, nodes: list[Container], node: Container) -> Container:
        """The HSM as it is now."""
        for one in nodes:
            if one.id == node.id:
                return one
        raise LabError(f"{node.name} is no HSM of {self.name} any more; hsmshell lab show lists them")

    def _first_up(self, nodes: list[Container]) -> Container:
        for node in nodes:
            if node.is_up:
                return node
        again = f"hsmshell lab fault {nodes[0].name} up"
        raise LabError(f"no HSM of {self.name} is up, so there is none to back up; bring one up with: {again}")

    def _back_up_before_adding(self) -> Container:
        """The HSM whose contents the new one gets."""
        phase = phase_of(self._store, self.device)
        advice = {
            Phase.UNINITIALIZED: f"initialize it with: hsmshell lab cluster initialize {self.name} --csr FILE",
            Phase.INITIALIZED: "change the password of its first officer",
        }
        if phase in advice:
            raise LabError(f"{self.name} has one HSM until it is active; {advice[phase]}")
        source = self._first_up(self._nodes())
        take(self.lab, self.device, source, Reason.ADD_HSM)
        return source

    def _requested(self) -> Certificate:
        """The request that waits for the customer, with its private key."""
        if phase_of(self._store, self.device) is not Phase.UNINITIALIZED:
            raise LabError(f"{self.name} is initialized already; see how far it is with: hsmshell lab show")
        nodes = self._nodes()
        if not nodes:
            raise LabError(f"{self.name} has no HSM yet; add one with: hsmshell lab cluster add-hsm {self.name}")
        if not nodes[0].is_up:
            raise LabError(f"{nodes[0].name} is down; bring it up with: hsmshell lab fault {nodes[0].name} up")
        row = self._store.certificate(f"container:{nodes[0].id}", REQUEST)
        assert row is not None  # the first HSM was born with it
        return row

    def _birth(self) -> _Birth:
        services, cost = self.lab.services, int(self.device.settings.get(PASSWORD_COST, DEFAULT_COST))
        verifier = hash_password(_FIRST_PASSWORD, services.random_bytes(16), cost)
        return _Birth(services.rsa_key(RSA_BITS, RSA_EXPONENT), verifier)

    def _bear(self, node: Container, birth: _Birth) -> None:
        """The first HSM of a new cluster: its two users, and the request for its certificate."""
        from hsmshell.engine.customer import make_request

        for opcode in (Opcode.CN_INIT_TOKEN, Opcode.CN_GEN_PSWD_ENC_KEY):
            note(self.lab, node, opcode)
        self._store.add_user(User(node.id, 1, UserType.PRE_OFFICER.value, _FIRST_OFFICER, birth.verifier))
        self._store.add_user(User(node.id, 2, UserType.APPLIANCE_USER.value, _APPLIANCE_USER, ""))
        self._store.set_counter(f"container:{node.id}", "user", 2)
        about = About(user_type=UserType.APPLIANCE_USER.value, user_name=_APPLIANCE_USER)
        note(self.lab, node, Opcode.CN_CREATE_APPLIANCE_USER, about=about)
        note(self.lab, node, Opcode.CN_INIT_DONE)
        request = make_request(node.name, birth.private_key)
        self._store.put_certificate(Certificate(f"container:{node.id}", REQUEST, request, birth.private_key))

    def _next_number(self, nodes: list[Container]) -> int:
        """A node id that no HSM of the cluster has had: the handles that one gave come from a range of its own."""
        known = int(self._store.meta(self._numbers(), "-1"))
        return max([known, *(node.number for node in nodes)]) + 1

    def _note_number(self, number: int) -> None:
        known = int(self._store.meta(self._numbers(), "-1"))
        self._store.set_meta(self._numbers(), str(max(known, number)))

    def _numbers(self) -> str:
        return f"last node:{self.device.id}"


def create(lab: Lab, name: str, region: str = DEFAULT_REGION) -> Cluster:
    """Make a cluster without HSMs, with a lineage of its own. Raises ``LabError``."""
    with lab.store.transaction():
        daily(lab)
        naming.check_region(region)
        costs = [device.settings.get(PASSWORD_COST, DEFAULT_COST) for device in lab.store.devices("cluster")]
        settings = settings_of_new(int([*costs, DEFAULT_COST][0]), region)
        return _found(lab, Device(0, "cluster", name, settings, lab.services.random_bytes(_SECRET_BYTES)))


def restore(lab: Lab, backup: str, name: str, region: str = "", address: str = "") -> Cluster:
    """Make a cluster with one HSM that has the contents of a backup, in the lineage of the one that was backed up.

    ``region`` must be the backup's, which it is by default. Raises ``LabError``.
    """
    with lab.store.transaction():
        daily(lab)
        source, contents = stored(lab, backup)
        if region and region != region_of(source):
            copy = f"copy it first with: hsmshell lab cluster copy-backup {source.name} {region}"
            raise LabError(f"{source.name} is in {region_of(source)}; {copy}")
        kept = (*INHERITED, LINEAGE, REGION)
        settings = {entry: source.settings[entry] for entry in kept if entry in source.settings}
        cluster = _found(lab, Device(0, "cluster", name, settings, source.secret))
        add_container(lab, cluster.device, 0, address, contents)
        return cluster


def _found(lab: Lab, device: Device) -> Cluster:
    naming.check_name(lab, device.name)
    number = lab.store.add_device(*device[1:])
    count_from(lab, number, int(lab.services.clock()))
    return Cluster(lab, device._replace(id=number))


def add_container(lab: Lab, cluster: Device, number: int, address: str, source: Container | None) -> Container:
    """Add an HSM with the contents of another one or of a backup, or an empty one; inside a transaction."""
    if address:
        naming.require_free_address(lab, address)
    container = lab.store.add_container(
        cluster.id,
        number,
        naming.new_identifier(lab, "hsm"),
        address or naming.free_address(lab, cluster, number),
        naming.new_serial(lab),
        policies(source) if source else {},
    )
    if source is not None:
        fill(lab, cluster, container, number, source)
    return next(node for node in lab.store.containers(cluster.id) if node.id == container)
