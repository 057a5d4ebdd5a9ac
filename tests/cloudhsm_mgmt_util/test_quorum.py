"""registerQuorumPubKey, with keys and signatures made by openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.encodings import read_public_pem
from tests.conftest import KEYS

from .conftest import OFFICER, ONE, USER, ZERO, Desk
from .screens import CAUTION, both

COMMAND = "registerQuorumPubKey"
WORDS = "token.txt token.sig admin.pub"


@pytest.fixture
def sign(desk: Desk, judge: Callable[[str], str]) -> Callable[..., None]:
    """Makes token.txt, token.sig and admin.pub as the guide tells it."""
    openssl = judge("openssl")

    def make(token: bytes = b"token to be signed\n", key: Path = KEYS / "1.pem") -> None:
        (desk.directory / "token.txt").write_bytes(token)
        for line in (
            f"dgst -sha256 -sign {key} -out token.sig token.txt",
            f"pkey -in {key} -pubout -out admin.pub",
        ):
            subprocess.run([openssl, *line.split()], cwd=desk.directory, check=True)

    return make


def quorum_keys(desk: Desk, name: str = "admin") -> list[bytes]:
    users = [desk.user(name, number) for number in (0, 1)]
    return [user.quorum_key for user in users if user]


def refusal(reason: str, place: str, answer: str) -> str:
    return f"{COMMAND} failed: {reason}\n{COMMAND} failed on server {place}\n\nRetry/Ignore/Abort?(R/I/A):{answer}\n"


def test_an_officer_registers_on_every_server(desk: Desk, sign: Callable[..., None]) -> None:
    sign()
    replies = desk.play(OFFICER, f"{COMMAND} CO admin {WORDS}", "y", "listUsers").replies
    assert replies[1] == CAUTION + "y\n" + both(COMMAND)
    public = read_public_pem((desk.directory / "admin.pub").read_bytes())
    assert quorum_keys(desk) == [public, public]
    row = "         1              CO              admin                                   YES               0"
    assert replies[2].count(row) == 2


def test_a_crypto_user_registers_too(desk: Desk, sign: Callable[..., None]) -> None:
    sign()
    assert desk.reply(USER, f"{COMMAND} CU crypto_user {WORDS}", "y") == CAUTION + "y\n" + both(COMMAND)
    assert all(quorum_keys(desk, "crypto_user"))


def test_server_mode_registers_on_one(desk: Desk, sign: Callable[..., None]) -> None:
    sign()
    reply = desk.reply(OFFICER, "server 1", f"{COMMAND} CO admin {WORDS}", "y")
    assert reply == CAUTION + f"y\n{COMMAND} success\n"
    assert [bool(key) for key in quorum_keys(desk)] == [False, True]


def test_no_is_no(desk: Desk, sign: Callable[..., None]) -> None:
    sign()
    assert desk.reply(OFFICER, f"{COMMAND} CO admin {WORDS}", "n") == CAUTION + "n\n"
    assert quorum_keys(desk) == [b"", b""]


@pytest.mark.parametrize(
    ("login", "who", "reason"),
    [
        ("help help", "CO admin", "HSM Error: User is not logged in"),
        (OFFICER, "CU bob", "HSM Error: Invalid User Type."),
        (OFFICER, "CO nobody", "HSM Error: This user doesn't exist"),
        (OFFICER, "CU admin", "HSM Error: This user doesn't exist"),
        (USER, "CO admin", "HSM Error: Invalid User Type."),
    ],
)
def test_who_is_refused(desk: Desk, sign: Callable[..., None], login: str, who: str, reason: str) -> None:
    sign()
    before = desk.everything()
    assert desk.reply(login, f"{COMMAND} {who} {WORDS}", "y", "I", "A") == (
        CAUTION + "y\n" + refusal(reason, ZERO, "I") + refusal(reason, ONE, "A")
    )
    assert desk.everything() == before


def test_a_signature_of_something_else(desk: Desk, sign: Callable[..., None]) -> None:
    sign()
    (desk.directory / "token.txt").write_text("another token\n")
    before = desk.everything()
    reply = desk.reply(OFFICER, f"{COMMAND} CO admin {WORDS}", "y", "A")
    assert reply == CAUTION + "y\n" + refusal("HSM Error: signature verification failed", ZERO, "A")
    assert desk.everything() == before


def test_a_retry_after_the_signature_was_made_anew_reads_no_file_again(desk: Desk, sign: Callable[..., None]) -> None:
    """The files are read before the box; a retry asks the server the same."""
    sign()
    (desk.directory / "token.txt").write_text("another token\n")
    reply = desk.reply(OFFICER, f"{COMMAND} CO admin {WORDS}", "y", "R", "A")
    assert reply.count("signature verification failed") == 2


@pytest.mark.parametrize("options", ["RSA -pkeyopt rsa_keygen_bits:3072", "EC -pkeyopt ec_paramgen_curve:P-256"])
def test_another_kind_of_key(
    desk: Desk, sign: Callable[..., None], judge: Callable[[str], str], tmp_path: Path, options: str
) -> None:
    key = tmp_path / "key.pem"
    subprocess.run(
        [judge("openssl"), "genpkey", "-algorithm", *options.split(), "-out", key], check=True, capture_output=True
    )
    sign(key=key)
    reply = desk.reply(OFFICER, f"{COMMAND} CO admin {WORDS}", "y", "A")
    assert reply == CAUTION + "y\n" + refusal("HSM Error: Invalid public key, RSA with 2048 bits is needed", ZERO, "A")
    assert quorum_keys(desk) == [b"", b""]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("AU app_user token.txt token.sig admin.pub", "HSM Error: Invalid User Type."),
        ("co admin token.txt token.sig admin.pub", "HSM Error: Invalid User Type."),
        ("CO admin missing token.sig admin.pub", "missing: No such file or directory"),
        ("CO admin token.txt missing admin.pub", "missing: No such file or directory"),
        ("CO admin token.txt token.sig .", ".: Is a directory"),
        ("CO admin long token.sig admin.pub", "Invalid registration token: at most 245 bytes"),
        ("CO admin token.txt token.sig token.txt", "Invalid public key: PEM is needed"),
    ],
)
def test_what_is_refused_before_the_box(desk: Desk, sign: Callable[..., None], words: str, answer: str) -> None:
    sign()
    (desk.directory / "long").write_bytes(bytes(246))
    before = desk.everything()
    assert desk.reply(OFFICER, f"{COMMAND} {words}") == f"{COMMAND} failed: {answer}\n"
    assert desk.everything() == before


def test_too_few_words_get_the_usage(desk: Desk) -> None:
    usage = f"Usage: {COMMAND} <user-type> <user-name> <registration-token> <signed-registration-token> <public-key>\n"
    assert desk.reply(OFFICER, f"{COMMAND} CO admin token.txt token.sig") == usage
