"""``hsmshell replay --update`` and ``--update=create``: what a file expects is rewritten, after the patch was shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hsmshell.cli.settings import WrongUsage
from hsmshell.cli.start import FAILED

if TYPE_CHECKING:
    import argparse

    from hsmshell.transcript.runner import LabFactory, Report


def refuse_under_ci() -> None:
    """Where nobody sees the patch nothing is rewritten. Raises ``WrongUsage``."""
    from hsmshell.transcript.update import is_refused

    if is_refused():
        raise WrongUsage("--update is refused where CI is set; run it where somebody reads the patch")


def update(paths: Sequence[str], labs: LabFactory, options: argparse.Namespace) -> int:
    """Rewrite what differs in each file; 0 when all of them match then. Raises ``WrongUsage``."""
    from hsmshell.transcript.report import told
    from hsmshell.transcript.update import updated

    left = 0
    for path in paths:
        text = _text(path)
        report = _replay(text, path, labs, options)
        if not report.mismatches:
            continue
        new = updated(text, report)
        if _accepted(path, text, new):
            report = _replay(new, path, labs, options)
        if report.mismatches:
            left += report.mismatches
            sys.stdout.write("".join(told(report)))
            sys.stdout.write(f"{path}: {report.mismatches} left, which only you can mend\n")
    return FAILED if left else 0


def create(paths: Sequence[str], labs: LabFactory, options: argparse.Namespace) -> int:
    """Make a transcript of each list of typed lines; 0 when all of them replay. Raises ``WrongUsage``."""
    from hsmshell.transcript.create import created
    from hsmshell.transcript.report import told
    from hsmshell.transcript.sources import ENDING, load

    status = 0
    for path in paths:
        target = os.path.splitext(path)[0] + ENDING
        if target != path and os.path.exists(target):
            raise WrongUsage(f"{target} is there already; move it away, or update it with: hsmshell replay --update")
        text = _text(path)
        document = load(text, path, options.lab, options.match)
        new, findings = created(document, text, labs, allow_shell=options.allow_shell)
        for finding in findings:
            sys.stdout.write(f"{path}:{finding.line}: {finding.message}\n")
        if findings or not _accepted(target, text if target == path else "", new):
            status = FAILED
            continue
        report = _replay(new, target, labs, options)
        if report.mismatches:
            sys.stdout.write("".join(told(report)))
            status = FAILED
    return status


def _replay(text: str, path: str, labs: LabFactory, options: argparse.Namespace) -> Report:
    from hsmshell.transcript.runner import replay
    from hsmshell.transcript.sources import load

    document = load(text, path, options.lab, options.match)
    return replay(document, labs, mode=options.match, allow_shell=options.allow_shell)


def _text(path: str) -> str:
    """The file as it is to be written again, so that it has to be UTF-8. Raises ``WrongUsage``."""
    from hsmshell.transcript.reading import Unreadable, read

    try:
        plain = read(path)
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:  # noqa: PTH123
            text = stream.read()
    except OSError as problem:
        raise WrongUsage(f"{path}: {problem.strerror}; name a file that can be read") from None
    except Unreadable as problem:
        raise WrongUsage(f"{path}:{problem.line}: {problem}") from None
    if text.removeprefix("\ufeff") != plain:
        raise WrongUsage(f"{path}: this is no UTF-8 text, and is not rewritten; save it as UTF-8")
    return text


def _accepted(path: str, old: str, new: str) -> bool:
    """Show what will change and, when nobody objects, write it. Raises ``WrongUsage``."""
    from hsmshell.console.files import Files
    from hsmshell.transcript.report import visible
    from hsmshell.transcript.update import patch

    changes = list(patch(path, old, new))
    if not changes:
        return False
    sys.stdout.write("".join(f"{visible(line)}\n" for line in changes))
    if sys.stdin.isatty() and sys.stdout.isatty():
        sys.stdout.write(f"write this to {path}? (y/n) ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            return False
    try:
        Files().write(path, new.encode("utf-8", "surrogateescape"))
    except OSError as problem:
        raise WrongUsage(f"{path}: {problem.strerror}; name a file that can be written") from None
    return True
