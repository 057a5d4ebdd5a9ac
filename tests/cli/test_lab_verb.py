"""``hsmshell lab``: what it shows, what it never shows, and what it takes to remove one."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pexpect
import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.engine.records import User
from hsmshell.engine.scenario import shipped
from hsmshell.engine.services import Services
from tests.cli.running import COMMAND, Ran, environment, is_one_sentence, run
from tests.engine.driving import PASSWORDS, PIN, aes_key, login, open_partition

WILD = "tab\tbell\x07red\x1b[31m\x9b\u202e\udcff end"


@pytest.fixture
def busy(lab: Lab) -> Lab:
    """A lab in which something happened, with a session that is still open."""
    cluster = lab.cluster()
    session = login(cluster)
    aes_key(cluster, session, WILD, shares=(4,), quorum=1, ident=b"\x01\x02")
    cluster.generate_rsa_pair(session, 2048, 65537, _spec("0012"))
    handle = aes_key(cluster, session, "differs")
    cluster.set_attribute(session, cluster.nodes()[1], handle, Attribute.LABEL, "differs on node 1")
    aes_key(cluster, session, "for now", session_only=True)
    cluster.login("CU", "bob", "wrong", cluster.nodes()[:1])
    with lab.store.transaction():
        admin = lab.store.user_named(cluster.nodes()[0].id, "admin")
        assert isinstance(admin, User)
        lab.store.replace_user(admin._replace(quorum_key=b"a public key"))
    application, slot = open_partition(lab)
    application.create(slot, {Attribute.CLASS: 0, Attribute.VALUE: b"a note of mine", Attribute.TOKEN: True})
    return lab


def _spec(label: str) -> object:
    from hsmshell.engine.cluster import KeySpec

    return KeySpec(label)


def on(home: Path, lab: Lab | Path, *words: str) -> Ran:
    directory = lab.directory if isinstance(lab, Lab) else str(lab)
    return run(home, "--lab", directory, "lab", *words)


def rows(text: str) -> dict[str, list[list[str]]]:
    """The cells of each table by its title; columns are apart by at least two blanks."""
    import re

    tables: dict[str, list[list[str]]] = {}
    title, number = "", 0
    for line in text.splitlines():
        if line and not line.startswith(("-", " ")) and "  " not in line:
            title, number = line, 0
        elif line:
            number += 1
            if number > 2:
                tables.setdefault(title, []).append(re.split(r" {2,}", line.strip()))
    return tables


# show


def test_tables(tmp_path: Path, busy: Lab) -> None:
    ran = on(tmp_path, busy, "show")
    assert (ran.code, ran.err) == (0, "")
    tables = rows(ran.out)
    assert [row[:3] for row in tables["cluster cluster-migration"]] == [
        ["0", "hsm-udw0tkfg1ab", "10.0.2.9"],
        ["1", "hsm-lgavqitns2a", "10.0.3.11"],
    ]
    assert ["1", "CO", "admin", "0", "yes", "no"] in tables["users on node 0"]
    assert ["4", "CU", "bob", "1", "no", "no"] in tables["users on node 0"]
    assert ["4", "CU", "bob", "0", "no", "no"] in tables["users on node 1"]
    keys = tables["keys of cluster cluster-migration"]
    shown = {tuple(row[:7]) for row in keys}
    assert ("408", "public key", "RSA", "0012", "crypto_user", "-", "0, 1") in shown
    assert ("410", "secret key", "AES", "differs", "crypto_user", "-", "0") in shown
    assert ("410", "secret key", "AES", "differs on node 1", "crypto_user", "-", "1") in shown
    assert ("411", "secret key (session)", "AES", "for now", "crypto_user", "-", "0") in shown
    assert keys[0][5] == "bob; 1 must approve"
    assert all(len(row[7]) == 6 and len(row[8]) == 16 for row in keys)
    assert ["crypto officer", "yes", "0"] in tables["roles of partition1"]
    objects = {row[0]: row[1:] for row in tables["objects of partition1"]}
    assert objects["120"][:4] == ["secret key", "AES", "Generated AES Key", "yes"]
    assert objects["131"][3] == "no"
    assert objects["137"][4] == objects["138"][4]
    assert objects["149"][:2] == ["data", "-"]


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path, busy: Lab) -> None:
    ran = on(tmp_path, busy, "show")
    assert r"tab\tbell\x07red\x1b[31m\x9b\u202e\udcff end" in ran.out
    for text in (ran.out, on(tmp_path, busy, "show", "--json").out):
        assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_json_says_everything(tmp_path: Path, busy: Lab) -> None:
    ran = on(tmp_path, busy, "show", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
    document = json.loads(ran.out)
    assert list(document) == ["format", "scenario", "title", "client", "clusters", "appliances", "ha_groups", "backups"]
    cluster = document["clusters"][0]
    first, second = cluster["hsms"]
    assert [key["handle"] for key in first["keys"]] == [407, 408, 409, 410, 411]
    assert [key["handle"] for key in second["keys"]] == [407, 408, 409, 410]
    key = first["keys"][0]
    assert key["label"] == WILD
    assert key["owner"] == {"id": 3, "name": "crypto_user"}
    assert key["shared_with"] == [{"id": 4, "name": "bob"}]
    assert key["quorum"] == 1
    assert key["attributes"]["id"] == "0102"
    assert key["attributes"]["extractable"] is True
    assert key["check_value"] == key["attributes"]["check_value"]
    assert first["users"][0]["quorum_key"] is True
    part = document["appliances"][0]["partitions"][0]
    assert part["slot"] == 1
    item = {entry["handle"]: entry for entry in part["objects"]}[120]
    assert item["fingerprint"] == item["attributes"]["fingerprint_sha256"]
    assert on(tmp_path, busy, "show", "--json").out == ran.out, "the same lab gives the same document"


def test_a_key_that_arrived_has_its_fingerprint_at_both_ends(tmp_path: Path, lab: Lab) -> None:
    from hsmshell.engine.attributes import KeyType, ObjectClass
    from hsmshell.engine.cluster import KeySpec
    from hsmshell.engine.mechanisms import Mechanism

    cluster = lab.cluster()
    session = login(cluster)
    with lab.store.reading():
        material = lab.store.material(1)
    wrapper = aes_key(cluster, session, "wrapper")
    wrapped = cluster.wrap_data(session, wrapper, material, Mechanism.AES_KEY_WRAP)
    spec = KeySpec("arrived")
    cluster.unwrap_key(session, wrapper, wrapped, Mechanism.AES_KEY_WRAP, ObjectClass.SECRET_KEY, KeyType.AES, spec)
    document = json.loads(on(tmp_path, lab, "show", "--json").out)
    there = document["appliances"][0]["partitions"][0]["objects"][0]["fingerprint"]
    here = document["clusters"][0]["hsms"][0]["keys"][-1]["fingerprint"]
    assert here == there


def test_neither_output_has_a_secret(tmp_path: Path, busy: Lab) -> None:
    database = sqlite3.connect(Path(busy.directory) / DATABASE)
    materials = [row[0] for row in database.execute("SELECT value FROM material")]
    public = [
        row[0] for row in database.execute("SELECT value FROM material JOIN object ON material = id WHERE class = 2")
    ]
    verifiers = [row[0] for row in database.execute("SELECT verifier FROM user WHERE verifier <> ''")]
    masters = [row[0] for row in database.execute("SELECT secret FROM device")]
    database.close()
    assert len(materials) > 8
    assert len(set(verifiers)) > 2
    secrets = {value.hex() for value in [*(set(materials) - set(public)), *masters, b"a note of mine"]}
    secrets |= {part for verifier in verifiers for part in verifier.split("$")[2:]}
    secrets |= {*verifiers, *PASSWORDS.values(), PIN + '"', "scrypt"}
    secrets |= _private_numbers(materials)
    for words in (["show"], ["show", "--json"]):
        text = on(tmp_path, busy, *words).out.lower()
        for secret in secrets:
            assert secret.lower() not in text, secret


def _private_numbers(materials: list[bytes]) -> set[str]:
    """The secret numbers of the RSA keys among them, as hexadecimal."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    numbers: set[str] = set()
    for material in materials:
        try:
            key = load_der_private_key(material, None)
        except ValueError:
            continue
        assert isinstance(key, rsa.RSAPrivateKey)
        own = key.private_numbers()
        numbers |= {f"{number:x}" for number in (own.d, own.p, own.q, own.dmp1, own.dmq1, own.iqmp)}
    assert numbers
    return numbers


def test_empty_rooms_are_named(tmp_path: Path, lab: Lab) -> None:
    out = on(tmp_path, lab, "show").out
    assert "keys of cluster cluster-migration: none\n" in out
    assert "objects of partition2: none\n" in out


# init, scenarios


def test_init(tmp_path: Path, services: Services) -> None:
    directory = tmp_path / "deep" / "lab"
    ran = on(tmp_path, directory, "init")
    assert (ran.code, ran.err) == (0, "")
    assert is_one_sentence(ran.out)
    assert "hsmshell lab show" in ran.out
    before = (directory / DATABASE).read_bytes()
    again = on(tmp_path, directory, "init")
    assert (again.code, again.out) == (1, "")
    assert is_one_sentence(again.err)
    assert "--force" in again.err
    assert (directory / DATABASE).read_bytes() == before
    assert on(tmp_path, directory, "init", "--force").code == 0
    assert (directory / DATABASE).read_bytes() != before


def test_init_from_a_file(tmp_path: Path) -> None:
    text = (
        Path(next(one.path for one in shipped() if one.name == "migration"))
        .read_text("utf-8")
        .replace("cluster-migration", "my cluster")
    )
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    assert on(tmp_path, tmp_path / "lab", "init", "--scenario", "mine.toml").code == 0
    assert "cluster my cluster" in on(tmp_path, tmp_path / "lab", "show").out
    for bad in ("nowhere", "nowhere.toml"):
        ran = on(tmp_path, tmp_path / "other", "init", "--scenario", bad)
        assert ran.code == 1
        assert is_one_sentence(ran.err)


def test_scenarios(tmp_path: Path) -> None:
    ran = run(tmp_path, "lab", "scenarios")
    assert (ran.code, ran.err) == (0, "")
    for name, title, path in shipped():
        assert name in ran.out
        assert title in ran.out
        assert path in ran.out
    assert list(tmp_path.iterdir()) == [], "listing makes no lab"


@pytest.mark.parametrize("words", [[], ["init"], ["show"], ["scenarios"], ["destroy"]])
def test_help(tmp_path: Path, words: list[str]) -> None:
    ran = run(tmp_path, "lab", *words, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(["usage: hsmshell lab", *words]))


# destroy


def test_destroy_with_yes(tmp_path: Path, lab_directory: Path) -> None:
    ran = on(tmp_path, lab_directory, "destroy", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert not lab_directory.exists()
    again = on(tmp_path, lab_directory, "destroy", "--yes")
    assert (again.code, again.out) == (1, "")
    assert is_one_sentence(again.err)
    assert not lab_directory.exists(), "a lab is not made in order to be removed"


def test_destroy_leaves_other_files(tmp_path: Path, lab_directory: Path) -> None:
    (lab_directory / "notes.txt").write_text("mine")
    ran = on(tmp_path, lab_directory, "destroy", "--yes")
    assert ran.code == 0
    assert "notes.txt" in ran.out
    assert [path.name for path in lab_directory.iterdir()] == ["notes.txt"]


def test_destroy_without_a_terminal_needs_yes(tmp_path: Path, lab_directory: Path) -> None:
    ran = run(tmp_path, "--lab", str(lab_directory), "lab", "destroy", typed="y\n")
    assert (ran.code, ran.out) == (2, "")
    assert is_one_sentence(ran.err)
    assert "--yes" in ran.err
    assert (lab_directory / DATABASE).is_file()


def test_destroy_refuses_what_is_no_lab(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for name in (".", "nowhere"):
        ran = run(tmp_path, "--lab", name, "lab", "destroy", "--yes")
        assert (ran.code, ran.out) == (1, "")
        assert is_one_sentence(ran.err)
    other = sqlite3.connect(tmp_path / DATABASE)
    other.execute("CREATE TABLE precious (thing)")
    other.commit()
    other.close()
    assert run(tmp_path, "--lab", ".", "lab", "destroy", "--yes").code == 1
    assert (tmp_path / DATABASE).is_file()


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("yes", True), ("n", False), ("", False)])
def test_destroy_asks_on_a_terminal(tmp_path: Path, lab_directory: Path, answer: str, gone: bool) -> None:
    command, *words = [*COMMAND, "--lab", str(lab_directory), "lab", "destroy"]
    child = pexpect.spawn(command, words, env=environment(tmp_path), timeout=60, encoding="utf-8")
    child.expect_exact("(y/n) ")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == (0 if gone else 1)
    assert lab_directory.exists() != gone
