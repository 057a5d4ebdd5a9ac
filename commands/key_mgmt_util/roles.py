"""Which of the typed words are handles and user ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.key_mgmt_util.listing import find
from commands.key_mgmt_util.program import SINGLE, split_chain
from hsmshell.grammar.roles import Role, option_roles


def command_roles(words: Sequence[str]) -> Iterator[Role]:
    """Of a line at the prompt."""
    command = find(words[0]) if words else None
    if command is not None:
        for one in option_roles(command.parameters, words[1:]):
            yield one._replace(word=one.word + 1)


def argument_roles(words: Sequence[str]) -> Iterator[Role]:
    """Of the command line with which the tool is started."""
    if SINGLE not in words[:2]:
        return
    first = list(words).index(SINGLE) + 1
    for command in split_chain(words[first:]):
        for one in command_roles(command):
            yield one._replace(word=one.word + first)
        first += len(command)
