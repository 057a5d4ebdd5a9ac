"""getCaviumPrivKey and IsValidKeyHandlefile: OpenSSL reads the fake keys, and they are told from real ones."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.key_mgmt_util import fake_pem
from hsmshell.console import Generation
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single
from tests.key_mgmt_util.test_fake_pem import P256, POINT

Judge = Callable[[str], str]

BOB = "loginHSM -u CU -s bob -p user1234"
EC_PAIR, RSA_PAIR = "genECCKeyPair -i 2 -l pair", "genRSAKeyPair -m 2048 -e 65537 -l pair"
"""Pairs whose handles are 407 and 408."""

REAL = "\nInput key file has real private key\n"


def run(program: str, *words: str, folder: Path) -> str:
    return subprocess.run([program, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def printed(text: str, heading: str) -> bytes:
    """The bytes that openssl prints under a heading."""
    body = re.search(rf"^{heading}:\n((?: +[0-9a-f:]+\n)+)", text, re.MULTILINE)
    assert body, text
    return bytes.fromhex(re.sub(r"[\s:]", "", body[1]))


def secret(handle: int, size: int) -> bytes:
    """What stands in the file, written down independently: marker, handle, markers, cut off."""
    head = bytes([0xEA, 0xFC, 0xFC, 0xEE, *(handle >> shift & 0xFF for shift in range(0, 64, 8))])
    return (head + bytes([0xEA, 0xFC, 0xFC, 0xEE]) * size)[:size]


def valid(folder: Path, lab: Lab, name: str, login: str = LOGIN) -> str:
    line = f"IsValidKeyHandlefile -f {name}"
    return answer(interactive(lab, folder, login, line), line)


# the file, judged by openssl


@pytest.mark.parametrize(
    ("curve", "size"), [(2, 32), (13, 28), (14, 48), (15, 66), (16, 32)], ids=["P-256", "P-224", "P-384", "P-521", "K"]
)
def test_openssl_reads_an_ec_file(lab: Lab, work: Path, judge: Judge, curve: int, size: int) -> None:
    openssl = judge("openssl")
    lines = [f"genECCKeyPair -i {curve} -l pair", "exportPubKey -k 407 -out public.pem"]
    interactive(lab, work, LOGIN, *lines, "getCaviumPrivKey -k 408 -out cavKey.pem")
    text = run(openssl, "ec", "-in", "cavKey.pem", "-noout", "-text", folder=work)
    assert printed(text, "priv") == secret(408, size)
    public = run(openssl, "ec", "-in", "cavKey.pem", "-pubout", folder=work)
    assert public == (work / "public.pem").read_text("ascii")
    assert valid(work, lab, "cavKey.pem") == "\nInput file has key handle: 408\n"


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_openssl_reads_an_rsa_file(lab: Lab, work: Path, judge: Judge, bits: int) -> None:
    openssl = judge("openssl")
    lines = [f"genRSAKeyPair -m {bits} -e 65537 -l pair", "exportPubKey -k 407 -out public.pem"]
    interactive(lab, work, LOGIN, *lines, "getCaviumPrivKey -k 408 -out cavKey.pem")
    text = run(openssl, "rsa", "-in", "cavKey.pem", "-noout", "-text", folder=work)
    assert printed(text, "privateExponent") == b"\0" + secret(408, bits // 8)
    for name in ("prime1", "prime2", "exponent1", "exponent2", "coefficient"):
        assert f"\n{name}: 1 (0x1)\n" in text
    public = run(openssl, "rsa", "-in", "cavKey.pem", "-pubout", folder=work)
    assert public == (work / "public.pem").read_text("ascii")
    assert valid(work, lab, "cavKey.pem") == "\nInput file has key handle: 408\n"


def test_a_file_that_openssl_wrote_anew_keeps_its_handle(lab: Lab, work: Path, judge: Judge) -> None:
    openssl = judge("openssl")
    files = ["getCaviumPrivKey -k 408 -out rsa.pem", "getCaviumPrivKey -k 410 -out ec.pem"]
    interactive(lab, work, LOGIN, RSA_PAIR, EC_PAIR, *files)
    for kind, handle in (("rsa", 408), ("ec", 410)):
        run(openssl, kind, "-in", f"{kind}.pem", "-out", "again.pem", folder=work)
        assert valid(work, lab, "again.pem") == f"\nInput file has key handle: {handle}\n"
        run(openssl, "pkcs8", "-topk8", "-nocrypt", "-in", f"{kind}.pem", "-out", "pkcs8.pem", folder=work)
        assert valid(work, lab, "pkcs8.pem") == f"\nInput file has key handle: {handle}\n"


# getCaviumPrivKey


def test_what_is_printed(lab: Lab, work: Path) -> None:
    line = "getCaviumPrivKey -k 408 -out cavKey.pem"
    body = "\nPrivate Key Handle is written to cavKey.pem in fake PEM format\n"
    returned = "\n\tgetCaviumPrivKey returned: 0x00 : HSM Return: SUCCESS\n"
    assert answer(interactive(lab, work, LOGIN, EC_PAIR, line), line) == body + returned
    late = interactive(lab, work, LOGIN, line, generation=Generation.LATE)
    assert answer(late, line) == "\n" + body + returned


@pytest.mark.parametrize(
    ("login", "handle", "error"),
    [
        ("", 408, "0xe0 : HSM Error: No user is logged in to do this operation"),
        (LOGIN, 9999, "0xa8 : HSM Error: Invalid object handle is passed to this operation"),
        (LOGIN, 407, "0xa8 : HSM Error: Invalid object handle is passed to this operation"),
        (LOGIN, 409, "0xa8 : HSM Error: Invalid object handle is passed to this operation"),
        (LOGIN, 411, "0xee : HSM Error: Invalid key type for this mechanism"),
        (BOB, 408, "0xc6 : HSM Error: Key Access is denied"),
    ],
    ids=["nobody", "no key", "public", "secret", "DSA", "stranger"],
)
def test_refusals_write_nothing(lab: Lab, work: Path, login: str, handle: int, error: str) -> None:
    (work / "there").write_bytes(b"as it was")
    interactive(lab, work, LOGIN, EC_PAIR, "genSymKey -t 31 -s 32 -l secret", "genDSAKeyPair -m 2048 -l dsa")
    lines = [f"getCaviumPrivKey -k {handle} -out {name}" for name in ("new", "there")]
    ran = interactive(lab, work, *([login] if login else []), *lines)
    assert [answer(ran, line) for line in lines] == [f"\n\tgetCaviumPrivKey returned: {error}\n"] * 2
    assert not (work / "new").exists()
    assert (work / "there").read_bytes() == b"as it was"


def test_a_file_that_cannot_be_written(lab: Lab, work: Path) -> None:
    line = "getCaviumPrivKey -k 408 -out no/where"
    ran = interactive(lab, work, LOGIN, EC_PAIR, line)
    assert answer(ran, line) == "\nError: Failed to write file no/where\n"


def test_a_key_that_cannot_leave_has_a_file_all_the_same(lab: Lab, work: Path) -> None:
    """It is the handle that leaves."""
    interactive(lab, work, LOGIN, EC_PAIR + " -nex", "getCaviumPrivKey -k 408 -out cavKey.pem")
    assert valid(work, lab, "cavKey.pem") == "\nInput file has key handle: 408\n"


# IsValidKeyHandlefile


def test_whose_handle_is_valid(lab: Lab, work: Path) -> None:
    pairs = [EC_PAIR + " -u 4", RSA_PAIR]
    files = ["getCaviumPrivKey -k 408 -out shared.pem", "getCaviumPrivKey -k 410 -out own.pem"]
    interactive(lab, work, LOGIN, *pairs, *files)
    assert valid(work, lab, "shared.pem", BOB) == "\nInput file has key handle: 408\n"
    assert valid(work, lab, "own.pem", BOB) == "\nInput file has invalid key handle: 410\n"
    interactive(lab, work, LOGIN, "deleteKey -k 410")
    assert valid(work, lab, "own.pem") == "\nInput file has invalid key handle: 410\n"


@pytest.mark.parametrize("handle", [0, 15, 407, 409, 2**32 - 1, 2**32, 2**63, 2**64 - 1])
def test_handles_of_no_private_key_are_invalid(lab: Lab, work: Path, handle: int) -> None:
    interactive(lab, work, LOGIN, EC_PAIR, "genSymKey -t 31 -s 32 -l secret")
    (work / "fake.pem").write_bytes(fake_pem.encode_ec(P256, POINT, handle))
    assert valid(work, lab, "fake.pem") == f"\nInput file has invalid key handle: {handle}\n"


@pytest.mark.parametrize(
    "words",
    [
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem",
        "genrsa -traditional -out key.pem 2048",
        "genrsa -traditional -aes128 -passout pass:secret -out key.pem 2048",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem",
        "ecparam -name prime256v1 -genkey -out key.pem",
        "ecparam -name secp521r1 -genkey -noout -out key.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:secret -out key.pem",
        "dsaparam -genkey -noout -out key.pem 1024",
    ],
)
def test_real_private_keys(lab: Lab, work: Path, judge: Judge, words: str) -> None:
    run(judge("openssl"), *words.split(), folder=work)
    assert valid(work, lab, "key.pem") == REAL


def test_a_key_that_left_the_hsm_is_real(lab: Lab, work: Path) -> None:
    lines = [EC_PAIR, "genSymKey -t 31 -s 32 -l kek", "exportPrivateKey -k 408 -w 409 -out key.pem"]
    interactive(lab, work, LOGIN, *lines)
    assert valid(work, lab, "key.pem") == REAL


def test_files_without_a_private_key(lab: Lab, work: Path) -> None:
    interactive(lab, work, LOGIN, EC_PAIR, "exportPubKey -k 407 -out public.pem")
    fake = fake_pem.encode_ec(P256, POINT, 408)
    other = bytearray(next(fake_pem._private_keys(fake)))
    other[7] ^= 1  # no marker any more, and no scalar of that point
    contents = {
        "empty": b"",
        "text": b"hello\n",
        "binary": bytes(range(256)),
        "cut.pem": fake[:100],
        "nonsense.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "unmatched.pem": fake_pem._pem("EC PRIVATE KEY", bytes(other)),
    }
    for name, content in contents.items():
        (work / name).write_bytes(content)
    (work / "folder").mkdir()
    for name in (*contents, "public.pem", "missing", "folder"):
        assert valid(work, lab, name) == f"\nError: Failed to read key file {name}\n"


def test_a_login_comes_first(lab: Lab, work: Path) -> None:
    line = "IsValidKeyHandlefile -f missing"
    told = answer(interactive(lab, work, line), line)
    assert told == "\n\tIsValidKeyHandlefile returned: 0xe0 : HSM Error: No user is logged in to do this operation\n"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("getCaviumPrivKey -out cavKey.pem", "Key handle (-k) is missing."),
        ("getCaviumPrivKey -k 408", "Output file (-out) is missing."),
        ("getCaviumPrivKey -k 4294967296 -out cavKey.pem", "Invalid key handle (-k)."),
        ("IsValidKeyHandlefile -f", "Invalid argument -f"),
    ],
)
def test_arguments(lab: Lab, work: Path, line: str, complaint: str) -> None:
    told = answer(interactive(lab, work, line), line)
    assert told.startswith(f"\nError: {complaint}\n\nDescription\n===========\n")
    assert not list(work.iterdir())


def test_the_exit_status_of_one_command(lab: Lab, work: Path) -> None:
    interactive(lab, work, LOGIN, EC_PAIR)
    (work / "gone.pem").write_bytes(fake_pem.encode_ec(P256, POINT, 15))
    statuses = {
        "getCaviumPrivKey -k 408 -out cavKey.pem": 0,
        "getCaviumPrivKey -k 407 -out no.pem": 1,
        "IsValidKeyHandlefile -f cavKey.pem": 0,
        "IsValidKeyHandlefile -f gone.pem": 0,
        "IsValidKeyHandlefile -f missing": 1,
    }
    assert {line: single(lab, work, f"{LOGIN} {line}").status for line in statuses} == statuses
