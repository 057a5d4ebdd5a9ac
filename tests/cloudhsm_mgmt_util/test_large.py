"""A larger cluster: no command asks the database for one key after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.bench.large import large_lab
from tests.key_mgmt_util.driving import LOGIN, interactive

from .conftest import OFFICER, Desk

HSMS, FEW, MANY = 5, 4, 60


def desk(tmp_path: Path, keys: int) -> Desk:
    work = tmp_path / f"work {keys}"
    work.mkdir()
    lab = large_lab(str(tmp_path / f"lab {keys}"), HSMS, keys)
    with lab.store.transaction():
        lab.store.delete_object(lab.cluster().nodes()[-1].id, 6)
    return Desk(lab, work)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    few, many = desk(tmp_path, FEW), desk(tmp_path, MANY)
    yield few, many
    few.lab.close()
    many.lab.close()


def statements(lab: Lab, run: Callable[[], object]) -> int:
    """How many the database gets meanwhile."""
    asked: list[str] = []
    lab.store._db.set_trace_callback(asked.append)
    run()
    lab.store._db.set_trace_callback(None)
    return len(asked)


@pytest.mark.parametrize(
    "lines",
    [
        ("listUsers",),
        (OFFICER, "findAllKeys 0 1"),
        (OFFICER, "findAllKeys 3 1"),
        (OFFICER, "findAllKeys 4 0"),
        (OFFICER, "server 0", "syncKey 6 4"),
        (OFFICER, "server 0", "syncUser 4 4"),
        (OFFICER, "getMValue 3", "listTokens", "getClusterInfo"),
    ],
)
def test_the_number_of_statements_is_that_of_few_keys(desks: tuple[Desk, Desk], lines: tuple[str, ...]) -> None:
    few, many = (statements(one.lab, partial(one.play, *lines)) for one in desks)
    assert many == few > HSMS


def test_every_key_is_listed_on_every_hsm(desks: tuple[Desk, Desk]) -> None:
    _, many = desks
    reply = many.reply(OFFICER, "findAllKeys 4 0")
    assert reply.count(f"Number of keys found {MANY // 2}\n") == HSMS
    reply = many.reply(OFFICER, "findAllKeys 0 1")
    assert reply.count(f"Number of keys found {MANY}\n") == HSMS - 1
    assert len({line for line in reply.splitlines() if len(line) == 64}) == 2


def test_finding_keys_asks_each_hsm_once(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """key_mgmt_util finds a key on any HSM."""
    _, many = desks
    counts = {statements(one.lab, partial(interactive, one.lab, tmp_path, LOGIN, "findKey")) for one in desks}
    assert len(counts) == 1
    text = interactive(many.lab, tmp_path, LOGIN, "findKey").text
    assert f"number of keys matched from start index 0::{MANY - 1}\n" in text
