"""check transcripts against the emulated tools"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hsmshell.cli.settings import WrongUsage
from hsmshell.cli.start import FAILED
from hsmshell.console.values import printable

if TYPE_CHECKING:
    import argparse

    from hsmshell.transcript.runner import Report

ENDING = ".transcript"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a transcript, a Markdown file, or a folder of them")
    parser.add_argument(
        "--match",
        choices=("fold", "exact"),
        default="fold",
        help="fold blanks and ignore empty lines (the default), or compare every byte; a file's own directive wins",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")


def run(options: argparse.Namespace) -> int:
    """Replay every file; 0 when all match, 1 when one does not. Raises ``WrongUsage``."""
    from hsmshell.transcript.ending import terminable

    with terminable():
        return _replay(options)


def _replay(options: argparse.Namespace) -> int:
    from hsmshell.transcript.log import Finding, parse
    from hsmshell.transcript.reading import Unreadable, read
    from hsmshell.transcript.runner import LabCopies, Report, replay

    files = list(_files(options.paths))
    labs = LabCopies()
    reports: list[Report] = []
    for path in files:
        try:
            text = read(path)
        except OSError as problem:
            raise WrongUsage(f"{path}: {problem.strerror}; name a file that can be read") from None
        except Unreadable as problem:
            reports.append(Report(path, (), (Finding(problem.line, str(problem)),)))
        else:
            reports.append(replay(parse(text, path, options.match), labs, mode=options.match))
        if not options.json:
            sys.stdout.write("".join(_told(reports[-1])))
    failed = sum(report.mismatches for report in reports)
    if options.json:
        sys.stdout.write(json.dumps(_document(reports), indent=2) + "\n")
    else:
        exchanges = sum(len(report.exchanges) for report in reports)
        sys.stdout.write(
            f"{_count(len(reports), 'transcript')}, {_count(exchanges, 'exchange')}, "
            f"{_count(failed, 'mismatch', 'mismatches')}\n"
        )
    return FAILED if failed else 0


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files that the paths name, each folder's in the order of their names."""
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
                if name.endswith(ENDING) or (name.endswith(".md") and _is_log(file)):
                    found = True
                    yield file
        if not found:
            raise WrongUsage(f"there is no transcript in {path}; their names end in {ENDING} or .md")


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


def _told(report: Report) -> Iterable[str]:
    """Every mismatch with its place and its difference."""
    for finding in report.findings:
        yield f"{report.path}:{finding.line}: {_visible(finding.message)}\n"
    for exchange in report.exchanges:
        if not exchange.same:
            yield f"{report.path}:{exchange.line}: {_visible(exchange.typed) or 'before the first answer'}\n"
            yield from (f"  {_visible(line)}\n" for line in exchange.difference)


def _visible(text: str) -> str:
    """Control characters are shown, not obeyed."""
    return "\t".join(map(printable, text.split("\t")))


def _document(reports: Sequence[Report]) -> dict[str, object]:
    return {
        "mismatches": sum(report.mismatches for report in reports),
        "transcripts": [
            {
                "path": report.path,
                "exchanges": len(report.exchanges),
                "findings": [{"line": line, "message": _visible(message)} for line, message in report.findings],
                "mismatches": [
                    {
                        "line": exchange.line,
                        "typed": _visible(exchange.typed),
                        "difference": list(map(_visible, exchange.difference)),
                    }
                    for exchange in report.exchanges
                    if not exchange.same
                ],
            }
            for report in reports
        ],
    }
