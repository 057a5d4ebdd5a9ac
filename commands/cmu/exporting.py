"""``cmu export``: a certificate or a public key leaves in a PEM file."""

from __future__ import annotations

from commands.cmu.choosing import choose_object
from commands.cmu.options import COMMON, HANDLE, OUTPUT_FILE, Switch
from commands.cmu.utility import Utility
from hsmshell.engine import encodings
from hsmshell.engine.attributes import ObjectClass
from hsmshell.grammar import Arguments, Command, Parameter

HEAD = "Select object to export\n"

EXPORTED = frozenset({ObjectClass.CERTIFICATE, ObjectClass.PUBLIC_KEY})


def _export(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    item = choose_object(utility, arguments, HEAD, lambda item: item.object_class in EXPORTED)
    if item is None:
        return 0
    if item.object_class is ObjectClass.CERTIFICATE and not arguments.flag("key"):
        from hsmshell.engine.certificates import pem

        data = pem(utility.application.certificate(utility.session, item.handle))
    else:
        data = encodings.public_pem(utility.application.public_key(utility.session, item.handle))
    utility.save(utility.output_file(arguments), data)
    return 0


COMMAND = Command(
    "export",
    "writes a certificate or a public key into a PEM file",
    _export,
    (
        HANDLE,
        OUTPUT_FILE,
        Parameter("key", Switch(), help="of a certificate, only its public key"),
        *COMMON,
    ),
)
