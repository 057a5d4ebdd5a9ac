"""The host of the test's lab."""

from __future__ import annotations

import pytest

from hsmshell.engine.lab import Lab
from tests.client_host import Host, Make


@pytest.fixture
def host(lab: Lab, context: Make) -> Host:
    return Host(lab, context)
