"""exportPubKey: public keys out and in as PEM files."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.utility import FAILURE, Utility
from hsmshell.console.values import path
from hsmshell.engine import encodings
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import Arguments, Command


def export_public(tool: Utility, arguments: Arguments) -> int:
    """A public key as PEM."""
    call, target = "Cfm3ExportPubKey", arguments.text("out")
    try:
        der = tool.cluster.export_public_key(tool.session, arguments.number("k"))
    except HsmError as error:
        return tool.refused(call, error)
    if not tool.write_file(target, encodings.public_pem(der)):
        return FAILURE
    tool.write("\nPEM formatted public key is written to ", path(target), "\n")
    return tool.returned(call)


COMMANDS = (Command("exportPubKey", "Exports RSA/DSA/EC Public key", export_public, (options.KEY, options.OUTPUT)),)
