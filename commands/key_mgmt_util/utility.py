"""The running tool: who is logged in, and the lines that every command prints alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from commands.return_codes import Code, code_of
from hsmshell.console import Context, Generation, Part
from hsmshell.console.values import node as node_number
from hsmshell.engine.cluster import Cluster, Outcome, Session
from hsmshell.engine.errors import HsmError, NodeUnavailable
from hsmshell.engine.records import Container

SUCCESS, FAILURE = 0, 1
"""What a handler returns."""


class Misuse(Exception):
    """The arguments are well formed but do not fit together; the message is the tool's, the help block follows it."""


class FileUnusable(Exception):
    """A file could not be read or written, or is none of the kind that is wanted; the message is the tool's."""


class Utility:
    """One process of the tool on one cluster."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cluster: Cluster = context.lab.cluster().through_client()
        self.session: Session | None = None
        self.late = context.generation is Generation.LATE

    def write(self, *parts: Part) -> None:
        self.context.console.write(*parts)

    def forget_lost_login(self) -> None:
        """Forget a login that ended without us, with the client daemon. While that is still down, it is what counts."""
        if self.session is not None:
            with self.context.lab.store.reading():
                lost = self.cluster.client_up() and not self.cluster.is_open(self.session)
            if lost:
                self.session = None

    def close(self, *, closing: bool = True) -> None:
        """End the session, as the end of the process does; without ``closing``, as the user asks for it."""
        if self.session is not None:
            session, self.session = self.session, None
            self.cluster.logout(session, closing=closing)

    # lines

    def returned(self, call: str, code: Code = Code.SUCCESS, *, gap: bool = True) -> int:
        """``<call> returned: 0x.. : <text>``; what a handler then returns."""
        self.write("\n" if gap else "", f"\t{call} returned: 0x{code.short} : {code.text}\n")
        return SUCCESS if code is Code.SUCCESS else FAILURE

    def cluster_block(self, nodes: Iterable[Container], code: Code = Code.SUCCESS) -> None:
        """What each HSM said, when all of them said the same."""
        self.cluster_lines((node, code) for node in nodes)

    def everywhere(self, code: Code = Code.SUCCESS) -> None:
        """What every HSM said to something that was asked of all of them."""
        self.cluster_lines((node, self._answer(node, code)) for node in self._hsms())

    def _answer(self, node: Container, code: Code) -> Code:
        """One that is down cannot answer; one that refused this user's login does not know who asks."""
        if not node.is_up:
            return Code.SERVER_UNAVAILABLE
        if self.session is not None and node.id not in self.session.numbers:
            return Code.NOT_LOGGED_IN
        return code

    def finished(self, call: str, outcomes: Sequence[Outcome]) -> int:
        """One code when all HSMs that were there say the same, the cluster's own when they do not, and what each said.

        An HSM that is down cannot say anything, and does not count.
        """
        asked = [outcome for outcome in outcomes if not isinstance(outcome.error, NodeUnavailable)]
        codes = {code_of(outcome.error) if outcome.error else Code.SUCCESS for outcome in asked or outcomes}
        status = self.returned(call, codes.pop() if len(codes) == 1 else Code.CLUSTER_FAILED)
        self.told(outcomes)
        return status

    def told(self, outcomes: Iterable[Outcome]) -> None:
        """What each HSM said, one by one."""
        self.cluster_lines(
            (outcome.node, code_of(outcome.error) if outcome.error else Code.SUCCESS) for outcome in outcomes
        )

    def cluster_lines(self, answers: Iterable[tuple[Container, Code]]) -> None:
        """What each HSM said."""
        self.write("\n\tCluster Status:\n" if self.late else "\n\tCluster Error Status\n")
        for node, code in answers:
            word = "status:" if self.late else "and err state"
            self.write("\tNode id ", node_number(node.number), f" {word} 0x{code.value:08x} : {code.text}\n")

    def attested(self) -> None:
        """The line that ``-attest`` adds."""
        self.write("\n\tAttestation Check : [PASS]\n")

    def refused(self, call: str, error: HsmError) -> int:
        """An engine's refusal, for a command that prints no cluster block of its own."""
        return self.returned(call, code_of(error))

    def creation_refused(self, call: str, error: HsmError, *, gap: bool = True) -> int:
        """A refusal to make a key. The node that was asked is reported unavailable when a policy forbids the key."""
        code = code_of(error)
        self.returned(call, code, gap=gap)
        if code is Code.POLICY:
            self.cluster_block(self._hsms()[:1], Code.SERVER_UNAVAILABLE)
        elif code is Code.SERVER_UNAVAILABLE:
            self.cluster_block(self._hsms(), code)
        return FAILURE

    def _hsms(self) -> Sequence[Container]:
        """All HSMs, for a report; none when the client has stopped since it gave its verdict."""
        try:
            return self.cluster.nodes()
        except HsmError:
            return ()

    def complain(self, message: str) -> int:
        """A message of the tool itself, before any HSM is asked."""
        self.write(f"\nError: {message}\n")
        return FAILURE

    # files

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises ``FileUnusable``."""
        try:
            return self.context.files.read(path)
        except OSError:
            raise FileUnusable(f"Failed to open file {path}") from None

    def write_file(self, path: str, data: bytes) -> None:
        """Write one file. Raises ``FileUnusable``."""
        self.write_files({path: data})

    def write_files(self, contents: Mapping[str, bytes]) -> None:
        """Write all the files or none. Raises ``FileUnusable``."""
        try:
            self.context.files.write_all(contents)
        except OSError as problem:
            raise FileUnusable(f"Failed to write file {problem.filename}") from None
