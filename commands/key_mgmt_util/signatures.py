"""sign, verify: signatures of files."""

from __future__ import annotations

from commands.key_mgmt_util import constants, options
from commands.key_mgmt_util.explain import choices
from commands.key_mgmt_util.utility import FAILURE, SUCCESS, Utility
from commands.return_codes import Code, code_of
from hsmshell.console.values import path
from hsmshell.engine.access import Operation
from hsmshell.engine.errors import HsmError, SignatureInvalid, SignatureLenRange
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, Path

_MECHANISM = Parameter(
    "m",
    Integer(choices=constants.SIGNATURE_NAMES),
    "signature mechanism",
    choices("specifies the mechanism", constants.SIGNATURE_NAMES),
    required=True,
    title="Mechanism",
)
_TO_SIGN = Parameter("f", Path(), "file name", "specifies the file to sign", required=True, title="File name")
_MESSAGE = Parameter(
    "f", Path(), "message-file", "specifies the file that was signed", required=True, title="File name"
)
_SIGNATURE = Parameter(
    "s", Path(), "signature-file", "specifies the file with the signature", required=True, title="Signature file"
)
_PRIVATE_KEY = options.KEY._replace(placeholder="private key handle", help="specifies the private key handle")
_PUBLIC_KEY = options.KEY._replace(placeholder="public-key-handle", help="specifies the public key handle")
_SIGNED = options.OUTPUT._replace(placeholder="signed file name", help="specifies the file to write the signature")


def sign(tool: Utility, arguments: Arguments) -> int:
    """A file's signature by a private key, as the bare bytes."""
    call, target = "Cfm3Sign: sign" if tool.late else "Cfm3Sign", arguments.text("out")
    mechanism = constants.SIGNATURE_MECHANISMS[arguments.number("m")]
    try:
        tool.cluster.check_login(Operation.USE_KEY, tool.session)
        data = tool.read(arguments.text("f"))
        signature = tool.cluster.signing.sign(tool.session, arguments.number("k"), mechanism, data)
    except HsmError as error:
        return tool.refused(call, error)
    tool.write_file(target, signature)
    if tool.late:
        tool.write("\nSignature creation successful\n\nsignature is written to file ", path(target), "\n")
        return tool.returned(call)
    tool.returned(call)
    tool.write("\nsignature is written to file ", path(target), "\n")
    tool.everywhere()
    return SUCCESS


def verify(tool: Utility, arguments: Arguments) -> int:
    """Whether a signature is one of a file by a key pair, of which the public key is named."""
    call = "Cfm3Verify"
    mechanism = constants.SIGNATURE_MECHANISMS[arguments.number("m")]
    try:
        tool.cluster.check_login(Operation.USE_KEY, tool.session)
        data, signature = tool.read(arguments.text("f")), tool.read(arguments.text("s"))
        tool.cluster.signing.verify(tool.session, arguments.number("k"), mechanism, data, signature)
    except (SignatureInvalid, SignatureLenRange) as error:
        return _mismatch(tool, call, code_of(error))
    except HsmError as error:
        return tool.refused(call, error)
    # The word is misspelt in the later builds.
    tool.write(f"\nSignature {'verifition' if tool.late else 'verification'} successful\n")
    return tool.returned(call)


def _mismatch(tool: Utility, call: str, code: Code) -> int:
    """Published output of this one failure has the text on a line of its own, and no indentation."""
    tool.write(f"\n{call} returned: 0x{code.short}\n\n{code.text}\n")
    return FAILURE


COMMANDS = (
    Command(
        "sign",
        "Generates a signature",
        sign,
        (_TO_SIGN, _PRIVATE_KEY, _MECHANISM, _SIGNED),
        notes="the form of an ECDSA signature and the length of a PSS salt are not published; the late output is a "
        "sister build's",
    ),
    Command(
        "verify",
        "Verifies a signature",
        verify,
        (_MESSAGE, _SIGNATURE, _PUBLIC_KEY, _MECHANISM._replace(placeholder="signature-mechanism")),
        notes="a mismatch is attested for RSA alone; the late output is a sister build's",
    ),
)
