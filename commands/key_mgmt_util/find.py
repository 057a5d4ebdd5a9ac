"""findKey, findSingleKey: which keys there are, and where."""

from __future__ import annotations

import re

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.explain import choices
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import Utility
from commands.return_codes import Code, code_of
from hsmshell.console.values import handle, joined
from hsmshell.engine.access import Operation
from hsmshell.engine.cluster import Criteria
from hsmshell.engine.errors import HsmError, NodeUnavailable, UserNotLoggedIn
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import HexBytes, Integer, IntegerList, Path, Text

_FILTERS = (
    Parameter(
        "c", Integer(choices=constants.CLASSES), "key class", "specifies the key class: 2, 3 or 4", title="Key class"
    ),
    Parameter(
        "t",
        Integer(choices=constants.KEY_TYPES),
        "key type",
        choices("specifies the key type", constants.KEY_TYPES),
        title="Key type",
    ),
    Parameter("l", Text(), "key label", "specifies the key label", title="Key label"),
    Parameter("id", Text(), "key ID", "specifies the key ID", title="Key ID"),
    Parameter(
        "sess",
        Integer(choices={0: "token keys", 1: "session keys"}),
        "(0 | 1)",
        "specifies session keys (1) or token keys (0) only",
        title="Session key",
        verbatim=True,
    ),
    Parameter(
        "u", IntegerList("user id"), "user-ids", "specifies users who can all use the key, as 3,4", title="User id list"
    ),
    Parameter("m", Path(), "modulus", "specifies a file with the RSA modulus", title="Modulus"),
    Parameter("kcv", HexBytes(3), "key_check_value", "specifies the key check value", title="Key check value"),
)


def find_key(tool: Utility, arguments: Arguments) -> int:
    """The handles of the keys that this user can use and that pass all filters."""
    call = "Cfm3FindKey"
    try:
        tool.cluster.check_login(Operation.READ_KEY, tool.session)
    except HsmError as error:
        return tool.refused(call, error)
    modulus = None
    if "m" in arguments:
        modulus = _modulus(tool.read(arguments.text("m")))
    try:
        keys = tool.cluster.find(tool.session, _criteria(arguments, modulus))
    except HsmError as error:
        return tool.refused(call, error)
    found = joined(", ", [handle(key.handle) for key in keys])
    if tool.late:
        tool.write(f"\n\tTotal number of keys present: {len(keys)}\n")
        if keys:
            tool.write(f"\n\tNumber of matching keys from start index 0::{len(keys) - 1}\n")
            tool.write("\n\tHandles of matching keys:\n\t", *found, "\n")
    else:
        tool.write(f"\nTotal number of keys present {len(keys)}\n")
        if keys:
            tool.write(f"\n number of keys matched from start index 0::{len(keys) - 1}\n", *found, "\n")
    tool.everywhere()
    return tool.returned(call)


def find_single_key(tool: Utility, arguments: Arguments) -> int:
    """Which HSMs hold a key."""
    call = calls(tool.late).find_single
    try:
        outcomes = tool.cluster.locate(tool.session, arguments.number("k"))
    except HsmError as error:
        return tool.refused(call, error)
    # An HSM that cannot be asked does not say that the key is missing.
    silent = (NodeUnavailable, UserNotLoggedIn)
    errors = [outcome.error for outcome in outcomes if outcome.error and not isinstance(outcome.error, silent)]
    status = tool.returned(call, code_of(errors[0]) if errors else Code.SUCCESS)
    tool.told(outcomes)
    return status


def _criteria(arguments: Arguments, modulus: bytes | None) -> Criteria:
    return Criteria(
        object_class=arguments.number("c") if "c" in arguments else None,
        key_type=arguments.number("t") if "t" in arguments else None,
        label=arguments.text("l") if "l" in arguments else None,
        ident=arguments.text("id").encode("utf-8", "surrogateescape") if "id" in arguments else None,
        session_keys=bool(arguments.number("sess")) if "sess" in arguments else None,
        users=frozenset(arguments.numbers("u")),
        modulus=modulus,
        check_value=arguments.data("kcv") if "kcv" in arguments else None,
    )


def _modulus(data: bytes) -> bytes:
    """The modulus that a file holds: an attribute dump, hexadecimal text with or without 0x, or raw bytes."""
    text = data.decode("ascii", "replace")
    dumped = re.search(r"OBJ_ATTR_MODULUS\s+((?:0x)?[0-9a-fA-F\s]+)", text)
    digits = re.sub(r"\s+", "", dumped.group(1) if dumped else text)
    for prefix in ("Modulus=", "0x", "0X"):  # the first is what openssl's -modulus prints
        digits = digits.removeprefix(prefix)
    if re.fullmatch(r"([0-9a-fA-F]{2})+", digits):
        return bytes.fromhex(digits)
    return data


COMMANDS = (
    Command(
        "findKey",
        "Find Key",
        find_key,
        _FILTERS,
        notes="the form of the file behind -m, the digits of -kcv and the order of the list are not published",
    ),
    Command(
        "findSingleKey",
        "Find single Key",
        find_single_key,
        (options.KEY,),
        notes="what it prints of a key that some HSMs lack is not published",
    ),
)
