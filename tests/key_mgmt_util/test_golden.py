"""The golden transcripts as a whole: every command has succeeded in one, in both generations where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.key_mgmt_util.listing import HOMES
from commands.return_codes import Code
from hsmshell.transcript.log import Section, parse

FOLDER = Path(__file__).parents[2] / "transcripts" / "key_mgmt_util"
PROMPTS = ("Command:  ", "Command: ")
SUCCESS = "HSM Return: SUCCESS"
OTHER_SUCCESS = {
    "help": "Help Commands Available",
    "loginStatus": "Logged in as CU crypto_user",
    "genPBEKey": "Syntax: genPBEKey -h",  # FIPS mode lets it succeed at nothing else
    "Error2String": " maps to HSM Error: ",
    "IsValidKeyHandlefile": "Input file has key handle: ",
    "listAttributes": "OBJ_ATTR_KCV                    = 371",
    "listECCCurveIds": "NID_secp256k1                   = 16",
}
"""What a success shows of a command that reports no return code."""
SILENT = {"exit", "quit"}
ALIKE = {
    "help",
    "exit",
    "quit",
    "loginStatus",
    "Error2String",
    "IsValidKeyHandlefile",
    "listECCCurveIds",
    "getCert",
    "getHSMInfo",
    "getPartitionInfo",
    "exportPubKey",
    "aesWrapUnwrap",
    "createPublicKey",
    "genPBEKey",
}
"""Commands that both generations answer alike, or of which nothing says otherwise."""
ATTESTED_ERRORS = {
    "deleteKey": ("Cfm3FindKey returned: 0xa8", "Cfm3DeleteKey returned: 0xc6", "Error: Key handle (-k) is missing."),
    "genECCKeyPair": ("Cfm3GenerateKeyPair returned: 0xb3",),
    "loginHSM": ("Cfm3LoginHSM returned: 0x40000049", "Cfm3LoginHSM returned: 0xdb", "Cfm3LoginHSM returned: 0xce"),
    "verify": ("Cfm3Verify returned: 0x1b",),
    "IsValidKeyHandlefile": ("Input key file has real private key", "Input file has invalid key handle: "),
    "aesWrapUnwrap": ("Warning: IV (-i) is missing.",),
    "Error2String": ("Error Code db maps to HSM Error: Invalid User Type.", "Error Code c6 maps to"),
}


class Answer(NamedTuple):
    command: str
    late: bool
    text: str


def answers(section: Section) -> Iterator[Answer]:
    """Each command of a section with what it was answered."""
    late = section.client == "late"
    command, lines = next((word for word in section.arguments if word in HOMES), ""), []  # type: str, list[str]
    for line in section.lines:
        prompt = next((prompt for prompt in PROMPTS if line.text.startswith(prompt)), None)
        if prompt is None:
            lines.append(line.text)
            continue
        yield Answer(command, late, "\n".join(lines))
        command, lines = (line.text.removeprefix(prompt).split() or [""])[0], []
    yield Answer(command, late, "\n".join(lines))


ANSWERS = [
    answer
    for path in sorted(FOLDER.glob("*.transcript"))
    for section in parse(path.read_text("utf-8"), str(path)).sections
    if section.tool == "key_mgmt_util"
    for answer in answers(section)
]


def succeeded(command: str, *, late: bool) -> bool:
    mark = OTHER_SUCCESS.get(command, SUCCESS)
    return any(one.command == command and one.late is late and mark in one.text for one in ANSWERS)


@pytest.mark.parametrize("command", sorted(set(HOMES) - SILENT))
def test_every_command_succeeds_in_a_transcript(command: str) -> None:
    assert succeeded(command, late=False)


@pytest.mark.parametrize("command", sorted(set(HOMES) - ALIKE))
def test_it_does_so_in_the_late_generation_too(command: str) -> None:
    assert succeeded(command, late=True)


@pytest.mark.parametrize(
    ("command", "text"), [(command, text) for command, texts in ATTESTED_ERRORS.items() for text in texts]
)
def test_every_published_error_is_in_a_transcript(command: str, text: str) -> None:
    assert any(one.command == command and text in one.text for one in ANSWERS)


@pytest.mark.parametrize("code", [Code.LOGIN_FAILURE, Code.SERVER_UNAVAILABLE, Code.SOCKET_ERROR, Code.INVALID_HANDLE])
def test_every_published_code_of_a_node_or_of_the_library_is_in_a_transcript(code: Code) -> None:
    assert any(code.text in one.text for one in ANSWERS)
