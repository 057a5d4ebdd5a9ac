"""``cmu import``: a public key or a certificate from a file becomes an object of the token."""

from __future__ import annotations

from commands.cmu.errors import Message, failure
from commands.cmu.names import attribute_option
from commands.cmu.options import BOOLEAN, BOOLEAN_PLACEHOLDER, COMMON, Switch, input_file
from commands.cmu.utility import Utility
from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.errors import DataInvalid
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Text

DEFAULTS = {"token": True, "private": False, "modifiable": True}
"""What an imported object is unless an option says otherwise."""
USES = {Attribute.ENCRYPT: True, Attribute.VERIFY: True, Attribute.WRAP: False}
"""Of a public key. That CKA_WRAP is off is published: the guide's next step has to set it."""


def _import(utility: Utility, arguments: Arguments) -> int:
    name, data = utility.input_file(arguments)
    key, certificate = b"", b""
    try:
        key = _public_key(data)
    except DataInvalid:
        certificate = _certificate(name, data)
        if arguments.flag("pubkey"):
            key = _certified_key(name, certificate)
    utility.begin(arguments)
    template: dict[Attribute, AttributeValue] = {
        Attribute.LABEL: arguments.text("label"),
        Attribute.ID: arguments.data("id"),
    }
    for option, default in DEFAULTS.items():
        template[Attribute[option.upper()]] = bool(arguments.get(option, default))
    if key:
        utility.application.import_public_key(utility.session, key, {**USES, **template})
    else:
        utility.application.import_certificate(utility.session, certificate, template)
    return 0


def _public_key(data: bytes) -> bytes:
    """The SubjectPublicKeyInfo DER of a public key's file. Raises ``DataInvalid``."""
    der = encodings.read_public_pem(data)
    encodings.check_public(der)
    return der


def _certificate(name: str, data: bytes) -> bytes:
    from hsmshell.engine import certificate_files

    try:
        der = certificate_files.read_certificate(data)
        certificate_files.names(der)
    except DataInvalid:
        raise failure(Message.NO_KEY, name) from None
    return der


def _certified_key(name: str, certificate: bytes) -> bytes:
    from hsmshell.engine import certificate_files

    try:
        der = certificate_files.certified_key(certificate)
        encodings.check_public(der)
    except DataInvalid:
        raise failure(Message.NO_KEY, name) from None
    return der


COMMAND = Command(
    "import",
    "makes an object of a public key or a certificate in a file",
    _import,
    (
        input_file("the file, PEM or a certificate's DER; asked for when absent"),
        Parameter("label", Text(), "<label>", "the object's label"),
        attribute_option(Attribute.ID, "the object's {}"),
        Parameter("pubkey", Switch(), help="of a certificate, only its public key"),
        Parameter("token", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether it stays on the token (T)"),
        Parameter("private", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether only a login shows it (F)"),
        Parameter("modifiable", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether its attributes may change (T)"),
        *COMMON,
    ),
)
