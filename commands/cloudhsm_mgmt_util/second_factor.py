"""The second factor's file: what every HSM wants to have signed, and, when the user has edited it, the signatures."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from commands.cloudhsm_mgmt_util.utility import Utility
from hsmshell.console import Ask
from hsmshell.console.values import Kind, path, printable
from hsmshell.engine.cluster.second_factor import Factor, new_digest
from hsmshell.engine.cluster.sessions import Proof
from hsmshell.engine.encodings import read_public_pem
from hsmshell.engine.errors import DataInvalid
from hsmshell.engine.records import Container
from hsmshell.grammar import Parameter
from hsmshell.grammar.values import Path, Word

OPTION = Parameter("2fa", Word({"-2fa": True}), "-2fa", "log in with a second factor", needs=("authdata",))
FILE = Parameter("authdata", Path(), "/path/to/authdata", "the file to write for the signing step; is overwritten")

_SIGN = "Generate Base64-encoded signatures for SHA256 digests in the authentication data file. \n"
_FACTOR = (
    "To generate the signatures, use the RSA private key, which is the second factor of authentication for this user. "
)
_WITH_KEY = "Paste the signatures and the corresponding public key into the authentication data file and provide \nthe "
_WITHOUT_KEY = "Paste the signatures into the authentication data file and provide the "
_BLANK = "file path below.\nLeave this field blank to use the path initially provided.\n"
_ASK = "Enter filename:"

TRIES = 2
"""How often a file may be named."""


class AuthenticationData(NamedTuple):
    """What the user handed in."""

    proofs: Mapping[int, Proof]
    """By the container ids of the HSMs that wanted them: an HSM that took another's address gets nothing."""
    public_key: bytes
    """SubjectPublicKeyInfo DER; empty when the file has none."""

    def factor(self, node: Container) -> Factor:
        """What one HSM is given to set the key."""
        return Factor(self.public_key, self.proofs.get(node.id, Proof(b"", b"")))


class _Unusable(Exception):
    """The file cannot be used; the message is one clause, ours."""


def authenticate(tool: Utility, name: str, target: str, *, registers: bool) -> AuthenticationData | None:
    """The signing step of a command: write the file, wait, read what the user says.

    ``registers`` tells whether the public key belongs into the file. ``None`` after a complaint.
    """
    digests = {
        node.id: (node.name, new_digest(tool.context.lab.services.random_bytes))
        for server in tool.targets()
        if (node := tool.node(server)) is not None
    }
    try:
        tool.context.files.write(target, request(list(digests.values())))
    except OSError as problem:
        tool.write(f"{name} failed: {printable(target)}: {problem.strerror}\n")
        return None
    tool.write('Authentication data written to: "', path(target), '"\n', _SIGN)
    tool.write(_FACTOR, _WITH_KEY if registers else _WITHOUT_KEY, _BLANK)
    for _ in range(TRIES):
        answer = tool.context.console.ask(_ASK, Ask.LINE, Kind.PATH).strip() or target
        try:
            return _read(tool, answer, digests, registers=registers)
        except _Unusable as problem:
            tool.write(f"{printable(answer)}: {problem}\n")
    tool.write(f"{name} failed: no usable authentication data\n")
    return None


def request(digests: Sequence[tuple[str, bytes]]) -> bytes:
    """The file as the user gets it: nothing is signed yet."""
    import json

    data = [
        {"HsmId": hsm, "Digest": base64.b64encode(digest).decode("ascii"), "Signature": ""} for hsm, digest in digests
    ]
    text = json.dumps({"Version": "1.0", "PublicKey": "", "Data": data}, indent=4)
    return f"{text}\n".encode()


def _read(
    tool: Utility, target: str, digests: Mapping[int, tuple[str, bytes]], *, registers: bool
) -> AuthenticationData:
    """What the file says about the digests that were given out; others in it do not count. Raises ``_Unusable``."""
    document = _document(tool, target)
    entries = document.get("Data")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _Unusable("it has no list named Data")
    signatures = {
        entry.get("HsmId"): entry.get("Signature") for entry in entries if isinstance(entry.get("HsmId"), str)
    }
    proofs = {number: Proof(digest, _decoded(signatures.get(hsm))) for number, (hsm, digest) in digests.items()}
    return AuthenticationData(proofs, _public_key(document.get("PublicKey")) if registers else b"")


def _document(tool: Utility, target: str) -> dict[str, object]:
    import json

    try:
        document = json.loads(tool.context.files.read(target))
    except OSError as problem:
        raise _Unusable(str(problem.strerror)) from None
    except (ValueError, RecursionError):
        raise _Unusable("it is not JSON") from None
    if not isinstance(document, dict):
        raise _Unusable("it is no JSON object")
    return document


def _decoded(text: object) -> bytes:
    """A signature; what is none is empty, and fits nothing."""
    try:
        return base64.b64decode("".join(text.split()), validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _public_key(text: object) -> bytes:
    try:
        return read_public_pem(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b"")
    except (DataInvalid, UnicodeEncodeError):
        raise _Unusable("its PublicKey is no public key in PEM") from None
