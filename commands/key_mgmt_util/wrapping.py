"""wrapKey, unWrapKey: keys that leave and enter under another key."""

from __future__ import annotations

from commands.key_mgmt_util import constants, header, options
from commands.key_mgmt_util.names import calls
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from hsmshell.console.values import handle, length, path
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import Attributes, KeyType, ObjectClass
from hsmshell.engine.errors import HsmError, WrappedKeyInvalid
from hsmshell.engine.mechanisms import MechanismParameters
from hsmshell.grammar import Arguments, Command, MissingParameter, Parameter, WrongValue
from hsmshell.grammar.values import Integer, Path, Text

_FILE = Parameter(
    "f", Path(), "key-file-name", "specifies the file with the wrapped key", required=True, title="File name"
)
_KEY_TYPE = Parameter(
    "kt",
    Integer(choices={int(kind): kind.name for kinds in constants.UNWRAPPABLE.values() for kind in kinds}),
    "key-type",
    "specifies the key type, with -noheader: 0 = RSA, 1 = DSA, 3 = EC, 16 = GENERIC_SECRET, 21 = DES3, 31 = AES",
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
    number = arguments.number("m")
    _check_iv(arguments)
    try:
        key, wrapped = tool.cluster.wrap_key(
            tool.session,
            arguments.number("w"),
            arguments.number("k"),
            constants.MECHANISMS[number],
            _parameters(arguments),
        )
    except HsmError as error:
        return tool.refused(call, error)
    data = wrapped if arguments.flag("noheader") else header.encode(key, number) + wrapped
    if not tool.write_file(target, data):
        return FAILURE
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
    if bare:
        for parameter in (_LABEL, _KEY_CLASS, _KEY_TYPE):
            if parameter.name not in arguments:
                raise MissingParameter(parameter)
        if arguments.number("kt") not in constants.UNWRAPPABLE[ObjectClass(arguments.number("kc"))]:
            raise WrongValue(_KEY_TYPE, str(arguments.number("kt")))
    _check_iv(arguments)
    call = "Cfm2UnWrapWithTemplate3" if bare else "Cfm3UnWrapKey"
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(call, error)
    data = tool.read_file(arguments.text("f"))
    if data is None:
        return FAILURE
    spec = options.key_spec(arguments)
    usage: Attributes | None = None
    try:
        if bare:
            object_class, key_type = ObjectClass(arguments.number("kc")), KeyType(arguments.number("kt"))
        else:
            found, data = header.decode(data)
            if found.mechanism != arguments.number("m"):
                raise WrappedKeyInvalid("wrapped with another mechanism")
            object_class, key_type, usage = found.object_class, found.key_type, found.usage
            spec = spec._replace(label=found.label, ident=found.ident)
        created = tool.cluster.unwrap_key(
            tool.session,
            arguments.number("w"),
            data,
            constants.MECHANISMS[arguments.number("m")],
            object_class,
            key_type,
            spec,
            _parameters(arguments),
            usage,
        )
    except HsmError as error:
        if bare:
            tool.returned("Cfm3CreateUnwrapTemplate2")
        return tool.creation_refused(call, error)
    if bare:
        tool.returned("Cfm3CreateUnwrapTemplate2")
    tool.returned(call, gap=not bare)
    tool.write("\n\tKey Unwrapped.  Key Handle: ", handle(created.handles[0]), "\n")
    if arguments.flag("attest"):
        tool.attested()
    tool.cluster_block(created.nodes)
    return SUCCESS


def _check_iv(arguments: Arguments) -> None:
    """Custom IVs are gone since client 3.1: mechanisms 4 and 5 take RFC 3394's own, the others none."""
    if "i" not in arguments:
        return
    takes = (constants.WrapMechanism.AES_KEY_WRAP_PAD_PKCS5, constants.WrapMechanism.NIST_AES_WRAP_NO_PAD)
    if arguments.number("m") not in takes or arguments.data("i") != constants.FIXED_IV:
        raise WrongValue(options.IV, arguments.data("i").hex())


def _parameters(arguments: Arguments) -> MechanismParameters:
    return MechanismParameters(hash=constants.HASHES[arguments.number("t", constants.DEFAULT_HASH)])


COMMANDS = (
    Command(
        "wrapKey",
        "Wraps a key from from HSM using the specified handle",
        wrap_key,
        (
            options.KEY,
            options.WRAPPING_KEY,
            options.OUTPUT,
            options.MECHANISM,
            options.HASH,
            options.NO_HEADER,
            options.IV,
        ),
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
            options.ATTEST,
            options.HASH,
            options.NOT_EXTRACTABLE,
            options.USERS,
            _QUORUM,
            options.NO_HEADER,
            _LABEL,
            options.IDENT,
            _KEY_TYPE,
            _KEY_CLASS,
            options.IV,
        ),
    ),
)
