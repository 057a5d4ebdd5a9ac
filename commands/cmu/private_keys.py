"""``cmu importkey``: a private key from a file is unwrapped onto the token."""

from __future__ import annotations

from commands.cmu.errors import Message, failure
from commands.cmu.names import KEY_TYPES, attribute_option
from commands.cmu.options import BOOLEAN, BOOLEAN_PLACEHOLDER, COMMON, Switch, input_file, object_option
from commands.cmu.utility import Utility
from hsmshell.console.values import object_handle
from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, UnwrappingKeyTypeInconsistent
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Text, Word

_A = Attribute

GENERATING = "...Autogenerating a 3DES key for unwrapping -> Handle ("
UNWRAPPED = "...The key was sucessfully unwrapped onto the token -> Handle("
"""Published, with this spelling and these blanks; an empty line comes before."""

LABEL = "CMU Unwrapped {type} Private Key"
"""Published for RSA."""

ALGORITHMS = {"RSA": KeyType.RSA, "ECDSA": KeyType.EC, "DSA": KeyType.DSA}
"""What ``-keyalg`` names; published is ``RSA``."""

MECHANISMS = {KeyType.DES3: (Mechanism.DES3_CBC_PAD, 8), KeyType.AES: (Mechanism.AES_CBC_PAD, 16)}
"""How a key of the type unwraps, and the bytes of the initialization vector."""

DES3_BYTES = 24

HELPER: dict[Attribute, AttributeValue] = {
    _A.TOKEN: False,
    _A.PRIVATE: True,
    _A.LABEL: "CMU 3DES Unwrapping Key",
    _A.SENSITIVE: True,
    _A.EXTRACTABLE: False,
    _A.ENCRYPT: True,
    _A.UNWRAP: True,
}
"""The key that is made for the purpose. It goes with the program."""

USES: dict[KeyType, tuple[Attribute, ...]] = {
    KeyType.RSA: (_A.SIGN, _A.DECRYPT, _A.UNWRAP),
    KeyType.EC: (_A.SIGN, _A.DERIVE),
    KeyType.DSA: (_A.SIGN,),
}
"""What an imported key may do unless an option says otherwise; ours."""

_FLAGS = (_A.SIGN, _A.DECRYPT, _A.UNWRAP, _A.DERIVE)


def _import_key(utility: Utility, arguments: Arguments) -> int:
    name, data = utility.input_file(arguments)
    key, key_type = _private_key(name, data)
    wanted = arguments.get("keyalg", key_type)
    assert isinstance(wanted, KeyType)  # the declaration says so
    if wanted is not key_type:
        raise failure(Message.OTHER_PRIVATE_KEY, name, KEY_TYPES[wanted])
    utility.begin(arguments)
    helper, mechanism, size = _unwrapping_key(utility, arguments)
    parameters = MechanismParameters(iv=utility.random_bytes(size))
    wrapped = utility.application.encrypt(utility.session, mechanism, helper, key, parameters)
    template = _template(arguments, key_type)
    handle = utility.application.unwrap(utility.session, mechanism, helper, wrapped, key_type, template, parameters)
    utility.write(UNWRAPPED, object_handle(handle), ")\n")
    return 0


def _private_key(name: str, data: bytes) -> tuple[bytes, KeyType]:
    """The PKCS#8 DER of the key in the file, and its type. Raises ``Failure``."""
    try:
        key = encodings.check_private(encodings.read_private_pem(data) if b"-----BEGIN" in data else data)
        return key, encodings.asymmetric_type(encodings.public_of(key))
    except DataInvalid:
        raise failure(Message.NO_PRIVATE_KEY, name) from None


def _unwrapping_key(utility: Utility, arguments: Arguments) -> tuple[int, Mechanism, int]:
    """The handle of the key that unwraps, with its mechanism; without an option it is made now."""
    utility.write("\n")
    if _UNWRAP.name not in arguments:
        handle = utility.application.generate_secret_key(utility.session, KeyType.DES3, DES3_BYTES, HELPER)
        utility.write(GENERATING, object_handle(handle), ")\n")
        return handle, *MECHANISMS[KeyType.DES3]
    item = utility.application.read(utility.session, arguments.number(_UNWRAP.name))
    if item.object_class is not ObjectClass.SECRET_KEY or item.key_type not in MECHANISMS:
        raise UnwrappingKeyTypeInconsistent(str(item.handle))
    return item.handle, *MECHANISMS[item.key_type]


def _template(arguments: Arguments, key_type: KeyType) -> dict[Attribute, AttributeValue]:
    values: dict[Attribute, AttributeValue] = {
        _A.TOKEN: True,
        _A.PRIVATE: bool(arguments.get("private", True)),
        _A.SENSITIVE: True,
        _A.MODIFIABLE: bool(arguments.get("modifiable", True)),
        _A.EXTRACTABLE: arguments.flag("extractable"),
        _A.LABEL: arguments.text("label", LABEL.format(type=KEY_TYPES[key_type])),
        _A.ID: arguments.data("id"),
    }
    values.update({flag: bool(arguments.get(flag.name.lower(), flag in USES[key_type])) for flag in _FLAGS})
    return values


_UNWRAP = object_option("unwrapHandle", "a key of the token that encrypts and unwraps, in place of a new 3DES key")

COMMAND = Command(
    "importkey",
    "unwraps a private key in a file onto the token",
    _import_key,
    (
        input_file("the key, PEM or DER; asked for when absent"),
        Parameter("keyalg", Word(ALGORITHMS, fold=True), "<type>", "RSA, DSA or ECDSA; else what the file says"),
        Parameter("PKCS8", Switch(), help="the file is PKCS#8; that is seen anyway"),
        _UNWRAP,
        Parameter("label", Text(), "<label>", "the key's label"),
        attribute_option(_A.ID, "the key's {}"),
        Parameter("private", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether only a login shows it (T)"),
        Parameter("modifiable", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether its attributes may change (T)"),
        attribute_option(_A.EXTRACTABLE, "the key's {} (F)"),
        *(attribute_option(flag, "the key's {} (as its type allows)") for flag in _FLAGS),
        *COMMON,
    ),
    notes="published are -keyalg and -inputFile; what the key may do without an option is our choice",
)
