"""Users from one HSM to another."""

from __future__ import annotations

import pytest

from hsmshell.engine.access import check_password
from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.errors import UserExists
from hsmshell.engine.lab import Lab
from tests.engine.syncing import named


def test_a_user_whom_one_hsm_does_not_know(cluster: Cluster, officer: Session) -> None:
    first, second = cluster.nodes()
    assert cluster.create_user(officer, first, "CU", "Carol", "carol1234") == 5
    cluster.login("CU", "carol", "wrong1234", [first])
    masked = cluster.sync.extract_user(officer, first, 5)
    assert cluster.sync.insert_user(officer, second, masked) == 5
    original = named(cluster, 0, "carol")
    assert original is not None
    assert named(cluster, 1, "carol") == original._replace(container=second.id, failures=0)
    assert check_password("carol1234", original.verifier)
    assert cluster.login("CU", "carol", "carol1234", [second]).session is not None


def test_a_number_that_is_taken_gives_way_to_the_next(cluster: Cluster, officer: Session) -> None:
    first, second = cluster.nodes()
    cluster.create_user(officer, first, "CU", "carol", "carol1234")
    cluster.create_user(officer, second, "CU", "dave", "dave12345")
    assert cluster.sync.insert_user(officer, second, cluster.sync.extract_user(officer, first, 5)) == 6
    assert cluster.create_user(officer, second, "CU", "erin", "erin12345") == 7


def test_a_number_that_was_kept_is_not_given_again(cluster: Cluster, officer: Session) -> None:
    first, second = cluster.nodes()
    for number in range(5, 9):
        cluster.create_user(officer, first, "CU", f"user{number}", "user1234")
    assert cluster.sync.insert_user(officer, second, cluster.sync.extract_user(officer, first, 8)) == 8
    assert cluster.create_user(officer, second, "CU", "erin", "erin12345") == 9


def test_quorum_key_and_second_factor_go_along(lab: Lab, cluster: Cluster, officer: Session) -> None:
    first, second = cluster.nodes()
    number = cluster.create_user(officer, first, "CO", "carol", "carol1234")
    with lab.store.transaction():
        user = lab.store.user_numbered(first.id, number)
        assert user is not None
        lab.store.replace_user(user._replace(quorum_key=b"quorum", second_factor=b"factor"))
    cluster.sync.insert_user(officer, second, cluster.sync.extract_user(officer, first, number))
    copy = named(cluster, 1, "carol")
    assert copy is not None
    assert (copy.type, copy.quorum_key, copy.second_factor) == ("CO", b"quorum", b"factor")


def test_a_number_that_was_taken_meanwhile_does_not_come_back(cluster: Cluster, officer: Session) -> None:
    first, second = cluster.nodes()
    cluster.create_user(officer, first, "CU", "carol", "carol1234")
    cluster.create_user(officer, second, "CU", "dave", "dave12345")
    deleted = cluster.delete_user(officer, second, "CU", "dave")
    assert cluster.sync.insert_user(officer, second, cluster.sync.extract_user(officer, first, 5)) == 5
    with pytest.raises(UserExists):
        cluster.restore_user(officer, second, deleted)
    assert (named(cluster, 1, "dave"), getattr(named(cluster, 1, "carol"), "number", 0)) == (None, 5)
