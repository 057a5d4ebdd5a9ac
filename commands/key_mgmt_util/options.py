"""Options that several commands share, declared once."""

from __future__ import annotations

from commands.key_mgmt_util import constants
from commands.key_mgmt_util.explain import choices
from hsmshell.engine.cluster import KeySpec
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import HexBytes, Integer, IntegerList, Path, Text, handle_type

LABEL = Parameter("l", Text(127), "label", "specifies the key label", required=True, title="Key label")
IDENT = Parameter("id", Text(64), "key ID", "specifies a key ID that no other key has", title="Key ID")
SESSION = Parameter("sess", help="makes a session key")
NOT_EXTRACTABLE = Parameter("nex", help="makes the key non-extractable")
MINIMUM_SERVERS = Parameter(
    "min_srv",
    Integer(1),
    "minimum number of servers",
    "specifies how many HSMs must hold the key",
    title="Minimum number of servers",
)
TIMEOUT = Parameter(
    "timeout",
    Integer(0),
    "number of seconds",
    "specifies how long to wait for -min_srv",
    title="Timeout",
    needs=("min_srv",),
)
USERS = Parameter(
    "u", IntegerList("user id"), "user-ids", "specifies the users to share the key with, as 3,4", title="User id list"
)
M_VALUE = Parameter(
    "m_value",
    Integer(0, 8),
    "0..8",
    "specifies how many users must approve a use of the key",
    title="M value",
    needs=("u",),
)
ATTEST = Parameter("attest", help="checks the integrity of the answer")
OUTPUT = Parameter("out", Path(), "output-file", "specifies the file to write", required=True, title="Output file")
KEY = Parameter("k", handle_type(), "key-handle", "specifies the key handle", required=True, title="Key handle")
WRAPPING_KEY = Parameter(
    "w",
    handle_type(),
    "wrapping-key-handle",
    "specifies the wrapping key handle",
    required=True,
    title="Wrapping key handle",
)
WRAPPING_KEY_FILE = Parameter(
    "wk", Path(), "wrapping-key-file", "specifies a file that holds the wrapping key", title="Wrapping key file"
)
MECHANISM = Parameter(
    "m",
    Integer(choices=constants.MECHANISM_NAMES),
    "wrapping-mechanism",
    choices("specifies the mechanism", constants.MECHANISM_NAMES),
    required=True,
    title="Wrapping mechanism",
)
HASH = Parameter(
    "t",
    Integer(choices=constants.HASH_NAMES),
    "hash-type",
    choices("specifies the hash for mechanisms 7 and 8", constants.HASH_NAMES),
    title="Hash type",
)
NO_HEADER = Parameter("noheader", help="leaves out the header with key attributes")
ADDITIONAL = Parameter(
    "aad",
    Path(),
    "additional authenticated data filename",
    "specifies a file with additional authenticated data, for mechanisms 10 and 11",
    title="AAD file",
)
IV_FILE = Parameter(
    "iv_file",
    Path(),
    "IV file",
    "specifies the file of the IV, with -noheader and mechanism 10",
    title="IV file",
    needs=("noheader",),
)
TAG_SIZE = Parameter(
    "tag_size",
    Integer(constants.TAG_SIZES.start, constants.TAG_SIZES.stop - 1),
    "num_tag_bytes",
    "specifies the bytes of the tag, 8 to 16, with -noheader and mechanisms 10 and 11",
    title="Tag size",
    needs=("noheader",),
)
IV = Parameter("i", HexBytes(), "wrapping IV", "specifies the IV in hexadecimal", title="IV", needs=("noheader",))


def key_spec(arguments: Arguments) -> KeySpec:
    """What the shared options say about a new key."""
    return KeySpec(
        label=arguments.text("l"),
        ident=arguments.text("id").encode("utf-8", "surrogateescape"),
        extractable=not arguments.flag("nex"),
        session_only=arguments.flag("sess"),
        shares=arguments.numbers("u"),
        quorum=arguments.number("m_value"),
        minimum_nodes=arguments.number("min_srv", 1),
    )
