"""Which of the typed words are handles, user ids and numbers of servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.cloudhsm_mgmt_util.listing import COMMANDS
from hsmshell.grammar import AmbiguousName, UnknownName, resolve
from hsmshell.grammar.roles import Role, position_roles


def command_roles(words: Sequence[str]) -> Iterator[Role]:
    """Of a line at the prompt."""
    try:
        command = COMMANDS[resolve(words[0] if words else "", COMMANDS)]
    except (UnknownName, AmbiguousName):
        return
    for one in position_roles(command.parameters, words[1:]):
        yield one._replace(word=one.word + 1)
