"""getToken, approveToken, listTokens, delToken; the approvers' keys and signatures are openssl's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from commands.key_mgmt_util import run
from hsmshell.console import Context, Files, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.encodings import read_public_pem
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Token
from tests.conftest import KEYS, NOON
from tests.key_mgmt_util.driving import LOGIN, Ran, answer

KEY_OF = {"crypto_user": KEYS / "1.pem", "bob": KEYS / "2.pem", "carol": KEYS / "3.pem"}
HANDLE = 407
"""A key of crypto_user that bob and carol share; two must approve. Carol has registered no key."""

GET = f"getToken -s 1 -k {HANDLE} -f t"
FULL = """\
# comment
Multi Token File Path = t;
Token File Path = ;

Number of Approvals = 2;

Approver Type = 1; # 2 for CO, 1 for CU
Approver Name = crypto_user;
Approval File = crypto_user.sig;

Approver Type = 1;
Approver Name = bob;
Approval File = bob.sig;
"""


class Desk:
    """A lab, a working directory, openssl."""

    def __init__(self, lab: Lab, folder: Path, openssl: str) -> None:
        self.lab = lab
        self.folder = folder
        self._openssl = openssl
        cluster = lab.cluster()
        officer = cluster.login("CO", "admin", "admin1234", cluster.nodes()).session
        for node in cluster.nodes():
            cluster.create_user(officer, node, "CU", "carol", "user1234")
        (folder / "token").write_text("token to be signed\n")
        for name in ("crypto_user", "bob"):
            session = cluster.login("CU", name, "user1234", cluster.nodes()).session
            self.sign("token", name)
            public = self.openssl("pkey", "-in", KEY_OF[name], "-pubout")
            for node in cluster.nodes():
                signature = (folder / f"{name}.sig").read_bytes()
                der = read_public_pem(public)
                cluster.quorum.register_quorum_key(session, node, "CU", name, b"token to be signed\n", signature, der)
            (folder / f"{name}.sig").unlink()
            if name == "crypto_user":
                spec = KeySpec("common", shares=(4, 5), quorum=2)
                assert cluster.generate_secret_key(session, KeyType.AES, 32, spec).handles == (HANDLE,)
            assert session is not None
            cluster.logout(session)

    def openssl(self, *words: str | Path) -> bytes:
        return subprocess.run([self._openssl, *words], cwd=self.folder, check=True, capture_output=True).stdout

    def sign(self, path: str, *names: str) -> None:
        """Each one's signature of the file."""
        for name in names:
            self.openssl("dgst", "-sha256", "-sign", KEY_OF[name], "-out", f"{name}.sig", path)

    def play(self, answers: Iterable[str], generation: Generation = Generation.CLASSIC) -> Ran:
        """``answers`` may be a generator that does something between two lines."""
        console = ScriptedConsole(answers)
        status = run([], Context(self.lab, console, Files(str(self.folder)), generation))
        return Ran(status, console.text)

    def tokens(self) -> list[list[Token]]:
        with self.lab.store.reading():
            return [self.lab.store.tokens(node.id) for node in self.lab.cluster().nodes()]

    def power(self, number: int, state: str) -> None:
        with self.lab.store.transaction():
            self.lab.store.set_container_state(self.lab.cluster().nodes()[number].id, state)


@pytest.fixture
def desk(lab: Lab, work: Path, judge: Callable[[str], str]) -> Desk:
    return Desk(lab, work, judge("openssl"))


def block(*codes: str, header: str = "Cluster Error Status", word: str = "and err state") -> str:
    return f"\n\t{header}\n" + "".join(f"\tNode id {number} {word} {code}\n" for number, code in enumerate(codes))


GOOD, BAD = "0x00000000 : HSM Return: SUCCESS", "0x000000f2 : RET_MXN_AUTH_FAILED"
UNAVAILABLE = "0x30000085 : HSM CLUSTER ERROR: Server in cluster is unavailable"


def listed(number: int, approvals: str, validity: int = 600) -> str:
    return (
        f"=====================\n    Node id {number}\n=====================\n-------- Token - 0 ----------\nToken:\n"
        f"Id:1\nService:1\nNode:{number}\nKey Handle:407\nUser:crypto_user\nToken Validity: {validity} sec\n"
        f"Required num of approvers : 2\nCurrent num of approvals : {approvals}Num of tokens = 1\n\n"
    )


def test_two_approvers_with_openssls_signatures(desk: Desk) -> None:
    (desk.folder / "approval.txt").write_text(FULL)

    def session() -> Iterable[str]:
        yield LOGIN
        yield GET
        desk.sign("t", "crypto_user", "bob")
        yield "approveToken -f approval.txt"
        yield "listTokens"
        assert [[token.approvers for token in tokens] for tokens in desk.tokens()] == [[{"crypto_user", "bob"}]] * 2

    ran = desk.play(session())
    token = "Token:\nId:1\nService:1\nNode:{}\nKey Handle:407\nUser:crypto_user\n"
    success = "\n\tCfm3{}Token returned: 0x00 : HSM Return: SUCCESS\n"
    assert answer(ran, GET) == ("\n" + token.format(0) + token.format(1) + success.format("Get") + block(GOOD, GOOD))
    assert answer(ran, "approveToken -f approval.txt") == success.format("Approve") + block(GOOD, GOOD)
    approvals = "2\nApprover-0: bob\nApprover-1: crypto_user\n"
    assert answer(ran, "listTokens") == (
        "\n" + listed(0, approvals) + listed(1, approvals)
        + "\tCfm3ListTokens returned: 0x00 : HSM Return: SUCCESS\n" + block(GOOD, GOOD)
    )  # fmt: skip
    assert desk.tokens() == [[], []]


def test_the_file_is_the_records_of_all_hsms(desk: Desk) -> None:
    desk.play([LOGIN, GET])
    data = (desk.folder / "t").read_bytes()
    assert len(data) == 160
    for number in (0, 1):
        record = data[80 * number : 80 * (number + 1)]
        assert record[:16] == bytes.fromhex(f"0001 0001 0000000{number} 0000000000000197")
        assert record[32:64] == b"crypto_user".ljust(32, b"\0")
        assert record[64:] == int(NOON).to_bytes(8, "big") + bytes(8)
    assert data[16:32] != data[96:112]


def test_the_late_generation_names_its_cluster_block_otherwise(desk: Desk) -> None:
    ran = desk.play([LOGIN, GET, "delToken"], Generation.LATE)
    late = block(GOOD, GOOD, header="Cluster Status:", word="status:")
    assert answer(ran, GET).endswith("\n\tCfm3GetToken returned: 0x00 : HSM Return: SUCCESS\n" + late)
    assert answer(ran, "delToken") == "\n\tCfm3DeleteToken returned: 0x00 : HSM Return: SUCCESS\n" + late


@pytest.mark.parametrize(
    ("approval", "signers"),
    [
        (FULL, ("bob", "bob as crypto_user")),
        (FULL.replace("Number of Approvals = 2", "Number of Approvals = 3"), ("crypto_user", "bob")),
        (FULL.replace("Number of Approvals = 2", "Number of Approvals = 0"), ("crypto_user", "bob")),
        (FULL.replace("= bob;", "= dave;"), ("crypto_user", "bob")),
        (FULL.replace("= bob;", "= carol;").replace("bob.sig", "carol.sig"), ("crypto_user", "carol")),
        (FULL.replace("Type = 1;\n", "Type = 2;\n"), ("crypto_user", "bob")),
        (FULL.replace("= t;", "= token;"), ("crypto_user", "bob")),
    ],
    ids=["another's signature", "too few", "none", "unknown", "without a key", "of another type", "another file"],
)
def test_approvals_refused(desk: Desk, approval: str, signers: tuple[str, ...]) -> None:
    (desk.folder / "approval.txt").write_text(approval)
    line = "approveToken -f approval.txt"

    def session() -> Iterable[str]:
        yield LOGIN
        yield GET
        for signer in signers:
            name, _, kept = signer.partition(" as ")
            desk.sign("t", name)
            if kept:
                (desk.folder / f"{kept}.sig").write_bytes((desk.folder / f"{name}.sig").read_bytes())
        before = desk.tokens()
        yield line
        assert desk.tokens() == before
        assert [token.approvers for tokens in before for token in tokens] == [frozenset()] * 2

    ran = desk.play(session())
    assert answer(ran, line) == "\n\tCfm3ApproveToken returned: 0xf2 : RET_MXN_AUTH_FAILED\n" + block(BAD, BAD)


@pytest.mark.parametrize(
    ("approval", "complaint"),
    [
        ("", "Invalid approval file approval.txt: Token File Path is missing"),
        (FULL.replace("Name", "Nom", 1), "Invalid approval file approval.txt: line 8: there is no 'Approver Nom'"),
        (FULL.replace("bob.sig", "no/such"), "Failed to open file no/such"),
        (FULL.replace("= t;", "= no/token;"), "Failed to open file no/token"),
        (FULL.replace("= t;", "= \x1b[2J;"), "Failed to open file \\x1b[2J"),
    ],
)
def test_approval_files_that_are_none(desk: Desk, approval: str, complaint: str) -> None:
    (desk.folder / "approval.txt").write_text(approval)

    def session() -> Iterable[str]:
        yield LOGIN
        yield GET
        desk.sign("t", "crypto_user", "bob")
        yield "approveToken -f approval.txt"
        assert [token.approvers for tokens in desk.tokens() for token in tokens] == [frozenset()] * 2

    assert answer(desk.play(session()), "approveToken -f approval.txt") == f"\nError: {complaint}\n"


def test_login_comes_before_files(desk: Desk) -> None:
    ran = desk.play(["approveToken -f missing", GET])
    for line in ("approveToken -f missing", GET):
        assert "returned: 0xe0 : HSM Error: No user is logged in to do this operation\n" in answer(ran, line)
    assert not (desk.folder / "t").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("-s 3", "0xe1"),
        ("-s 4 -k 407", "0xe1"),
        ("-s 1 -k 408", "0xa8"),
        ("-s 2 -k 409", "0xf3"),
        ("-s 1 -k 410", "0xc6"),
    ],
)
def test_no_token_and_no_file(desk: Desk, options: str, code: str) -> None:
    (desk.folder / "old").write_text("old")
    desk.play([LOGIN, "genSymKey -t 31 -s 16 -l gone", "deleteKey -k 408", "genSymKey -t 31 -s 16 -l plain"])
    desk.play(["loginHSM -u CU -s bob -p user1234", "genSymKey -t 31 -s 16 -l theirs"])
    ran = desk.play([LOGIN, f"getToken {options} -f t", f"getToken {options} -f old", "listTokens"])
    assert answer(ran, f"getToken {options} -f t").startswith(f"\n\tCfm3GetToken returned: {code} : ")
    assert "Cluster" not in answer(ran, f"getToken {options} -f t")
    assert answer(ran, "listTokens").count("Num of tokens = 0\n") == 2
    assert not (desk.folder / "t").exists()
    assert (desk.folder / "old").read_text() == "old"


def test_a_file_that_cannot_be_written_leaves_the_earlier_token(desk: Desk) -> None:
    def session() -> Iterable[str]:
        yield LOGIN
        yield f"getToken -s 1 -k {HANDLE} -f no/such"
        assert desk.tokens() == [[], []]
        yield GET
        before = desk.tokens()
        yield f"getToken -s 1 -k {HANDLE} -f no/such"
        assert desk.tokens() == before
        yield GET
        assert desk.tokens() != before

    assert desk.play(session()).text.count("\nError: Failed to write file no/such\n") == 2


def test_an_hsm_full_of_tokens(desk: Desk) -> None:
    with desk.lab.store.transaction():
        for number in range(1, 1025):
            node = desk.lab.cluster().nodes()[1]
            desk.lab.store.put_token(Token(node.id, number, 1, 1, 9, 0, bytes(16), int(NOON)))
    ran = desk.play([LOGIN, GET])
    assert answer(ran, GET) == "\n\tCfm3GetToken returned: 0xf4 : HSM Error: Maximum number of tokens reached\n"
    assert not (desk.folder / "t").exists()


def test_an_hsm_that_goes_down_is_named(desk: Desk) -> None:
    (desk.folder / "approval.txt").write_text(FULL)

    def session() -> Iterable[str]:
        yield LOGIN
        yield GET
        desk.sign("t", "crypto_user", "bob")
        desk.power(0, "down")
        yield "approveToken -f approval.txt"
        yield "listTokens"
        yield "delToken -all"
        assert [len(tokens) for tokens in desk.tokens()] == [1, 0]
        yield "getToken -s 2 -k 407 -f one"
        desk.power(1, "down")
        yield "listTokens "
        yield "delToken"
        yield GET + " "

    ran = desk.play(session())
    told = block(UNAVAILABLE, GOOD)
    assert answer(ran, "approveToken -f approval.txt") == (
        "\n\tCfm3ApproveToken returned: 0x00 : HSM Return: SUCCESS\n" + told
    )
    assert answer(ran, "listTokens").startswith("\n" + listed(1, "2\nApprover-0: bob\nApprover-1: crypto_user\n"))
    assert answer(ran, "listTokens").endswith(told)
    assert answer(ran, "delToken -all") == "\n\tCfm3DeleteToken returned: 0x00 : HSM Return: SUCCESS\n" + told
    assert len((desk.folder / "one").read_bytes()) == 80
    assert "Node id 0" not in answer(ran, "getToken -s 2 -k 407 -f one")
    assert answer(ran, "listTokens ") == f"\n\tCfm3ListTokens returned: {UNAVAILABLE}\n"
    assert answer(ran, "delToken") == f"\n\tCfm3DeleteToken returned: {UNAVAILABLE}\n" + block(UNAVAILABLE, UNAVAILABLE)
    assert answer(ran, GET + " ") == f"\n\tCfm3GetToken returned: {UNAVAILABLE}\n"


def test_hsms_that_disagree(desk: Desk) -> None:
    (desk.folder / "approval.txt").write_text(FULL)
    with desk.lab.store.transaction():
        node = desk.lab.cluster().nodes()[0]
        bob = desk.lab.store.user_named(node.id, "bob")
        assert bob is not None
        desk.lab.store.replace_user(bob._replace(quorum_key=b""))

    def session() -> Iterable[str]:
        yield LOGIN
        yield GET
        desk.sign("t", "crypto_user", "bob")
        yield "approveToken -f approval.txt"

    failed = "\n\tCfm3ApproveToken returned: 0x30000080 : HSM CLUSTER ERROR: Operation failed on one or more servers\n"
    assert answer(desk.play(session()), "approveToken -f approval.txt") == failed + block(BAD, GOOD)


def test_a_key_needs_no_token_to_be_used(desk: Desk) -> None:
    """What a key asks for is kept and shown; the real tool's refusal is not published."""
    ran = desk.play([LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l w", f"wrapKey -k {HANDLE} -w 408 -m 7 -out w"])
    assert "Key Wrapped" in ran.text
