"""What a real shell leaves in a log around the tools, and which tool a log without directives shows.

The prompts known are those that the common systems set: ``[user@host dir]$ ``, ``user@host:~/dir$ ``, ``bash-4.2$ ``,
``host% `` and ``user@host dir % ``, the first ones also with ``#`` and behind a virtual environment's name.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from hsmshell import registry
from hsmshell.transcript.shell_line import PROMPT

SHELL = "shell"
"""The rehearsal shell, whose prompts stand in a log as they are."""
TERMINAL = "terminal"
"""The tool that stands for a real shell."""

_REHEARSED = (PROMPT, "# ")
_LEAVING = ("", "exit", "logout")
_GIVEN_UP = "^C"

_REAL = re.compile(
    r"(?:\([\w.+ -]{1,80}\) )?"
    r"(?:\[[\w.-]{1,64}@[\w.-]{1,64} [^\]]{1,200}\][$#]"
    r"|[\w.-]{1,64}@[\w.-]{1,64}:[~/][^$#]{0,200}[$#]"
    r"|(?:ba|da|k|z)?sh-[0-9][0-9.]{0,10}[$#]"
    r"|[\w.-]{1,64}@[\w.-]{1,64} \S{1,200} %"
    # A word and a percent sign may also end a sentence.
    r"|[A-Za-z][\w.-]{0,63}%(?= ))"
    r"(?: (?P<typed>.*))?"
)


class Detected(NamedTuple):
    """A tool that a log shows."""

    tool: str
    end: int
    """How many lines of the log are its session's; a real shell has the rest."""


def typed(line: str) -> str | None:
    """What was typed at a real shell's prompt; nothing for a line that does not begin with one."""
    match = _REAL.fullmatch(line)
    return (match.group("typed") or "").strip() if match else None


def detected(lines: Sequence[str]) -> Detected:
    """Which tool's prompt comes first in a log that names none; without any prompt it is the rehearsal shell."""
    prompts = [(_prompt(entry.prompt), name) for name, entry in registry.TOOLS.items() if entry.prompt]
    first = next((line for line in lines if line.strip()), "")
    if first.startswith(_REHEARSED):
        return Detected(SHELL, len(lines))
    found = ""
    for place, line in enumerate(lines):
        if typed(line) is not None:
            return Detected(found, place) if found else Detected(TERMINAL, len(lines))
        if not found:
            folded = _folded(line)
            found = next((name for prompt, name in prompts if prompt and prompt.match(folded)), "")
    return Detected(found or SHELL, len(lines))


def as_terminal(lines: Sequence[str]) -> list[str]:
    """Every real prompt as ``$ ``; empty what stands before the first, what was given up, and the shell's farewell.

    Without a real prompt the lines stay as they are.
    """
    result = list(lines)
    seen = False
    for place, line in enumerate(lines):
        command = typed(line)
        if command is None:
            continue
        if not seen:
            result[:place] = [""] * place
            seen = True
        result[place] = "" if command.endswith(_GIVEN_UP) else PROMPT + command
    if seen and (ending := _ending(lines)) is not None:
        result[ending + 1 :] = [""] * (len(lines) - ending - 1)
    return result


def within(tool: str, lines: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The session of one tool without the shell around it, and the arguments with which that started the tool.

    Everything up to a line that starts the tool before its first prompt becomes empty, and a real shell's bare prompt
    at the end.
    """
    result = list(lines)
    arguments: tuple[str, ...] = ()
    if tool not in registry.TOOLS or tool == SHELL:
        return result, arguments
    prompt = _prompt(registry.TOOLS[tool].prompt)
    asked = next((place for place, line in enumerate(lines) if prompt and prompt.match(_folded(line))), None)
    starts = [
        (place, found) for place, line in enumerate(lines[:asked]) if (found := _arguments(tool, line)) is not None
    ]
    if starts:
        place, arguments = starts[0 if asked is None else -1]
        result[: place + 1] = [""] * (place + 1)
    if (ending := _ending(lines)) is not None:
        result[ending:] = [""] * (len(lines) - ending)
    return result, arguments


def _folded(line: str) -> str:
    return " ".join(line.split())


def _prompt(text: str) -> re.Pattern[str] | None:
    """Matches a folded line that begins with a tool's prompt; nothing for a tool without one."""
    pattern = re.escape(_folded(text)).replace(re.escape("[*]"), r"\[[\w.-]{1,64}\]")
    return re.compile(pattern) if pattern else None


def _arguments(tool: str, line: str) -> tuple[str, ...] | None:
    """What a shell's line gives the tool that it starts; nothing if it does not start it, or does more than that."""
    command = typed(line)
    if command is None and line.startswith(PROMPT):
        command = line[len(PROMPT) :]
    if not command:
        return None
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        words = list(lexer)
        if words[:1] == ["sudo"]:
            words = words[1:]
        if not words or registry.find(words[0]) != tool:
            return None
    except (ValueError, registry.UnknownTool):
        return None
    if any(word and all(letter in lexer.punctuation_chars for letter in word) for word in words):
        return None
    return tuple(words[1:])


def _ending(lines: Sequence[str]) -> int | None:
    """Where a real shell stands at its last prompt, with nothing typed or left; what it says on leaving may follow."""
    last = [place for place in range(max(0, len(lines) - 50), len(lines)) if lines[place].strip()][-2:]
    if last and lines[last[-1]].strip() in _LEAVING:
        last.pop()
    if last and typed(lines[last[-1]]) in _LEAVING:
        return last[-1]
    return None
