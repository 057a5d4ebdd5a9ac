"""The ``hsmshell`` command: global options, then a verb or an emulated tool's name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hsmshell import __version__, registry
from hsmshell.cli.settings import Settings
from hsmshell.cli.start import USAGE, ensure_streams, guarded, start_tool

if TYPE_CHECKING:
    import argparse

VERBS = {
    "export": "make a page or a script of a transcript",
    "lab": "make, show and remove labs",
    "rehearse": "play a guided procedure",
    "replay": "check transcripts against the emulated tools",
    "record": "keep a session as a transcript that replays, secrets masked",
    "shims": "write launchers with the real paths",
}

HINT = "hsmshell -h lists what there is"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code of the contract: 0, 1, 2 or 130."""
    ensure_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    lab = ""
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word == "--version":
            return _tell(f"hsmshell {__version__}\n")
        if word in ("-h", "--help"):
            return _tell(overview())
        name, equals, value = word.partition("=")
        if name != "--lab":
            return wrong(f"unknown option {word}; {HINT}")
        if not equals:
            if not words:
                return wrong(f"--lab needs a directory; {HINT}")
            value = words.pop(0)
        if not value:
            return wrong(f"--lab needs a directory; {HINT}")
        lab = value
    if not words:
        if sys.stdin.isatty():
            sys.stderr.write("hsmshell: the rehearsal shell; help lists what there is, exit leaves\n")
        return start_tool("shell", [], Settings(lab))
    verb, rest = words[0], words[1:]
    if verb in VERBS:
        return _run_verb(verb, rest, lab)
    try:
        tool = registry.find(verb)
    except registry.UnknownTool:
        return wrong(f"there is no command {verb!r}; {HINT}")
    return start_tool(tool, rest, Settings(lab))


def wrong(message: str) -> int:
    """Say what is wrong with the command line; the exit code for it."""
    sys.stderr.write(f"hsmshell: {message}\n")
    return USAGE


def _tell(text: str) -> int:
    def action() -> int:
        sys.stdout.write(text)
        sys.stdout.flush()
        return 0

    return guarded(action)


def _run_verb(verb: str, words: Sequence[str], lab: str) -> int:
    import argparse

    module = importlib.import_module(f"hsmshell.cli.{verb}")
    parser = argparse.ArgumentParser(prog=f"hsmshell {verb}", description=VERBS[verb], allow_abbrev=False)
    module.configure(parser)
    try:
        options: argparse.Namespace = parser.parse_args(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    options.settings = Settings(lab)

    def action() -> int:
        code: int = module.run(options)
        sys.stdout.flush()
        return code

    return guarded(action)


def overview() -> str:
    """The text of ``hsmshell -h``."""
    lines = [
        "usage: hsmshell [--lab DIR] [COMMAND ...]",
        "",
        "A place to rehearse HSM administration. Without a command: the rehearsal shell on the current lab.",
        "",
        "emulated tools:",
        *(f"  {name:<20}{entry.purpose}" for name, entry in registry.TOOLS.items() if entry.path),
        "",
        "commands:",
        *(f"  {name:<20}{purpose}" for name, purpose in VERBS.items()),
        "",
        "options:",
        "  --lab DIR           the lab's directory (else $HSMSHELL_LAB, else one of your own)",
        "  --version           the program's version",
        "  -h, --help          this text; COMMAND -h tells more",
        "",
    ]
    return "\n".join(lines)
