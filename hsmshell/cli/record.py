"""keep a session as a transcript that replays, secrets masked"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hsmshell import registry
from hsmshell.cli.kept_file import KeptFile
from hsmshell.cli.settings import Settings, WrongUsage, console, context, open_lab
from hsmshell.cli.start import FAILED, INTERRUPTED, end_in_order
from hsmshell.console.console import EndOfInput
from hsmshell.console.context import Generation
from hsmshell.console.values import printable
from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import DEFAULT, create_lab, table_of
from hsmshell.engine.scenario_secrets import secrets_of
from hsmshell.transcript.cast import asciicast
from hsmshell.transcript.compose import Session, transcript
from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.ending import temporary_directory, undisturbed
from hsmshell.transcript.host_commands import HostCommands
from hsmshell.transcript.recording import RecordingConsole
from hsmshell.transcript.rehearing import rehear, without_chance
from hsmshell.transcript.report import count, visible
from hsmshell.transcript.runner import Report
from hsmshell.transcript.watched import Missing, WatchedFiles

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    import argparse

    parser.add_argument("-o", dest="output", metavar="FILE", help="the transcript (else session-DATE-TIME.transcript)")
    parser.add_argument("--cast", metavar="FILE", help="also an asciicast (version 2), with the timing")
    parser.add_argument("--scenario", metavar="NAME|FILE.toml", help="what the fresh lab is made from (else migration)")
    parser.add_argument("--force", action="store_true", help="replace files of these names")
    parser.add_argument("words", metavar="TOOL [ARGUMENT ...]", nargs=argparse.REMAINDER, help="else the shell")


class _Wish(NamedTuple):
    """What was asked for."""

    tool: str
    arguments: tuple[str, ...]
    scenario: str
    """Empty for the default one."""
    settings: Settings


def run(options: argparse.Namespace) -> int:
    """Run the tool, keep the session, replay it; the tool's exit code, or 1 when the replay differs.

    Raises ``WrongUsage``, ``LabError``, and what ends the tool.
    """
    wish = _wish(options)
    end_in_order()
    output = options.output or time.strftime("session-%Y%m%d-%H%M%S.transcript")
    if options.cast and os.path.realpath(options.cast) == os.path.realpath(output):
        raise WrongUsage("the transcript and the cast are one file; name another with -o or --cast")
    with contextlib.ExitStack() as kept:
        file = kept.enter_context(KeptFile(output, replace=options.force))
        cast = kept.enter_context(KeptFile(options.cast, replace=options.force)) if options.cast else None
        return _record(wish, file, cast)


def _wish(options: argparse.Namespace) -> _Wish:
    try:
        tool = registry.find(options.words[0]) if options.words else "shell"
    except registry.UnknownTool:
        raise WrongUsage(f"there is no tool {options.words[0]!r}; hsmshell -h lists what there is") from None
    scenario: str = options.scenario or ""
    if scenario and options.settings.lab:
        raise WrongUsage("a lab that is there has its scenario already; leave out --scenario, or --lab")
    if any(map(str.isspace, scenario)):
        raise WrongUsage(f"{scenario!r} has a blank in it, which a transcript cannot name; choose another file name")
    # As the console reads what is typed: UTF-8, whatever the locale.
    words = tuple(os.fsencode(word).decode("utf-8", "surrogateescape") for word in options.words[1:])
    return _Wish(tool, words, scenario, options.settings)


@contextlib.contextmanager
def _lab(wish: _Wish) -> Iterator[Lab]:
    """The lab that was named with ``--lab``, or a fresh one that goes with the block: a replay has one as well."""
    if wish.settings.lab:
        with contextlib.closing(open_lab(wish.settings)) as lab:
            yield lab
        return
    with temporary_directory("hsmshell-record-") as base:
        lab = create_lab(os.path.join(base, "lab"), wish.scenario or DEFAULT)
        with contextlib.closing(lab):
            _tell(f"recording on a fresh lab from the scenario {wish.scenario or DEFAULT}, which goes when you leave")
            yield lab


class _Recording(NamedTuple):
    """A session, and where it is kept."""

    wish: _Wish
    own: RecordingConsole
    files: WatchedFiles
    scenario: str
    passwords: Mapping[str, str]
    """The scenario's, by their addresses."""
    client: str
    """The output generation; empty for the scenario's own."""
    file: KeptFile
    cast: KeptFile | None
    began: int
    """Unix time, in seconds."""


class _Kept(NamedTuple):
    """What was written."""

    text: str
    disguise: Disguise
    missing: Sequence[Missing]


def _record(wish: _Wish, file: KeptFile, cast: KeptFile | None) -> int:
    load = registry.load(wish.tool)
    with _lab(wish) as lab:
        own = RecordingConsole(console(wish.settings, wish.tool, lab))
        files = WatchedFiles("", lab.directory)
        system = HostCommands(os.getcwd(), lab.directory)
        # A replay has no variables of this environment.
        surroundings = context(lab, own)._replace(files=files, environment={}, system=system)
        generation = surroundings.generation.value
        client = generation if generation != (lab.client or Generation.CLASSIC.value) else ""
        scenario = wish.scenario or lab.scenario
        recording = _Recording(wish, own, files, scenario, _passwords(scenario), client, file, cast, int(time.time()))
        try:
            code = load(wish.arguments, surroundings)
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            code = INTERRUPTED
        except EndOfInput:
            code = FAILED
        finally:
            # However the session ends, it is kept; a terminal that goes is told of by its streams, then by a signal.
            with undisturbed():
                with contextlib.suppress(OSError):
                    own.close()
                _write(recording, _compose(recording))
            _tell(f"the session is in {printable(file.path)}")
    return _check(recording) or code


def _compose(recording: _Recording, words: Iterable[str] = ()) -> _Kept:
    """What is to be written; ``words`` are left as they are although they were typed as secrets."""
    wish, events = recording.wish, recording.own.events
    disguise = Disguise(events, wish.arguments, recording.passwords, [*words, *recording.files.names()])
    lines, missing = recording.files.inputs(disguise)
    lab = recording.scenario if recording.scenario != DEFAULT else ""
    session = Session(wish.tool, events, lab, recording.client, tuple(lines))
    return _Kept(transcript(session, disguise), disguise, missing)


def _write(recording: _Recording, kept: _Kept) -> None:
    """Write the files. Raises ``OSError``."""
    recording.file.write(kept.text)
    if recording.cast:
        import shutil

        width, height = shutil.get_terminal_size()
        cast = asciicast(recording.own.events, kept.disguise, width=width, height=height, timestamp=recording.began)
        recording.cast.write(cast)


def _check(recording: _Recording) -> int:
    """Replay the file and say what came of it; 1 when something differs."""
    report, words = rehear(lambda words: _compose(recording, words)[:2], recording.file.path, create_lab)
    kept = _compose(recording, words)
    if words:
        _write(recording, kept)
    for name, reason in kept.missing:
        _tell(f"a replay will not have {printable(name)}, which was read: {reason}; see that it gets there otherwise")
    if report.mismatches:
        text, varying = without_chance(kept.text, report, create_lab)
        if varying:
            recording.file.write(text)
            lines = "line comes" if varying == 1 else "lines come"
            _tell(f"{varying} {lines} otherwise each time; [..] stands there, so that it replays")
            return 0
    if not report.mismatches:
        _tell(f"it has {count(len(report.exchanges), 'exchange')} and replays as it was")
        return 0
    _tell("it does not replay as it was; see all differences with hsmshell replay; the first one:")
    sys.stderr.writelines(f"  {visible(line)}\n" for line in _first_difference(report))
    return FAILED


def _passwords(scenario: str) -> Mapping[str, str]:
    try:
        return secrets_of(table_of(scenario))
    except LabError:  # an old lab, made from a file that is elsewhere
        return {}


def _first_difference(report: Report) -> list[str]:
    if report.findings:
        finding = report.findings[0]
        return [f"{report.path}:{finding.line}: {finding.message}"]
    exchange = next(exchange for exchange in report.exchanges if not exchange.same)
    return [f"{report.path}:{exchange.line}: {exchange.typed}", *exchange.difference]


def _tell(text: str) -> None:
    """One line beside what the tool writes; where nobody reads it, that is no failure."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"hsmshell: {text}\n")
        sys.stderr.flush()
