"""The audit logs: what each HSM writes of what it did and of what it refused."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from hsmshell.engine.access import UserType
from hsmshell.engine.cluster.tokens import Approval, Service
from hsmshell.engine.errors import HsmError
from hsmshell.engine.lab import DATABASE, Lab
from tests.engine.audited import DONE, REFUSED, Scene
from tests.engine.driving import quorum_signature
from tests.engine.quorum import PRIVATE, file_of, hand_in


@pytest.mark.parametrize("what", DONE)
def test_what_was_done(scene: Scene, what: str) -> None:
    action, first, second = DONE[what]
    events = scene.begin()
    action(scene)
    assert events.new() == [first, second]


def test_a_token_from_asking_to_deleting(scene: Scene) -> None:
    scene.register("admin")
    scene.raise_services(Service.USER_MGMT)
    events = scene.begin()
    data = file_of(scene.cluster.quorum.get_token(scene.officer, Service.USER_MGMT))
    hand_in(scene, scene.officer, data, "admin")
    scene.cluster.quorum.delete_tokens(scene.officer)
    assert events.new() == [["CN_GET_TOKEN", "CN_APPROVE_TOKEN", "CN_DELETE_TOKEN"]] * 2


# what was refused


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_refused(scene: Scene, what: str) -> None:
    action, expected, number = REFUSED[what]
    events = scene.begin()
    with pytest.raises(HsmError):
        action(scene)
    new = events.new()
    assert new[number][-1] == expected
    assert "!" not in "".join([*new[number][:-1], *new[1 - number]]), "one HSM refused it, once"


def rest(lab: Lab) -> str:
    """The whole database but for the log and the counters of sessions."""
    with contextlib.closing(sqlite3.connect(Path(lab.directory) / DATABASE)) as database:
        return "\n".join(
            text for text in database.iterdump() if 'INTO "audit"' not in text and 'INTO "sqlite_sequence"' not in text
        )


PREPARED = ("a user who owns keys", "a user who has come back", "somebody else's key")
"""Before these are refused something else is done."""


@pytest.mark.parametrize("what", [what for what in REFUSED if what not in PREPARED])
def test_a_refusal_changes_nothing_but_the_log(scene: Scene, what: str) -> None:
    scene.begin()
    before, count = rest(scene.lab), len(scene.cluster.audit())
    with pytest.raises(HsmError):
        REFUSED[what][0](scene)
    assert rest(scene.lab) == before
    assert len(scene.cluster.audit()) > count


def test_one_hsm_of_two_refuses(scene: Scene) -> None:
    """What each HSM said is written by each one for itself, and the one that refused has changed nothing."""
    scene.register("admin", "bob")
    scene.raise_services(Service.USER_MGMT)
    events = scene.begin()
    data = file_of(scene.cluster.quorum.get_token(scene.officer, Service.USER_MGMT))
    signed = Approval(UserType.CRYPTO_OFFICER, "admin", quorum_signature(PRIVATE["admin"], data[:80]))
    scene.cluster.quorum.approve_token(scene.officer, data[:80], [signed], 1)
    assert [token.approvers for number in (0, 1) for token in scene.tokens(number)] == [{"admin"}, set()]
    scene.missed()
    scene.cluster.delete_key(scene.user, 407)
    assert events.new() == [
        ["CN_GET_TOKEN", "CN_APPROVE_TOKEN", "CN_DESTROY_OBJECT 407/0"],
        ["CN_GET_TOKEN", "CN_APPROVE_TOKEN ! QuorumNotApproved", "CN_DESTROY_OBJECT 407/0 ! ObjectHandleInvalid"],
    ]


def test_logins_refused(scene: Scene) -> None:
    events = scene.begin()
    scene.cluster.login("CU", "bob", "wrong1234", scene.nodes[:1])
    scene.cluster.login("CO", "bob", "user1234", scene.nodes[1:])
    scene.cluster.login("XX", "bob", "user1234", scene.nodes[1:])
    scene.cluster.login("CU", "bob", "user1234", scene.nodes[1:], current=scene.user)
    assert events.new() == [
        ["CN_LOGIN CU bob ! PinIncorrect"],
        [
            "CN_LOGIN CO bob ! UserNotFound",
            "CN_LOGIN XX bob ! UserTypeInvalid",
            "CN_LOGIN CU bob ! UserAlreadyLoggedIn",
        ],
    ]
