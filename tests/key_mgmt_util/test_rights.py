"""Who may do what with a key: its owner, a sharer, a stranger, and somebody who did not log in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive

BOB = "loginHSM -u CU -s bob -p user1234"

DENIED = "0xc6 : HSM Error: Key Access is denied"
NOBODY = "0xe0 : HSM Error: No user is logged in to do this operation"

# The keys: 407 a wrapping key, 408 and 409/410 an AES key and an EC pair, 411 and 412/413 the same shared with bob.
SETUP = [
    LOGIN,
    "genSymKey -t 31 -s 32 -l kek",
    "genSymKey -t 31 -s 32 -l own",
    "genECCKeyPair -i 2 -l own",
    "genSymKey -t 31 -s 32 -l shared -u 4",
    "genECCKeyPair -i 2 -l shared -u 4",
    "getAttribute -o 407 -a 3 -out message",
    "wrapKey -k 408 -w 407 -m 6 -out wrapped",
    "sign -f message -k 410 -m 17 -out signature",
]
MINE = ["genSymKey -t 31 -s 32 -l bobs"]
"""Bob's own wrapping key, 414."""

# {aes}, {public} and {private} are the keys that a command asks for.
OWNERS_ONLY = [
    "deleteKey -k {aes}",
    "deleteKey -k {private}",
    "exSymKey -k {aes} -w 414 -out out",
    "exportPrivateKey -k {private} -w 414 -out out",
    "wrapKey -k {aes} -w 414 -m 6 -out out",
    "wrapKey -k {private} -w 414 -m 6 -out out",
    "extractMaskedObject -o {aes} -out out",
    "extractMaskedObject -o {private} -out out",
]
SHARERS_TOO = [
    "getKeyInfo -k {aes}",
    "getKeyInfo -k {private}",
    "getAttribute -o {aes} -a 512 -out out",
    "getAttribute -o {private} -a 512 -out out",
    "findSingleKey -k {aes}",
    "sign -f message -k {private} -m 17 -out out",
    "wrapKey -k 414 -w {aes} -m 6 -out out",
    "aesWrapUnwrap -m 1 -f message -w {aes} -out out",
    "exSymKey -k 414 -w {aes} -out out",
    "imSymKey -f raw -w {aes} -t 31 -l x",
    "getCaviumPrivKey -k {private} -out out",
]
EVERYBODY = [
    "getKeyInfo -k {public}",
    "getAttribute -o {public} -a 512 -out out",
    "findSingleKey -k {public}",
    "exportPubKey -k {public} -out out",
    "verify -f message -s signature -k {public} -m 17",
]
OWN = {"aes": 408, "public": 409, "private": 410}
SHARED = {"aes": 411, "public": 412, "private": 413}


def said(lab: Lab, folder: Path, command: str) -> str:
    interactive(lab, folder, *SETUP)
    interactive(lab, folder, BOB, *MINE)
    (folder / "raw").write_bytes(bytes(32))
    ran = interactive(lab, folder, BOB, command)
    return answer(ran, command)


def snapshot(lab: Lab) -> object:
    with lab.store.reading():
        return [lab.store.objects(node.id) for node in lab.store.containers(lab.cluster().device.id)]


@pytest.mark.parametrize("command", OWNERS_ONLY)
@pytest.mark.parametrize("keys", [SHARED, OWN], ids=["sharer", "stranger"])
def test_only_the_owner(lab: Lab, tmp_path: Path, command: str, keys: dict[str, int]) -> None:
    assert f"returned: {DENIED}\n" in said(lab, tmp_path, command.format(**keys))
    assert not (tmp_path / "out").exists()
    assert "Total number of keys present 7\n" in interactive(lab, tmp_path, LOGIN, "findKey").text


@pytest.mark.parametrize("command", SHARERS_TOO)
def test_a_sharer_uses_and_looks(lab: Lab, tmp_path: Path, command: str) -> None:
    told = said(lab, tmp_path, command.format(**SHARED))
    assert "0xc6" not in told
    assert "returned: 0x00" in told


@pytest.mark.parametrize("command", SHARERS_TOO)
def test_a_stranger_does_not(lab: Lab, tmp_path: Path, command: str) -> None:
    told = said(lab, tmp_path, command.format(**OWN))
    assert f": {DENIED}" in told
    assert "0x00 " not in told.replace("0x00000000", "")
    out = tmp_path / "out"
    # aesWrapUnwrap's output is opened before it fails; the others make none.
    assert not out.exists() or (command.startswith("aesWrapUnwrap") and out.read_bytes() == b"")


@pytest.mark.parametrize("command", EVERYBODY)
def test_public_keys_are_everybodys(lab: Lab, tmp_path: Path, command: str) -> None:
    assert "returned: 0x00 : HSM Return: SUCCESS" in said(lab, tmp_path, command.format(**OWN))


@pytest.mark.parametrize("command", [*OWNERS_ONLY, *SHARERS_TOO, *EVERYBODY, "findKey", "setAttribute -o {aes} -a 1"])
def test_nobody_does_nothing(lab: Lab, tmp_path: Path, command: str) -> None:
    interactive(lab, tmp_path, *SETUP)
    (tmp_path / "raw").write_bytes(bytes(32))
    before = snapshot(lab)
    command = command.format(**OWN)
    told = answer(interactive(lab, tmp_path, command), command)
    assert told.endswith(f"returned: {NOBODY}\n")
    assert told.count("\n") == 2
    assert not (tmp_path / "out").exists()
    assert snapshot(lab) == before
