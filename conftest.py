"""What all tests share, the transcripts among them: prepared RSA keys, a clock that stands, pytest's own tester."""

from __future__ import annotations

import pytest

from hsmshell.engine.services import Services

pytest_plugins = ["pytester"]


def pytest_hsmshell_services(config: pytest.Config) -> Services:
    from tests.conftest import pooled_services

    return pooled_services()
