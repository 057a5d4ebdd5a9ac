"""registerQuorumPubKey, registerMofnPubKey: the key with which a user approves what others ask for."""

from __future__ import annotations

from typing import NamedTuple

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.reasons import (
    BAD_PRIVATE_KEY,
    BAD_PUBLIC_KEY,
    BAD_REGISTRATION,
    INVALID_USER_TYPE,
    ON_REGISTRATION,
)
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console import Ask
from hsmshell.console.values import printable
from hsmshell.engine.access import OFFICERS, USERS
from hsmshell.engine.cluster.quorum import REGISTRATION_LENGTH
from hsmshell.engine.encodings import is_private_pem, open_private_pem, public_of, read_private_pem, read_public_pem
from hsmshell.engine.errors import DataInvalid, KeyTypeInconsistent
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.engine.records import Container
from hsmshell.engine.signatures import sign
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

_STRING = Parameter("string", Text(), "key_match_string", "any word", required=True)
_PRIVATE = Parameter("key", Path(), "private key file", "your private key, RSA with 2048 bits, as PEM", required=True)

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

    return _register(tool, REGISTER.name, kind, name, Registration(token, signature, public))


def register_with_private_key(tool: Utility, arguments: Arguments) -> int:
    """The older way: the tool itself signs a string with the caller's private key, of which the HSM gets nothing."""
    kind, name, path = arguments.text(_TYPE.name), arguments.text(_NAME.name), arguments.text(_PRIVATE.name)
    old = REGISTER_OLD.name
    if kind not in _TYPES:
        return _refused(tool, INVALID_USER_TYPE, old)
    token = arguments.text(_STRING.name).encode("utf-8", "surrogateescape")
    if len(token) > REGISTRATION_LENGTH:
        return _refused(tool, BAD_REGISTRATION, old)
    try:
        pem = tool.context.files.read(path)
    except OSError as problem:
        return _refused(tool, f"{printable(path)}: {problem.strerror}", old)
    if not confirmed(tool):
        return SUCCESS
    try:
        private = _opened(tool, pem)
        signature = sign(Mechanism.SHA256_RSA_PKCS, private, token)
    except (DataInvalid, KeyTypeInconsistent):
        return _refused(tool, BAD_PRIVATE_KEY, old)
    return _register(tool, old, kind, name, Registration(token, signature, public_of(private)))


def _opened(tool: Utility, pem: bytes) -> bytes:
    """The private key; its passphrase is asked for when it has one. Raises ``DataInvalid``."""
    try:
        return read_private_pem(pem)
    except DataInvalid:
        if not is_private_pem(pem):
            raise
    phrase = tool.context.console.ask("Enter PEM pass phrase:", Ask.SECRET)
    tool.write("\n")
    return open_private_pem(pem, phrase.encode("utf-8", "surrogateescape"))


class Registration(NamedTuple):
    """A public key and the proof that the user has its other half."""

    token: bytes
    signature: bytes
    public: bytes


def _register(tool: Utility, command: str, kind: str, name: str, registration: Registration) -> int:
    def change(server: Server, node: Container) -> None:
        tool.at(node).quorum.register_quorum_key(tool.session(server), node, kind, name, *registration)

    return carry_out(tool, Change(command, change, special=ON_REGISTRATION))


def _refused(tool: Utility, why: str, name: str = "") -> int:
    """What the tool refuses by itself, in one line."""
    tool.write(f"{name or REGISTER.name} failed: {why}\n")
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
REGISTER_OLD = Command(
    "registerMofnPubKey",
    "Registers your public key for quorum approvals, as older versions did",
    register_with_private_key,
    (_TYPE, _STRING, _NAME, _PRIVATE),
    Provenance.ATTESTED,
    "ours: what is refused before the CAUTION box and for a key that cannot be used; how the string is signed",
)
