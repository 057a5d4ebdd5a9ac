"""genSymKey, genRSAKeyPair: keys made inside the HSM."""

from __future__ import annotations

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.console.values import handle
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import Created
from hsmshell.engine.errors import HsmError
from hsmshell.engine.objects import SECRET_LENGTHS
from hsmshell.grammar import Arguments, Command, Parameter, WrongValue
from hsmshell.grammar.values import Integer

_TYPE = Parameter(
    "t",
    Integer(choices=constants.named(constants.SYMMETRIC)),
    "key type",
    "specifies the key type: 16 = GENERIC_SECRET, 18 = RC4, 21 = DES3, 31 = AES",
    required=True,
    title="Key type",
)
_SIZE = Parameter(
    "s",
    Integer(1, constants.GENERIC_MAXIMUM),
    "key size",
    "specifies the key size in bytes: AES 16, 24, 32; DES3 24; GENERIC_SECRET below 3584",
    required=True,
    title="Key size",
)
_MODULUS = Parameter(
    "m",
    Integer(1, 1 << 16),
    "modulus length",
    "specifies the modulus length in bits: 2048 to 4096 in steps of 256",
    required=True,
    title="Modulus length",
)
_EXPONENT = Parameter(
    "e",
    Integer(1, (1 << 31) - 1),
    "public exponent",
    "specifies the public exponent: an odd number from 65537 to 2^31 - 1",
    required=True,
    title="Public exponent",
)
_COMMON = (
    options.LABEL,
    options.IDENT,
    options.MINIMUM_SERVERS,
    options.M_VALUE,
    options.NOT_EXTRACTABLE,
    options.SESSION,
    options.TIMEOUT,
    options.USERS,
    options.ATTEST,
)


def generate_symmetric(tool: Utility, arguments: Arguments) -> int:
    """A new secret key."""
    call = "Cfm3GenerateSymmetricKey"
    key_type, size = KeyType(arguments.number("t")), arguments.number("s")
    if size not in SECRET_LENGTHS.get(key_type, {size}):
        raise WrongValue(_SIZE, str(size), "for this key type")
    try:
        created = tool.cluster.generate_secret_key(tool.session, key_type, size, options.key_spec(arguments))
    except HsmError as error:
        return tool.creation_refused(call, error)
    tool.returned(call)
    tool.write("\n\tSymmetric Key Created.  Key Handle: ", handle(created.handles[0]), "\n")
    return _finished(tool, arguments, created)


def generate_rsa_pair(tool: Utility, arguments: Arguments) -> int:
    """A new RSA pair."""
    call = "Cfm3GenerateKeyPair"
    exponent = arguments.number("e")
    if exponent < 65537 or exponent % 2 == 0:
        raise WrongValue(_EXPONENT, str(exponent))
    spec = options.key_spec(arguments)
    try:
        created = tool.cluster.generate_rsa_pair(tool.session, arguments.number("m"), exponent, spec)
    except HsmError as error:
        return tool.creation_refused(call, error)
    public, private = created.handles
    tool.returned(call)
    tool.write(f"\n\t{call}:    public key handle: ", handle(public))
    tool.write("    private key handle: ", handle(private), "\n")
    return _finished(tool, arguments, created)


def _finished(tool: Utility, arguments: Arguments, created: Created) -> int:
    if arguments.flag("attest"):
        tool.attested()
    tool.cluster_block(created.nodes)
    return SUCCESS


COMMANDS = (
    Command("genRSAKeyPair", "Generates an RSA Key Pair", generate_rsa_pair, (_MODULUS, _EXPONENT, *_COMMON)),
    Command("genSymKey", "Generates a Symmetric keys", generate_symmetric, (_TYPE, _SIZE, *_COMMON)),
)
