"""``hsmshell shims``: launchers that stand where the real tools stand."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import Settings
from hsmshell.cli.start import FAILED

if TYPE_CHECKING:
    import argparse

MARKER = "# a launcher of hsmshell, written by: hsmshell shims"
"""The second line of every launcher; a file without it is not ours to replace."""

LONGEST = 120
"""The longest interpreter path in bytes that goes into a first line; the kernel has a limit there."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument("directory", metavar="DIR", help="where to write them; the real paths are made below it")


def run(options: argparse.Namespace) -> int:
    """Write the launchers, unless a file that is not ours is in the way of one; the exit code."""
    settings: Settings = options.settings
    lab = os.path.abspath(settings.lab) if settings.lab else ""
    paths = _paths(os.path.abspath(options.directory))
    try:
        for path in paths:
            if os.path.lexists(path) and not _is_ours(path):
                return _refuse(f"{path} is there and is no launcher of ours; move it away or choose another directory")
        source = _source_directory()
        for path, tool in paths.items():
            _write(path, launcher(sys.executable, tool, lab, source))
    except OSError as problem:
        return _refuse(f"{problem.filename}: {problem.strerror}; choose another directory")
    for path in paths:
        sys.stdout.write(f"{path}\n")
    folder = os.path.join(os.path.abspath(options.directory), "bin")
    sys.stdout.write(f"to use them by name for a while: export PATH={shlex.quote(folder)}:$PATH\n")
    return 0


def launcher(python: str, tool: str, lab: str, source: str) -> str:
    """The text of a launcher. ``source`` goes onto the import path, when the interpreter alone would not find us."""
    lines = [f"import sys; sys.path.insert(0, {source!a})"] if source else []
    lines += ["from hsmshell.cli.start import shim", f"shim({tool!a}, {lab!a})"]
    if len(os.fsencode(python)) > LONGEST or python.split() != [python]:
        # Such a path cannot stand in a first line. Python gets the same lines as its -c argument.
        command = shlex.quote("; ".join(lines))
        return f'#!/bin/sh\n{MARKER}\nexec {shlex.quote(python)} -I -c {command} "$@"\n'
    return "\n".join([f"#!{python} -I", MARKER, *lines, ""])


def _paths(directory: str) -> dict[str, str]:
    """Each launcher's path and its tool: the real path below the directory, and all of them together in ``bin``."""
    from hsmshell import registry

    tools = {name: entry.path for name, entry in registry.TOOLS.items() if entry.path}
    real = {os.path.join(directory, path.lstrip("/")): name for name, path in tools.items()}
    return {**real, **{os.path.join(directory, "bin", name): name for name in tools}}


def _source_directory() -> str:
    """Where this package lies, unless the isolated interpreter finds this very one by itself."""
    import subprocess

    import hsmshell

    package = os.path.realpath(os.path.dirname(hsmshell.__file__))
    probe = "import os, hsmshell; print(ascii(os.path.realpath(os.path.dirname(hsmshell.__file__))))"
    found = subprocess.run(  # noqa: S603 - this interpreter with a literal
        [sys.executable, "-I", "-c", probe], capture_output=True, text=True, check=False, cwd=os.path.sep
    )
    return "" if found.stdout.strip() == ascii(package) else os.path.dirname(package)


def _is_ours(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as stream:  # noqa: PTH123
        return stream.read(4096).split(b"\n")[1:2] == [MARKER.encode()]


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    draft = f"{path}.{os.getpid()}.part"
    try:
        with open(draft, "wb") as stream:  # noqa: PTH123
            stream.write(os.fsencode(text))
        os.chmod(draft, 0o755)  # noqa: S103 - a launcher is for everybody
        os.replace(draft, path)
    except OSError:
        if os.path.lexists(draft):
            os.unlink(draft)
        raise


def _refuse(message: str) -> int:
    sys.stderr.write(f"hsmshell: {message}\n")
    return FAILED
