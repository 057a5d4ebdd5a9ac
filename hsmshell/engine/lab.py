"""A lab: a directory with one database, and the processes that are using it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hsmshell.engine.errors import LabError, LabForeign, LabMissing
from hsmshell.engine.records import SessionRow, StoredObject
from hsmshell.engine.services import SYSTEM, Services
from hsmshell.engine.store import Store

if TYPE_CHECKING:
    from hsmshell.engine.appliance import Appliance, Application
    from hsmshell.engine.cluster import Cluster

DATABASE = "lab.db"
"""The name of the database in a lab's directory."""

HOSTS = "simulated-hosts"
"""The name of the folder with the simulated hosts' directories; they are part of the lab."""

HISTORY = "history-"
"""What the names of the files begin with in which a console keeps the lines that were typed."""

SERVED = "served cluster"
"""The meta value with the id of the cluster that the client of the CloudHSM host was last started for."""

_DRAFT = "draft-"


class Lab:
    """An open lab. ``store`` is for the engine; a tool asks for a cluster or an appliance."""

    def __init__(self, directory: str, store: Store, services: Services) -> None:
        self.directory = directory
        self.store = store
        self.services = services
        self.next_backup = 0.0
        """No backup of a cluster is due before that moment, so far as this process has seen; in Unix seconds."""
        self._process = ""
        self._lock: int | None = None

    @classmethod
    def create(cls, directory: str, services: Services = SYSTEM) -> Lab:
        """Make an empty lab in a directory that has none; the directory is made, mode 0700, when it is not there.

        Raises ``LabError``.
        """
        with reporting(directory):
            os.makedirs(directory, mode=0o700, exist_ok=True)
            return cls(directory, Store.create(os.path.join(directory, DATABASE)), services)

    @classmethod
    def open(cls, directory: str, services: Services | None = None) -> Lab:
        """Open an existing lab. Raises ``LabMissing`` or ``LabError``."""
        return cls(directory, Store.open(os.path.join(directory, DATABASE)), services or SYSTEM)

    def close(self) -> None:
        """End this process's sessions and let go of the files."""
        if self._lock is not None:
            with contextlib.suppress(LabError), self.store.transaction():
                for row in self.store.sessions():
                    if row.process == self._process:
                        self.end_session(row)
            with contextlib.suppress(OSError):  # somebody may have removed the lab meanwhile
                os.unlink(self._process_path(self._process))
            os.close(self._lock)
            self._lock = None
        self.store.close()

    @property
    def scenario(self) -> str:
        """The name of the scenario that the lab was made from."""
        with self.store.reading():
            return self.store.meta("scenario")

    @property
    def client(self) -> str:
        """The output generation that the scenario asks for; empty when it asks for none."""
        with self.store.reading():
            return self.store.meta("client")

    def cluster(self) -> Cluster:
        """The cluster that the host's client serves: until it was started for one, the first that has an HSM, else the
        first. Raises ``LabMissing`` when the scenario has none.
        """
        with self.store.reading():
            clusters = self.clusters()
            served = self.store.meta(SERVED)
            for cluster in clusters:
                if str(cluster.device.id) == served:
                    return cluster
            for cluster in clusters:
                if self.store.containers(cluster.device.id):
                    return cluster
        if not clusters:
            raise LabMissing("this lab has no CloudHSM cluster; choose another scenario: hsmshell lab scenarios")
        return clusters[0]

    def clusters(self) -> list[Cluster]:
        from hsmshell.engine.cluster import Cluster

        with self.store.reading():
            return [Cluster(self, device) for device in self.store.devices("cluster")]

    def appliance(self) -> Appliance:
        """The lab's first appliance. Raises ``LabMissing`` when the scenario has none."""
        appliances = self.appliances()
        if not appliances:
            raise LabMissing("this lab has no Luna appliance; choose another scenario: hsmshell lab scenarios")
        return appliances[0]

    def appliances(self) -> list[Appliance]:
        from hsmshell.engine.appliance import Appliance

        with self.store.reading():
            return [Appliance(self, device) for device in self.store.devices("appliance")]

    def application(self, *, configuring: bool = False) -> Application:
        """One program that loads the client library of the lab's appliances: its own sessions and logins.

        One that is ``configuring`` the client sees the slots of HA groups' members also where they are hidden.
        Raises ``LabMissing`` when the scenario has no appliance.
        """
        from hsmshell.engine.appliance import Application

        self.appliance()
        return Application(self, configuring=configuring)

    def fingerprint(self, item: StoredObject) -> str:
        """SHA-256 of what identifies a key, lower-case hexadecimal. The lab's own view: no user of an HSM has it."""
        from hsmshell.engine.objects import fingerprint

        with self.store.reading():
            return fingerprint(dict(item.attributes), self.store.material(item.material))

    # sessions and the processes that hold them

    def add_session(self, device: int, container: int, user_type: str, user_name: str) -> int:
        """Note that this process has somebody logged in; belongs inside a transaction.

        Sessions of dead processes end on this occasion, and the keys that lived in them.
        """
        self.live_sessions()
        return self.store.add_session(SessionRow(0, device, self._liveness(), container, user_type, user_name))

    def live_sessions(self) -> list[SessionRow]:
        """The sessions of processes that are alive; those of dead ones are ended on the way (inside a transaction)."""
        alive: list[SessionRow] = []
        dead: list[SessionRow] = []
        rows = self.store.sessions()
        states = {name: name == self._process or self._is_alive(name) for name in {row.process for row in rows}}
        for row in rows:
            (alive if states[row.process] else dead).append(row)
        for row in dead:
            self.end_session(row)
        return alive

    def end_session(self, row: SessionRow) -> None:
        """End a session that nobody logged out of; the HSMs of a cluster note that it was closed. In a transaction."""
        from hsmshell.engine.audit import Opcode
        from hsmshell.engine.cluster.journal import About, leaving, note

        if any(device.id == row.device for device in self.store.devices("cluster")):
            about = About(user_type=row.user_type, user_name=row.user_name)
            nodes = [node for node in self.store.containers(row.device) if node.is_up]
            own = [node for node in nodes if node.id == row.container]
            for node in own if row.container else leaving(self, nodes, row.id):
                note(self, node, Opcode.CN_CLOSE_SESSION, row.id, about)
        self.store.delete_session(row.id)

    def is_own(self, row: SessionRow) -> bool:
        """Whether this process holds the session."""
        return row.process == self._process

    def _process_path(self, name: str) -> str:
        return os.path.join(self.directory, f"process-{name}.lock")

    def _liveness(self) -> str:
        """A file that this process keeps locked. The kernel lets go of it when the process dies, however it dies."""
        if self._lock is None:
            self._process = f"{os.getpid()}-{os.urandom(4).hex()}"
            self._lock = os.open(self._process_path(self._process), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._process

    def _is_alive(self, name: str) -> bool:
        try:
            descriptor = os.open(self._process_path(name), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            with contextlib.suppress(OSError):
                os.unlink(self._process_path(name))
            return False
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def reporting(directory: str) -> Iterator[None]:
    """What the operating system says about a lab's directory, told in a sentence."""
    try:
        yield
    except OSError as problem:
        raise LabError(f"no lab can be kept at {directory}: {problem.strerror}; choose another with --lab") from None


@contextlib.contextmanager
def placing(directory: str) -> Iterator[None]:
    """One process at a time puts a lab into the directory. Raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def destroy_files(directory: str) -> None:
    """Remove a lab's own files from its directory and nothing else. Raises ``OSError``."""
    import shutil

    for name in os.listdir(directory):
        if _is_own(name):
            os.unlink(os.path.join(directory, name))
    hosts = os.path.join(directory, HOSTS)
    if os.path.isdir(hosts) and not os.path.islink(hosts):
        shutil.rmtree(hosts)


def _is_own(name: str) -> bool:
    import re

    database = rf"{re.escape(DATABASE)}(-wal|-shm|-journal)?"
    return bool(re.fullmatch(rf"{database}|process-[0-9]+-[0-9a-f]+\.lock|{HISTORY}[a-z_]+", name))


def draft_directory(directory: str) -> str:
    """Where this process makes a lab before it takes its place."""
    return os.path.join(directory, f"{_DRAFT}{os.getpid()}")


def remove_draft(draft: str) -> None:
    """Remove a lab that did not take its place, or what is left of one that did. Raises ``OSError``."""
    destroy_files(draft)
    os.rmdir(draft)


def destroy(directory: str) -> list[str]:
    """Remove a lab, and its directory when nothing else is in it; the names of what is left there.

    Raises ``LabError``.
    """
    with reporting(directory):
        destroy_files(directory)
        for name in os.listdir(directory):
            if name.removeprefix(_DRAFT).isdigit() and name.startswith(_DRAFT):
                with contextlib.suppress(OSError):  # something of somebody else's is in it
                    remove_draft(os.path.join(directory, name))
        left = os.listdir(directory)
        if not left:
            os.rmdir(directory)
        return left


def require_lab(directory: str) -> None:
    """Refuse a directory in which nothing is ours to remove. Raises ``LabMissing`` or ``LabForeign``.

    A lab that is damaged, or of a newer version, is still one.
    """
    try:
        Store.open(os.path.join(directory, DATABASE)).close()
    except (LabMissing, LabForeign):
        raise
    except LabError:
        return
