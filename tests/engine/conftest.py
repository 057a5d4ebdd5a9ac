"""What several of the engine's tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hsmshell.engine.services import Services
from tests.engine.quorum import World


@pytest.fixture
def world(lab_directory: Path, services: Services) -> Iterator[World]:
    world = World(lab_directory, services)
    yield world
    world.lab.close()
