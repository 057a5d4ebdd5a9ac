"""``hsmshell lab cluster``: the whole life of a cluster by the command, and how it refuses."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.cli.running import COMMAND, Ran, is_one_sentence, run
from tests.engine.customer import Customer

ID = "[a-z2-7]{11}"


def cluster(home: Path, lab: Path | str, *words: str) -> Ran:
    return run(home, "--lab", str(lab), "lab", "cluster", *words)


def good(home: Path, lab: Path | str, *words: str) -> str:
    """What it says when it does as asked."""
    ran = cluster(home, lab, *words)
    assert (ran.code, ran.err) == (0, "")
    assert is_one_sentence(ran.out)
    return ran.out


def refused(home: Path, lab: Path | str, *words: str, code: int = 1) -> str:
    ran = cluster(home, lab, *words)
    assert (ran.code, ran.out) == (code, "")
    assert is_one_sentence(ran.err)
    return ran.err


def document(home: Path, lab: Path | str) -> dict[str, list[dict[str, object]]]:
    table: dict[str, list[dict[str, object]]] = json.loads(run(home, "--lab", str(lab), "lab", "show", "--json").out)
    return table


def tool(home: Path, lab: Path | str, *lines: str) -> str:
    """What cloudhsm_mgmt_util makes of these lines."""
    return run(home, "--lab", str(lab), "cloudhsm_mgmt_util", typed="\n".join([*lines, "quit", ""])).out


def test_a_life(tmp_path: Path, judge: Callable[[str], str]) -> None:
    customer = Customer(judge("openssl"), tmp_path)
    here = tmp_path, "my lab"
    assert run(tmp_path, "--lab", "my lab", "lab", "init", "--scenario", "new-cluster").code == 0
    assert document(*here)["clusters"][0]["state"] == "UNINITIALIZED"
    assert "add-hsm cluster-new" in refused(*here, "initialize", "cluster-new", "--csr", "new.csr")
    assert re.fullmatch(
        rf"hsmshell: added node 0, hsm-{ID}, at 10\.0\.2\.9 to cluster-new\n", good(*here, "add-hsm", "cluster-new")
    )
    assert "loginHSM failed: E2E is not enabled" in tool(*here, "loginHSM PRECO admin password")
    wrote = good(*here, "initialize", "cluster-new", "--csr", "new.csr")
    assert wrote.startswith("hsmshell: wrote the request of cluster-new to new.csr; once signed: ")
    request = (tmp_path / "new.csr").read_bytes()
    assert ", in the place of what was there" in good(*here, "initialize", "cluster-new", "--csr", "new.csr")
    assert (tmp_path / "new.csr").read_bytes() == request
    assert request.startswith(b"-----BEGIN CERTIFICATE REQUEST-----\n")
    customer.sign(tmp_path / "new.csr", tmp_path / "new.pem")
    hand_in = ("initialize", "cluster-new", "--signed-cert", "new.pem", "--trust-anchor")
    assert "not of the key" in refused(*here, *hand_in[:3], "ca.pem", "--trust-anchor", "ca.pem")
    done = good(*here, *hand_in, "ca.pem")
    assert done.startswith("hsmshell: initialized cluster-new; ")
    _, source, target = shlex.split(re.search(r"\((cp .*?)\)", done).group(1))  # type: ignore[union-attr]
    assert "initialized already" in refused(*here, *hand_in, "ca.pem")
    assert document(*here)["clusters"][0]["state"] == "INITIALIZED"
    refused(*here, "add-hsm", "cluster-new")

    assert "loginHSM failed: E2E is not enabled" in tool(*here, "loginHSM PRECO admin password")
    Path(target).write_bytes((tmp_path / source).read_bytes())
    said = tool(*here, "loginHSM PRECO admin password", "changePswd PRECO admin admin1234", "y", "listUsers")
    assert "changePswd success" in said
    assert re.search(r" 1 +CO +admin ", said)
    assert document(*here)["clusters"][0]["state"] == "ACTIVE"
    assert "configure --cmu 10.0.7.7" in good(*here, "add-hsm", "cluster-new", "--address", "10.0.7.7")
    assert "loginHSM success on server 1(10.0.7.7)" in tool(*here, "loginHSM CO admin admin1234")
    real = "/opt/cloudhsm/etc/cloudhsm_mgmt_util.cfg"
    stale = run(tmp_path, "--lab", "my lab", "cloudhsm_mgmt_util", real, typed="loginHSM CO admin admin1234\n").out
    assert ("server 0(" in stale, "10.0.7.7" in stale) == (True, False)
    assert run(tmp_path, "--lab", "my lab", "configure", "--cmu", "10.0.7.7").code == 0
    fresh = run(tmp_path, "--lab", "my lab", "cloudhsm_mgmt_util", real, typed="loginHSM CO admin admin1234\n").out
    assert "loginHSM success on server 1(10.0.7.7)" in fresh

    backup = str(document(*here)["backups"][-1]["id"])
    assert good(*here, "copy-backup", backup, "eu-west-1").startswith(f"hsmshell: copied {backup} to eu-west-1 as ")
    copy = str(document(*here)["backups"][-1]["id"])
    said = good(*here, "restore", copy, "clone", "--address", "10.1.0.5")
    assert re.fullmatch(
        rf"hsmshell: restored {copy} as the cluster clone, ACTIVE, with node 0, hsm-{ID}, at 10\.1\.0\.5\n", said
    )
    both = document(*here)["clusters"]
    assert [(one["name"], one["state"], one["region"]) for one in both] == [
        ("cluster-new", "ACTIVE", "us-east-1"),
        ("clone", "ACTIVE", "eu-west-1"),
    ]
    said = good(*here, "remove-hsm", "cluster-new", "10.0.7.7")
    assert re.fullmatch(
        rf"hsmshell: removed node 1, hsm-{ID}, from cluster-new; what it held is in backup-{ID}\n", said
    )


def test_hsms_are_named_in_three_ways(tmp_path: Path, lab_directory: Path) -> None:
    for word in ("0", "10.0.3.11"):
        good(tmp_path, lab_directory, "remove-hsm", "cluster-migration", word)
    added = good(tmp_path, lab_directory, "add-hsm", "cluster-migration")
    name = re.search(rf"hsm-{ID}", added)
    assert name is not None
    assert "node 2" in good(tmp_path, lab_directory, "remove-hsm", "cluster-migration", name[0])
    assert document(tmp_path, lab_directory)["clusters"][0]["hsms"] == []


def test_backups_are_listed(tmp_path: Path, lab_directory: Path) -> None:
    assert cluster(tmp_path, lab_directory, "backups") == Ran(0, "backups: none\n", "")
    assert "\nbackups: none\n" in run(tmp_path, "--lab", str(lab_directory), "lab", "show").out
    good(tmp_path, lab_directory, "create", "second", "--region", "eu-west-1")
    said = good(tmp_path, lab_directory, "backup", "cluster-migration")
    found = re.fullmatch(rf"hsmshell: backed up cluster-migration as (backup-{ID}); users: 4, keys: 0\n", said)
    assert found is not None
    ran = cluster(tmp_path, lab_directory, "backups")
    row = next(line for line in ran.out.splitlines() if line.startswith("backup-"))
    wanted = rf"{found[1]} +cluster-migration +us-east-1 +\d+-\d\d-\d\d \d\d:\d\d:\d\d +on demand +READY +4 +0 +-"
    assert re.fullmatch(wanted, row)
    assert ran.out in run(tmp_path, "--lab", str(lab_directory), "lab", "show").out
    listed = json.loads(cluster(tmp_path, lab_directory, "backups", "--json", "cluster-migration").out)
    assert listed["backups"] == document(tmp_path, lab_directory)["backups"]
    (backup,) = listed["backups"]
    assert backup.pop("created") > 1_511_870_400
    assert backup == {
        "id": found[1],
        "cluster": "cluster-migration",
        "region": "us-east-1",
        "reason": "on demand",
        "state": "READY",
        "users": 4,
        "keys": 0,
        "copied_from": None,
        "source_region": None,
    }
    assert json.loads(cluster(tmp_path, lab_directory, "backups", "second", "--json").out)["backups"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("create", "two words"),
        ("create", "x", "--region", "\x1b[31m"),
        ("add-hsm", "now\x1bhere"),
        ("add-hsm", "cluster-migration", "--address", "10.0.2.9"),
        ("add-hsm", "cluster-migration", "--address", "b\udcff"),
        ("remove-hsm", "cluster-migration", "\x1b"),
        ("remove-hsm", "cluster-migration", "7"),
        ("initialize", "cluster-migration", "--csr", "x"),
        ("initialize", "cluster-migration", "--signed-cert", "nowhere", "--trust-anchor", "/dev/null"),
        ("initialize", "cluster-migration", "--signed-cert", "/dev/null", "--trust-anchor", "/dev/null"),
        ("backups", "nowhere"),
        ("restore", "b\udcff", "new"),
        ("copy-backup", "\x1b", "eu-west-1"),
    ],
    ids=lambda words: " ".join(words).encode("unicode_escape").decode(),
)
def test_refusals_are_sentences_and_change_nothing(tmp_path: Path, lab_directory: Path, words: tuple[str, ...]) -> None:
    before = document(tmp_path, lab_directory)
    message = refused(tmp_path, lab_directory, *words)
    assert message.removesuffix("\n").isprintable()
    assert document(tmp_path, lab_directory) == before
    assert not (tmp_path / "x").exists()


def test_a_file_that_cannot_be_written(tmp_path: Path, lab_directory: Path) -> None:
    good(tmp_path, lab_directory, "create", "new")
    good(tmp_path, lab_directory, "add-hsm", "new")
    assert "nowhere/x" in refused(tmp_path, lab_directory, "initialize", "new", "--csr", "nowhere/x")


@pytest.mark.parametrize(
    "words",
    [
        ("initialize", "new"),
        ("initialize", "new", "--signed-cert", "x"),
        ("initialize", "new", "--trust-anchor", "x"),
        ("initialize", "new", "--csr", "x", "--signed-cert", "y", "--trust-anchor", "z"),
    ],
)
def test_initialize_is_one_of_two_steps(tmp_path: Path, lab_directory: Path, words: tuple[str, ...]) -> None:
    assert "--csr FILE, or --signed-cert FILE" in refused(tmp_path, lab_directory, *words, code=2)


def test_without_a_verb_it_says_so(tmp_path: Path, lab_directory: Path) -> None:
    ran = cluster(tmp_path, lab_directory)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "usage: hsmshell lab cluster [-h] VERB ...",
        "hsmshell: lab cluster needs a verb; hsmshell lab cluster -h lists them",
    ]


@pytest.mark.parametrize(
    "words",
    [["create"], ["initialize"], ["add-hsm"], ["remove-hsm"], ["backup"], ["backups"], ["restore"], ["copy-backup"]],
)
def test_help(tmp_path: Path, words: list[str]) -> None:
    ran = cluster(tmp_path, "lab", *words, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(["usage: hsmshell lab cluster", *words]))
    assert list(tmp_path.iterdir()) == [], "help makes no lab"


def test_the_tools_of_a_cluster_without_hsms(tmp_path: Path) -> None:
    run(tmp_path, "--lab", "lab", "lab", "init", "--scenario", "new-cluster")
    single = ("singlecmd", "loginHSM", "-u", "CU", "-s", "a", "-p", "user1234", "findKey")
    ran = run(tmp_path, "--lab", "lab", "key_mgmt_util", *single)
    assert (ran.code, ran.err) == (1, "")
    assert "Cfm3LoginHSM returned: 0x30000085 : HSM CLUSTER ERROR: Server in cluster is unavailable" in ran.out
    ran = run(tmp_path, "--lab", "lab", "cloudhsm_mgmt_util")
    said = "cloudhsm_mgmt_util: cluster-new has no HSM; add one with: hsmshell lab cluster add-hsm cluster-new\n"
    assert (ran.code, ran.out, ran.err) == (1, said, "")


def test_a_lab_verb_does_not_load_what_clusters_need(tmp_path: Path, lab: Lab) -> None:
    code = (
        "import sys; from hsmshell.cli.main import main; "
        f"main(['--lab', {lab.directory!r}, 'lab', 'fault']); "
        "print([name for name in sys.modules if name.startswith('cryptography') or name.endswith('lifecycle')])"
    )
    ran = run(tmp_path, "-c", code, command=(COMMAND[0],))
    assert ran.out.splitlines()[-1] == "[]"
