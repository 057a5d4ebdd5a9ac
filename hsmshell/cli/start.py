"""Starting something and ending well: every way out has its exit code, and nobody sees a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from hsmshell.cli.settings import Settings, WrongUsage, console, context, open_lab
from hsmshell.console.console import EndOfInput

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
        # The reader went away; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as problem:
        if os.environ.get("HSMSHELL_DEBUG") == "1":
            import traceback

            traceback.print_exc()
            return DEFECT
        kind = type(problem).__name__
        return _say(f"a defect of our own ({kind}); the command was rolled back; HSMSHELL_DEBUG=1 shows more", DEFECT)


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"hsmshell: {message}\n")
    return code


def start_tool(name: str, arguments: Sequence[str], settings: Settings) -> int:
    """Run a registered tool in this process on the chosen lab."""

    def action() -> int:
        from hsmshell import registry

        run = registry.load(name)
        lab = open_lab(settings)
        try:
            own = console(settings, name, lab)
            try:
                return run(arguments, context(lab, own))
            finally:
                own.close()
        finally:
            lab.close()

    return guarded(action)


def shim(name: str, lab: str = "") -> None:
    """What a launcher calls: the tool with the process's own arguments, on the plain console; ends the process."""
    sys.exit(start_tool(name, sys.argv[1:], Settings(lab, shim=True)))
