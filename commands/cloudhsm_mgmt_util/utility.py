"""The running tool: its connections, who is logged in on which of them, and the lines that all commands print alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from commands.client_files import CUSTOMER_CA, host_files
from commands.cloudhsm_mgmt_util.channel import LIMITED, NO_CHANNEL, Trouble, trouble
from commands.cloudhsm_mgmt_util.configuration import PORT, ServerEntry
from commands.cloudhsm_mgmt_util.reasons import Texts, reason
from hsmshell.console import Context, Part
from hsmshell.console.values import address
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
        """``0(10.0.2.9)``"""
        return [f"{self.number}(", address(self.hostname), ")"]


class Utility:
    """One process of the tool. An HSM is asked by itself: nothing here knows of a cluster as a whole."""

    def __init__(self, context: Context, entries: Sequence[ServerEntry]) -> None:
        self.context = context
        self.cluster: Cluster = context.lab.cluster()
        self.servers = [Server(number, *entry) for number, entry in enumerate(entries)]
        self.selected: Server | None = None
        """The server of server mode; ``None`` in global mode."""
        self.command = ""
        """The name of the command that is being carried out."""
        self._sessions: dict[int, Session] = {}
        self._channels: dict[int, Trouble | None] = {}

    def write(self, *parts: Part) -> None:
        self.context.console.write(*parts)

    # connections and sessions

    def targets(self) -> list[Server]:
        """The servers that a command goes to, in their order."""
        return [self.selected] if self.selected is not None else list(self.servers)

    def node(self, server: Server) -> Container | None:
        """The HSM behind a connection as it is now; ``None`` when it cannot be reached, which ends its session."""
        if server.port == PORT:
            for node in self.cluster.nodes():
                if node.address == server.hostname and node.is_up:
                    return node
        self.end_session(server)
        return None

    def session(self, server: Server) -> Session | None:
        return self._sessions.get(server.number)

    def sessions(self) -> list[Session]:
        return list(self._sessions.values())

    def begin_session(self, server: Server, session: Session) -> None:
        self._sessions[server.number] = session

    def end_session(self, server: Server) -> None:
        session = self._sessions.pop(server.number, None)
        if session is not None:
            self.cluster.logout(session)

    def close(self) -> None:
        """Log out everywhere, as the end of the process does."""
        for server in self.servers:
            self.end_session(server)

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

    def is_refused(self, server: Server, node: Container) -> bool:
        """Whether the command is one that needs the channel and there is none; it is told then."""
        if self.command in LIMITED or self.has_channel(server, node):
            return False
        self.failed(self.command, server, NO_CHANNEL)
        return True

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

    # asking every server

    def each(self) -> Iterator[tuple[Server, Container]]:
        """The servers that a command goes to and that can be reached; the others are reported."""
        for server in self.targets():
            node = self.node(server)
            if node is None:
                self.not_connected(server)
            elif not self.is_refused(server, node):
                yield server, node

    def answers(
        self, name: str, question: Callable[[Server, Container], Said], special: Texts | None = None
    ) -> Iterator[tuple[Server, Said]]:
        """Ask every server, without a dialog, and pass on what it said; a refusal is written in its turn."""
        for server, node in self.each():
            try:
                answer = question(server, node)
            except NodeUnavailable:
                self.not_connected(server)
            except HsmError as error:
                self.failed(name, server, reason(error, special))
            else:
                yield server, answer
