"""Plain keys between host and HSM. They cross wrapped, and the wrapping key (-w) or a copy of it in a file (-wk) does
the host's half of the work."""

from __future__ import annotations

from commands.key_mgmt_util import options
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import Misuse, Utility
from hsmshell.engine import crypto
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.cluster import Created
from hsmshell.engine.errors import HsmError
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.objects import SECRET_LENGTHS
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import Integer

HOST_WRAP = Mechanism.AES_KEY_WRAP_PKCS7
"""The mechanism by which plain keys cross: NIST AES wrap with PKCS#5 padding, the tool's ``-m 4``."""

MECHANISM = Parameter(
    "m",
    Integer(choices={4: "NIST_AES_WRAP"}),
    "4",
    "specifies the wrapping mechanism: 4",
    title="Wrapping mechanism",
    verbatim=True,
)


def bring_in(
    tool: Utility,
    arguments: Arguments,
    data: bytes,
    object_class: ObjectClass,
    key_type: KeyType,
    wrapper: bytes | None,
    use: Attribute = Attribute.WRAP,
) -> Created | None:
    """Wrap the data on the host and unwrap them in the HSM, with a line for each call; ``None`` after a refusal.

    ``wrapper`` is what ``key_in_file`` gave; ``use`` is what the wrapping key must permit for the host's half when
    there is no such key, beside unwrapping.
    """
    names = calls(tool.late)
    try:
        if wrapper is None:
            wrapped = tool.cluster.wrap_data(tool.session, arguments.number("w"), data, HOST_WRAP, use)
        else:
            wrapped = crypto.wrap(HOST_WRAP, wrapper, data, MechanismParameters())
    except HsmError as error:
        tool.refused(names.import_wrap, error)
        return None
    if wrapper is None:
        tool.returned(names.import_wrap)
    tool.returned(names.import_template)
    spec = options.key_spec(arguments)
    try:
        return tool.cluster.unwrap_key(
            tool.session, arguments.number("w"), wrapped, HOST_WRAP, object_class, key_type, spec
        )
    except HsmError as error:
        tool.creation_refused(names.import_unwrap, error)
        return None


def take_out(
    tool: Utility, arguments: Arguments, object_class: ObjectClass, use: Attribute = Attribute.WRAP
) -> bytes | None:
    """Wrap a key of that class in the HSM and unwrap it on the host; ``None`` after a refusal.

    Nothing is printed yet of what went well: that waits for ``taken_out``, when the key has reached its file.
    """
    names, wrapping = calls(tool.late), arguments.number("w")
    try:
        tool.cluster.check_login(Operation.EXTRACT_KEY, tool.session)
        wrapper = key_in_file(tool, arguments)
        _, wrapped = tool.cluster.wrap_key(tool.session, wrapping, arguments.number("k"), HOST_WRAP, only=object_class)
    except HsmError as error:
        tool.refused(names.export_wrap, error)
        return None
    try:
        if wrapper is None:
            return tool.cluster.unwrap_data(tool.session, wrapping, wrapped, HOST_WRAP, use)
        return crypto.unwrap(HOST_WRAP, wrapper, wrapped, MechanismParameters())
    except HsmError as error:
        tool.returned(names.export_wrap)
        tool.refused(names.export_unwrap, error)
        return None


def taken_out(tool: Utility, arguments: Arguments) -> None:
    """The lines of the calls that brought a key out."""
    names = calls(tool.late)
    tool.returned(names.export_wrap)
    if "wk" not in arguments:
        tool.returned(names.export_unwrap)


def key_in_file(tool: Utility, arguments: Arguments) -> bytes | None:
    """The AES key that -wk names, if it names one.

    Raises ``FileUnusable`` after a complaint, ``Misuse`` for a file that holds no AES key.
    """
    if "wk" not in arguments:
        return None
    data = tool.read(arguments.text("wk"))
    require_length(data, KeyType.AES)
    return data


def require_length(data: bytes, key_type: KeyType) -> None:
    """Raise ``Misuse`` unless a key of that type can have the data's length."""
    if len(data) not in SECRET_LENGTHS[key_type]:
        raise Misuse(f"Invalid key size {len(data)} for the given key type.")
