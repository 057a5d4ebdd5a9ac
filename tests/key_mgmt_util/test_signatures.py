"""sign and verify: OpenSSL verifies what the tool signed, and the tool what OpenSSL signed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from hsmshell.console import Generation
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single

Judge = Callable[[str], str]

BOB = "loginHSM -u CU -s bob -p user1234"
MESSAGE = b"The quick brown fox jumps over the lazy dog\n"

RSA_HASHES = {0: "sha1", 1: "sha256", 2: "sha384", 3: "sha512", 4: "sha224"}
PSS_HASHES = {5: "sha1", 6: "sha256", 7: "sha384", 8: "sha512", 9: "sha224"}
EC_HASHES = {15: "sha1", 16: "sha224", 17: "sha256", 18: "sha384", 19: "sha512"}
HASHES = {**RSA_HASHES, **PSS_HASHES, **EC_HASHES}
"""The numbers of -m -> OpenSSL's hash."""

REFUSED = "\nCfm3Verify returned: 0x1b\n\nCSP Error: ERR_BAD_PKCS_DATA\n"
ACCEPTED = "\nSignature verification successful\n\n\tCfm3Verify returned: 0x00 : HSM Return: SUCCESS\n"


class Kind(NamedTuple):
    """A kind of key pair: how it is made, with which mechanisms it signs, how long its numbers are in bytes."""

    command: str
    mechanisms: tuple[int, ...]
    size: int

    @property
    def is_ec(self) -> bool:
        return self.mechanisms == tuple(EC_HASHES)


ALL_RSA = (*RSA_HASHES, *PSS_HASHES)
KINDS = {
    "RSA-2048": Kind("genRSAKeyPair -m 2048 -e 65537", ALL_RSA, 256),
    "RSA-3072": Kind("genRSAKeyPair -m 3072 -e 65537", ALL_RSA, 384),
    "RSA-4096": Kind("genRSAKeyPair -m 4096 -e 65537", ALL_RSA, 512),
    "P-224": Kind("genECCKeyPair -i 13", tuple(EC_HASHES), 28),
    "P-256": Kind("genECCKeyPair -i 2", tuple(EC_HASHES), 32),
    "P-384": Kind("genECCKeyPair -i 14", tuple(EC_HASHES), 48),
    "P-521": Kind("genECCKeyPair -i 15", tuple(EC_HASHES), 66),
    "secp256k1": Kind("genECCKeyPair -i 16", tuple(EC_HASHES), 32),
}
PAIR = "genECCKeyPair -i 2 -l pair"
"""A pair whose handles are 407 and 408."""


def to_der(raw: bytes) -> bytes:
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


def to_raw(der: bytes, size: int) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def scheme_options(number: int) -> list[str]:
    if number not in PSS_HASHES:
        return []
    options = ("rsa_padding_mode:pss", "rsa_pss_saltlen:digest", f"rsa_mgf1_md:{PSS_HASHES[number]}")
    return [word for option in options for word in ("-sigopt", option)]


def dgst(program: str, number: int, *words: str, folder: Path) -> bytes:
    command = [program, "dgst", f"-{HASHES[number]}", *scheme_options(number), *words, "message"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_openssl_and_the_tool_verify_each_others_signatures(lab: Lab, work: Path, judge: Judge, kind: Kind) -> None:
    openssl = judge("openssl")
    (work / "message").write_bytes(MESSAGE)
    interactive(
        lab,
        work,
        LOGIN,
        "genSymKey -t 31 -s 32 -l kek",
        f"{kind.command} -l pair",
        "exportPubKey -k 408 -out public.pem",
        "exportPrivateKey -k 409 -w 407 -out private.pem",
        *(f"sign -f message -k 409 -m {number} -out ours{number}" for number in kind.mechanisms),
    )
    checks = []
    for number in kind.mechanisms:
        ours = (work / f"ours{number}").read_bytes()
        assert len(ours) == (2 * kind.size if kind.is_ec else kind.size)
        (work / "candidate").write_bytes(to_der(ours) if kind.is_ec else ours)
        told = dgst(openssl, number, "-verify", "public.pem", "-signature", "candidate", folder=work)
        assert told == b"Verified OK\n"
        dgst(openssl, number, "-sign", "private.pem", "-out", f"theirs{number}", folder=work)
        checks.append(f"verify -f message -s theirs{number} -k 408 -m {number}")
        if kind.is_ec:
            (work / f"raw{number}").write_bytes(to_raw((work / f"theirs{number}").read_bytes(), kind.size))
            checks.append(f"verify -f message -s raw{number} -k 408 -m {number}")
        checks.append(f"verify -f message -s ours{number} -k 408 -m {number}")
    ran = interactive(lab, work, LOGIN, *checks)
    for check in checks:
        assert answer(ran, check) == ACCEPTED, check


@pytest.mark.parametrize("number", PSS_HASHES)
def test_a_pss_salt_of_another_length_is_refused(lab: Lab, work: Path, judge: Judge, number: int) -> None:
    openssl = judge("openssl")
    (work / "message").write_bytes(MESSAGE)
    lines = [LOGIN, "genSymKey -t 31 -s 32 -l kek", "genRSAKeyPair -m 2048 -e 65537 -l pair"]
    interactive(lab, work, *lines, "exportPrivateKey -k 409 -w 407 -out private.pem")
    command = [openssl, "dgst", f"-{HASHES[number]}", "-sigopt", "rsa_padding_mode:pss", "-sigopt"]
    command += ["rsa_pss_saltlen:max", "-sign", "private.pem", "-out", "theirs", "message"]
    subprocess.run(command, cwd=work, check=True)
    check = f"verify -f message -s theirs -k 408 -m {number}"
    assert answer(interactive(lab, work, LOGIN, check), check) == REFUSED


def damaged(good: bytes, step: int) -> list[bytes]:
    """The signature with one bit changed in every so many bytes, and too short, too long, empty, and turned round."""
    flipped = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(0, len(good), step)]
    half = len(good) // 2
    return [*flipped, good[:-1], good + b"\0", b"\0" + good, b"", good[half:] + good[:half], bytes(len(good))]


@pytest.mark.parametrize(
    ("command", "number", "step", "encode"),
    [
        ("genRSAKeyPair -m 2048 -e 65537", 1, 15, bytes),
        ("genRSAKeyPair -m 2048 -e 65537", 6, 15, bytes),
        ("genECCKeyPair -i 2", 17, 1, bytes),
        ("genECCKeyPair -i 15", 19, 7, bytes),
        ("genECCKeyPair -i 2", 17, 1, to_der),
    ],
    ids=["PKCS1", "PSS", "P-256", "P-521", "DER"],
)
def test_a_damaged_signature_is_refused(
    lab: Lab, work: Path, command: str, number: int, step: int, encode: Callable[[bytes], bytes]
) -> None:
    (work / "message").write_bytes(MESSAGE)
    interactive(lab, work, LOGIN, f"{command} -l pair", f"sign -f message -k 408 -m {number} -out good")
    (work / "good").write_bytes(encode((work / "good").read_bytes()))
    checks = [f"verify -f message -s good -k 407 -m {number}"]
    for position, bad in enumerate(damaged((work / "good").read_bytes(), step)):
        (work / f"bad{position}").write_bytes(bad)
        checks.append(f"verify -f message -s bad{position} -k 407 -m {number}")
    ran = interactive(lab, work, LOGIN, *checks)
    assert [answer(ran, check) for check in checks] == [ACCEPTED] + [REFUSED] * (len(checks) - 1)


def test_another_message_mechanism_or_key_is_refused(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    (work / "other").write_bytes(MESSAGE[:-1])
    checks = [
        "verify -f other -s signature -k 407 -m 1",
        *(f"verify -f message -s signature -k 407 -m {number}" for number in (0, 2, 3, 4, 5, 6, 7, 8, 9)),
        "verify -f message -s signature -k 409 -m 1",
    ]
    pairs = [f"genRSAKeyPair -m 2048 -e 65537 -l pair{number}" for number in (1, 2)]
    good = "verify -f message -s signature -k 407 -m 1"
    ran = interactive(lab, work, LOGIN, *pairs, "sign -f message -k 408 -m 1 -out signature", good, *checks)
    assert answer(ran, good) == ACCEPTED
    assert [answer(ran, check) for check in checks] == [REFUSED] * len(checks)


def test_what_is_printed(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    sign, verify = "sign -f message -k 408 -m 17 -out signedFile", "verify -f message -s signedFile -k 407 -m 17"
    ran = interactive(lab, work, LOGIN, PAIR, sign, verify)
    assert answer(ran, sign) == (
        "\n\tCfm3Sign returned: 0x00 : HSM Return: SUCCESS\n"
        "\nsignature is written to file signedFile\n"
        "\n\tCluster Error Status\n"
        "\tNode id 0 and err state 0x00000000 : HSM Return: SUCCESS\n"
        "\tNode id 1 and err state 0x00000000 : HSM Return: SUCCESS\n"
    )
    assert answer(ran, verify) == ACCEPTED
    late = interactive(lab, work, LOGIN, sign, verify, sign.replace("408", "9999"), generation=Generation.LATE)
    assert answer(late, sign) == (
        "\nSignature creation successful\n"
        "\nsignature is written to file signedFile\n"
        "\n\tCfm3Sign: sign returned: 0x00 : HSM Return: SUCCESS\n"
    )
    assert answer(late, verify) == (
        "\nSignature verifition successful\n\n\tCfm3Verify returned: 0x00 : HSM Return: SUCCESS\n"
    )
    assert answer(late, sign.replace("408", "9999")) == (
        "\n\tCfm3Sign: sign returned: 0xa8 : HSM Error: Invalid object handle is passed to this operation\n"
    )


def test_a_mismatch_in_the_late_generation(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    check = "verify -f message -s message -k 407 -m 17"
    assert answer(interactive(lab, work, LOGIN, PAIR, check, generation=Generation.LATE), check) == REFUSED


def test_a_session_key_signs_and_every_hsm_is_listed(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    sign = "sign -f message -k 408 -m 17 -out signature"
    told = answer(interactive(lab, work, LOGIN, PAIR + " -sess", sign), sign)
    assert told.count("and err state 0x00000000 : HSM Return: SUCCESS") == 2


# refusals: nothing is written, and a file that is there stays


@pytest.mark.parametrize(
    ("login", "words", "error"),
    [
        ("", "-f message -k 408 -m 17", "0xe0 : HSM Error: No user is logged in to do this operation"),
        ("", "-f missing -k 408 -m 17", "0xe0 : HSM Error: No user is logged in to do this operation"),
        (LOGIN, "-f message -k 9999 -m 17", "0xa8 : HSM Error: Invalid object handle is passed to this operation"),
        (LOGIN, "-f message -k 407 -m 17", "0xed : HSM Error: Key attributes do not permit this operation"),
        (LOGIN, "-f message -k 409 -m 1", "0xed : HSM Error: Key attributes do not permit this operation"),
        (LOGIN, "-f message -k 408 -m 1", "0xee : HSM Error: Invalid key type for this mechanism"),
        (LOGIN, "-f long -k 408 -m 17", "0xef : HSM Error: Invalid data length for this mechanism"),
        (BOB, "-f message -k 408 -m 17", "0xc6 : HSM Error: Key Access is denied"),
        (BOB, "-f long -k 408 -m 17", "0xc6 : HSM Error: Key Access is denied"),
    ],
)
def test_sign_refusals(lab: Lab, work: Path, login: str, words: str, error: str) -> None:
    (work / "message").write_bytes(MESSAGE)
    (work / "long").write_bytes(bytes(65_537))
    (work / "there").write_bytes(b"as it was")
    interactive(lab, work, LOGIN, PAIR, "genSymKey -t 31 -s 32 -l secret")
    lines = [f"sign {words} -out {name}" for name in ("new", "there")]
    ran = interactive(lab, work, *([login] if login else []), *lines)
    assert [answer(ran, line) for line in lines] == [f"\n\tCfm3Sign returned: {error}\n"] * 2
    assert not (work / "new").exists()
    assert (work / "there").read_bytes() == b"as it was"


@pytest.mark.parametrize(
    ("login", "words", "error"),
    [
        ("", "-s signature -k 407 -m 17", "0xe0 : HSM Error: No user is logged in to do this operation"),
        ("", "-s missing -k 407 -m 17", "0xe0 : HSM Error: No user is logged in to do this operation"),
        (LOGIN, "-s signature -k 9999 -m 17", "0xa8 : HSM Error: Invalid object handle is passed to this operation"),
        (LOGIN, "-s signature -k 408 -m 17", "0xed : HSM Error: Key attributes do not permit this operation"),
        (LOGIN, "-s signature -k 407 -m 1", "0xee : HSM Error: Invalid key type for this mechanism"),
    ],
)
def test_verify_refusals(lab: Lab, work: Path, login: str, words: str, error: str) -> None:
    (work / "message").write_bytes(MESSAGE)
    interactive(lab, work, LOGIN, PAIR, "sign -f message -k 408 -m 17 -out signature")
    line = f"verify -f message {words}"
    ran = interactive(lab, work, *([login] if login else []), line)
    assert answer(ran, line) == f"\n\tCfm3Verify returned: {error}\n"


def test_files_that_cannot_be_read_or_written(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    told = {
        "sign -f missing -k 408 -m 17 -out signature": "\nError: Failed to open file missing\n",
        "sign -f message -k 408 -m 17 -out no/where": "\nError: Failed to write file no/where\n",
        "verify -f missing -s message -k 407 -m 17": "\nError: Failed to open file missing\n",
        "verify -f message -s missing -k 407 -m 17": "\nError: Failed to open file missing\n",
    }
    ran = interactive(lab, work, LOGIN, PAIR, *told)
    assert {line: answer(ran, line) for line in told} == told
    assert sorted(path.name for path in work.iterdir()) == ["message"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("sign -k 408 -m 17 -out signature", "File name (-f) is missing."),
        ("sign -f message -m 17 -out signature", "Key handle (-k) is missing."),
        ("sign -f message -k 408 -out signature", "Mechanism (-m) is missing."),
        ("sign -f message -k 408 -m 17", "Output file (-out) is missing."),
        ("verify -f message -k 407 -m 17", "Signature file (-s) is missing."),
        ("verify -s message -k 407 -m 17", "File name (-f) is missing."),
        *((f"sign -f message -k 408 -m {bad} -out signature", "Invalid mechanism (-m).") for bad in (10, 14, 20, "x")),
    ],
)
def test_arguments(lab: Lab, work: Path, line: str, complaint: str) -> None:
    """They come first: nobody is logged in."""
    told = answer(interactive(lab, work, line), line)
    assert told.startswith(f"\nError: {complaint}\n\nDescription\n===========\n")
    assert not list(work.iterdir())


def test_64_kilobytes_are_signed(lab: Lab, work: Path) -> None:
    (work / "most").write_bytes(bytes(65_536))
    (work / "none").write_bytes(b"")
    lines = []
    for name in ("most", "none"):
        lines += [f"sign -f {name} -k 408 -m 17 -out s-{name}", f"verify -f {name} -s s-{name} -k 407 -m 17"]
    ran = interactive(lab, work, LOGIN, PAIR, *lines)
    assert answer(ran, lines[1]) == answer(ran, lines[3]) == ACCEPTED


def test_a_sharer_signs_and_everybody_verifies(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    check = "verify -f message -s signature -k 407 -m 17"
    interactive(lab, work, LOGIN, PAIR + " -u 4")
    signed = interactive(lab, work, BOB, "sign -f message -k 408 -m 17 -out signature", check)
    assert answer(signed, check) == ACCEPTED
    assert answer(interactive(lab, work, LOGIN, check), check) == ACCEPTED


def test_the_exit_status_of_one_command(lab: Lab, work: Path) -> None:
    (work / "message").write_bytes(MESSAGE)
    interactive(lab, work, LOGIN, PAIR)
    assert single(lab, work, f"{LOGIN} sign -f message -k 408 -m 17 -out signature").status == 0
    assert single(lab, work, f"{LOGIN} verify -f message -s signature -k 407 -m 17").status == 0
    assert single(lab, work, f"{LOGIN} verify -f message -s message -k 407 -m 17").status == 1
    assert single(lab, work, f"{LOGIN} sign -f message -k 407 -m 17 -out no").status == 1
