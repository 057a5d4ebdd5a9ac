"""What the tests of outages share: a line for every command, and a script in which things go down and come up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from commands.key_mgmt_util import run
from hsmshell.console import Answer, Ask, Context, Files, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from tests.engine.driving import set_state

ALONE = ("exit", "help", "quit", "Error2String", "IsValidKeyHandlefile", "listAttributes", "listECCCurveIds")
"""Commands that need no HSM."""

LINES = {
    "getHSMInfo": "",
    "getPartitionInfo": "",
    "listUsers": "",
    "loginStatus": "",
    "loginHSM": "-u CU -s bob -p user1234",
    "logoutHSM": "",
    "getToken": "-s 1 -k 408 -f made",
    "delToken": "-all",
    "approveToken": "-f data",
    "listTokens": "",
    "genRSAKeyPair": "-m 2048 -e 65537 -l new",
    "genDSAKeyPair": "-m 2048 -l new",
    "genECCKeyPair": "-i 2 -l new",
    "genPBEKey": "",
    "genSymKey": "-t 31 -s 32 -l new",
    "createPublicKey": "-l new -f data",
    "importPubKey": "-l new -f data",
    "exportPubKey": "-k 407 -out made",
    "importPrivateKey": "-l new -f data -w 409",
    "exportPrivateKey": "-k 408 -w 409 -out made",
    "imSymKey": "-f data -w 409 -t 31 -l new",
    "exSymKey": "-k 409 -w 409 -out made",
    "wrapKey": "-k 409 -w 409 -out made -m 4",
    "unWrapKey": "-f data -w 409 -m 4",
    "deleteKey": "-k 407",
    "setAttribute": "-o 410 -a 1",
    "getKeyInfo": "-k 407",
    "findKey": "",
    "findSingleKey": "-k 407",
    "getAttribute": "-o 407 -a 512 -out made",
    "getCert": "-f made -s 4",
    "insertMaskedObject": "-f data",
    "extractMaskedObject": "-o 409 -out made",
    "sign": "-f data -k 408 -m 1 -out made",
    "verify": "-f data -s data -k 407 -m 1",
    "aesWrapUnwrap": "-m 1 -f data -w 409",
    "getCaviumPrivKey": "-k 408 -out made",
}
"""A line of each other command that would do something to the keys of ``MADE``."""

MADE = ("genRSAKeyPair -m 2048 -e 65537 -l pair", "genSymKey -t 31 -s 32 -l aes", "genSymKey -t 31 -s 32 -l gone -sess")
"""Keys 407 to 410."""


class Fault(NamedTuple):
    """What happens between two lines: the daemon, or one HSM (its node id), comes up or goes down."""

    what: str | int
    up: bool


DOWN, UP = Fault("client", False), Fault("client", True)


class Prompted(ScriptedConsole):
    """Answers 0 to whatever a command asks."""

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        if kind is Ask.COMMAND:
            return super().ask(prompt, kind, answer)
        self.write(f"{prompt}0\n")
        return "0"


def play(lab: Lab, folder: Path, *script: str | Fault, generation: Generation = Generation.CLASSIC) -> list[str]:
    """What each line of the script got, the exit status at the end."""

    def lines() -> Iterator[str]:
        for step in script:
            if isinstance(step, str):
                yield step
            elif isinstance(step.what, int):
                set_state(lab, step.what, "up" if step.up else "down")
            else:
                lab.cluster().faults.set_client(up=step.up)

    console = Prompted(lines())
    status = run([], Context(lab, console, Files(str(folder)), generation))
    answers = console.text.split("\nCommand:  ")[1:]
    return [*(answer.partition("\n")[2] for answer in answers[:-1]), str(status)]


def contents(lab: Lab) -> list[list[tuple[int, bool]]]:
    """The handles on each HSM, and which of them are session keys."""
    with lab.store.reading():
        nodes = lab.store.containers(lab.store.devices("cluster")[0].id)
        return [[(key.handle, bool(key.session)) for key in lab.store.objects(node.id)] for node in nodes]
