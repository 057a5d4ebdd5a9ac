"""A log as an expect script, which waits for each prompt before it types."""

from __future__ import annotations

from hsmshell.export.heading import Prose, heading, needed, remote_variables
from hsmshell.export.performance import Answer, Performance, Process, Window
from hsmshell.export.quoting import comment, remote, sh_line, tcl
from hsmshell.export.text import Line, NotExportable, Text

_ABOUT = (
    "It types what the log types, each line at its prompt. A prompt that does not come ends it with status 1, and so\n"
    "does a command that fails and did not fail in the log."
)
TIMEOUT = 60
"""Seconds that a script waits for a prompt."""
SHORT = 3
"""A prompt of so few characters is looked for at the start of a line only."""
_END_OF_INPUT = "\x04"
"""What a person presses for it: Ctrl-D."""

_PROCEDURES = """\
proc fail {line what} {
    puts stderr "line $line of the log: $what"
    exit 1
}
# Everything up to the prompt.
proc prompt {line text} {
    expect {
        -exact $text {}
        timeout { fail $line "no prompt \\"$text\\" came" }
        eof { fail $line "the program ended before its prompt \\"$text\\"" }
    }
}
# Everything up to the end of the program, which has to be a good one unless the log shows a failure.
proc finish {line good} {
    expect {
        eof {}
        timeout { fail $line "the program did not end" }
    }
    set ended [wait]
    if {$good && ([lindex $ended 2] != 0 || [lindex $ended 3] != 0 || [llength $ended] > 4)} {
        fail $line "the program failed"
    }
}
"""
_QUOTED = """\
# A value as a word for another shell.
proc quoted {value} {
    return '[string map {' '\\\\''} $value]'
}
"""
_NEEDED = """\
foreach name {%s} {
    if {![info exists env($name)] || $env($name) eq ""} {
        puts stderr "$name is not set; it holds a password or PIN of the log"
        exit 1
    }
}
"""


def expect_script(performance: Performance) -> str:
    """The script's text. Raises ``NotExportable``."""
    parts = ["#!/usr/bin/env expect\n", heading(performance, _ABOUT)]
    parts += ["encoding system utf-8\n", f"set timeout {TIMEOUT}\n"]
    if names := needed(performance):
        parts.append(_NEEDED % " ".join(name for name, _ in names))
    parts.append(_PROCEDURES)
    if remote_variables(performance):
        parts.append(_QUOTED)
    prose = Prose(performance)
    client, place = "", performance.processes[0].line if performance.processes else 0
    try:
        for process in performance.processes:
            place = process.line
            parts += ["\n", prose.before(process.line + 1)]
            if process.client != client:
                client = process.client
                parts.append(f"set env(HSMSHELL_CLIENT) {tcl((client,))}\n")
            parts.append(_files(process))
            parts.append(_process(process, prose))
    except ValueError:
        message = f"what line {place} starts is typed bytes that are no UTF-8 text; export with --to sh"
        raise NotExportable(message) from None
    return "".join(parts)


def _process(process: Process, prose: Prose) -> str:
    if process.sets:
        return "".join(f"set env({name}) {tcl(value)}\n" for name, value in process.sets)
    script = f"spawn {_command(process)}\n"
    for step in process.steps:
        script += prose.before(step.line)
        if isinstance(step, Window):
            script += f"exec sh -c {tcl(_shell(step.command))} </dev/null >@stdout 2>@stderr\n"
            continue
        script += _answer(step)
    if process.status:
        script += comment("this fails in the log, too")
    last = max((step.line for step in process.steps), default=process.line)
    return f"{script}finish {last} {0 if process.status else 1}\n"


def _answer(answer: Answer) -> str:
    start = "\n" if len(answer.prompt.strip()) < SHORT else ""
    typed: Text = (_END_OF_INPUT,) if answer.text is None else (*answer.text, "\r")
    return f"prompt {answer.line} {tcl((start, answer.prompt))}\nsend -- {tcl(typed)}\n"


def _command(process: Process) -> str:
    """The program and its arguments as words of Tcl; what only a shell understands goes to a shell."""
    if process.host:
        return f"ssh -t {tcl((process.host,), bare=True)} {tcl(remote(process.command))}"
    if process.tool and process.command.words:
        return " ".join(tcl(word, bare=True) for word in process.command.words)
    return f"sh -c {tcl(_shell(process.command))}"


def _shell(line: Line) -> Text:
    """A line for a shell, which has the variables in its environment."""
    return (sh_line(line),)


def _files(process: Process) -> str:
    """The lines that are added to files, and before them their folders."""
    script = ""
    for path, text in process.files:
        folder = path.rpartition("/")[0]
        script += f"file mkdir {tcl((f'./{folder}',))}\n" if folder else ""
        script += f"set file [open {tcl((f'./{path}',))} a]\n"
        script += f"puts $file {tcl((text,))}\nclose $file\n"
    return script
