"""importPrivateKey, exportPrivateKey: private keys in and out as PEM files."""

from __future__ import annotations

from commands.key_mgmt_util import host, options
from commands.key_mgmt_util.creation import announce
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, FileUnusable, Utility
from hsmshell.console.values import length, path
from hsmshell.engine import encodings
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, ObjectClass
from hsmshell.engine.errors import DataInvalid, HsmError
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Path

_FILE = Parameter(
    "f", Path(), "key-file", "specifies the PEM file with the private key", required=True, title="File name"
)


def import_private(tool: Utility, arguments: Arguments) -> int:
    """An unencrypted PEM private key: wrapped on the host as PKCS#8 DER, unwrapped in the HSM."""
    names, source = calls(tool.late), arguments.text("f")
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(names.import_wrap, error)
    try:
        der = encodings.read_private_pem(tool.read(source))
        key_type = encodings.asymmetric_type(encodings.public_of(der))
        wrapper = host.key_in_file(tool, arguments)
    except DataInvalid:
        raise FileUnusable(f"Failed to read key file {source}") from None
    tool.write("" if tool.late else "\n", "BER encoded key length is ", length(len(der)), "\n")
    created = host.bring_in(tool, arguments, der, ObjectClass.PRIVATE_KEY, key_type, wrapper, Attribute.ENCRYPT)
    if created is None:
        return FAILURE
    if tool.late:
        # Published output of later builds, and of this command alone, lacks the word "returned".
        tool.write(f"\n\t{names.import_unwrap}: 0x00 : HSM Return: SUCCESS\n")
    else:
        tool.returned(names.import_unwrap)
    return announce(tool, f"Private Key {'Imported' if tool.late else 'Unwrapped'}.", created, arguments)


def export_private(tool: Utility, arguments: Arguments) -> int:
    """A private key as PKCS#8 PEM: wrapped in the HSM, unwrapped on the host."""
    target = arguments.text("out")
    der = host.take_out(tool, arguments, ObjectClass.PRIVATE_KEY, Attribute.DECRYPT)
    if der is None:
        return FAILURE
    tool.write_file(target, encodings.private_pem(der))
    host.taken_out(tool, arguments)
    tool.write("\nPEM formatted private key is written to ", path(target), "\n")
    return SUCCESS


COMMANDS = (
    Command(
        "importPrivateKey",
        "Imports RSA/DSA/EC private key",
        import_private,
        (
            options.LABEL,
            _FILE,
            options.WRAPPING_KEY,
            options.SESSION,
            options.IDENT,
            options.M_VALUE,
            options.MINIMUM_SERVERS,
            options.TIMEOUT,
            options.USERS,
            options.WRAPPING_KEY_FILE,
            options.ATTEST,
        ),
        notes="the output with -wk is ours; the late output is a sister build's",
    ),
    Command(
        "exportPrivateKey",
        "Exports RSA/DSA/EC private key",
        export_private,
        (
            options.KEY._replace(placeholder="private-key-handle"),
            options.WRAPPING_KEY,
            options.OUTPUT._replace(placeholder="key-file"),
            host.MECHANISM._replace(placeholder="wrapping-mechanism", verbatim=False),
            options.WRAPPING_KEY_FILE,
        ),
        notes="PKCS#8 as the form of the file, and the output with -wk, are ours; the late output is a sister build's",
    ),
)
