"""Every command's name and home, and the help listing. A home is imported when one of its commands is wanted."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.grammar import Arguments, Command

_SECTIONS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("", {"exit": "helpers", "help": "listing"}),
    (
        "Configuration and Admin Commands",
        {
            "getHSMInfo": "information",
            "getPartitionInfo": "information",
            "listUsers": "login",
            "loginStatus": "login",
            "loginHSM": "login",
            "logoutHSM": "login",
        },
    ),
    ("M of N commands", dict.fromkeys(("getToken", "delToken", "approveToken", "listTokens"), "quorum")),
    ("Key Generation Commands", {}),
    ("Asymmetric Keys:", dict.fromkeys(("genRSAKeyPair", "genDSAKeyPair", "genECCKeyPair"), "generate")),
    ("Symmetric Keys:", dict.fromkeys(("genPBEKey", "genSymKey"), "generate")),
    (
        "Key Import/Export Commands",
        {
            "createPublicKey": "public_keys",
            "importPubKey": "public_keys",
            "exportPubKey": "public_keys",
            "importPrivateKey": "private_keys",
            "exportPrivateKey": "private_keys",
            "imSymKey": "secret_keys",
            "exSymKey": "secret_keys",
            "wrapKey": "wrapping",
            "unWrapKey": "wrapping",
        },
    ),
    (
        "Key Management Commands",
        {
            "deleteKey": "manage",
            "setAttribute": "attributes",
            "getKeyInfo": "manage",
            "findKey": "find",
            "findSingleKey": "find",
            "getAttribute": "attributes",
        },
    ),
    ("Certificate Setup Commands", {"getCert": "certificates"}),
    ("Key Transfer Commands", dict.fromkeys(("insertMaskedObject", "extractMaskedObject"), "masked")),
    ("Management Crypto Commands", {"sign": "signatures", "verify": "signatures", "aesWrapUnwrap": "aes_wrap"}),
    (
        "Helper Commands",
        {
            "Error2String": "helpers",
            "getCaviumPrivKey": "key_files",
            "IsValidKeyHandlefile": "key_files",
            "listAttributes": "attributes",
            "listECCCurveIds": "generate",
        },
    ),
)
"""The listing's sections: a command's name -> the module of this package that has it in its ``COMMANDS``."""

HOMES: Mapping[str, str] = {name: home for _, names in _SECTIONS for name, home in names.items()} | {"quit": "helpers"}

_CONTINUED = {
    "Error2String": "save key handle in fake PEM format",
    "getCaviumPrivKey": "in fake PEM format",
    "IsValidKeyHandlefile": "an HSM key handle or a real key",
}
"""Second lines of the listing, the first of them under the wrong command as in the real one."""


def find(name: str) -> Command[Utility] | None:
    """The command of that name, in that spelling."""
    if name not in HOMES:
        return None
    home = importlib.import_module(f"commands.key_mgmt_util.{HOMES[name]}")
    commands: Sequence[Command[Utility]] = home.COMMANDS
    return next(command for command in commands if command.name == name)


def every_command() -> dict[str, Command[Utility]]:
    """All commands by name, in the order of the listing."""
    return {name: command for name in HOMES if (command := find(name)) is not None}


def listing() -> str:
    """What ``help`` prints."""
    commands = every_command()
    lines = ["", "Help Commands Available:", "", "Syntax: <command> -h", "", ""]
    lines += [f"   {'Command':<22}Description", f"   {'=======':<22}===========", ""]
    for title, names in _SECTIONS:
        if title:
            lines.append(f"        {title}")
        for name in names:
            summary = commands[name].summary
            continued = _CONTINUED.get(name, "")
            lines.append(f"   {name:<23}{summary.removesuffix(f' {continued}')}")
            if continued:
                lines.append(f"{'':<26}{continued}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def show_help(tool: Utility, arguments: Arguments) -> int:
    """The listing of commands."""
    tool.write(listing())
    return SUCCESS


COMMANDS = (Command("help", "Displays this information", show_help),)
