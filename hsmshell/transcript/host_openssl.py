"""Which lines of openssl a log may run: commands on files of its folder, without engines, configurations and networks.

The options are those of OpenSSL 3.0. One that is not listed is refused, and so are those that load code (``-engine``,
``-provider``, ``-config``), that name files in a file (``-extfile``), or that open a connection (``-crl_download``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hsmshell.transcript.refused import Refused

Place = Callable[[str], str]
"""Gives the word to use for a path, or raises ``Refused``."""

COMMANDS = frozenset(
    (
        *("asn1parse", "base64", "crl", "dgst", "ec", "ecparam", "enc", "genpkey", "genrsa", "kdf", "mac", "pkcs12"),
        *("pkcs8", "pkey", "pkeyutl", "rand", "req", "rsa", "verify", "version", "x509"),
    )
)

_VALUED = frozenset(
    (
        *("CA", "CAfile", "CAform", "CAkey", "CAkeyform", "CAserial", "CRLfile", "K", "S", "algorithm", "attime"),
        *("auth_level", "bufsize", "certfile", "certopt", "certpbe", "checkemail", "checkend", "checkhost", "checkip"),
        *("cipher", "conv_form", "copy_extensions", "dateopt", "days", "digest", "dlimit", "ec_conv_form"),
        *("ec_param_enc", "ext", "extensions", "force_pubkey", "in", "inform", "inkey", "iter", "iv", "kdf", "kdflen"),
        *("key", "keyform", "keylen", "keyout", "keypbe", "kfile", "length", "mac", "macalg", "md", "nameopt"),
        *("offset", "oid", "out", "outform", "paramfile", "param_enc", "peerform", "peerkey", "policy", "primes"),
        *("reqexts", "reqopt", "scrypt_N", "scrypt_p", "scrypt_r", "section", "set_serial", "setalias", "sigfile"),
        *("signature", "signkey", "strparse", "trusted", "untrusted", "v1", "v2", "v2prf", "verify_depth"),
        *("verify_hostname", "verify_ip", "xoflen"),
    )
)
"""Options with a value. It is taken for a path, whatever it is: one that leads nowhere harms none of them."""

_PASSWORDS = frozenset({"pass", "passcerts", "passin", "passout", "password"})
_TEXTS = frozenset({"caname", "hmac", "k", "name", "subj"})
"""Options whose value is any text."""
_SETTINGS = frozenset({"addext", "kdfopt", "macopt", "newkey", "pkeyopt", "sigopt", "vfyopt"})
"""Options whose value has names and values, with ``:`` and ``=`` between them; a value may be a file."""

_OWN_VALUED = {"dgst": frozenset({"prverify", "sign", "verify"}), "verify": frozenset({"purpose"})}
"""Options that have a value with one command, and none with the others."""

_FLAGS = frozenset(
    (
        *("3", "A", "CAcreateserial", "F4", "P", "RSAPublicKey_in", "RSAPublicKey_out", "a", "alias", "asn1parse"),
        *("base64", "batch", "binary", "c", "cacerts", "certin", "check", "check_named", "check_ss_sig", "clcerts"),
        *("clrext", "crl_check", "crl_check_all", "crlnumber", "d", "dates", "debug", "decrypt", "derive", "descert"),
        *("dump", "e", "email", "encrypt", "enddate", "export", "f4", "fingerprint", "genkey", "genparam", "hash"),
        *("help", "hex", "hexdump", "i", "info", "issuer", "issuer_hash", "keyex", "keysig", "lastupdate", "legacy"),
        *("modulus", "multivalue-rdn", "new", "newhdr", "next_serial", "nextupdate", "no-CAfile", "no-CApath"),
        *("no-CAstore", "no_check_time", "no_public", "no_seed", "nocert", "nocerts", "nocrypt", "nodes", "noenc"),
        *("noiter", "nokeys", "nomac", "nomaciter", "none", "noout", "nopad", "nosalt", "p", "param_out"),
        *("partial_chain", "pbkdf2", "precert", "preserve_dates", "pubcheck", "pubin", "pubkey", "pubout", "purpose"),
        *("quiet", "r", "rawin", "req", "rev", "salt", "scrypt", "serial", "show_chain", "sign", "startdate"),
        *("strictpem", "subject", "subject_hash", "text", "text_pub", "topk8", "traditional", "trustout", "twopass"),
        *("utf8", "v", "verbose", "verify", "verifyrecover", "x509", "x509_strict", "x509toreq"),
    )
)

_ALGORITHM = re.compile(r"(id-)?(aes|aria|camellia|des|sha|blake2|md5|ripemd|sm[34]|chacha20)[-\w]*")
"""A digest or a cipher, which is an option of its own name."""


def checked(arguments: Sequence[str], place: Place) -> list[str]:
    """The arguments to start openssl with; ``place`` is asked for each path. Raises ``Refused``."""
    command = arguments[0] if arguments else ""
    if not command:
        raise Refused("openssl without a command, which would read further ones, is not run from a log")
    if command not in COMMANDS and not _ALGORITHM.fullmatch(command):
        raise Refused(f"the command {command} of openssl is not run from a log")
    digest = command == "dgst" or command not in COMMANDS
    own = _OWN_VALUED.get("dgst" if digest else command, frozenset())
    result = [command]
    words = iter(arguments[1:])
    for word in words:
        if not word.startswith("-") or word == "-":
            result.append(_file(word, place))
            continue
        option, equals, value = word[2 if word.startswith("--") else 1 :].partition("=")
        check = _check(option, option in own)
        if check is None and not equals:
            result.append(word)
            continue
        if check is None:
            raise Refused(f"a value of the option -{option} of openssl is not run from a log")
        if not equals:
            value = next(words, "")
        result += [f"-{option}", check(value, place)]
    return result


def _check(option: str, own: bool) -> Callable[[str, Place], str] | None:
    """How the option's value is looked at; none for an option without one. Raises ``Refused``."""
    if option in _TEXTS:
        return _text
    if option in _PASSWORDS:
        return _password
    if option in _SETTINGS:
        return _setting
    if own or option in _VALUED:
        return _value
    if option in _FLAGS or _ALGORITHM.fullmatch(option):
        return None
    raise Refused(f"the option -{option} of openssl is not run from a log")


def _value(value: str, place: Place) -> str:
    if value.startswith("-") and value != "-":
        raise Refused(f"{value} as a value of openssl is not run from a log")
    return _file(value, place)


def _file(value: str, place: Place) -> str:
    """A file's name. What has a colon in it openssl takes for a URI, which may lead anywhere."""
    if ":" in value:
        raise Refused(f"{value}, which openssl takes for an address, is not run from a log")
    return place(value)


def _text(value: str, place: Place) -> str:
    return value


def _password(value: str, place: Place) -> str:
    """``pass:TEXT`` is the password itself; ``file:PATH`` is where it stands."""
    if value.startswith("pass:") or value == "stdin":
        return value
    if value.startswith("file:"):
        return f"file:{_file(value.removeprefix('file:'), place)}"
    raise Refused(f"the password {value}, which is neither pass:TEXT nor file:PATH, is not run from a log")


def _setting(value: str, place: Place) -> str:
    for piece in re.split("[:=,;@]", value):
        place(piece)
    return value
