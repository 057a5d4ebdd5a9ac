"""check transcripts against the emulated tools"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hsmshell.cli.settings import WrongUsage
from hsmshell.cli.start import FAILED, INTERRUPTED

if TYPE_CHECKING:
    import argparse

    from hsmshell.cli.progress import Progress
    from hsmshell.transcript.log import Finding
    from hsmshell.transcript.player import Exchange
    from hsmshell.transcript.report import Replayed
    from hsmshell.transcript.runner import LabFactory


CREATE = "--update=create"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a transcript, a Markdown file, or a folder of them")
    parser.add_argument(
        "--match",
        choices=("fold", "exact"),
        default="fold",
        help="fold blanks and ignore empty lines (the default), or compare every byte; a file's own directive wins",
    )
    parser.add_argument(
        "--lab",
        metavar="SCENARIO|FILE.toml|DIR",
        default="",
        help="what a file starts with that names no scenario: one by its name or file, or a copy of the lab in DIR",
    )
    parser.add_argument(
        "--allow-shell", action="store_true", help="let logs run any command of this host; only for logs that you trust"
    )
    parser.add_argument("-x", "--fail-fast", action="store_true", help="stop after the first file with a mismatch")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for every file that passes, too")
    parser.add_argument("--junit", metavar="FILE", default="", help="write the results there as JUnit XML; - is stdout")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    parser.add_argument(
        "--update", action="store_true", help="rewrite what differs in the files, after the patch was shown"
    )
    parser.add_argument(
        CREATE, dest="create", action="store_true", help="make a transcript of each PATH, which lists what is typed"
    )


def run(options: argparse.Namespace) -> int:
    """Replay every file; 0 when all match, 1 when one does not, 130 when interrupted. Raises ``WrongUsage``."""
    from hsmshell.transcript.ending import terminable

    if options.update or options.create:
        return _update(options)
    if options.json and options.junit == "-":
        raise WrongUsage("--json and --junit - both want stdout; give --junit the name of a file")
    with terminable():
        return _replay(options)


def _update(options: argparse.Namespace) -> int:
    from hsmshell.cli import replay_update
    from hsmshell.transcript.ending import terminable

    if options.json or options.junit or (options.update and options.create):
        raise WrongUsage(f"--update and {CREATE} stand alone; leave --json and --junit to a replay")
    replay_update.refuse_under_ci()
    with terminable():
        if options.create:
            return replay_update.create(options.paths, _labs(options.lab), options)
        return replay_update.update(list(_files(options.paths)), _labs(options.lab), options)


def _replay(options: argparse.Namespace) -> int:
    from hsmshell.cli.progress import Progress, wanted
    from hsmshell.transcript.report import told

    files = list(_files(options.paths))
    labs = _labs(options.lab)
    text = not options.json and options.junit != "-"
    progress = Progress(len(files), not options.json and wanted())
    replayed: list[Replayed] = []
    for number, path in enumerate(files, start=1):
        progress.file(number, path)
        one = _replayed(path, labs, options, progress)
        progress.erase()
        replayed.append(one)
        if text:
            sys.stdout.write("".join(told(one.report, options.verbose)))
        if not one.whole or (options.fail_fast and one.report.mismatches):
            break
    _conclude(replayed, options, text)
    if not replayed[-1].whole:
        sys.stderr.write(f"hsmshell: {_interruption(replayed, len(files))}\n")
        return INTERRUPTED
    return FAILED if any(one.report.mismatches for one in replayed) else 0


def _replayed(path: str, labs: LabFactory, options: argparse.Namespace, progress: Progress) -> Replayed:
    """One file; as far as it came, when Ctrl-C is pressed meanwhile. Raises ``WrongUsage``."""
    import time

    from hsmshell.transcript.log import Finding, until
    from hsmshell.transcript.parts import parts
    from hsmshell.transcript.reading import Unreadable, read
    from hsmshell.transcript.report import Replayed
    from hsmshell.transcript.runner import Report, replay
    from hsmshell.transcript.sources import load

    try:
        text = read(path)
    except OSError as problem:
        if path in options.paths:
            raise WrongUsage(f"{path}: {problem.strerror}; name a file that can be read") from None
        return _unread(path, Finding(1, f"{problem.strerror}; make it readable, or take it out of the folder"))
    except Unreadable as problem:
        return _unread(path, Finding(problem.line, str(problem)))
    came: list[Exchange] = []

    def seen(exchange: Exchange) -> None:
        came.append(exchange)
        progress.exchange()

    start = time.perf_counter()
    document = load(text, path, options.lab, options.match)
    divisions = parts(document, text)
    try:
        report = replay(document, labs, mode=options.match, seen=seen, allow_shell=options.allow_shell)
    except KeyboardInterrupt:
        line = came[-1].line if came else 0
        document = until(document, line)
        begun = tuple(part for part in divisions if part.first <= line)
        report = Report(path, tuple(came), document.findings)
        return Replayed(document, begun, report, time.perf_counter() - start, whole=False)
    return Replayed(document, divisions, report, time.perf_counter() - start)


def _unread(path: str, finding: Finding) -> Replayed:
    """A file of which nothing was replayed; the others go on."""
    from hsmshell.transcript.log import Document
    from hsmshell.transcript.report import Replayed
    from hsmshell.transcript.runner import Report

    return Replayed(Document(path, (), (finding,)), (), Report(path, (), (finding,)), 0.0)


def _conclude(replayed: Sequence[Replayed], options: argparse.Namespace, text: bool) -> None:
    """What is told of all files together, in every form that was asked for. Raises ``WrongUsage``."""
    from hsmshell.transcript.report import as_json, table, total

    if options.json:
        import json

        sys.stdout.write(json.dumps(as_json(replayed), indent=2) + "\n")
    if text:
        if len(replayed) > 1:
            sys.stdout.write(f"\n{table(replayed)}\n")
        sys.stdout.write(total([one.report for one in replayed]))
    if options.junit:
        from hsmshell.transcript.junit import junit

        document = junit(replayed)
        if options.junit == "-":
            sys.stdout.write(document)
        else:
            _write(options.junit, document)


def _write(path: str, text: str) -> None:
    from hsmshell.console.files import Files

    try:
        Files().write(path, text.encode())
    except OSError as problem:
        raise WrongUsage(f"{path}: {problem.strerror}; name a file that can be written") from None


def _interruption(replayed: Sequence[Replayed], files: int) -> str:
    import shlex

    from hsmshell.transcript.report import visible

    last = replayed[-1].report
    place = f"{last.path}:{last.exchanges[-1].line}" if last.exchanges else last.path
    again = f"replay this one again with: hsmshell replay {shlex.quote(last.path)}"
    return visible(f"interrupted at {place}, file {len(replayed)} of {files}; {again}")


def _labs(wish: str) -> LabFactory:
    """What makes the labs. Raises ``WrongUsage`` when ``--lab`` names nothing to make one of."""
    from hsmshell.engine.scenario import shipped
    from hsmshell.transcript.runner import LabCopies
    from hsmshell.transcript.sources import CopiesOf, is_lab

    copies = LabCopies()
    if not wish or os.path.isfile(wish) or wish in [one.name for one in shipped()]:
        return copies
    if is_lab(wish):
        return CopiesOf(wish, copies)
    raise WrongUsage(f"there is no scenario or lab {wish}; name a TOML file, a lab's directory, or a shipped scenario")


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files that the paths name, each folder's in the order of their names. Raises ``WrongUsage``."""
    from hsmshell.transcript.markdown import MARKDOWN, is_markdown
    from hsmshell.transcript.sources import ENDING

    for path in paths:
        if not os.path.isdir(path):
            if not os.path.isfile(path):
                raise WrongUsage(f"there is no {path}; name a transcript or a folder of them")
            yield path
            continue
        found = False
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                file = os.path.join(folder, name)
                if name.endswith(ENDING) or (is_markdown(name) and _is_log(file)):
                    found = True
                    yield file
        if not found:
            raise WrongUsage(f"there is no transcript in {path}; their names end in {ENDING} or {MARKDOWN}")


def _is_log(path: str) -> bool:
    """Whether a Markdown file has something to replay; one that nobody can look into is worth telling about."""
    from hsmshell.transcript.log import has_console_block
    from hsmshell.transcript.reading import Unreadable, read

    try:
        return has_console_block(read(path))
    except Unreadable:
        return True
    except OSError:
        return False
