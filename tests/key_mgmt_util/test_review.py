"""Mistakes that once slipped through."""

from __future__ import annotations

import os
from pathlib import Path

from commands.key_mgmt_util.header import MAGIC
from commands.key_mgmt_util.program import split_chain
from hsmshell.engine.attributes import Attribute
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.engine.scenario import create_lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single


def test_a_public_key_that_was_allowed_to_unwrap_still_cannot(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(bytes(256))
    interactive(lab, tmp_path, LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l pair")
    cluster = lab.cluster()
    for node in cluster.nodes():
        session = cluster.login("CU", "crypto_user", "user1234", [node]).session
        cluster.set_attribute(session, node, 407, Attribute.UNWRAP, True)
    for mechanism in (7, 8):
        line = f"unWrapKey -f junk -w 407 -m {mechanism} -noheader -l x -kc 4 -kt 31"
        assert "returned: 0xee" in answer(interactive(lab, tmp_path, LOGIN, line, ""), line)


def test_a_header_with_an_impossible_class_and_type_is_refused(lab: Lab, tmp_path: Path) -> None:
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "wrapKey -k 407 -w 407 -out w -m 4")
    data = bytearray((tmp_path / "w").read_bytes())
    place = len(MAGIC) + 2 + 1
    assert data[place - 1 : place + 1] == b"\x00\x1f" or 0x1F in data[place - 2 : place + 3]
    data[data.index(0x1F, len(MAGIC))] = 0
    (tmp_path / "w").write_bytes(data)
    ran = interactive(lab, tmp_path, LOGIN, "unWrapKey -f w -w 407 -m 4", "findKey")
    assert "Cfm3UnWrapKey returned: 0xe8" in ran.text
    assert "Total number of keys present 1\n" in ran.text


def test_a_misspelt_command_in_a_chain_is_named(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} genSymkey -t 31 -s 32 -l x")
    assert ran.status == 1
    assert "Cfm3LoginHSM returned: 0x00" in ran.text
    assert "Error: Invalid command genSymkey" in ran.text


def test_the_guides_line_with_its_lost_dash_says_what_is_missing(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "loginHSM -u CU -s crypto_user p user1234 unWrapKey -f wrapped.key -w 408")
    assert ran.status == 1
    assert "Error: Password (-p) is missing." in ran.text
    assert split_chain(["loginHSM", "-s", "a", "p", "b"]) == [["loginHSM", "-s", "a"], ["p", "b"]]


def test_a_lab_that_was_replaced_takes_no_more_keys(tmp_path: Path) -> None:
    directory = tmp_path / "lab"
    old = create_lab(str(directory))
    create_lab(str(directory), force=True).close()
    cluster_gone = False
    try:
        old.cluster()
    except LabError as problem:
        cluster_gone = "was removed or replaced; start the tool again" in str(problem)
    assert cluster_gone
    os.unlink(directory / DATABASE)
    old.close()


def test_an_echoed_command_shows_no_control_characters(lab: Lab, tmp_path: Path) -> None:
    from commands.key_mgmt_util import run
    from hsmshell.console import Context, Files
    from hsmshell.console.scripted import ScriptedConsole

    console = ScriptedConsole()
    words = ["singlecmd", *LOGIN.split(), "genSymKey", "-t", "31", "-s", "32", "-l", "a\x1b[2Jb"]
    assert run(words, Context(lab, console, Files(str(tmp_path)))) == 0
    assert "\x1b" not in console.text
    assert "a\\x1b[2Jb" in console.text


def test_a_label_is_measured_in_bytes_and_survives_its_journey(lab: Lab, tmp_path: Path) -> None:
    longest = "é" * 63
    ran = interactive(
        lab,
        tmp_path,
        LOGIN,
        f"genSymKey -t 31 -s 32 -l {longest}",
        "wrapKey -k 407 -w 407 -out w -m 4",
        "unWrapKey -f w -w 407 -m 4",
        f"findKey -l {longest}",
        f"genSymKey -t 31 -s 32 -l {'é' * 64}",
    )
    assert "\n407, 408\n" in ran.text
    assert "Error: Invalid key label (-l)." in ran.text


def test_find_key_asks_for_a_login_before_it_reads_a_file(lab: Lab, tmp_path: Path) -> None:
    assert "Cfm3FindKey returned: 0xe0" in interactive(lab, tmp_path, "findKey -m nothing").text
