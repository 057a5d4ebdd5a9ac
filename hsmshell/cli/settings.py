"""The environment, read in one place: which lab, which output generation, which console."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hsmshell.console.console import Console
from hsmshell.console.context import Context, Generation
from hsmshell.console.plain import discard

if TYPE_CHECKING:
    from hsmshell.engine.lab import Lab

RICH_CONSOLES = ("plain", "rich")


class OwnedConsole(Console, Protocol):
    """A console on this process's own streams."""

    def close(self) -> None:
        """Let everything that was written leave."""


class WrongUsage(Exception):
    """The command line or an environment variable cannot be understood; the message is one sentence."""


class Settings(NamedTuple):
    """What holds for the whole run."""

    lab: str = ""
    """The directory given with ``--lab``; empty for the environment's, or the per-user one."""
    shim: bool = False
    """Started by a shim: always plain, unless the environment overrides it."""


def lab_directory(settings: Settings) -> str:
    """``--lab``, else ``$HSMSHELL_LAB``, else the per-user data directory.

    A lab that is written into a shim gives way to the variable.
    """
    chosen = os.environ.get("HSMSHELL_LAB", "")
    if settings.lab and not (settings.shim and chosen):
        return settings.lab
    if chosen:
        return chosen
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("hsmshell"), "default")


def open_lab(settings: Settings) -> Lab:
    """The lab; the default one is made on first use, and stderr says so. Raises ``LabError``."""
    from hsmshell.engine.errors import LabExists, LabMissing
    from hsmshell.engine.lab import Lab

    directory = lab_directory(settings)
    try:
        return Lab.open(directory)
    except LabMissing:
        from hsmshell.engine.scenario import DEFAULT, create_lab

        try:
            lab = create_lab(directory)
        except LabExists:  # another process was first
            return Lab.open(directory)
        sys.stderr.write(f"hsmshell: made a lab from the scenario {DEFAULT} at {directory}\n")
        return lab


def generation(lab: Lab) -> Generation:
    """``$HSMSHELL_CLIENT``, else the scenario's, else classic. Raises ``WrongUsage``."""
    name = os.environ.get("HSMSHELL_CLIENT", "") or lab.client or Generation.CLASSIC.value
    try:
        return Generation(name)
    except ValueError:
        raise WrongUsage(f"HSMSHELL_CLIENT is {name!r}; set it to classic or late") from None


def console(settings: Settings, tool: str, lab: Lab) -> OwnedConsole:
    """The comfortable editor for ``hsmshell ...`` on a terminal, else the plain console. Raises ``WrongUsage``."""
    wish = os.environ.get("HSMSHELL_CONSOLE", "")
    if wish and wish not in RICH_CONSOLES:
        raise WrongUsage(f"HSMSHELL_CONSOLE is {wish!r}; set it to plain or rich")
    rich = wish == "rich" or (
        not wish
        and not settings.shim
        and sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") not in ("", "dumb")
    )
    if rich:
        from hsmshell.console.terminal import TerminalConsole

        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") not in ("", "dumb")
        return TerminalConsole(tool, lab.directory, colour=colour)
    from hsmshell.console.plain import standard_console

    return standard_console()


def context(lab: Lab, own: OwnedConsole) -> Context:
    """Everything that a tool is given. Raises ``WrongUsage``."""
    from hsmshell.console.host_files import HostFiles

    def notice(text: str) -> None:
        """On stderr, which a script keeps apart from the tool's output; on a screen below what it is about."""
        own.close()  # lets what was written leave; the console stays usable
        try:
            sys.stderr.write(f"hsmshell: {text}\n")
            sys.stderr.flush()
        except OSError:  # a notice that nobody can read is no failure
            discard(sys.stderr)

    return Context(lab, own, HostFiles("", lab.directory), generation(lab), dict(os.environ), notice)
