"""registerQuorumPubKey: the key with which a user approves what others ask for."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.reasons import BAD_PUBLIC_KEY, BAD_REGISTRATION, INVALID_USER_TYPE, ON_REGISTRATION
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console.values import printable
from hsmshell.engine.access import OFFICERS, USERS
from hsmshell.engine.cluster.quorum import REGISTRATION_LENGTH
from hsmshell.engine.encodings import read_public_pem
from hsmshell.engine.errors import DataInvalid
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Path, Text

_TYPE = Parameter("user-type", Text(), "user-type", "CO or CU: what you are", required=True)
_NAME = Parameter("user-name", Text(), "user-name", "your own name", required=True)
_TOKEN = Parameter(
    "token",
    Path(),
    "registration-token",
    f"a file of at most {REGISTRATION_LENGTH} bytes, of any content",
    required=True,
)
_SIGNED = Parameter(
    "signed",
    Path(),
    "signed-registration-token",
    "the file's PKCS#1 v1.5 signature with SHA-256 by your private key, as openssl dgst -sha256 -sign makes it",
    required=True,
)
_KEY = Parameter("key", Path(), "public-key", "your public key, RSA with 2048 bits, as PEM", required=True)

_TYPES = frozenset(kind.value for kind in OFFICERS | USERS)


def register(tool: Utility, arguments: Arguments) -> int:
    """Register the caller's public key on every server."""
    kind, name = arguments.text(_TYPE.name), arguments.text(_NAME.name)
    if kind not in _TYPES:
        return _refused(tool, INVALID_USER_TYPE)
    contents: list[bytes] = []
    for parameter in (_TOKEN, _SIGNED, _KEY):
        path = arguments.text(parameter.name)
        try:
            contents.append(tool.context.files.read(path))
        except OSError as problem:
            return _refused(tool, f"{printable(path)}: {problem.strerror}")
    token, signature, pem = contents
    if len(token) > REGISTRATION_LENGTH:
        return _refused(tool, BAD_REGISTRATION)
    try:
        public = read_public_pem(pem)
    except DataInvalid:
        return _refused(tool, BAD_PUBLIC_KEY)
    if not confirmed(tool):
        return SUCCESS

    def change(server: Server, node: Container) -> None:
        tool.at(node).quorum.register_quorum_key(tool.session(server), node, kind, name, token, signature, public)

    return carry_out(tool, Change(REGISTER.name, change, special=ON_REGISTRATION))


def _refused(tool: Utility, why: str) -> int:
    """What the tool refuses by itself, in one line."""
    tool.write(f"{REGISTER.name} failed: {why}\n")
    return FAILURE


REGISTER = Command(
    "registerQuorumPubKey",
    "Registers your public key for quorum approvals on every connected HSM",
    register,
    (_TYPE, _NAME, _TOKEN, _SIGNED, _KEY),
    Provenance.ATTESTED,
    "ours: what is refused before the CAUTION box, and the texts of a refusal. The guide of 2023 has it for COs alone; "
    "CUs are taken too, as in the years when they approved the use of keys",
)
