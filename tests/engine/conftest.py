"""What several of the engine's tests start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.lab import Lab
from hsmshell.engine.services import Services
from tests.engine.audited import Scene
from tests.engine.driving import login
from tests.engine.keys import SCENARIO, Desk
from tests.engine.quorum import World


@pytest.fixture
def world(lab_directory: Path, services: Services) -> Iterator[World]:
    world = World(lab_directory, services)
    yield world
    world.lab.close()


@pytest.fixture
def scene(lab_directory: Path, services: Services) -> Iterator[Scene]:
    scene = Scene(lab_directory, services)
    yield scene
    scene.lab.close()


@pytest.fixture
def cluster(lab: Lab) -> Cluster:
    return lab.cluster()


@pytest.fixture
def officer(cluster: Cluster) -> Session:
    return login(cluster, "admin", "CO")


@pytest.fixture
def desk_from(lab_from: Callable[[str], Lab]) -> Callable[..., Desk]:
    def make(*, fips: bool = False, exports: bool = True, role: Role = Role.CRYPTO_OFFICER) -> Desk:
        lab = lab_from(SCENARIO.format(fips=str(fips).lower(), exports=str(exports).lower()))
        application = lab.application()
        session = application.open_session(1)
        application.login(session, role, "password" if role is Role.CRYPTO_OFFICER else "reader")
        return Desk(application, session)

    return make


@pytest.fixture
def desk(desk_from: Callable[..., Desk]) -> Desk:
    return desk_from()
