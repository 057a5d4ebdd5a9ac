"""wrapKey, unWrapKey: keys that leave and enter under another key."""

from __future__ import annotations

from commands.key_mgmt_util import constants, header, options
from commands.key_mgmt_util.constants import WrapMechanism
from commands.key_mgmt_util.creation import announce
from commands.key_mgmt_util.explain import choices
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.console.values import length, path
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import HsmError, WrappedKeyInvalid
from hsmshell.engine.mechanisms import GCM_IV_LENGTH, MechanismParameters
from hsmshell.grammar import Arguments, Command, MissingParameter, Parameter, UnknownParameter, WrongValue
from hsmshell.grammar.values import Integer, Path, Text

_FILE = Parameter(
    "f", Path(), "key-file-name", "specifies the file with the wrapped key", required=True, title="File name"
)
_KEY_TYPES = {int(kind): kind.name for kinds in constants.UNWRAPPABLE.values() for kind in kinds}
_KEY_TYPE = Parameter(
    "kt",
    Integer(choices=_KEY_TYPES),
    "key-type",
    choices("specifies the key type, with -noheader", _KEY_TYPES),
    title="Key type",
)
_KEY_CLASS = Parameter(
    "kc",
    Integer(choices={3: "private key", 4: "secret key"}),
    "key-class",
    "specifies the key class, with -noheader: 3 = private, 4 = secret",
    title="Key class",
)
_LABEL = Parameter("l", Text(127), "key-label", "specifies the key label, with -noheader", title="Key label")
_QUORUM = options.M_VALUE._replace(placeholder="number of users needed for approval")


def wrap_key(tool: Utility, arguments: Arguments) -> int:
    """A key's material under another key, into a file."""
    call, target = calls(tool.late).wrap, arguments.text("out")
    number = WrapMechanism(arguments.number("m"))
    _check(arguments, number)
    if "iv_file" in arguments and tool.context.files.same(arguments.text("iv_file"), target):
        raise WrongValue(options.IV_FILE, arguments.text("iv_file"))
    try:
        tool.cluster.check_login(Operation.EXTRACT_KEY, tool.session)
        key, wrapped = tool.cluster.wrap_key(
            tool.session,
            arguments.number("w"),
            arguments.number("k"),
            constants.MECHANISMS[number],
            _parameters(tool, arguments),
        )
    except HsmError as error:
        return tool.refused(call, error)
    files: dict[str, bytes] = {}
    if "iv_file" in arguments:
        files[arguments.text("iv_file")], wrapped = wrapped[:GCM_IV_LENGTH], wrapped[GCM_IV_LENGTH:]
    data = wrapped if arguments.flag("noheader") else header.encode(key, number) + wrapped
    tool.write_files({**files, target: data})
    if tool.late:
        tool.returned(call)
    tool.write("\n\tKey Wrapped.\n")
    tool.write('\n\tWrapped Key written to file "', path(target), '" length ', length(len(data)), "\n")
    if not tool.late:
        tool.returned(call)
    return SUCCESS


def unwrap_key(tool: Utility, arguments: Arguments) -> int:
    """A new key from a file that wrapKey or another program wrote."""
    bare = arguments.flag("noheader")
    number = WrapMechanism(arguments.number("m"))
    if bare:
        for parameter in (_LABEL, _KEY_CLASS, _KEY_TYPE):
            if parameter.name not in arguments:
                raise MissingParameter(parameter)
        if arguments.number("kt") not in constants.UNWRAPPABLE[ObjectClass(arguments.number("kc"))]:
            raise WrongValue(_KEY_TYPE, str(arguments.number("kt")))
    _check(arguments, number)
    call = "Cfm2UnWrapWithTemplate3" if bare else "Cfm3UnWrapKey"
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
        data = tool.read(arguments.text("f"))
        parameters = _parameters(tool, arguments)
        if "iv_file" in arguments:
            data = _iv(tool, arguments) + data
    except HsmError as error:
        return tool.refused(call, error)
    spec = options.key_spec(arguments)
    usage: Attributes | None = None
    try:
        if bare:
            object_class, key_type = ObjectClass(arguments.number("kc")), KeyType(arguments.number("kt"))
        else:
            found, data = header.decode(data)
            if found.mechanism != number:
                raise WrappedKeyInvalid("wrapped with another mechanism")
            object_class, key_type, usage = found.object_class, found.key_type, found.usage
            spec = spec._replace(label=found.label, ident=found.ident)
        created = tool.cluster.unwrap_key(
            tool.session,
            arguments.number("w"),
            data,
            constants.MECHANISMS[number],
            object_class,
            key_type,
            spec,
            parameters,
            usage,
        )
    except HsmError as error:
        if bare:
            tool.returned("Cfm3CreateUnwrapTemplate2")
        return tool.creation_refused(call, error, gap=not bare)
    if bare:
        tool.returned("Cfm3CreateUnwrapTemplate2")
    tool.returned(call, gap=not bare)
    return announce(tool, "Key Unwrapped.", created, arguments)


def _check(arguments: Arguments, mechanism: WrapMechanism) -> None:
    """The options that only some mechanisms take.

    Custom IVs are gone since client 3.1: mechanisms 4 and 5 take RFC 3394's own, the others none. Without a header
    AES_GCM keeps its IV in a file, since no other place holds it.
    """
    if "i" in arguments and (
        mechanism not in constants.FIXED_IV_MECHANISMS or arguments.data("i") != constants.FIXED_IV
    ):
        raise WrongValue(options.IV, arguments.data("i").hex())
    for parameter, mechanisms in _TAKEN_BY.items():
        if parameter in arguments and mechanism not in mechanisms:
            raise UnknownParameter(word=f"-{parameter}")
    apart = mechanism is WrapMechanism.AES_GCM and arguments.flag("noheader")
    if apart and "iv_file" not in arguments:
        raise MissingParameter(options.IV_FILE)


_TAKEN_BY = {
    "t": constants.HASHED_MECHANISMS,
    "aad": constants.GCM_MECHANISMS,
    "tag_size": constants.GCM_MECHANISMS,
    "iv_file": (WrapMechanism.AES_GCM,),
}


def _parameters(tool: Utility, arguments: Arguments) -> MechanismParameters:
    """What the options say to the mechanism. Raises ``FileUnusable``."""
    return MechanismParameters(
        hash=constants.HASHES[arguments.number("t", constants.DEFAULT_HASH)],
        additional=tool.read(arguments.text("aad")) if "aad" in arguments else b"",
        tag_length=arguments.number("tag_size", constants.TAG_SIZES[-1]),
    )


def _iv(tool: Utility, arguments: Arguments) -> bytes:
    """The IV that wrapKey put into a file. Raises ``FileUnusable``, and ``WrongValue`` for a file that holds none."""
    iv = tool.read(arguments.text("iv_file"))
    if len(iv) != GCM_IV_LENGTH:
        raise WrongValue(options.IV_FILE, arguments.text("iv_file"))
    return iv


COMMANDS = (
    Command(
        "wrapKey",
        "Wraps a key from from HSM using the specified handle",
        wrap_key,
        (
            options.KEY._replace(placeholder="exported-key-handle"),
            options.WRAPPING_KEY,
            options.OUTPUT,
            options.MECHANISM,
            options.ADDITIONAL,
            options.HASH,
            options.NO_HEADER,
            options.IV,
            options.IV_FILE,
            options.TAG_SIZE,
        ),
        notes="the header of the file is ours, in its real size; the late output is a sister build's; what an "
        "option gets that does not go with the mechanism is not published",
    ),
    Command(
        "unWrapKey",
        "UnWraps a key into HSM using the specified handle",
        unwrap_key,
        (
            _FILE,
            options.WRAPPING_KEY,
            options.MECHANISM,
            options.SESSION,
            options.MINIMUM_SERVERS,
            options.TIMEOUT,
            options.ADDITIONAL,
            options.TAG_SIZE._replace(placeholder="tag size"),
            options.IV_FILE,
            options.ATTEST,
            options.HASH,
            options.NOT_EXTRACTABLE,
            options.USERS,
            _QUORUM,
            options.NO_HEADER,
            _LABEL,
            options.IDENT._replace(help="specifies a key ID that no other key has, with -noheader"),
            _KEY_TYPE,
            _KEY_CLASS,
            options.IV._replace(placeholder="unwrapping-IV"),
        ),
        notes="refusals and the late output are not published; that the unwrapping key needs OBJ_ATTR_UNWRAP is ours",
    ),
)
