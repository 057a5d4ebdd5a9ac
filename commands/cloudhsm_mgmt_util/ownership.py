"""findAllKeys: whose the keys of every HSM are."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.output import FILE, Block, deliver
from commands.cloudhsm_mgmt_util.utility import Server, Utility
from hsmshell.console import Part
from hsmshell.console.values import handle, hexadecimal
from hsmshell.engine.cluster.ownership import KeysOfUser
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer, Word

_USER = Parameter("user", Integer(role="user id"), "user id", "the user's number; 0 for all users", required=True)
_HASH = Parameter(
    "hash",
    Word({"0": False, "1": True}),
    "key hash (0/1)",
    "1 for a digest over all keys of the HSM",
    required=True,
)


def find_all_keys(tool: Utility, arguments: Arguments) -> int:
    """The keys that a user owns or may use, on every server."""
    number, digest = arguments.number(_USER.name), arguments.flag(_HASH.name)
    name, target = FIND.name, arguments.text(FILE.name)

    def read(server: Server, node: Container) -> Block:
        found = tool.at(node).ownership.keys_of(tool.session(server), node, number, digest=digest)
        block = _block(server, found)
        if target:
            return block
        # With the digest, an empty line stands behind that already.
        success: list[Part] = [f"{name} success", *tool.where(server), "\n"]
        return [*block, *success, "" if digest and found.keys else "\n"]

    return deliver(tool, name, tool.answers(name, read), target)


def _block(server: Server, found: KeysOfUser) -> Block:
    count = len(found.keys)
    block: Block = ["Keys on server ", *server.named(), f":\nNumber of keys found {count}\n"]
    if not count:
        return block
    block.append(f"number of keys matched from start index 0::{count}\n")
    for place, key in enumerate(found.keys):
        block += ["," if place else "", handle(key.handle), "(o)" if key.owned else "(s)"]
    block.append("\n")
    if found.digest:
        block += ["Key Hash:\n", hexadecimal(found.digest), "\n\n"]
    return block


FIND = Command(
    "findAllKeys",
    "Finds the keys that a user owns or shares, on every connected HSM",
    find_all_keys,
    (_USER, _HASH, FILE),
    notes="ours: how the digest is made (the real one is not published), user 0, the lines when there is no key, what "
    "the screen shows when a file is given, and the lines of a refusal",
)
