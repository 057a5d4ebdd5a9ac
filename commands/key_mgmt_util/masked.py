"""extractMaskedObject, insertMaskedObject: keys between clusters of one lineage, as files."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.console.values import handle, path
from hsmshell.engine.access import Operation
from hsmshell.engine.errors import HsmError
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Path, handle_type

_OBJECT = Parameter(
    "o", handle_type(), "object-handle", "specifies the key handle", required=True, title="Object handle"
)
_FILE = Parameter(
    "f", Path(), "filename", "specifies the file with the masked object", required=True, title="File name"
)


def extract(tool: Utility, arguments: Arguments) -> int:
    """Seal a key into a file."""
    call, target = calls(tool.late).extract_masked, arguments.text("out")
    try:
        masked = tool.cluster.masking.extract_masked_object(tool.session, arguments.number("o"))
    except HsmError as error:
        return tool.refused(call, error)
    tool.write_file(target, masked)
    tool.write('\nObject was masked and written to file "', path(target), '"\n')
    return tool.returned(call)


def insert(tool: Utility, arguments: Arguments) -> int:
    """A key from a sealed file, under a new handle."""
    call = calls(tool.late).insert_masked
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
        masked = tool.read(arguments.text("f"))
        created = tool.cluster.masking.insert_masked_object(tool.session, masked, arguments.number("min_srv", 1))
    except HsmError as error:
        return tool.creation_refused(call, error)
    tool.returned(call)
    tool.write("\tNew Key Handle: ", handle(created.handles[0]), "\n")
    tool.told(created.outcomes)
    return SUCCESS


COMMANDS = (
    Command(
        "insertMaskedObject",
        "Inserts a masked object",
        insert,
        (_FILE, options.MINIMUM_SERVERS, options.TIMEOUT),
        notes="the layout of the file is ours; what a foreign cluster's object gets is not published",
    ),
    Command(
        "extractMaskedObject",
        "Extracts a masked object",
        extract,
        (_OBJECT, options.OUTPUT._replace(placeholder="object-file")),
        notes="the layout of the file is ours",
    ),
)
