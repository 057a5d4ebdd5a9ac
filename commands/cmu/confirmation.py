"""``cmu getpkc``, ``verifypkc`` and ``verifyhsm``: proofs that a key lives in a real HSM.

The manufacturer signs those with keys that no simulator has, and a proof by any other key would prove nothing.
"""

from __future__ import annotations

from commands.cmu.options import COMMON, HANDLE, OUTPUT_FILE, Switch, input_file
from commands.cmu.utility import Utility
from hsmshell.engine.errors import FunctionNotSupported
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import HexBytes, Path, Text

NOTES = "answered with CKR_FUNCTION_NOT_SUPPORTED: only the manufacturer's keys can give such a proof"


def _refuse(utility: Utility, arguments: Arguments) -> int:
    raise FunctionNotSupported("confirmation")


COMMANDS: tuple[Command[Utility], ...] = (
    Command(
        "getpkc",
        "fetches the proof that a key was made in an HSM (not here)",
        _refuse,
        (
            HANDLE,
            Parameter("ouid", HexBytes(), "<hex>", "the key's unique identifier"),
            OUTPUT_FILE,
            Parameter("verify", Switch(), help="check it, too"),
            *COMMON,
        ),
        notes=NOTES,
    ),
    Command(
        "verifypkc",
        "checks such a proof (not here)",
        _refuse,
        (input_file("the proof"),),
        notes=NOTES,
    ),
    Command(
        "verifyhsm",
        "checks that the HSM is one of the manufacturer's (not here)",
        _refuse,
        (
            Parameter("challenge", Text(), "<text>", "what the HSM signs"),
            Parameter("rootcert", Path(), "<file>", "the manufacturer's certificate"),
            *COMMON,
        ),
        notes=NOTES,
    ),
)
