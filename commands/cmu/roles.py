"""Which of the typed words are handles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.cmu.options import spelled_out
from commands.cmu.program import BY_NAME
from hsmshell.grammar import AmbiguousName, UnknownName, resolve
from hsmshell.grammar.roles import Role, assignment_roles


def argument_roles(words: Sequence[str]) -> Iterator[Role]:
    """Of the command line with which the tool is started."""
    try:
        command = BY_NAME[resolve(words[0] if words else "", BY_NAME, fold=True)]
    except (UnknownName, AmbiguousName):
        return
    for one in assignment_roles(command.parameters, list(spelled_out(command.parameters, words[1:]))):
        yield one._replace(word=one.word + 1)
