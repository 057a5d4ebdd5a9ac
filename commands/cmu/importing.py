"""``cmu import``: a public key from a PEM file becomes an object of the token."""

from __future__ import annotations

from commands.cmu.errors import Message, failure
from commands.cmu.utility import BOOLEAN, BOOLEAN_PLACEHOLDER, COMMON, Utility
from hsmshell.engine import encodings
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.errors import DataInvalid
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import HexBytes, Path, Text

FILE_PROMPT = "Enter input filename : "

DEFAULTS = {"token": True, "private": False, "modifiable": True}
"""What an imported key is unless an option says otherwise."""
USES = {Attribute.ENCRYPT: True, Attribute.VERIFY: True, Attribute.WRAP: False}
"""That CKA_WRAP is off is published: the guide's next step has to set it."""


def _import(utility: Utility, arguments: Arguments) -> int:
    name = arguments.text("inputFile") or utility.console.ask(FILE_PROMPT)
    try:
        data = utility.files.read(name)
    except (OSError, ValueError):
        raise failure(Message.NO_FILE, name) from None
    try:
        der = encodings.read_public_pem(data)
        encodings.check_public(der)
    except DataInvalid:
        raise failure(Message.NO_KEY, name) from None
    utility.begin(arguments)
    template: dict[Attribute, AttributeValue] = {**USES}
    template[Attribute.LABEL] = arguments.text("label")
    template[Attribute.ID] = arguments.data("id")
    for option, default in DEFAULTS.items():
        template[Attribute[option.upper()]] = bool(arguments.get(option, default))
    utility.application.import_public_key(utility.session, der, template)
    return 0


COMMAND = Command(
    "import",
    "makes an object of a public key in a PEM file",
    _import,
    (
        Parameter("inputFile", Path(), "<file>", "the PEM file; asked for when absent"),
        Parameter("label", Text(), "<label>", "the object's label"),
        Parameter("id", HexBytes(), "<hex>", "the object's CKA_ID"),
        Parameter("token", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether it stays on the token (T)"),
        Parameter("private", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether only a login shows it (F)"),
        Parameter("modifiable", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether its attributes may change (T)"),
        *COMMON,
    ),
)
