"""Counting what is on an HSM of a cluster."""

from __future__ import annotations

import pytest

from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.cluster.occupancy import Occupancy
from hsmshell.engine.errors import NodeUnavailable
from hsmshell.engine.lab import Lab
from tests.engine.driving import aes_key, login, set_state


def test_each_hsm_is_counted_by_itself(lab: Lab) -> None:
    cluster = lab.cluster()
    first, second = cluster.nodes()
    assert cluster.occupancy.of(first) == cluster.occupancy.of(second) == Occupancy(4, 0, 0, 0, 0)
    officer = cluster.login("CO", "admin", "admin1234", [second]).session
    cluster.create_user(officer, second, "CU", "carol", "password1")
    session = login(cluster)
    aes_key(cluster, session)
    cluster.generate_rsa_pair(session, 2048, 65537, KeySpec("pair"))
    aes_key(cluster, session, session_only=True)
    assert cluster.occupancy.of(first) == Occupancy(users=4, token_keys=3, session_keys=1, sessions=1, channels=1)
    assert cluster.occupancy.of(second) == Occupancy(users=5, token_keys=3, session_keys=0, sessions=2, channels=1)
    cluster.logout(session)
    assert cluster.occupancy.of(first) == Occupancy(4, 3, 0, 0, 0)


def test_a_session_of_a_dead_process_counts_no_more_and_takes_its_keys_along(lab: Lab) -> None:
    other = Lab.open(lab.directory, lab.services)
    cluster = other.cluster()
    aes_key(cluster, login(cluster), session_only=True)
    node = cluster.nodes()[0]
    assert lab.cluster().occupancy.of(node) == Occupancy(4, 0, 1, 1, 1)
    with lab.store.transaction():
        (row,) = lab.store.sessions()
        lab.store.delete_session(row.id)
        lab.store.add_session(row._replace(process="1-00000000"))
    assert lab.cluster().occupancy.of(node) == Occupancy(4, 0, 0, 0, 0)
    other.close()


def test_an_hsm_that_is_down_cannot_be_counted(lab: Lab) -> None:
    set_state(lab, 1, "down")
    with pytest.raises(NodeUnavailable):
        lab.cluster().occupancy.of(lab.cluster().nodes()[1])
