"""A tool's name, and the package that is imported when that tool is started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from hsmshell.console.context import Context

if TYPE_CHECKING:
    from hsmshell.console.values import Marked
    from hsmshell.grammar.roles import Role, Roles

Run = Callable[[Sequence[str], Context], int]
"""A tool: its arguments and its surroundings in, an exit code out."""


class Entry(NamedTuple):
    """One tool that can be started by name."""

    module: str
    """The package whose ``run(arguments, context)`` is the tool."""
    purpose: str
    """One line for a listing; ours."""
    path: str
    """Where the real tool lives on a real host; empty where there is none."""
    prompt: str = ""
    """What the tool asks for its next command with, as a log without directives shows it; empty for one that ends
    after its arguments, and for a shell. An asterisk in brackets stands for a host's name."""


TOOLS: Mapping[str, Entry] = {
    "key_mgmt_util": Entry(
        "commands.key_mgmt_util",
        "keys of a CloudHSM cluster, as a crypto user",
        "/opt/cloudhsm/bin/key_mgmt_util",
        "Command:  ",
    ),
    "cloudhsm_mgmt_util": Entry(
        "commands.cloudhsm_mgmt_util",
        "users and policies of a CloudHSM cluster",
        "/opt/cloudhsm/bin/cloudhsm_mgmt_util",
        "aws-cloudhsm>",
    ),
    "configure": Entry(
        "commands.configure",
        "which HSMs the CloudHSM host's tools connect to",
        "/opt/cloudhsm/bin/configure",
    ),
    "cloudhsm_client": Entry(
        "commands.cloudhsm_client",
        "the CloudHSM host's client daemon",
        "/opt/cloudhsm/bin/cloudhsm_client",
    ),
    "ckdemo": Entry(
        "commands.ckdemo",
        "numbered menus on a Luna partition",
        "/usr/safenet/lunaclient/bin/ckdemo",
        "Enter your choice : ",
    ),
    "cmu": Entry("commands.cmu", "certificates and keys of a Luna partition", "/usr/safenet/lunaclient/bin/cmu"),
    "vtl": Entry("commands.vtl", "slots and HA groups of a Luna client", "/usr/safenet/lunaclient/bin/vtl"),
    # A login shell: nobody outside the appliance sees its path, so this one is ours.
    "lunash": Entry("commands.lunash", "the shell of a Luna appliance", "/bin/lunash", "[*] lunash:>"),
    "audit": Entry("commands.audit", "the audit logs of a CloudHSM cluster's HSMs", ""),
    "terminal": Entry("hsmshell.transcript.terminal", "a log's terminal: emulated tools and host commands", ""),
    "shell": Entry("hsmshell.rehearsal.shell", "the rehearsal shell on a simulated host", ""),
}


ROLES = "roles"
"""The module of a tool's package that knows which of the words that start the tool are handles and the like."""


class UnknownTool(Exception):
    """No tool of that name is registered."""


def find(word: str) -> str:
    """The registered name for a word that a person typed: the name itself, or a path that ends in it.

    Raises ``UnknownTool``.
    """
    name = word.rsplit("/", 1)[-1]
    if name not in TOOLS or ("/" in word and not TOOLS[name].path):
        raise UnknownTool(word)
    return name


def load(name: str) -> Run:
    """Import the tool and return its entry. Raises ``UnknownTool`` for a name that is not registered."""
    import importlib

    if name not in TOOLS:
        raise UnknownTool(name)
    return cast(Run, importlib.import_module(TOOLS[name].module).run)


def argument_roles(name: str) -> Roles:
    """What finds handles and the like among the words that start the tool. Raises ``UnknownTool``."""
    import importlib
    from importlib.util import find_spec

    if name not in TOOLS:
        raise UnknownTool(name)
    module = f"{TOOLS[name].module}.{ROLES}"
    found = TOOLS[name].path and find_spec(module)
    roles = getattr(importlib.import_module(module), "argument_roles", None) if found else None
    return cast("Roles", roles) if roles else lambda words: ()


def shell_marks(line: str) -> Iterable[Marked]:
    """The handles and the like in a line of a shell that starts a tool."""
    from hsmshell.console.values import marked
    from hsmshell.grammar.roles import in_line

    return marked(in_line(line, _shell_roles))


def _shell_roles(words: Sequence[str]) -> Iterator[Role]:
    """The tool is the first word that names one: a prompt, ``sudo`` and assignments may stand before it."""
    for place, word in enumerate(words):
        try:
            roles = argument_roles(find(word))
        except UnknownTool:
            continue
        for one in roles(words[place + 1 :]):
            yield one._replace(word=one.word + place + 1)
        return
