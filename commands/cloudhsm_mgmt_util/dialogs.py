"""The two dialogs: CAUTION before a change, and what to do when an HSM refused it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from commands.cloudhsm_mgmt_util.channel import ChannelMissing
from commands.cloudhsm_mgmt_util.reasons import Texts, reason
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console import Ask, Part
from hsmshell.engine.errors import HsmError, NodeUnavailable
from hsmshell.engine.records import Container

CAUTION = """\
*************************CAUTION********************************
This is a CRITICAL operation, should be done on all nodes in the
cluster. AWS does NOT synchronize these changes automatically with the
nodes on which this operation is not executed or failed, please
ensure this operation is executed on all nodes in the cluster.
****************************************************************

"""
QUESTION = "Do you want to continue(y/n)?"
INVALID = "Invalid option, please type 'y' or 'n'\n\n"

Action = Callable[[Server, Container], None]


class Answer(enum.Enum):
    """What to do about a server that refused."""

    RETRY = "R"
    IGNORE = "I"
    ABORT = "A"
    ROLL_BACK = "B"


class Choice(NamedTuple):
    """A question after a refusal, and the answers that it takes."""

    prompt: str
    answers: Sequence[Answer]


RETRY_IGNORE_ABORT = Choice("Retry/Ignore/Abort?(R/I/A):", (Answer.RETRY, Answer.IGNORE, Answer.ABORT))
RETRY_ROLLBACK_IGNORE = Choice("Retry/rollBack/Ignore?(R/B/I):", (Answer.RETRY, Answer.ROLL_BACK, Answer.IGNORE))


class Change(NamedTuple):
    """A change that is made on one server after the other."""

    command: str
    action: Action
    announcement: str = ""
    """Written once with the number of nodes, in global mode, also when the change then fails."""
    failure: Callable[[Utility, Server], Sequence[Part]] | None = None
    """The second line of a refusal, where it is not ``<command> failed on server <n>(<ip>)``."""
    special: Texts | None = None
    prepare: Callable[[], bool] | None = None
    """Runs between the announcement and the first server; says whether to go on."""
    undo: Action | None = None
    """Takes the change back on a server where it was made; with it the dialog offers rollBack instead of Abort."""


def confirmed(tool: Utility) -> bool:
    """Show the CAUTION box and ask until the answer is y or n."""
    tool.write(CAUTION)
    answers: Mapping[str, bool] = {"y": True, "n": False}
    while True:
        answer = tool.context.console.ask(QUESTION, Ask.CONFIRM).strip()
        if answer in answers:
            return answers[answer]
        tool.write(INVALID)


def carry_out(tool: Utility, change: Change) -> int:
    """Make the change on every server; a refusal is followed by a dialog, which decides how to go on."""
    targets = tool.targets()
    if change.announcement and tool.selected is None:
        tool.write(f"{change.announcement} on {tool.reachable()} nodes\n")
    if change.prepare is not None and not change.prepare():
        return FAILURE
    done: list[Server] = []
    for server in targets:
        answer = Answer.RETRY
        while answer is Answer.RETRY:
            error = _make(tool, change, server)
            if error is None:
                done.append(server)
                tool.succeeded(change.command, server)
                break
            if isinstance(error, NodeUnavailable | ChannelMissing):
                tool.refused(change.command, server, error)
                break
            answer = _ask_after(tool, change, server, error)
        if answer is Answer.ROLL_BACK and change.undo is not None:
            _roll_back(tool, change.undo, done)
        if answer in (Answer.ABORT, Answer.ROLL_BACK):
            break
    return SUCCESS if len(done) == len(targets) else FAILURE


def _make(tool: Utility, change: Change, server: Server) -> HsmError | None:
    try:
        change.action(server, tool.reach(server))
    except HsmError as error:
        return error
    return None


def _ask_after(tool: Utility, change: Change, server: Server, error: HsmError) -> Answer:
    why = reason(error, change.special)
    second = change.failure(tool, server) if change.failure else [f"{change.command} failed", *tool.where(server)]
    tool.write(f"{change.command} failed: {why}\n", *second, "\n\n")
    choice = RETRY_ROLLBACK_IGNORE if change.undo is not None else RETRY_IGNORE_ABORT
    while True:
        letter = tool.context.console.ask(choice.prompt, Ask.CONFIRM).strip().upper()
        for answer in choice.answers:
            if answer.value == letter:
                return answer


def _roll_back(tool: Utility, undo: Action, done: list[Server]) -> None:
    """Silent where it works: the real tool's words are not known."""
    while done:
        server = done.pop()
        node = tool.node(server)
        if node is None:
            tool.not_connected(server)
            continue
        try:
            undo(server, node)
        except NodeUnavailable:
            tool.not_connected(server)
        except HsmError as error:
            tool.failed("rollBack", server, reason(error))
