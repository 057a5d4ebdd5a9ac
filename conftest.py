"""What all tests share, the transcripts among them: prepared RSA keys, a clock that stands, pytest's own tester."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hsmshell.engine.services import Services

pytest_plugins = ["pytester"]

MISSING_JUDGE = "needs "
"""A skip for want of a program gives a reason that begins so."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-judges", action="store_true", help="fail, rather than skip, where a judge is missing")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.skipped and item.config.getoption("--require-judges") and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if reason.startswith(MISSING_JUDGE):
            report.outcome = "failed"
            report.longrepr = f"{reason}, and --require-judges was given"
    return report


def pytest_hsmshell_services(config: pytest.Config) -> Services:
    from tests.conftest import pooled_services

    return pooled_services()
