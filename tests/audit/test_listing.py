"""The audit log as people read it: the published record byte for byte, JSON, and one HSM's stream alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from commands.audit import run
from commands.audit.record import record
from hsmshell.console import Context, text_of
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.access import UserType
from hsmshell.engine.audit import Opcode
from hsmshell.engine.cluster.lifecycle import create
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import AuditRow
from tests.conftest import NOON
from tests.engine.driving import aes_key, login

MICROSECONDS = int(NOON * 1_000_000)


def shown(context: Context, *arguments: str) -> tuple[int, str]:
    assert isinstance(context.console, ScriptedConsole)
    code = run(arguments, context)
    return code, context.console.text


def test_the_published_record() -> None:
    row = AuditRow(
        1, "hsm-1", 0xD, 1_550_492_030_326_973, Opcode.CN_LOGIN, 5, "UserNotFound", 0, 0, UserType.CRYPTO_USER.value,
        "ahahah",
    )  # fmt: skip
    assert text_of(record(row)) == (
        "Time: 02/18/19 12:13:50.326973, usecs:1550492030326973\n"
        "Sequence No\t\t: 0xd\n"
        "Reboot counter\t\t: 0x0\n"
        "Command Type(hex)\t: CN_MGMT_CMD (0x0)\n"
        "Opcode\t\t\t: CN_LOGIN (0xd)\n"
        "Session Handle\t\t: 0x1000005\n"
        "Response\t\t: 206:HSM Error: This user doesn't exist\n"
        "Log type\t\t: MGMT_USER_DETAILS_LOG (2)\n"
        "User Name\t\t: ahahah\n"
        "User Type\t\t: CN_CRYPTO_USER (1)\n"
    )


def test_the_colons_of_a_key_s_record_stand_below_the_others() -> None:
    text = text_of(record(AuditRow(1, "h", 0, 0, Opcode.CN_GENERATE_KEY_PAIR, 0, "", 7, 6, "", ""))).expandtabs()
    assert [line.index(":") for line in text.splitlines()[1:]] == [24] * 9
    assert "Priv/Secret Key Handle  : 7\n" in text
    assert "Public Key Handle       : 6\n" in text
    assert "Session Handle          : 0x0\n" in text


@pytest.mark.parametrize("opcode", Opcode)
def test_every_opcode_has_a_record(opcode: Opcode) -> None:
    text = text_of(record(AuditRow(1, "h", 1, 0, opcode, 1, "", 7, 0, "nonsense\x1b", "name\x1b")))
    assert f": {opcode.name} (0x{opcode:x})\n" in text
    assert "\x1b" not in text
    assert ("User Type" in text) == (opcode.log_type == 2)
    assert ("Key Handle" in text) == (opcode.log_type == 1)


def test_opcodes_have_numbers_of_their_own() -> None:
    assert len({opcode.value for opcode in Opcode}) == len(list(Opcode))
    assert Opcode.CN_LOGIN == 0xD
    assert Opcode.CN_INSERT_MASKED_OBJECT_USER == 0xF1


def test_a_quiet_lab(context: Callable[..., Context]) -> None:
    assert shown(context()) == (0, "hsmshell: no HSM has logged anything yet; use a tool first\n")


def test_streams_one_after_the_other_and_one_alone(lab: Lab, context: Callable[..., Context]) -> None:
    aes_key(lab.cluster(), login(lab.cluster()))
    _, text = shown(context())
    first = text.index("log stream hsm-udw0tkfg1ab of cluster-migration\n\n")
    assert first < text.index("log stream hsm-lgavqitns2a of cluster-migration\n\n")
    assert text.count("CN_GENERATE_KEY (0x17)") == 1
    for word in ("1", "hsm-lgavqitns2a", "10.0.3.11"):
        code, one = shown(context(), word)
        assert (code, one) == (0, text[text.index("log stream hsm-lgav") :])
    assert "CN_INSERT_MASKED_OBJECT_USER (0xf1)" in one


def test_an_hsm_that_is_gone_keeps_its_stream(lab: Lab, context: Callable[..., Context]) -> None:
    login(lab.cluster())
    lab.cluster().lifecycle.remove_hsm(lab.cluster().nodes()[1])
    code, text = shown(context(), "hsm-lgavqitns2a")
    assert code == 0
    assert "CN_LOGIN (0xd)" in text


def test_the_first_hsm_of_a_new_cluster(lab: Lab, context: Callable[..., Context]) -> None:
    node = create(lab, "new").lifecycle.add_hsm()
    _, text = shown(context(), node.name)
    names = [line.split(": ")[1] for line in text.splitlines() if line.startswith("Opcode")]
    assert names == [
        "CN_INIT_TOKEN (0x1)", "CN_GEN_PSWD_ENC_KEY (0x1d)", "CN_CREATE_APPLIANCE_USER (0xfc)", "CN_INIT_DONE (0x95)",
    ]  # fmt: skip
    assert "User Name\t\t: app_user\nUser Type\t\t: CN_APPLIANCE_USER (5)\n" in text


def test_json(lab: Lab, context: Callable[..., Context]) -> None:
    login(lab.cluster())
    _, text = shown(context(), "0", "--json")
    (stream,) = json.loads(text)
    assert (stream["cluster"], stream["hsm"]) == ("cluster-migration", "hsm-udw0tkfg1ab")
    (event,) = stream["events"]
    assert re.fullmatch("0x100000[0-9a-f]", event.pop("Session Handle"))
    assert event == {
        "usecs": MICROSECONDS,
        "Sequence No": "0x0",
        "Reboot counter": "0x0",
        "Command Type(hex)": "CN_MGMT_CMD (0x0)",
        "Opcode": "CN_LOGIN (0xd)",
        "Response": "0:HSM Return: SUCCESS",
        "Log type": "MGMT_USER_DETAILS_LOG (2)",
        "User Name": "crypto_user",
        "User Type": "CN_CRYPTO_USER (1)",
    }


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("hsm-none",), 'hsmshell: there is no log of an HSM "hsm-none"; there are: none yet\n'),
        (("0", "1"), "usage: hsmshell lab audit [HSM] [--json]\n"),
    ],
)
def test_wrong_words(context: Callable[..., Context], words: tuple[str, ...], answer: str) -> None:
    assert shown(context(), *words) == (1, answer)
