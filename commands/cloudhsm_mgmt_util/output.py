"""What the servers said about a key: on the screen, or in a file."""

from __future__ import annotations

from collections.abc import Iterable

from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console import Part, text_of
from hsmshell.console.values import printable
from hsmshell.grammar import Parameter
from hsmshell.grammar.values import Path

FILE = Parameter("file", Path(), "output file", "where to write the output instead of the screen; is overwritten")

Block = list[Part]
"""One server's lines."""


def deliver(tool: Utility, name: str, answers: Iterable[tuple[Server, Block]], target: str, between: str = "") -> int:
    """Show the blocks with ``between`` between them; with a ``target``, write that text to the file instead.

    A file that is there is replaced, but not by nothing: when every server refused it stays as it is.
    """
    if target:
        return _save(tool, name, list(answers), target, between)
    count = 0
    for _, block in answers:
        tool.write(between if count else "", *block)
        count += 1
    return SUCCESS if count == len(tool.targets()) else FAILURE


def _save(tool: Utility, name: str, answers: list[tuple[Server, Block]], target: str, between: str) -> int:
    if not answers:
        return FAILURE
    text = between.join(text_of(block) for _, block in answers)
    try:
        tool.context.files.write(target, text.encode("utf-8", "surrogateescape"))
    except OSError as problem:
        tool.write(f"{name} failed: {printable(target)}: {problem.strerror}\n")
        return FAILURE
    for server, _ in answers:
        tool.succeeded(name, server)
    return SUCCESS if len(answers) == len(tool.targets()) else FAILURE
