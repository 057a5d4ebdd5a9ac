"""A log as a plain shell script: what is typed into a tool is a here-document."""

from __future__ import annotations

from hsmshell.export.heading import Prose, heading, last_lines, needed, remote_variables, windows
from hsmshell.export.performance import Answer, Performance, Process
from hsmshell.export.quoting import comment, here_document, remote, sh, sh_line, sh_remote
from hsmshell.export.text import NotExportable, Text

_ABOUT = (
    "It types what the log types, without looking at what comes back; it ends at the first command that fails and did\n"
    "not fail in the log. A tool that reads a password from the terminal itself cannot be driven like this."
)
_QUOTED = """\
# A value as a word for another shell.
quoted() {
    printf '%s\\n' "$1" | sed "s/'/'\\\\\\\\''/g; 1s/^/'/; \\$s/\\$/'/"
}
"""


def shell_script(performance: Performance) -> str:
    """The script's text. Raises ``NotExportable``."""
    parts = ["#!/bin/sh\n", heading(performance, _ABOUT), "set -eu\n"]
    parts += [f': "${{{name}:?a password or PIN of the log}}"\n' for name, _ in needed(performance)]
    if remote_variables(performance):
        parts += ["\n", _QUOTED]
    prose = Prose(performance)
    client = ""
    for process in performance.processes:
        parts.append("\n")
        parts.append(prose.before(max(last_lines(process))))
        if process.client != client:
            client = process.client
            parts.append(f"export HSMSHELL_CLIENT={sh((client,) if client else ())}\n")
        parts.append(_files(process))
        parts.append(_process(process))
    return "".join(parts)


def _process(process: Process) -> str:
    if process.sets:
        return f"{sh_line(process.command)}\n"
    if found := windows(process):
        raise NotExportable(
            f"line {found[0].line} is typed in a second window while a tool waits, which no here-document can do; "
            "export with --to expect"
        )
    command = f"ssh {sh((process.host,))} {sh_remote(remote(process.command))}" if process.host else ""
    command = command or sh_line(process.command)
    answers: list[Text] = []
    for step in process.steps:
        if isinstance(step, Answer):
            if step.text is None:
                break
            answers.append(step.text)
    document = ""
    if answers:
        operator, document = here_document(answers)
        command = f"{command} {operator}"
    elif process.steps:
        command = f"{command} </dev/null"
    told = f"{comment(f'line {process.line} of the log')}"
    if process.status:
        told += comment("this fails in the log, too")
        command = f"{command} || true"
    return f"{told}{command}\n{document}"


def _files(process: Process) -> str:
    """The lines of each file, and before them its folder."""
    contents: dict[str, list[Text]] = {}
    for path, text in process.files:
        contents.setdefault(path, []).append((text,) if text else ())
    script = ""
    for path, lines in contents.items():
        folder = path.rpartition("/")[0]
        operator, document = here_document(lines)
        script += f"mkdir -p -- {sh((folder,))}\n" if folder else ""
        script += f"cat >>{sh((f'./{path}',))} {operator}\n{document}"
    return script
