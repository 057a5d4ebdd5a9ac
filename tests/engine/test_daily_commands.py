"""What a tool asks for after a day finds the cluster backed up as it was when that day ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.cluster.backups import Backup, backups
from hsmshell.engine.cluster.daily import DAY
from hsmshell.engine.errors import UserExists
from hsmshell.engine.lab import Lab
from hsmshell.engine.services import Services
from tests.conftest import NOON
from tests.engine.driving import aes_key, login


class Days:
    """A lab whose clock is set by hand."""

    def __init__(self, directory: Path, services: Services) -> None:
        self.now = NOON
        self.lab = Lab.open(str(directory), services._replace(clock=lambda: self.now))
        self.cluster: Cluster = self.lab.cluster()
        self.officer = login(self.cluster, "admin", "CO")

    def daily(self) -> list[Backup]:
        return [backup for backup in backups(self.lab) if backup.reason == "daily"]


@pytest.fixture
def days(lab_directory: Path, services: Services) -> Iterator[Days]:
    days = Days(lab_directory, services)
    yield days
    days.lab.close()


def _fail(days: Days) -> None:
    with pytest.raises(UserExists):
        days.cluster.create_user(days.officer, days.cluster.nodes()[0], "CU", "bob", "user1234")


COMMANDS: dict[str, Callable[[Days], object]] = {
    "login": lambda days: login(days.cluster),
    "createUser": lambda days: days.cluster.create_user(
        days.officer, days.cluster.nodes()[0], "CU", "carol", "user1234"
    ),
    "a refused createUser": _fail,
    "changePswd": lambda days: days.cluster.change_password(
        days.officer, days.cluster.nodes()[0], "CU", "bob", "fresh1234"
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_any_command_after_a_day(days: Days, name: str) -> None:
    days.now = NOON + DAY - 1
    COMMANDS[name](days)
    assert days.daily() == []
    days.now = NOON + DAY + 3600
    login(days.cluster)
    (backup,) = days.daily()
    assert backup.created == NOON + DAY


def test_the_backup_has_what_was_there_when_it_came_due(days: Days) -> None:
    session: Session = login(days.cluster)
    aes_key(days.cluster, session, "before")
    days.now = NOON + DAY + 10
    aes_key(days.cluster, session, "after")
    (backup,) = days.daily()
    assert (backup.created, backup.keys) == (NOON + DAY, 1)
    aes_key(days.cluster, session, "later")
    assert len(days.daily()) == 1


def test_after_some_quiet_days_there_is_one_of_the_last(days: Days) -> None:
    days.now = NOON + 5 * DAY + 10
    login(days.cluster)
    assert [backup.created for backup in days.daily()] == [NOON + 5 * DAY]
