"""``hsmshell export``: a log as a page to read, or as a script that types it again."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import WrongUsage
from hsmshell.cli.start import FAILED
from hsmshell.console.values import printable

if TYPE_CHECKING:
    import argparse

    from hsmshell.export.performance import Performance

PAGE, EXPECT, SHELL = "html", "expect", "sh"
STDOUT = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", help="a transcript, or a Markdown file with console blocks")
    parser.add_argument(
        "--to",
        choices=(PAGE, EXPECT, SHELL),
        required=True,
        help="one page of HTML; a script for expect, which waits for each prompt; a plain shell script",
    )
    parser.add_argument("-o", dest="output", metavar="OUT", default=STDOUT, help="where to write it; else to stdout")
    parser.add_argument(
        "--force", action="store_true", help="replace OUT, and make a script of a log that does not replay as written"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page or the script; the exit code. Raises ``WrongUsage``."""
    from hsmshell.transcript.ending import terminable
    from hsmshell.transcript.reading import Unreadable, read

    output: str = options.output
    if output != STDOUT and os.path.lexists(output) and not options.force:
        return _refuse(f"{printable(output)} is there already; choose another name, or replace it with --force")
    try:
        text = read(options.path)
    except Unreadable as problem:
        return _refuse(f"{printable(options.path)}:{problem.line}: {problem}")
    except OSError as problem:
        raise WrongUsage(f"{options.path}: {problem.strerror}; name a file that can be read") from None
    with terminable():
        made = _page(text, options.path) if options.to == PAGE else _script(text, options)
    if made is None:
        return FAILED
    return _write(made, output, executable=options.to != PAGE)


def _page(text: str, path: str) -> str:
    from hsmshell.export.page import page

    return page(text, path)


def _script(text: str, options: argparse.Namespace) -> str | None:
    """The script, or nothing when a sentence was said instead."""
    from hsmshell.export.expect_script import expect_script
    from hsmshell.export.performance import perform
    from hsmshell.export.shell_script import shell_script
    from hsmshell.export.text import NotExportable
    from hsmshell.transcript.runner import LabCopies
    from hsmshell.transcript.sources import load

    shown = printable(options.path)
    try:
        performance = perform(load(text, options.path), text, LabCopies())
        if not _may_go_on(performance, shown, options):
            return None
        return expect_script(performance) if options.to == EXPECT else shell_script(performance)
    except NotExportable as problem:
        _refuse(f"{shown}: {problem}")
        return None


def _may_go_on(performance: Performance, shown: str, options: argparse.Namespace) -> bool:
    """Whether the log replays as written, or a script is wanted all the same; a sentence says what is wrong."""
    wrong = performance.report.mismatches
    if not wrong:
        return True
    told = f"{shown} does not replay as written ({wrong} {'mismatch' if wrong == 1 else 'mismatches'})"
    advice = f"see: hsmshell replay {shown}"
    if options.force and performance.processes:
        _refuse(f"{told}, so the script may go another way; {advice}")
        return True
    _refuse(f"{told}; {advice}{'; or make one nevertheless with --force' if performance.processes else ''}")
    return False


def _write(text: str, output: str, *, executable: bool) -> int:
    data = text.encode("utf-8", "surrogateescape")
    if output == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return 0
    from hsmshell.console.files import Files

    try:
        Files().write(output, data)
        if executable and os.path.isfile(output):
            mode = os.stat(output).st_mode
            os.chmod(output, mode | (mode & 0o444) >> 2)
    except OSError as problem:
        return _refuse(f"{printable(output)}: {problem.strerror}; choose another place with -o")
    return 0


def _refuse(message: str) -> int:
    sys.stderr.write(f"hsmshell: {message}\n")
    return FAILED
