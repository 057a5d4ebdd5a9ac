"""Starting something and ending well: every way out has its exit code, and nobody sees a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from hsmshell.cli.settings import Settings, WrongUsage, console, context, open_lab
from hsmshell.console.console import EndOfInput
from hsmshell.console.plain import discard

FAILED, USAGE, DEFECT, INTERRUPTED = 1, 2, 70, 130


def guarded(action: Callable[[], int]) -> int:
    """The action's exit code, or the one that its failure stands for, told in one line on stderr."""
    from hsmshell.engine.errors import LabError

    try:
        return action()
    except WrongUsage as problem:
        return _say(str(problem), USAGE)
    except LabError as problem:
        return _say(str(problem), FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except EndOfInput:
        return FAILED
    except BrokenPipeError:
        discard(sys.stdout)
        return FAILED
    except OSError as problem:
        discard(sys.stdout)
        reason = problem.strerror or str(problem)
        return _say(f"{reason}; what was acknowledged before stands, see: hsmshell lab show", FAILED)
    except Exception as problem:
        if os.environ.get("HSMSHELL_DEBUG") == "1":
            import traceback

            traceback.print_exc()
            return DEFECT
        kind = type(problem).__name__
        message = f"a defect of our own ({kind}); see what holds with hsmshell lab show; HSMSHELL_DEBUG=1 shows more"
        return _say(message, DEFECT)


def ensure_streams() -> None:
    """Give a process that was started with a closed standard stream one that leads nowhere.

    Otherwise the next file that is opened, such as the lab's, would take that stream's number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"hsmshell: {message}\n")
    return code


def start_tool(name: str, arguments: Sequence[str], settings: Settings) -> int:
    """Run a registered tool in this process on the chosen lab."""

    def action() -> int:
        from hsmshell import registry

        end_in_order()
        run = registry.load(name)
        lab = open_lab(settings)
        try:
            own = console(settings, name, lab)
            try:
                # As the console reads what is typed: UTF-8, whatever the locale.
                words = [os.fsencode(word).decode("utf-8", "surrogateescape") for word in arguments]
                return run(words, context(lab, own))
            finally:
                own.close()
        finally:
            lab.close()

    return guarded(action)


def end_in_order() -> None:
    """Told to terminate, or left by its terminal, a tool ends as it does at Ctrl-C: it logs out, the terminal shows
    again what is typed, and no draft of a file is left."""
    import signal

    def end(number: int, frame: object) -> None:
        if number == signal.SIGHUP:
            _leave_terminal()
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _leave_terminal() -> None:
    """Nobody reads any more, and a terminal that is gone refuses what is written: let the last words lead nowhere."""
    import stat

    discard(sys.stderr)
    # A file that the output goes to keeps it.
    if stat.S_ISCHR(os.fstat(sys.stdout.fileno()).st_mode):
        discard(sys.stdout)


def shim(name: str, lab: str = "") -> None:
    """What a launcher calls: the tool with the process's own arguments, on the plain console; ends the process."""
    ensure_streams()
    sys.exit(start_tool(name, sys.argv[1:], Settings(lab, shim=True)))
