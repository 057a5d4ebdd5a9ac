"""importPubKey, createPublicKey, exportPubKey: public keys in and out as PEM files."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.utility import SUCCESS, FileUnusable, Misuse, Utility
from hsmshell.console.values import handle, path
from hsmshell.engine import encodings
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import DataInvalid, HsmError
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Path

_FILE = Parameter(
    "f", Path(), "key-file", "specifies the PEM file with the public key", required=True, title="File name"
)


def export_public(tool: Utility, arguments: Arguments) -> int:
    """A public key as PEM."""
    call, target = "Cfm3ExportPubKey", arguments.text("out")
    try:
        der = tool.cluster.export_public_key(tool.session, arguments.number("k"))
    except HsmError as error:
        return tool.refused(call, error)
    tool.write_file(target, encodings.public_pem(der))
    tool.write("\nPEM formatted public key is written to ", path(target), "\n")
    return tool.returned(call)


def import_public(tool: Utility, arguments: Arguments) -> int:
    """A PEM public key as an object of its own."""
    return _create(tool, arguments, (KeyType.RSA, KeyType.DSA, KeyType.EC))


def create_public(tool: Utility, arguments: Arguments) -> int:
    """The same for RSA keys alone."""
    return _create(tool, arguments, (KeyType.RSA,))


def _create(tool: Utility, arguments: Arguments, types: tuple[KeyType, ...]) -> int:
    call, source = "Cfm3CreatePublicKey", arguments.text("f")
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(call, error)
    try:
        der = encodings.read_public_pem(tool.read(source))
        if encodings.asymmetric_type(der) not in types:
            raise Misuse("Invalid key type for this command.")
    except DataInvalid:
        raise FileUnusable(f"Failed to read key file {source}") from None
    try:
        created = tool.cluster.import_public_key(tool.session, der, options.key_spec(arguments))
    except HsmError as error:
        return tool.creation_refused(call, error)
    tool.returned(call)
    tool.write("\nPublic Key Handle: ", handle(created.handles[0]), "\n")
    tool.told(created.outcomes)
    return SUCCESS


COMMANDS = (
    Command(
        "createPublicKey",
        "Creates an RSA public key",
        create_public,
        (options.LABEL, _FILE),
        provenance=Provenance.RECOMMENDED,
        notes="no syntax is published; taken as importPubKey for RSA keys",
    ),
    Command(
        "importPubKey",
        "Imports RSA/DSA/EC Public key",
        import_public,
        (options.LABEL, _FILE, options.SESSION, options.IDENT, options.MINIMUM_SERVERS, options.TIMEOUT),
    ),
    Command(
        "exportPubKey",
        "Exports RSA/DSA/EC Public key",
        export_public,
        (options.KEY._replace(placeholder="public-key-handle"), options.OUTPUT._replace(placeholder="key-file")),
    ),
)
