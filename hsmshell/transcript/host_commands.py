"""Host commands in a log: ``cat``, ``ls``, ``cp``, ``openssl`` and some more, on the files of one folder.

Without ``allow_shell`` no shell is asked: the line is taken apart here, and nothing of it is started before all of it
was found good. It reaches no file outside its folder, and below ``/opt/cloudhsm`` the lab's copies.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hsmshell.console.files import Files
from hsmshell.console.host_files import CLIENT_HOST, OWN, HostFiles
from hsmshell.console.system import Completed
from hsmshell.console.values import printable
from hsmshell.engine.lab import HOSTS
from hsmshell.transcript.host_folder import look_around
from hsmshell.transcript.host_programs import PROGRAMS, checked
from hsmshell.transcript.processes import NOT_STARTED, TOO_LONG, Allowance, Ended, Redirection, Runner, Stage
from hsmshell.transcript.refused import Refused
from hsmshell.transcript.shell_line import HERE_DOCUMENTS, PROMPT, REDIRECTIONS, Token, Unfinished, tokens

ALLOW = "or replay with --allow-shell"
NOT_FOUND = 127
"""A shell's status for a command that is not there."""
LONGEST_LINE = 1 << 16
"""The characters that a line may have."""
MOST_STAGES = 10
"""The programs that a pipeline may have: they run side by side."""
DEEPEST = 20
"""The folders that a path may name."""

_OWN_PROGRAM = "hsmshell"
_DEVICE = os.devnull
_JOINING = frozenset({"&&", "||", ";", "\n"})
_LONGEST_SENTENCE = 300
_USUAL = "/usr/local/bin:/usr/bin:/bin"


class Step(NamedTuple):
    """A pipeline, and after what it runs."""

    joined: str
    """``&&``, ``||`` or ``;``; the first one has ``;``."""
    stages: tuple[Stage, ...]


class Missing(Exception):
    """A program that a log may start is not on this machine; the message is its name."""


class HostCommands:
    """Runs lines in a folder; see ``System``."""

    def __init__(self, work: str, lab_directory: str, *, allow_shell: bool = False) -> None:
        self._files = HostFiles(os.path.abspath(work), lab_directory)
        self._lab = os.path.abspath(lab_directory)
        self._allow_shell = allow_shell
        self._allowance = Allowance()

    def starts(self, program: str) -> bool:
        """Whether it starts programs of that name."""
        return self._allow_shell or program in PROGRAMS or program == _OWN_PROGRAM

    def __call__(self, line: str, files: Files | None = None) -> Completed:
        """Run the line; what is refused or missing is told by one sentence."""
        files = files or self._files
        folder = os.path.abspath(files.directory)
        if self._allow_shell:
            return self._by_shell(line, folder)
        try:
            paths = Paths(folder, files)
            steps = list(_steps(line, paths))
            look_around(folder, self._own_folder())
            if self._allowance.used_up:
                raise Refused("more, after host commands that took very long or wrote very much, is not run from a log")
            runner = Runner(folder, self._environment(), self._allowance)
            commands = [step._replace(stages=tuple(map(_found, step.stages))) for step in steps]
            paths.prepare()
        except Refused as problem:
            return Completed(NOT_STARTED, _refusal(problem))
        except OSError as problem:
            return Completed(NOT_STARTED, _unusable(folder, problem))
        except Missing as problem:
            return Completed(NOT_FOUND, f"hsmshell: {problem} is not installed here; install it and try again\n")
        status = 0
        try:
            for number, step in enumerate(commands):
                if (step.joined == "&&" and status) or (step.joined == "||" and not status):
                    continue
                if number:
                    look_around(folder, self._own_folder())
                status = runner.run(step.stages)
        except Ended as problem:
            status = TOO_LONG
            runner.tell(f"hsmshell: {problem}\n")
        except Refused as problem:
            status = NOT_STARTED
            runner.tell(_refusal(problem))
        except OSError as problem:
            status = NOT_STARTED
            runner.tell(_unusable(folder, problem))
        runner.account()
        return Completed(status, runner.output.replace(f"{self._own_folder()}/", f"{OWN}/"))

    def _by_shell(self, line: str, folder: str) -> Completed:
        """The line as a real shell understands it, which also finds our own program."""
        if "\0" in line:
            return Completed(NOT_STARTED, "hsmshell: there is a NUL in the line; take it out\n")
        words = " ".join(map(shlex.quote, _own_command()))
        runner = Runner(folder, {**self._environment(), "HOME": folder})
        script = f'{_OWN_PROGRAM}() {{ {words} "$@"; }}\n{line}\n'
        try:
            status = runner.run([Stage(("/bin/sh", "-c", script))])
        except Ended as problem:
            status = TOO_LONG
            runner.tell(f"hsmshell: {problem}\n")
        return Completed(status, runner.output)

    def _own_folder(self) -> str:
        """Where the lab keeps the host's own files."""
        return os.path.join(self._lab, HOSTS, CLIENT_HOST) + OWN

    def _environment(self) -> Mapping[str, str]:
        # No home: jq would read a program from there, and openssl is told each file.
        return {"PATH": _path(), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "HSMSHELL_LAB": self._lab}


class Paths:
    """What a word leads to. A path stays in the folder; one of the host's own files is the lab's copy."""

    def __init__(self, folder: str, files: Files) -> None:
        self._folder = folder
        self._files = files
        self._own = False

    def prepare(self) -> None:
        """Make the folder of the host's own files, when a path leads to one of them. Raises ``OSError``."""
        if self._own and isinstance(self._files, HostFiles):
            self._files.prepare()

    def place(self, word: str) -> str:
        """The word to use for a path. Raises ``Refused`` for one that leads out, also behind ``=``, ``:`` or ``,``."""
        if word == _DEVICE:
            return word
        if word.count("/") > DEEPEST:
            raise Refused(f"{word}, a path of more than {DEEPEST} folders, is not used from a log")
        if word.startswith("/"):
            kept = self._files.kept(word) if isinstance(self._files, HostFiles) else ""
            if not kept or ".." in word.split("/"):
                raise Refused(f"{word}, a path outside the working directory, is not used from a log")
            self._own = True
            return kept
        for piece in re.split("[=:,]", word):
            if piece.startswith("/") or ".." in piece.split("/"):
                raise Refused(f"{word}, a path outside the working directory, is not used from a log")
        return word


def _refusal(problem: Refused) -> str:
    """What is refused, without what a terminal would obey and without most of a very long word."""
    text = printable(str(problem))
    if len(text) > _LONGEST_SENTENCE:
        text = f"{text[: _LONGEST_SENTENCE // 2]}...{text[-_LONGEST_SENTENCE // 2 :]}"
    return f"hsmshell: {text}; write it otherwise, {ALLOW}\n"


def _unusable(folder: str, problem: OSError) -> str:
    return f"hsmshell: {folder}: {problem.strerror}; check the working directory\n"


def missing_programs(lines: Iterable[str]) -> list[str]:
    """The listed programs that the host commands among the lines of a log need and that are not on this machine."""
    needed: set[str] = set()
    for line in lines:
        if line.startswith(PROMPT):
            try:
                found = tokens(line[len(PROMPT) :])
            except Unfinished:
                found = []
            begins = [Token(";", operator=True), *found]
            needed |= {
                token.text
                for before, token in zip(begins, found, strict=False)
                if before.operator or before.text == "sudo"
            }
    return sorted(name for name in needed & set(PROGRAMS) if name != _OWN_PROGRAM and not _which(name))


def _steps(line: str, paths: Paths) -> Iterator[Step]:
    """The pipelines of the line. Raises ``Refused``."""
    if "\0" in line or len(line) > LONGEST_LINE:
        raise Refused(f"a line with a NUL or more than {LONGEST_LINE} characters is not run from a log")
    try:
        line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise Refused("half a surrogate pair is not run from a log") from None
    try:
        found = tokens(line)
    except Unfinished:
        raise Refused("a line that goes on (an open quote, a here-document) is not run from a log") from None
    for token in found:
        if token.expands:
            raise Refused(f"{token.expands}, for which a shell puts something else, is not run from a log")
        if token.operator and token.text in HERE_DOCUMENTS:
            raise Refused("a here-document is not run from a log")
        if token.operator and token.text not in _JOINING | REDIRECTIONS | {"|"}:
            raise Refused(f"{token.text} is not run from a log")
    joined, current = ";", list[Token]()
    for token in found:
        if token.text == "\n" and token.operator and current and current[-1].operator and current[-1].text == "|":
            continue
        if not token.operator or token.text not in _JOINING:
            current.append(token)
            continue
        if current or token.text != "\n":
            yield _step(joined, current, paths)
            joined, current = (";" if token.text == "\n" else token.text), []
    if current or joined in ("&&", "||"):
        yield _step(joined, current, paths)


def _step(joined: str, found: Sequence[Token], paths: Paths) -> Step:
    stages: list[list[Token]] = [[]]
    for token in found:
        if token.operator and token.text == "|":
            stages.append([])
        else:
            stages[-1].append(token)
    if len(stages) > MOST_STAGES:
        raise Refused(f"a pipeline of more than {MOST_STAGES} programs is not run from a log")
    return Step(joined, tuple(_stage(stage, paths) for stage in stages))


def _stage(found: Sequence[Token], paths: Paths) -> Stage:
    words: list[str] = []
    redirections: list[Redirection] = []
    remaining = iter(found)
    for token in remaining:
        if not token.operator:
            words.append(token.text)
            continue
        target = next(remaining, None)
        if target is None or target.operator:
            raise Refused(f"{token.text} without a file is not run from a log")
        redirections.append(_redirection(token, target.text, paths))
    if words[:1] == ["sudo"]:
        words = words[1:]  # nobody is anybody in particular here
    if not words:
        raise Refused("a command without a program is not run from a log")
    return Stage((words[0], *checked(words[0], words[1:], paths.place)), tuple(redirections))


def _redirection(token: Token, target: str, paths: Paths) -> Redirection:
    descriptor = token.descriptor or ("0" if token.text == "<" else "1")
    if descriptor not in (("0",) if token.text == "<" else ("1", "2")):
        raise Refused(f"{descriptor}{token.text} is not run from a log")
    if token.text != ">&":
        return Redirection(int(descriptor), token.text, paths.place(target))
    if target not in ("1", "2"):
        raise Refused(f"{token.descriptor}>&{target} is not run from a log")
    return Redirection(int(descriptor), token.text, target)


def _found(stage: Stage) -> Stage:
    """The stage with the path of its program. Raises ``Missing``."""
    name, *arguments = stage.command
    if name == _OWN_PROGRAM:
        return stage._replace(command=(*_own_command(), *arguments))
    path = _which(name)
    if not path:
        raise Missing(name)
    return stage._replace(executable=path)


def _which(name: str) -> str:
    return shutil.which(name, path=_path()) or ""


def _path() -> str:
    """Where programs are looked for. A relative folder would be one of the log's."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join([folder for folder in folders if os.path.isabs(folder)] or [_USUAL])


def _own_command() -> tuple[str, ...]:
    """Our own program, which finds its modules where this process does and never in the working directory."""
    places = [place for place in sys.path if os.path.isabs(place)]
    start = f"import sys; sys.path[:] = {places!a}; from hsmshell.cli.main import main; sys.exit(main())"
    return (sys.executable, "-I", "-c", start)
