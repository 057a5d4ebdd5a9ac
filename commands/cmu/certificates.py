"""``cmu requestcertificate``, ``selfsigncertificate`` and ``certify``: what private keys sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from commands.cmu.choosing import pick
from commands.cmu.errors import Message, failure
from commands.cmu.names import KEY_TYPES, attribute_option
from commands.cmu.options import BOOLEAN, BOOLEAN_PLACEHOLDER, COMMON, OUTPUT_FILE, Switch, input_file, object_option
from commands.cmu.subject import SUBJECT, subject_of
from commands.cmu.terms import TERMS, serial_of, terms_of
from commands.cmu.utility import Utility
from hsmshell.console.values import object_handle
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.errors import DataInvalid, KeyHandleInvalid
from hsmshell.engine.mechanisms import Hash
from hsmshell.engine.records import StoredObject
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Text

KEY_HEAD = "Select private key\n"
AUTHORITY_HEAD = "Select certificate of the authority\n"
MECHANISM_LINE = 'Using "{name}" Mechanism\n'
CREATED = "...The certificate object was successfully created -> handle("
"""The last two are what newer clients print."""


class Digest(NamedTuple):
    """What one of the options ``-sha...with...`` stands for."""

    hash: Hash
    key_type: KeyType


HASHES = {"sha1": Hash.SHA1, "sha224": Hash.SHA224, "sha256": Hash.SHA256, "sha384": Hash.SHA384, "sha512": Hash.SHA512}
SCHEMES = {"rsa": KeyType.RSA, "ecdsa": KeyType.EC, "dsa": KeyType.DSA}
DIGESTS = {f"{name}with{scheme}": Digest(HASHES[name], SCHEMES[scheme]) for scheme in SCHEMES for name in HASHES}
"""Published are ``sha256withrsa`` and ``sha256withecdsa``."""

MECHANISMS = {KeyType.RSA: "CKM_{hash}_RSA_PKCS", KeyType.EC: "CKM_ECDSA_{hash}", KeyType.DSA: "CKM_DSA_{hash}"}

_DIGEST_OPTIONS = tuple(
    Parameter(name, Switch(), help=f"sign with {one.hash.value} by a key of type {KEY_TYPES[one.key_type]}")
    for name, one in DIGESTS.items()
)
_PRIVATE = object_option("privatehandle", "the private key that signs")
_PUBLIC = object_option("publichandle", "its public key")
_STORED = (
    Parameter("label", Text(), "<label>", "the certificate's label"),
    attribute_option(Attribute.ID, "the certificate's {} (that of the key)"),
    Parameter("private", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether only a login shows it (F)"),
    Parameter("modifiable", BOOLEAN, BOOLEAN_PLACEHOLDER, "whether its attributes may change (T)"),
)


def _signing_key(utility: Utility, arguments: Arguments) -> StoredObject | None:
    """The key of ``-privatehandle``, the only one that there is, or one picked from a table; ``None`` for none.

    Raises ``KeyHandleInvalid`` or ``Failure``.
    """
    application, session = utility.application, utility.session
    public = arguments.get(_PUBLIC.name)

    def is_other_half(handle: int) -> bool:
        return not isinstance(public, int) or application.are_pair(session, public, handle)

    if _PRIVATE.name in arguments:
        item = application.read(session, arguments.number(_PRIVATE.name))
        if item.object_class is not ObjectClass.PRIVATE_KEY:
            raise KeyHandleInvalid(str(item.handle))
        if not is_other_half(item.handle):
            raise failure(Message.NO_PAIR)
        return item
    template: dict[Attribute, AttributeValue] = {Attribute.CLASS: int(ObjectClass.PRIVATE_KEY), Attribute.SIGN: True}
    found = [item for item in application.objects(session, template) if is_other_half(item.handle)]
    if not found:
        raise failure(Message.NO_SIGNER)
    return found[0] if len(found) == 1 else pick(utility, KEY_HEAD, found)


def _hash(arguments: Arguments, key: StoredObject) -> Hash:
    """The hash of the option ``-sha...with...``; SHA-256 without one. Raises ``Failure``."""
    chosen = [(name, digest) for name, digest in DIGESTS.items() if arguments.flag(name)]
    if len(chosen) > 1:
        raise failure(Message.TWO_DIGESTS, chosen[0][0], chosen[1][0])
    if not chosen:
        return Hash.SHA256
    name, digest = chosen[0]
    if digest.key_type is not key.key_type:
        raise failure(Message.OTHER_KEY, name, KEY_TYPES[key.key_type])
    return digest.hash


def _tell_mechanism(utility: Utility, key: StoredObject, hash_function: Hash) -> None:
    mechanism = MECHANISMS.get(key.key_type, "").format(hash=hash_function.name)
    utility.tell(MECHANISM_LINE.format(name=mechanism))


def _template(arguments: Arguments, ident: bytes) -> Mapping[Attribute, AttributeValue]:
    return {
        Attribute.TOKEN: True,
        Attribute.LABEL: arguments.text("label"),
        Attribute.ID: arguments.data("id") or ident,
        Attribute.PRIVATE: arguments.flag("private"),
        Attribute.MODIFIABLE: bool(arguments.get("modifiable", True)),
    }


def _request(utility: Utility, arguments: Arguments) -> int:
    from hsmshell.engine.customer import request_pem

    utility.begin(arguments)
    key = _signing_key(utility, arguments)
    if key is None:
        return 0
    name = _hash(arguments, key)
    subject = subject_of(utility, arguments)
    file = utility.output_file(arguments)
    _tell_mechanism(utility, key, name)
    der = utility.application.request_certificate(utility.session, key.handle, subject, name)
    utility.save(file, request_pem(der))
    return 0


def _self_sign(utility: Utility, arguments: Arguments) -> int:
    utility.begin(arguments)
    key = _signing_key(utility, arguments)
    if key is None:
        return 0
    name = _hash(arguments, key)
    serial = serial_of(utility, arguments)
    subject = subject_of(utility, arguments)
    terms = terms_of(utility, arguments, serial)
    _tell_mechanism(utility, key, name)
    handle = utility.application.self_sign(
        utility.session, key.handle, subject, terms, name, _template(arguments, key.ident)
    )
    utility.tell(CREATED, object_handle(handle), ")\n")
    return 0


def _certify(utility: Utility, arguments: Arguments) -> int:
    from hsmshell.engine.certificate_files import read_request

    file, data = utility.input_file(arguments)
    try:
        request = read_request(data)
    except DataInvalid:
        raise failure(Message.NO_REQUEST, file) from None
    utility.begin(arguments)
    key = _signing_key(utility, arguments)
    authority = _authority(utility, arguments) if key else None
    if key is None or authority is None:
        return 0
    if not utility.application.are_pair(utility.session, authority, key.handle):
        raise failure(Message.NO_PAIR)
    name = _hash(arguments, key)
    terms = terms_of(utility, arguments, serial_of(utility, arguments))
    _tell_mechanism(utility, key, name)
    handle = utility.application.certify(
        utility.session, key.handle, authority, request, terms, name, _template(arguments, b"")
    )
    utility.tell(CREATED, object_handle(handle), ")\n")
    return 0


def _authority(utility: Utility, arguments: Arguments) -> int | None:
    """The handle of the signing key's certificate; ``None`` when the person picks none. Raises ``Failure``."""
    if _CERTIFICATE.name in arguments:
        handle = arguments.number(_CERTIFICATE.name)
        utility.application.certificate(utility.session, handle)
        return handle
    found = utility.application.objects(utility.session, {Attribute.CLASS: int(ObjectClass.CERTIFICATE)})
    if not found:
        raise failure(Message.NO_AUTHORITY)
    item = found[0] if len(found) == 1 else pick(utility, AUTHORITY_HEAD, found)
    return item.handle if item else None


_CERTIFICATE = object_option("certificatehandle", "the certificate of the key that signs")

COMMANDS: tuple[Command[Utility], ...] = (
    Command(
        "certify",
        "makes a certificate of a request in a file, signed by a key of the token",
        _certify,
        (
            input_file("the request, PEM or DER; asked for when absent"),
            _PRIVATE,
            _CERTIFICATE,
            *TERMS,
            *_STORED,
            *_DIGEST_OPTIONS,
            *COMMON,
        ),
        Provenance.RECOMMENDED,
    ),
    Command(
        "requestcertificate",
        "writes a request for a certificate of a key",
        _request,
        (_PUBLIC, _PRIVATE, *SUBJECT, OUTPUT_FILE, *_DIGEST_OPTIONS, *COMMON),
        notes="the hash without an option, SHA-256, is our choice; SHA-1 is refused",
    ),
    Command(
        "selfsigncertificate",
        "makes a certificate that its own key signs",
        _self_sign,
        (_PUBLIC, _PRIVATE, *SUBJECT, *TERMS, *_STORED, *_DIGEST_OPTIONS, *COMMON),
        notes="the hash without an option, SHA-256, is our choice; SHA-1 is refused",
    ),
)
