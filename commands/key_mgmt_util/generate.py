"""genSymKey, genRSAKeyPair, genDSAKeyPair, genECCKeyPair, genPBEKey: keys made inside the HSM; listECCCurveIds."""

from __future__ import annotations

from collections.abc import Callable

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.creation import announce, conclude
from commands.key_mgmt_util.curves import CURVES, openssl_name
from commands.key_mgmt_util.explain import choices
from commands.key_mgmt_util.utility import SUCCESS, Utility
from hsmshell.console.values import handle
from hsmshell.engine.access import Operation
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import Created
from hsmshell.engine.errors import HsmError, PolicyViolation
from hsmshell.engine.objects import SECRET_LENGTHS
from hsmshell.grammar import Arguments, Command, Parameter, Provenance, WrongValue
from hsmshell.grammar.values import Integer

_TYPE = Parameter(
    "t",
    Integer(choices=constants.named(constants.SYMMETRIC)),
    "key-type",
    choices("specifies the key type", constants.named(constants.SYMMETRIC)),
    required=True,
    title="Key type",
)
_SIZE = Parameter(
    "s",
    Integer(0),
    "key-size",
    "specifies the key size in bytes: AES 16, 24, 32; DES3 24; GENERIC_SECRET below 3584",
    required=True,
    title="Key size",
)
_MODULUS = Parameter(
    "m",
    Integer(1, 1 << 16),
    "modulus length",
    "specifies the modulus length in bits: 2048 to 4096 by 256",
    required=True,
    title="Modulus length",
)
_DSA_MODULUS = _MODULUS._replace(help="specifies the modulus length in bits: 2048")
_CURVE = Parameter(
    "i",
    Integer(0),
    "EC curve id",
    choices("specifies the curve id", CURVES),
    required=True,
    title="Curve id",
)
_EXPONENT = Parameter(
    "e",
    Integer(1, (1 << 31) - 1),
    "public exponent",
    "specifies the public exponent: odd, 65537 to 2147483647",
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
    if size not in SECRET_LENGTHS.get(key_type, constants.GENERIC_SIZES):
        raise WrongValue(_SIZE, str(size), "for this key type")
    try:
        created = tool.cluster.generate_secret_key(tool.session, key_type, size, options.key_spec(arguments))
    except HsmError as error:
        return tool.creation_refused(call, error)
    tool.returned(call)
    return announce(tool, "Symmetric Key Created.", created, arguments)


def generate_rsa_pair(tool: Utility, arguments: Arguments) -> int:
    """A new RSA pair."""
    bits, exponent, spec = arguments.number("m"), arguments.number("e"), options.key_spec(arguments)
    if exponent < 65537 or exponent % 2 == 0:
        raise WrongValue(_EXPONENT, str(exponent))
    return _pair(tool, arguments, lambda: tool.cluster.generate_rsa_pair(tool.session, bits, exponent, spec))


def generate_dsa_pair(tool: Utility, arguments: Arguments) -> int:
    """A new DSA pair."""
    bits, spec = arguments.number("m"), options.key_spec(arguments)
    # Four published samples of four have the colon after the call's name, here alone.
    return _pair(tool, arguments, lambda: tool.cluster.generate_dsa_pair(tool.session, bits, spec), colon=":")


def generate_ec_pair(tool: Utility, arguments: Arguments) -> int:
    """A new pair on an elliptic curve."""
    curve, spec = openssl_name(arguments.number("i")), options.key_spec(arguments)
    return _pair(tool, arguments, lambda: tool.cluster.generate_ec_pair(tool.session, curve, spec))


def generate_from_password(tool: Utility, arguments: Arguments) -> int:
    """What FIPS mode never allows: a key derived from a password."""
    call = "Cfm3GeneratePBEKey"
    try:
        tool.cluster.check_login(Operation.CREATE_KEY, tool.session)
    except HsmError as error:
        return tool.refused(call, error)
    return tool.creation_refused(call, PolicyViolation("PBE"))


def list_curves(tool: Utility, arguments: Arguments) -> int:
    """The ids of all curves, also of those that FIPS mode refuses."""
    rows = "".join(f"      {name:<31} = {number}\n" for number, name in CURVES.items())
    tool.write(f"\nDescription\n===========\nThe following are HSM supported ECC CurveIds\n\n{rows}")
    return SUCCESS


def _pair(tool: Utility, arguments: Arguments, generate: Callable[[], Created], colon: str = "") -> int:
    call = "Cfm3GenerateKeyPair"
    try:
        created = generate()
    except HsmError as error:
        return tool.creation_refused(call + colon, error)
    public, private = created.handles
    tool.returned(call + colon)
    tool.write(f"\n\t{call}:    public key handle: ", handle(public))
    tool.write("    private key handle: ", handle(private), "\n")
    return conclude(tool, created, arguments)


COMMANDS = (
    Command("genRSAKeyPair", "Generates an RSA Key Pair", generate_rsa_pair, (_MODULUS, _EXPONENT, *_COMMON)),
    Command("genDSAKeyPair", "Generates a DSA Key Pair", generate_dsa_pair, (_DSA_MODULUS, *_COMMON)),
    Command("genECCKeyPair", "Generates an ECC Key Pair", generate_ec_pair, (_CURVE, *_COMMON)),
    Command(
        "genPBEKey",
        "Generates a PBE DES3 key",
        generate_from_password,
        any_words=True,
        provenance=Provenance.RECOMMENDED,
        notes="no syntax is published; the guide says that the HSMs, in FIPS mode, do not support it",
    ),
    Command("genSymKey", "Generates a Symmetric keys", generate_symmetric, (_TYPE, _SIZE, *_COMMON)),
    Command(
        "listECCCurveIds",
        "List HSM supported ECC CurveIds",
        list_curves,
        provenance=Provenance.DEDUCED,
        notes="the listing is a sister build's",
    ),
)
