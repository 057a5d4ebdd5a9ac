"""The audit logs as streams: HSMs that are not there, sessions that end by themselves, and what is in the rows."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsmshell.engine.audit import LogType, Opcode
from hsmshell.engine.audit_store import LONGEST
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.errors import HsmError, NodeUnavailable
from hsmshell.engine.lab import Lab
from tests.conftest import NOON
from tests.engine.audited import AES, DONE, EXTRACT, INSERT, REFUSED, Scene
from tests.engine.driving import PASSWORDS, aes_key, login, set_state
from tests.engine.events import Events
from tests.key_mgmt_util.driving import LOGIN, interactive

# HSMs that are not there, sessions that end by themselves


def test_an_hsm_that_is_down_writes_nothing(scene: Scene) -> None:
    events = scene.begin()
    set_state(scene.lab, 1, "down")
    login(scene.cluster, "bob")
    aes_key(scene.cluster, scene.user)
    scene.cluster.delete_key(scene.user, 407)
    with pytest.raises(HsmError):
        scene.cluster.create_user(scene.officer, scene.nodes[1], "CU", "carol", "user1234")
    scene.cluster.logout(scene.user)
    assert events.new() == [
        ["CN_LOGIN CU bob", "CN_GENERATE_KEY 411/0", "CN_DESTROY_OBJECT 407/0", "CN_LOGOUT CU crypto_user"],
        [],
    ]


@pytest.mark.parametrize("current", [True, False])
def test_an_hsm_that_is_gone_refuses_no_login(scene: Scene, current: bool) -> None:
    events = scene.begin()
    nodes = scene.nodes
    scene.cluster.lifecycle.remove_hsm(nodes[1])
    events.new()
    before = len(scene.cluster.audit())
    login = scene.cluster.login("CU", "bob", "user1234", nodes[1:], scene.user if current else None)
    assert isinstance(login.outcomes[0].error, NodeUnavailable)
    assert len(scene.cluster.audit()) == before


def test_nobody_writes_what_the_client_could_not_pass_on(scene: Scene) -> None:
    events = scene.begin()
    through = scene.cluster.through_client()
    scene.cluster.faults.set_client(up=False)
    assert events.new() == [
        ["CN_CLOSE_SESSION CU crypto_user", "CN_CLOSE_SESSION CO admin"],
        ["CN_CLOSE_SESSION CU crypto_user"],
    ], "where the session's commands were carried out, else on the first"
    for refused in (
        lambda: through.login("CU", "bob", "user1234", scene.nodes),
        lambda: through.generate_secret_key(scene.user, AES, 32, KeySpec("k")),
        lambda: through.delete_key(scene.user, 407),
    ):
        with pytest.raises(HsmError):
            refused()
    assert events.new() == [[], []]


def test_sequence_numbers_have_no_gaps_whatever_happens(scene: Scene) -> None:
    scene.begin()
    for number, what in enumerate(REFUSED):
        set_state(scene.lab, 1, "down" if number % 3 == 0 else "up")
        with contextlib.suppress(HsmError):
            REFUSED[what][0](scene)
    scene.clock[0] += 1
    scene.cluster.lifecycle.add_hsm()
    login(scene.cluster, "bob")
    streams: dict[str, list[int]] = {}
    for row in scene.cluster.audit():
        streams.setdefault(row.hsm, []).append(row.sequence)
    assert [sequence == list(range(len(sequence))) for sequence in streams.values()] == [True] * 3
    assert list(streams)[-1] == scene.nodes[2].name, "streams come in the order of their first event"


def test_the_stream_of_an_hsm_outlives_it(scene: Scene) -> None:
    scene.begin()
    gone = scene.nodes[1]
    before = [row for row in scene.cluster.audit() if row.hsm == gone.name]
    scene.cluster.lifecycle.remove_hsm(gone)
    assert [row for row in scene.cluster.audit() if row.hsm == gone.name][: len(before)] == before


KILLED = """
import sys
from hsmshell.engine.lab import Lab
cluster = Lab.open(sys.argv[1]).cluster()
cluster.login("CU", "crypto_user", "user1234", cluster.nodes())
cluster.login("CU", "bob", "user1234", cluster.nodes()[1:])
print("in", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_closes_its_sessions_where_they_were(lab: Lab) -> None:
    cluster, events = lab.cluster(), Events(lab.cluster())
    command = [sys.executable, "-c", KILLED, lab.directory]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        process.send_signal(signal.SIGKILL)
    login(cluster, "admin", "CO")
    assert events.new() == [
        ["CN_LOGIN CU crypto_user", "CN_CLOSE_SESSION CU crypto_user", "CN_LOGIN CO admin"],
        [
            "CN_LOGIN CU crypto_user", "CN_LOGIN CU bob", "CN_CLOSE_SESSION CU bob", "CN_LOGIN CO admin",
        ],
    ]  # fmt: skip


# the published sequences, through key_mgmt_util


def test_a_key_that_goes_out_and_comes_in(lab: Lab, tmp_path: Path) -> None:
    events = Events(lab.cluster())
    interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l k", "exSymKey -k 407 -w 407 -out key",
        "imSymKey -f key -w 407 -t 31 -l again", "logoutHSM",
    )  # fmt: skip
    assert events.new() == [
        [
            "CN_LOGIN CU crypto_user",
            "CN_GENERATE_KEY 407/0", EXTRACT.format("407/0"),
            "CN_WRAP_KEY 407/0", "CN_NIST_AES_WRAP 407/0",
            "CN_NIST_AES_WRAP 407/0", "CN_UNWRAP_KEY 408/0", EXTRACT.format("408/0"),
            "CN_LOGOUT CU crypto_user",
        ],
        ["CN_LOGIN CU crypto_user", INSERT.format("407/0"), INSERT.format("408/0"), "CN_LOGOUT CU crypto_user"],
    ]  # fmt: skip


def test_a_tool_that_is_left_closes_its_session(lab: Lab, tmp_path: Path) -> None:
    events = Events(lab.cluster())
    interactive(lab, tmp_path, LOGIN, "exit")
    assert events.new() == [["CN_LOGIN CU crypto_user", "CN_CLOSE_SESSION CU crypto_user"], ["CN_LOGIN CU crypto_user"]]


# the rows


def test_time_session_and_names_as_they_were_typed(scene: Scene) -> None:
    scene.begin()
    scene.cluster.create_user(scene.officer, scene.nodes[0], "CU", "Carol", "user1234")
    row = [row for row in scene.cluster.audit() if row.hsm == scene.nodes[0].name][-1]
    assert (row.device, row.time, row.session) == (1, int(NOON * 1_000_000), scene.officer.id)
    assert (row.opcode, row.user_type, row.user_name) == (Opcode.CN_CREATE_USER, "CU", "Carol")


def test_names_are_cut_and_are_text(lab: Lab) -> None:
    cluster = lab.cluster()
    for name in ("n" * 5000, "\udcff" * 20, "a\0b\x1b[2J"):
        cluster.login(name, name, "user1234", cluster.nodes()[:1])
    names = [(row.user_type, row.user_name) for row in cluster.audit()]
    assert names == [("n" * LONGEST,) * 2, ("\\xff" * 20,) * 2, ("a\0b\x1b[2J",) * 2]


def test_no_secret_is_in_a_row(scene: Scene) -> None:
    events = scene.begin()
    for action, *_ in [*DONE.values(), *REFUSED.values()]:
        with contextlib.suppress(HsmError):
            action(scene)
        scene.user, scene.officer = scene.login(), scene.login("admin")
    scene.cluster.login("CU", "bob", "hidden-password-1", scene.nodes)
    scene.cluster.change_password(scene.officer, scene.nodes[0], "CO", "second", "hidden-password-2")
    with contextlib.suppress(HsmError):
        scene.cluster.create_user(scene.officer, scene.nodes[0], "CU", "no name", "hidden-password-3")
    assert all(events.new())
    rows = "\n".join(map(repr, scene.cluster.audit()))
    with scene.lab.store.reading():
        keys = [scene.lab.store.material(number) for number in range(1, 20)]
    secrets = [*PASSWORDS.values(), "user4321", "hidden-password", "short", "scrypt"]
    assert [secret for secret in [*secrets, *(key.hex() for key in keys if key)] if secret in rows] == []


def test_every_opcode_has_its_published_form() -> None:
    published = {
        "CN_INIT_TOKEN": 0x1, "CN_CREATE_USER": 0x3, "CN_CREATE_CO": 0x4, "CN_CHANGE_PSWD": 0x9, "CN_LOGIN": 0xD,
        "CN_LOGOUT": 0xE, "CN_DESTROY_OBJECT": 0x11, "CN_SHARE_OBJECT": 0x12, "CN_GENERATE_KEY": 0x17,
        "CN_GENERATE_KEY_PAIR": 0x19, "CN_WRAP_KEY": 0x1A, "CN_UNWRAP_KEY": 0x1B, "CN_GEN_PSWD_ENC_KEY": 0x1D,
        "CN_NIST_AES_WRAP": 0x1E, "CN_INIT_DONE": 0x95, "CN_DELETE_USER": 0xA1, "CN_EXTRACT_MASKED_OBJECT_USER": 0xF0,
        "CN_INSERT_MASKED_OBJECT_USER": 0xF1, "CN_CREATE_APPLIANCE_USER": 0xFC,
    }  # fmt: skip
    assert {code.name: int(code) for code in Opcode if code < 0x200} == published
    assert len(Opcode) == len(Opcode.__members__), "no two have one number"
    assert Opcode.CN_SHARE_OBJECT.log_type is LogType.UNKNOWN_LOG_TYPE
    assert [code.name for code in Opcode if code.command_type] == ["CN_CERT_AUTH_STORE_CERT"]
