"""Every command: those that are here, those that are still to come, and the help listing made of both."""

from __future__ import annotations

from collections.abc import Mapping

from commands.key_mgmt_util import attributes, generate, helpers, login, manage, transfer, wrapping
from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.grammar import Arguments, Command


def show_help(tool: Utility, arguments: Arguments) -> int:
    """The listing of commands."""
    tool.write(listing())
    return SUCCESS


HELP = Command("help", "Displays this information", show_help)

_HERE: tuple[Command[Utility], ...] = (
    helpers.EXIT,
    helpers.QUIT,
    HELP,
    *login.COMMANDS,
    *generate.PAIRS,
    *generate.SYMMETRIC,
    transfer.EXPORT_PUBLIC,
    transfer.IMPORT_SYMMETRIC,
    transfer.EXPORT_SYMMETRIC,
    wrapping.WRAP,
    wrapping.UNWRAP,
    *manage.COMMANDS,
    attributes.COMMAND,
    helpers.ERROR_TO_STRING,
)
COMMANDS: Mapping[str, Command[Utility]] = {command.name: command for command in _HERE}

NOT_YET: Mapping[str, str] = {
    "getHSMInfo": "Gets the HSM Information",
    "getPartitionInfo": "Gets the Partition Information",
    "loginStatus": "Gets the Login Information",
    "getToken": "Initiate an MxN service and get Token",
    "delToken": "delete Token(s)",
    "approveToken": "Approves an MxN service",
    "listTokens": "List all Tokens in the current partition",
    "genDSAKeyPair": "Generates a DSA Key Pair",
    "genECCKeyPair": "Generates an ECC Key Pair",
    "genPBEKey": "Generates a PBE DES3 key",
    "createPublicKey": "Creates an RSA public key",
    "importPubKey": "Imports RSA/DSA/EC Public key",
    "importPrivateKey": "Imports RSA/DSA/EC private key",
    "exportPrivateKey": "Exports RSA/DSA/EC private key",
    "setAttribute": "Sets an attribute of an object",
    "findSingleKey": "Find single Key",
    "getCert": "Gets Partition Certificates stored on HSM",
    "insertMaskedObject": "Inserts a masked object",
    "extractMaskedObject": "Extracts a masked object",
    "sign": "Generates a signature",
    "verify": "Verifies a signature",
    "aesWrapUnwrap": "Does NIST AES Wrap/Unwrap",
    "getCaviumPrivKey": "Saves an RSA private key handle",
    "IsValidKeyHandlefile": "Checks if private key file has",
    "listAttributes": "List all attributes for getAttributes",
    "listECCCurveIds": "List HSM supported ECC CurveIds",
}
"""Commands that the real tool has and this one answers with its "not supported" error; name -> the listing's text."""

_CONTINUED = {
    "Error2String": "save key handle in fake PEM format",
    "getCaviumPrivKey": "in fake PEM format",
    "IsValidKeyHandlefile": "an HSM key handle or a real key",
}
"""Second lines of the listing, the first of them under the wrong command as in the real one."""

_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("exit", "help")),
    (
        "Configuration and Admin Commands",
        ("getHSMInfo", "getPartitionInfo", "listUsers", "loginStatus", "loginHSM", "logoutHSM"),
    ),
    ("M of N commands", ("getToken", "delToken", "approveToken", "listTokens")),
    ("Key Generation Commands", ()),
    ("Asymmetric Keys:", ("genRSAKeyPair", "genDSAKeyPair", "genECCKeyPair")),
    ("Symmetric Keys:", ("genPBEKey", "genSymKey")),
    (
        "Key Import/Export Commands",
        (
            "createPublicKey",
            "importPubKey",
            "exportPubKey",
            "importPrivateKey",
            "exportPrivateKey",
            "imSymKey",
            "exSymKey",
            "wrapKey",
            "unWrapKey",
        ),
    ),
    (
        "Key Management Commands",
        ("deleteKey", "setAttribute", "getKeyInfo", "findKey", "findSingleKey", "getAttribute"),
    ),
    ("Certificate Setup Commands", ("getCert",)),
    ("Key Transfer Commands", ("insertMaskedObject", "extractMaskedObject")),
    ("Management Crypto Commands", ("sign", "verify", "aesWrapUnwrap")),
    (
        "Helper Commands",
        ("Error2String", "getCaviumPrivKey", "IsValidKeyHandlefile", "listAttributes", "listECCCurveIds"),
    ),
)


def listing() -> str:
    """What ``help`` prints."""
    lines = ["", "Help Commands Available:", "", "Syntax: <command> -h", "", ""]
    lines += [f"   {'Command':<22}Description", f"   {'=======':<22}===========", ""]
    for title, names in _SECTIONS:
        if title:
            lines.append(f"        {title}")
        for name in names:
            summary = COMMANDS[name].summary if name in COMMANDS else NOT_YET[name]
            lines.append(f"   {name:<23}{summary}")
            if name in _CONTINUED:
                lines.append(f"{'':<26}{_CONTINUED[name]}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"
