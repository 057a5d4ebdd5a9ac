"""The running tool: its connections, who is logged in on which of them, and the lines that all commands print alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from commands.client_files import host_files
from commands.cloudhsm_mgmt_util.channel import LIMITED, NO_CHANNEL, ChannelMissing, Trouble, trouble
from commands.cloudhsm_mgmt_util.configuration import PORT, ServerEntry
from commands.cloudhsm_mgmt_util.reasons import Texts, reason
from hsmshell.console import Context, Part
from hsmshell.console.host_files import CUSTOMER_CA
from hsmshell.console.values import address
from hsmshell.console.values import server as server_number
from hsmshell.engine.cluster import Cluster, Session
from hsmshell.engine.errors import HsmError, NodeUnavailable
from hsmshell.engine.records import Container

Said = TypeVar("Said")

SUCCESS, FAILURE = 0, 1
"""What a handler returns."""


class Server(NamedTuple):
    """One HSM connection of the tool."""

    number: int
    """Its place among the enabled servers of the configuration."""
    name: str
    hostname: str
    port: int
    owner_certificate: str = CUSTOMER_CA
    """The path of the trust anchor of its HSM."""

    def named(self) -> list[Part]:
        """``0(10.0.2.9)``: by the name, which is the address once ``configure`` has written the file."""
        return [server_number(self.number), "(", address(self.name), ")"]


class Utility:
    """One process of the tool. An HSM is asked by itself: nothing here knows of a cluster as a whole."""

    def __init__(self, context: Context, entries: Sequence[ServerEntry]) -> None:
        self.context = context
        self.servers = [Server(number, *entry) for number, entry in enumerate(entries)]
        self.selected: Server | None = None
        """The server of server mode; ``None`` in global mode."""
        self.command = ""
        """The name of the command that is being carried out."""
        self._clusters: dict[int, Cluster] = {}
        """Those of the HSMs that were found, by their devices."""
        self._sessions: dict[int, tuple[Cluster, Session]] = {}
        self._channels: dict[int, Trouble | None] = {}
        self._peers: dict[int, int] = {}
        """The HSM to which each connection went when it was last used, by the server's number."""

    def write(self, *parts: Part) -> None:
        self.context.console.write(*parts)

    # connections and sessions

    def targets(self) -> list[Server]:
        """The servers that a command goes to, in their order."""
        return [self.selected] if self.selected is not None else list(self.servers)

    def numbered(self, number: int) -> Server | None:
        """The server of that number; ``None`` after a complaint."""
        if number < len(self.servers):
            return self.servers[number]
        self.write("Invalid server id\n")
        return None

    def node(self, server: Server) -> Container | None:
        """The HSM behind a connection as it is now; ``None`` when it cannot be reached, which ends its session.

        It may belong to any cluster of the lab: the tool knows addresses and nothing else. A session that the HSM has
        lost meanwhile, for it was down or is another one now, is over.
        """
        if server.port == PORT:
            for cluster in self.context.lab.clusters():
                for node in cluster.nodes():
                    if node.address == server.hostname and node.is_up:
                        self._clusters[node.device] = cluster
                        self._meet(server, node)
                        return node
        self.end_session(server)
        self._channels.pop(server.number, None)
        return None

    def _meet(self, server: Server, node: Container) -> None:
        """Let go of what came about with another HSM at this address, and of a session that is not open any more."""
        if self._peers.get(server.number) != node.id:
            self._peers[server.number] = node.id
            self._channels.pop(server.number, None)
        held = self._sessions.get(server.number)
        if held is not None and not (node.id in held[1].numbers and held[0].is_open(held[1])):
            self.end_session(server)

    def at(self, node: Container) -> Cluster:
        """The cluster of an HSM that ``node`` found."""
        return self._clusters[node.device]

    def session(self, server: Server) -> Session | None:
        held = self._sessions.get(server.number)
        return held[1] if held else None

    def sessions(self) -> list[Session]:
        return [session for _, session in self._sessions.values()]

    def begin_session(self, server: Server, node: Container, session: Session) -> None:
        self._sessions[server.number] = self.at(node), session

    def end_session(self, server: Server, *, closing: bool = False) -> None:
        held = self._sessions.pop(server.number, None)
        if held is not None:
            cluster, session = held
            cluster.logout(session, closing=closing)

    def close(self) -> None:
        """End every session, as the end of the process does."""
        for server in self.servers:
            self.end_session(server, closing=True)

    # the encrypted channel

    def enable_channel(self, server: Server, node: Container) -> Trouble | None:
        """Try for an encrypted channel to the HSM; what is in its way."""
        found = trouble(self.context.lab, node, host_files(self.context), server.owner_certificate)
        self._channels[server.number] = found
        return found

    def has_channel(self, server: Server, node: Container) -> bool:
        """Whether there is one. To an HSM that was not there before, it is set up now."""
        if server.number not in self._channels:
            self.enable_channel(server, node)
        return self._channels[server.number] is None

    def reach(self, server: Server) -> Container:
        """The HSM to which a command goes.

        Raises ``NodeUnavailable``, or ``ChannelMissing`` for a command that needs the channel where there is none.
        """
        node = self.node(server)
        if node is None:
            raise NodeUnavailable(server.hostname)
        if self.command not in LIMITED and not self.has_channel(server, node):
            raise ChannelMissing(server.hostname)
        return node

    # lines

    def where(self, server: Server, word: str = "server") -> list[Part]:
        """`` on server 0(10.0.2.9)``; nothing in server mode, whose lines are short."""
        return [] if self.selected is not None else [f" on {word} ", *server.named()]

    def not_connected(self, server: Server) -> None:
        """What stands in place of the result of a server that cannot be reached."""
        self.write("Server ", *server.named(), " is not connected\n")

    def succeeded(self, name: str, server: Server) -> None:
        self.write(f"{name} success", *self.where(server), "\n")

    def failed(self, name: str, server: Server, why: str) -> None:
        self.write(f"{name} failed: {why}\n", f"{name} failed", *self.where(server), "\n")

    def refused(self, name: str, server: Server, error: HsmError, special: Texts | None = None) -> None:
        """What stands in place of the result of a server that did not do it."""
        if isinstance(error, NodeUnavailable):
            self.not_connected(server)
        elif isinstance(error, ChannelMissing):
            self.failed(name, server, NO_CHANNEL)
        else:
            self.failed(name, server, reason(error, special))

    # asking every server

    def reachable(self) -> int:
        """How many of the servers that a command goes to can be reached."""
        return sum(self.node(server) is not None for server in self.targets())

    def each(self) -> Iterator[tuple[Server, Container]]:
        """The servers that a command goes to and that can be reached; the others are reported."""
        return self.answers(self.command, lambda server, node: node)

    def said(self, question: Callable[[Server, Container], Said]) -> Iterator[tuple[Server, Said | HsmError]]:
        """Ask every server, without a dialog, and pass on what it said or why it refused; nothing is written."""
        for server in self.targets():
            try:
                answer = question(server, self.reach(server))
            except HsmError as error:
                yield server, error
            else:
                yield server, answer

    def answers(
        self, name: str, question: Callable[[Server, Container], Said], special: Texts | None = None
    ) -> Iterator[tuple[Server, Said]]:
        """The same for a command that writes each answer as it comes; a refusal is written in its turn."""
        for server, answer in self.said(question):
            if isinstance(answer, HsmError):
                self.refused(name, server, answer, special)
            else:
                yield server, answer

    def all_succeeded(self, name: str, action: Callable[[Server, Container], None]) -> int:
        """Do something on every server that has nothing to tell but its success; what a handler then returns."""
        count = 0
        for server, _ in self.answers(name, action):
            self.succeeded(name, server)
            count += 1
        return SUCCESS if count == len(self.targets()) else FAILURE
