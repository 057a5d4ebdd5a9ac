"""What a test suite may tell the pytest plugin, in its ``conftest.py``."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing's own constant would cost its import in suites that have no transcript
    from hsmshell.engine.services import Services


@pytest.hookspec(firstresult=True)
def pytest_hsmshell_services(config: pytest.Config) -> Services | None:
    """The clock, randomness and key generation of the labs in which transcripts are replayed.

    The system's unless somebody answers: a suite that generates many RSA keys may give prepared ones.
    """
