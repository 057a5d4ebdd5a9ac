"""registerMofnPubKey, the registration of the years before registerQuorumPubKey."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_der_private_key,
)

from hsmshell.engine.encodings import private_pem, public_of
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.services import generate_ec, generate_rsa
from tests.engine.quorum import PRIVATE

from .conftest import OFFICER, USER, Desk
from .screens import CAUTION, asked, both
from .test_quorum import quorum_keys

COMMAND = "registerMofnPubKey"
LINE = f"{COMMAND} CO any_word admin officer.key"
KEY = PRIVATE["admin"]
BAD = f"{COMMAND} failed: Invalid private key: RSA with 2048 bits as PEM, and its pass phrase, are needed\n"
ASK = CAUTION + "y\nEnter PEM pass phrase:\n\n"


def locked(private_der: bytes, form: PrivateFormat) -> bytes:
    """The key under the pass phrase ``open sesame``."""
    key = load_der_private_key(private_der, None)
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"open sesame"))


def put(desk: Desk, data: bytes) -> None:
    (desk.directory / "officer.key").write_bytes(data)


def test_a_key_without_a_pass_phrase(desk: Desk) -> None:
    put(desk, private_pem(KEY))
    assert desk.reply(OFFICER, LINE, "y") == CAUTION + "y\n" + both(COMMAND)
    assert quorum_keys(desk) == [public_of(KEY)] * 2


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_pass_phrase_is_the_next_line_of_a_here_document(desk: Desk, form: PrivateFormat) -> None:
    """It is asked for once for all servers, may have blanks, and is not shown."""
    put(desk, locked(KEY, form))
    played = desk.play(OFFICER, LINE, "y", "open sesame")
    assert played.replies[1] == ASK + both(COMMAND)
    assert "sesame" not in played.text
    assert quorum_keys(desk) == [public_of(KEY)] * 2


def test_a_wrong_pass_phrase(desk: Desk) -> None:
    put(desk, locked(KEY, PrivateFormat.PKCS8))
    before = desk.everything()
    for phrase in ("shut sesame", "", "\udcff"):
        assert desk.reply(OFFICER, LINE, "y", phrase) == ASK + BAD
    assert desk.everything() == before


def test_the_input_ends_at_the_pass_phrase(desk: Desk) -> None:
    put(desk, locked(KEY, PrivateFormat.PKCS8))
    assert desk.play(OFFICER, LINE, "y").code == 0
    assert quorum_keys(desk) == [b"", b""]


@pytest.mark.parametrize(
    "data",
    [b"", b"no key", b"-----BEGIN RSA PRIVATE KEY-----\n", private_pem(generate_ec(Curve.P256))],
)
def test_what_is_no_rsa_key(desk: Desk, data: bytes) -> None:
    put(desk, data)
    before = desk.everything()
    assert desk.reply(OFFICER, LINE, "y") == CAUTION + "y\n" + BAD
    assert desk.everything() == before


def test_another_length_is_the_hsms_to_refuse(desk: Desk) -> None:
    put(desk, private_pem(generate_rsa(3072, 65537)))
    reply = desk.reply(OFFICER, LINE, "y", "A")
    assert reply == CAUTION + "y\n" + asked(COMMAND, "HSM Error: Invalid public key, RSA with 2048 bits is needed", "A")


def test_server_mode_and_no(desk: Desk) -> None:
    put(desk, private_pem(KEY))
    replies = desk.play(OFFICER, "server 1", LINE, "n", LINE, "y").replies
    assert replies[2:4] == [CAUTION + "n\n", CAUTION + f"y\n{COMMAND} success\n"]
    assert quorum_keys(desk) == [b"", public_of(KEY)]


def test_a_server_that_is_down(desk: Desk) -> None:
    put(desk, private_pem(KEY))
    desk.power(0, "down")
    assert desk.reply(OFFICER, LINE, "y") == (
        CAUTION + f"y\nServer 0(10.0.2.9) is not connected\n{COMMAND} success on server 1(10.0.3.11)\n"
    )


@pytest.mark.parametrize(
    ("login", "who", "reason"),
    [
        ("help help", "CO word admin", "HSM Error: User is not logged in"),
        (USER, "CO word admin", "HSM Error: Invalid User Type."),
        (OFFICER, "CO word nobody", "HSM Error: This user doesn't exist"),
        (OFFICER, "CU word bob", "HSM Error: Invalid User Type."),
    ],
)
def test_who_is_refused(desk: Desk, login: str, who: str, reason: str) -> None:
    put(desk, private_pem(KEY))
    before = desk.everything()
    reply = desk.reply(login, f"{COMMAND} {who} officer.key", "y", "I", "A")
    assert reply == CAUTION + "y\n" + asked(COMMAND, reason, "I", "A")
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("AU word app_user officer.key", "HSM Error: Invalid User Type."),
        (f"CO {'w' * 246} admin officer.key", "Invalid registration token: at most 245 bytes"),
        ("CO word admin missing", "missing: No such file or directory"),
        ("CO word admin .", ".: Is a directory"),
    ],
)
def test_what_is_refused_before_the_box(desk: Desk, words: str, answer: str) -> None:
    put(desk, private_pem(KEY))
    before = desk.everything()
    assert desk.reply(OFFICER, f"{COMMAND} {words}") == f"{COMMAND} failed: {answer}\n"
    assert desk.everything() == before


def test_the_longest_word(desk: Desk) -> None:
    put(desk, private_pem(KEY))
    assert desk.reply(OFFICER, f"{COMMAND} CO {'w' * 245} admin officer.key", "y").endswith(both(COMMAND))


@pytest.mark.parametrize("words", ["", "CO admin officer.key", "CO word admin officer.key more"])
def test_wrong_words(desk: Desk, words: str) -> None:
    usage = f"Usage: {COMMAND} <user-type> <key_match_string> <user-name> <private key file>\n"
    assert desk.reply(OFFICER, f"{COMMAND} {words}") == usage
