"""getCert, judged by openssl: the chains that it accepts, and those that it must not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.key_mgmt_util.certificates import KINDS
from commands.return_codes import Code
from hsmshell.console import Generation
from hsmshell.engine.lab import Lab
from tests.conftest import NOON
from tests.engine.driving import set_state
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single

Judge = Callable[[str], str]
GOOD = "\nCfm3GetCert() returned 0 :HSM Return: SUCCESS\n"


def fetch(lab: Lab, folder: Path, *types: int) -> None:
    """Each type's certificate in ``TYPE.pem``."""
    ran = interactive(lab, folder, LOGIN, *(f"getCert -f {number}.pem -s {number}" for number in types or KINDS))
    assert ran.text.count(GOOD) == len(types or KINDS)


def openssl(judge: Judge, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([judge("openssl"), *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "good"),
    [
        ("-CAfile 4.pem 8.pem", True),
        ("-CAfile 1.pem -untrusted 2.pem 16.pem", True),
        ("-CAfile 1.pem 2.pem", True),
        ("-CAfile 1.pem 16.pem", False),
        ("-CAfile 4.pem -untrusted 2.pem 16.pem", False),
        ("-CAfile 1.pem -untrusted 2.pem 8.pem", False),
        ("-CAfile 4.pem 2.pem", False),
    ],
)
def test_chains(lab: Lab, tmp_path: Path, judge: Judge, words: str, good: bool) -> None:
    fetch(lab, tmp_path)
    strict = ("-x509_strict", "-attime", str(int(NOON) + 1))
    ran = openssl(judge, tmp_path, "verify", *strict, *words.split())
    assert ran.stdout.endswith(": OK\n") is good, ran.stderr
    assert (ran.returncode == 0) is good


def test_chains_hold_from_the_labs_time_for_ten_years(lab: Lab, tmp_path: Path, judge: Judge) -> None:
    fetch(lab, tmp_path)
    for moment, good in (
        (NOON - 1, False),
        (NOON, True),
        (NOON + 3652 * 86400 - 1, True),
        (NOON + 3653 * 86400, False),
    ):
        ran = openssl(judge, tmp_path, "verify", "-attime", str(int(moment)), "-CAfile", "4.pem", "8.pem")
        assert (ran.returncode == 0) is good


@pytest.mark.parametrize(
    ("number", "issuer", "subject"),
    [
        (1, "manufacturer root", "manufacturer root"),
        (2, "manufacturer root", "HSM 3.0A0101-ICM000001"),
        (4, "customer root of cluster-migration", "customer root of cluster-migration"),
        (8, "customer root of cluster-migration", "cluster cluster-migration"),
        (16, "HSM 3.0A0101-ICM000001", "cluster cluster-migration"),
    ],
)
def test_what_openssl_reads(lab: Lab, tmp_path: Path, judge: Judge, number: int, issuer: str, subject: str) -> None:
    fetch(lab, tmp_path, number)
    text = openssl(judge, tmp_path, "x509", "-in", f"{number}.pem", "-noout", "-text").stdout
    assert f"Issuer: CN = hsmshell simulated {issuer}\n" in text.replace("CN=", "CN = ")
    assert f"Subject: CN = hsmshell simulated {subject}\n" in text.replace("CN=", "CN = ")
    assert "Public-Key: (2048 bit)" in text
    assert "Signature Algorithm: sha256WithRSAEncryption" in text
    assert ("CA:TRUE" in text) is (number in (1, 2, 4))
    assert ("Certificate Sign, CRL Sign" in text) is (number in (1, 2, 4))
    assert ("Digital Signature, Key Encipherment" in text) is (number in (8, 16))
    assert "X509v3 Subject Key Identifier" in text
    assert "X509v3 Authority Key Identifier" in text


def test_both_certificates_of_the_cluster_have_one_key(lab: Lab, tmp_path: Path, judge: Judge) -> None:
    fetch(lab, tmp_path)
    keys = [openssl(judge, tmp_path, "x509", "-in", f"{number}.pem", "-noout", "-pubkey").stdout for number in KINDS]
    assert keys[3] == keys[4]
    assert len(set(keys)) == 4


def test_the_file_is_one_pem_certificate_and_replaces_an_old_file(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "8.pem").write_text("old")
    fetch(lab, tmp_path, 8)
    lines = (tmp_path / "8.pem").read_text("ascii").splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
    assert all(len(line) == 64 for line in lines[1:-2])
    fetch(lab, tmp_path, 8)
    assert (tmp_path / "8.pem").read_text("ascii").splitlines() == lines


def test_either_letter_names_the_type(lab: Lab, tmp_path: Path) -> None:
    ran = interactive(lab, tmp_path, LOGIN, "getCert -f s.pem -s 16", "getCert -t 16 -f t.pem")
    assert answer(ran, "getCert -t 16 -f t.pem") == GOOD
    assert (tmp_path / "s.pem").read_bytes() == (tmp_path / "t.pem").read_bytes()


@pytest.mark.parametrize(
    "words", ["-s 3", "-s 0", "-s 1x", "-s 01x", "-t 32", "", "-s", "-s 1 -s 2", "-s 1 -t 2", "-x 1"]
)
@pytest.mark.parametrize("generation", Generation)
def test_wrong_arguments_leave_no_file(lab: Lab, tmp_path: Path, words: str, generation: Generation) -> None:
    line = f"getCert -f new.pem {words}".rstrip()
    ran = interactive(lab, tmp_path, LOGIN, line, generation=generation)
    assert answer(ran, line).startswith("\nError: ")
    assert "\nSyntax: getCert -h -f <file-name> -s <certificate-type>\n" in answer(ran, line)
    assert "Cfm3GetCert" not in ran.text
    assert not (tmp_path / "new.pem").exists()


def test_without_login(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "getCert -f new.pem -s 1")
    assert ran.status == 1
    assert ran.text.endswith(f"\nCfm3GetCert() returned 224 :{Code.NOT_LOGGED_IN.text}\n")
    assert not (tmp_path / "new.pem").exists()


def test_a_file_that_cannot_be_written(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} getCert -f no/such.pem -s 1")
    assert ran.status == 1
    assert ran.text.endswith("\nError: Failed to write file no/such.pem\n")
    assert "Cfm3GetCert" not in ran.text


def test_the_login_is_asked_for_before_the_file(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "getCert -f no/such.pem -s 1")
    assert "returned 224 :" in ran.text
    assert "Failed to write" not in ran.text


def test_the_first_hsm_that_is_up_answers(lab: Lab, tmp_path: Path, judge: Judge) -> None:
    fetch(lab, tmp_path, 1)
    set_state(lab, 0, "down")
    fetch(lab, tmp_path, 2, 16)
    subject = openssl(judge, tmp_path, "x509", "-in", "2.pem", "-noout", "-subject").stdout
    assert subject.endswith("HSM 3.0A0101-ICM000002\n")
    at = ("-attime", str(int(NOON)))
    assert openssl(judge, tmp_path, "verify", *at, "-CAfile", "1.pem", "-untrusted", "2.pem", "16.pem").returncode == 0


@pytest.mark.parametrize(
    ("at_login", "later", "code"),
    [
        ({}, {0: "down", 1: "down"}, Code.SERVER_UNAVAILABLE),
        ({1: "down"}, {0: "down", 1: "up"}, Code.NOT_LOGGED_IN),
        ({0: "down"}, {0: "up"}, Code.SUCCESS),
    ],
    ids=["none is up", "the one that is up knows no login", "the second knows one"],
)
def test_which_hsms_can_answer(
    lab: Lab, tmp_path: Path, at_login: dict[int, str], later: dict[int, str], code: Code
) -> None:
    from commands.key_mgmt_util.program import execute
    from commands.key_mgmt_util.utility import Utility
    from hsmshell.console import Context, Files
    from hsmshell.console.scripted import ScriptedConsole

    console = ScriptedConsole()
    tool = Utility(Context(lab, console, Files(str(tmp_path))))
    for number, state in at_login.items():
        set_state(lab, number, state)
    execute(tool, LOGIN.split())
    for number, state in later.items():
        set_state(lab, number, state)
    status = execute(tool, ["getCert", "-f", "new.pem", "-s", "2"])
    assert console.text.endswith(f"\nCfm3GetCert() returned {code.value} :{code.text}\n")
    assert (status == 0) is (tmp_path / "new.pem").exists() is (code is Code.SUCCESS)
