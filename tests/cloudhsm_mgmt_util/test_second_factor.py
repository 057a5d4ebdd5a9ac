"""-2fa: the signing step of createUser, changePswd and loginHSM; the small cases."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_private_key

from hsmshell.engine.encodings import public_of, public_pem
from hsmshell.engine.services import generate_rsa
from tests.engine.quorum import PRIVATE

from .conftest import OFFICER, ONE, ZERO, Desk
from .screens import CAUTION, asked, both, twice

KEY, OTHER = PRIVATE["admin"], PRIVATE["bob"]
CREATE, CHANGE = "createUser CO carol carol1234 -2fa authdata", "changePswd CO carol carol1234 -2fa authdata"
LOGIN = "loginHSM CO carol carol1234 -2fa authdata"
WRONG = "HSM Error: RET_USER_LOGIN_FAILURE"

SIGN = (
    'Authentication data written to: "authdata"\n'
    "Generate Base64-encoded signatures for SHA256 digests in the authentication data file. \n"
    "To generate the signatures, use the RSA private key, which is the second factor of authentication for this user. "
)
END = "file path below.\nLeave this field blank to use the path initially provided.\nEnter filename:"
WITH_KEY = SIGN + (
    "Paste the signatures and the corresponding public key into the authentication data file and provide \nthe " + END
)
WITHOUT_KEY = SIGN + "Paste the signatures into the authentication data file and provide the " + END


def request(desk: Desk) -> dict[str, Any]:
    document = json.loads((desk.directory / "authdata").read_text())
    assert isinstance(document, dict)
    return document


def sign(desk: Desk, private_der: bytes = KEY, target: str = "authdata", **changes: object) -> None:
    """Sign every digest as the guide tells it, and put the public key in."""
    document = request(desk)
    key = load_der_private_key(private_der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    for entry in document["Data"]:
        digest = base64.b64decode(entry["Digest"])
        signature = key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        entry["Signature"] = base64.b64encode(signature).decode()
    document["PublicKey"] = public_pem(public_of(private_der)).decode()
    (desk.directory / target).write_text(json.dumps(document | changes))


def play(desk: Desk, *lines: str | Callable[[], object]) -> list[str]:
    """Type lines; what can be called is done between two of them."""

    def answers() -> Iterator[str]:
        for line in lines:
            if isinstance(line, str):
                yield line
            else:
                line()

    return desk.feed(answers()).replies


def factors(desk: Desk, name: str = "carol") -> list[bytes | None]:
    users = [desk.user(name, number) for number in (0, 1)]
    assert all(user is None or user.quorum_key == user.second_factor for user in users)
    return [user and user.second_factor for user in users]


@pytest.fixture
def carol(desk: Desk) -> Desk:
    """Carol is an officer with a second factor."""
    play(desk, OFFICER, CREATE, "y", lambda: sign(desk), "")
    assert factors(desk) == [public_of(KEY)] * 2
    return desk


# setting it


def test_an_officer_is_created_with_it(desk: Desk) -> None:
    replies = play(desk, OFFICER, CREATE, "y", lambda: sign(desk), "", "listUsers")
    assert replies[1] == CAUTION + "y\nCreating User carol(CO) on 2 nodes\n" + WITH_KEY + "\n" + both("createUser")
    row = "carol" + " " * 35 + "YES               0              YES\n"
    assert replies[2].count(row) == 2


def test_the_request_has_a_digest_of_every_hsm(desk: Desk) -> None:
    play(desk, OFFICER, CREATE, "y")
    document = request(desk)
    assert list(document) == ["Version", "PublicKey", "Data"]
    assert (document["Version"], document["PublicKey"]) == ("1.0", "")
    assert [list(entry) for entry in document["Data"]] == [["HsmId", "Digest", "Signature"]] * 2
    assert [entry["HsmId"] for entry in document["Data"]] == [node.name for node in desk.nodes]
    assert [len(base64.b64decode(entry["Digest"])) for entry in document["Data"]] == [32, 32]
    assert [entry["Signature"] for entry in document["Data"]] == ["", ""]
    assert (desk.directory / "authdata").read_text().startswith('{\n    "Version": "1.0",\n')


def test_the_signed_file_may_have_another_name(desk: Desk) -> None:
    reply = play(desk, OFFICER, CREATE, "y", lambda: sign(desk, target="signed"), "signed")[1]
    assert reply.endswith("Enter filename:signed\n" + both("createUser"))


def test_a_signature_over_several_lines_is_one(desk: Desk) -> None:
    def wrapped() -> None:
        sign(desk)
        document = request(desk)
        for entry in document["Data"]:
            text = entry["Signature"]
            entry["Signature"] = "\n".join(text[start : start + 64] for start in range(0, len(text), 64)) + "\n"
        (desk.directory / "authdata").write_text(json.dumps(document))

    assert play(desk, OFFICER, CREATE, "y", wrapped, "")[1].endswith(both("createUser"))


def test_a_password_change_sets_replaces_and_removes_it(carol: Desk) -> None:
    replies = play(carol, OFFICER, CHANGE, "y", lambda: sign(carol, OTHER), "")
    announced = CAUTION + "y\nChanging password for carol(CO) on 2 nodes\n"
    assert replies[1] == f"{announced}{WITH_KEY}\n{both('changePswd')}"
    assert factors(carol) == [public_of(OTHER)] * 2
    assert play(carol, OFFICER, "changePswd CO carol carol1234", "y")[1].endswith(both("changePswd"))
    assert factors(carol) == [b""] * 2
    assert play(carol, "loginHSM CO carol carol1234")[0] == both("loginHSM")


def test_server_mode_sets_it_on_one(desk: Desk) -> None:
    def signed() -> None:
        assert [entry["HsmId"] for entry in request(desk)["Data"]] == [desk.nodes[1].name]
        sign(desk)

    reply = play(desk, OFFICER, "server 1", CREATE, "y", signed, "")[2]
    assert reply == CAUTION + f"y\n{WITH_KEY}\ncreateUser success\n"
    assert factors(desk) == [None, public_of(KEY)]


def test_hidden_passwords_come_before_the_signing(desk: Desk) -> None:
    line = "createUser CO carol -hpswd -2fa authdata"
    replies = play(desk, OFFICER, line, "carol1234", "carol1234", "y", lambda: sign(desk), "")
    assert replies[1] == "Enter password:\nRe-enter password:\n\n" + CAUTION + (
        f"y\nCreating User carol(CO) on 2 nodes\n{WITH_KEY}\n" + both("createUser")
    )


@pytest.mark.parametrize(
    ("key", "changes", "reason"),
    [
        (KEY, {"PublicKey": public_pem(public_of(OTHER)).decode()}, "HSM Error: signature verification failed"),
        (KEY, {"Data": []}, "HSM Error: signature verification failed"),
        (KEY, {"Data": [{"HsmId": 7, "Signature": 8}]}, "HSM Error: signature verification failed"),
        (generate_rsa(3072, 65537), {}, "HSM Error: Invalid public key, RSA with 2048 bits is needed"),
    ],
)
def test_what_the_hsms_refuse(desk: Desk, key: bytes, changes: dict[str, object], reason: str) -> None:
    before = desk.everything()
    reply = play(desk, OFFICER, CREATE, "y", lambda: sign(desk, key, **changes), "", "I", "A")[1]
    expected = asked("createUser", reason, "I", "A").replace("createUser failed on", "creating user on")
    for place in (ZERO, ONE):
        expected = expected.replace(f"on server {place}\n", f"on server {place} failed\n")
    assert reply.endswith(f"Enter filename:\n{expected}")
    assert desk.everything() == before


UNUSABLE = {
    "not there": (lambda desk: (desk.directory / "authdata").unlink(), "No such file or directory"),
    "no JSON": (lambda desk: (desk.directory / "authdata").write_text("signed"), "it is not JSON"),
    "a list": (lambda desk: (desk.directory / "authdata").write_text("[]"), "it is no JSON object"),
    "no data": (lambda desk: (desk.directory / "authdata").write_text("{}"), "it has no list named Data"),
    "odd data": (lambda desk: sign(desk, Data=[1]), "it has no list named Data"),
    "no key": (lambda desk: sign(desk, PublicKey=""), "its PublicKey is no public key in PEM"),
    "a key that is none": (lambda desk: sign(desk, PublicKey="key"), "its PublicKey is no public key in PEM"),
    "a key that is no text": (lambda desk: sign(desk, PublicKey=[1]), "its PublicKey is no public key in PEM"),
}


@pytest.mark.parametrize("what", UNUSABLE)
@pytest.mark.parametrize("line", [CREATE, "changePswd CO admin admin4321 -2fa authdata"])
def test_a_file_that_cannot_be_used_may_be_named_once_more(desk: Desk, line: str, what: str) -> None:
    spoil, reason = UNUSABLE[what]
    before, command = desk.everything(), line.split()[0]
    reply = play(desk, OFFICER, line, "y", lambda: spoil(desk), "", "")[1]
    assert reply.endswith(
        f"Enter filename:\nauthdata: {reason}\nEnter filename:\nauthdata: {reason}\n"
        f"{command} failed: no usable authentication data\n"
    )
    assert desk.everything() == before


def test_the_second_try_succeeds(desk: Desk) -> None:
    reply = play(desk, OFFICER, CREATE, "y", "absent\x1b", lambda: sign(desk), "")[1]
    assert reply.endswith(
        "Enter filename:absent\x1b\nabsent\\x1b: No such file or directory\nEnter filename:\n" + both("createUser")
    )


@pytest.mark.parametrize("line", [CREATE, CHANGE, LOGIN])
def test_a_request_that_cannot_be_written(desk: Desk, line: str) -> None:
    before = desk.everything()
    line = line.replace("authdata", "absent/authdata")
    before_it = [] if line.startswith("loginHSM") else [OFFICER]
    reply = play(desk, *before_it, line, "y")[len(before_it)]
    assert reply.endswith(f"{line.split()[0]} failed: absent/authdata: No such file or directory\n")
    assert desk.everything() == before


@pytest.mark.parametrize(
    "line",
    [
        "createUser CU dave dave12345 -2fa authdata",
        "changePswd CU bob bob12345 -2fa authdata",
        "loginHSM CU bob user1234 -2fa authdata",
    ],
)
def test_officers_only(desk: Desk, line: str) -> None:
    before = desk.everything()
    reply = desk.reply(*([] if line.startswith("login") else [OFFICER]), line)
    assert reply == f"{line.split()[0]} failed: Invalid option -2fa: 2FA is for officers only\n"
    assert desk.everything() == before
    assert list(desk.directory.iterdir()) == []


@pytest.mark.parametrize("line", ["createUser CO carol carol1234 -2fa", "loginHSM CO carol carol1234 2fa authdata"])
def test_wrong_words(desk: Desk, line: str) -> None:
    usage = f"Usage: {line.split()[0]} <user-type> <user-name> <password |-hpswd> [-2fa </path/to/authdata>]\n"
    assert desk.reply(line) == usage


# logging in with it


def test_a_login_with_both_factors(carol: Desk) -> None:
    reply = play(carol, LOGIN, lambda: sign(carol), "")[0]
    assert reply == WITHOUT_KEY + "\n" + both("loginHSM")


def test_a_login_needs_no_public_key_in_the_file(carol: Desk) -> None:
    assert play(carol, LOGIN, lambda: sign(carol, PublicKey="nonsense"), "")[0].endswith(both("loginHSM"))


def test_a_login_without_it(carol: Desk) -> None:
    assert carol.reply("loginHSM CO carol carol1234") == twice("loginHSM", WRONG)
    user = carol.user("carol")
    assert user is not None
    assert user.failures == 1


def test_a_login_with_another_key_s_signatures(carol: Desk) -> None:
    assert play(carol, LOGIN, lambda: sign(carol, OTHER), "")[0].endswith(twice("loginHSM", WRONG))


def test_each_server_wants_its_own_signature(carol: Desk) -> None:
    def one() -> None:
        sign(carol)
        sign(carol, Data=request(carol)["Data"][1:])

    failed = f"loginHSM failed: {WRONG}\nloginHSM failed on server {ZERO}\n"
    reply = play(carol, LOGIN, one, "")[0]
    assert reply.endswith(f"Enter filename:\n{failed}loginHSM success on server {ONE}\n")


def test_old_signatures_do_not_fit_new_digests(carol: Desk) -> None:
    def old() -> None:
        document = request(carol)
        for entry in document["Data"]:
            entry["Digest"] = base64.b64encode(bytes(32)).decode()
        (carol.directory / "authdata").write_text(json.dumps(document))
        sign(carol)

    assert play(carol, LOGIN, old, "")[0].endswith(twice("loginHSM", WRONG))


def test_an_officer_without_a_second_factor_is_asked_as_usual(desk: Desk) -> None:
    reply = play(desk, "loginHSM CO admin admin1234 -2fa authdata", "")[0]
    assert reply == WITHOUT_KEY + "\n" + both("loginHSM")


def test_a_server_that_is_down_has_no_digest(carol: Desk) -> None:
    carol.power(0, "down")
    reply = play(carol, LOGIN, lambda: sign(carol), "")[0]
    assert reply.endswith(f"Enter filename:\nServer {ZERO} is not connected\nloginHSM success on server {ONE}\n")
    assert [entry["HsmId"] for entry in request(carol)["Data"]] == [carol.nodes[1].name]


def test_an_officer_with_it_registers_no_other_key(carol: Desk) -> None:
    for name in ("t", "s"):
        (carol.directory / name).write_bytes(b"x")
    (carol.directory / "k").write_bytes(public_pem(public_of(OTHER)))
    replies = play(carol, LOGIN, lambda: sign(carol), "", "registerQuorumPubKey CO carol t s k", "y", "A")
    reason = "HSM Error: This operation violates the current configured/FIPS policies"
    assert replies[1] == CAUTION + "y\n" + asked("registerQuorumPubKey", reason, "A")
    assert factors(carol) == [public_of(KEY)] * 2


def test_an_hsm_that_took_another_s_address_wants_a_signature_of_its_own(carol: Desk) -> None:
    def replace() -> None:
        # New HSMs and backups have names of their own.
        carol.lab.services = carol.lab.services._replace(random_bytes=os.urandom)
        carol.cluster.lifecycle.remove_hsm(carol.nodes[1])
        carol.cluster.lifecycle.add_hsm(address="10.0.3.11")

    reply = play(carol, LOGIN, lambda: sign(carol), replace, "")[0]
    assert reply.endswith(
        f"loginHSM success on server {ZERO}\nloginHSM failed: {WRONG}\nloginHSM failed on server {ONE}\n"
    )
