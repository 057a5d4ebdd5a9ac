"""``hsmshell rehearse``: play a guided procedure."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import Settings, WrongUsage
from hsmshell.cli.start import FAILED

if TYPE_CHECKING:
    import argparse

    from hsmshell.rehearsal.procedure import Procedure


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "procedure",
        metavar="NAME|FILE.md",
        nargs="?",
        default="migration",
        help="which one (migration if none is named)",
    )
    parser.add_argument("--auto", action="store_true", help="type the commands itself, from start to finish")


def run(options: argparse.Namespace) -> int:
    """Play the procedure on a lab of its own; 0 only when it held. Raises ``LabError`` and ``WrongUsage``."""
    from hsmshell.rehearsal.procedure import load
    from hsmshell.transcript.ending import temporary_directory, terminable

    procedure = load(options.procedure)
    if not options.auto:
        raise WrongUsage(f"only playing by itself is here so far; try: hsmshell rehearse {options.procedure} --auto")
    settings: Settings = options.settings
    with terminable():
        if settings.lab:
            return _play(procedure, settings.lab)
        # A rehearsal that plays itself leaves the current lab alone: its handles are those of a fresh one.
        with temporary_directory("hsmshell-rehearsal-") as directory:
            return _play(procedure, os.path.join(directory, "lab"))


def _play(procedure: Procedure, directory: str) -> int:
    from hsmshell.engine.scenario import create_lab
    from hsmshell.rehearsal.play import play

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    lab = create_lab(directory, procedure.scenario)
    try:
        return 0 if play(procedure, lab, write) else FAILED
    finally:
        lab.close()
